// Repay's payout deals: the seeded ones, how a new one moves on, and how one is printed (docs/providers.md, 3.3, 3.7).
import { type JsonObject, numberToken } from '../json.ts';
import { createRandom, type Random } from '../random.ts';
import { SANDBOX_START, zulu } from '../time.ts';

export interface Deal {
  readonly id: string;
  readonly orderId: string;
  readonly amount: string;
  /** Documented as "string (number)": a few come as JSON numbers. */
  readonly amountAsNumber: boolean;
  readonly recipientType: string;
  /** Already masked: the full requisites are not kept. */
  readonly recipient: string;
  state: string;
  readonly createdAt: number;
  updatedAt: number;
}

const COUNT = 300;
const DOCUMENTED: Deal = {
  id: '20f8286a-b181-4bb0-9e3b-f87ca4926dc9',
  orderId: '0001',
  amount: '1000',
  amountAsNumber: false,
  recipientType: 'card_number',
  recipient: '2202********3722',
  state: 'completed',
  createdAt: Date.parse('2024-09-25T12:00:00Z'),
  updatedAt: Date.parse('2024-09-25T13:00:00Z'),
};

/** Oldest first; the first one is the documented one, unchanged. */
export function seedDeals(seed: number): Deal[] {
  const random = createRandom(seed, 'repay deals');
  const step = (SANDBOX_START - DOCUMENTED.createdAt) / COUNT;
  return Array.from({ length: COUNT }, (_, index) => {
    if (index === 0) return { ...DOCUMENTED };
    const createdAt = DOCUMENTED.createdAt + Math.floor((index * step) / 1000) * 1000;
    return inventDeal(random, String(index + 1).padStart(4, '0'), createdAt);
  });
}

const STATES = [...Array<string>(12).fill('completed'), 'processing', 'processing', 'rejected', 'rejected'];

export function inventDeal(random: Random, orderId: string, createdAt: number): Deal {
  const recipientType = random.pick(['card_number', 'card_number', 'phone_number', 'account_number']);
  const state = random.chance(0.02) ? 'rejected_by_system' : random.pick(STATES);
  return {
    id: random.uuid(),
    orderId,
    amount: inventAmount(random),
    amountAsNumber: random.chance(0.05),
    recipientType,
    recipient: mask(inventRequisites(random, recipientType)),
    state,
    createdAt,
    updatedAt: createdAt + (state === 'processing' ? 0 : random.int(60, 3600) * 1000),
  };
}

function inventAmount(random: Random): string {
  if (random.chance(0.01)) return `${random.int(1, 9)}${random.digits(27)}.${random.digits(2)}`;
  const roubles = String(random.int(300, 150_000));
  return random.chance(0.2) ? `${roubles}.${random.digits(2)}` : roubles;
}

function inventRequisites(random: Random, type: string): string {
  if (type === 'card_number') return `2202${random.digits(12)}`;
  return type === 'phone_number' ? `79${random.digits(9)}` : `40817810${random.digits(12)}`;
}

/** First four and last four stay, as in the documented answer; the documented words say first six. */
export function mask(requisites: string): string {
  if (requisites.length <= 8) return '*'.repeat(requisites.length);
  return requisites.slice(0, 4) + '*'.repeat(requisites.length - 8) + requisites.slice(-4);
}

/** The flat answer without its `status_code`. */
export function dealWire(deal: Deal): JsonObject {
  return {
    id: deal.id,
    order_id: deal.orderId,
    amount: deal.amountAsNumber ? numberToken(deal.amount) : deal.amount,
    recipient_type: deal.recipientType,
    recipient: deal.recipient,
    state: deal.state,
    created_at: zulu(deal.createdAt),
    updated_at: zulu(deal.updatedAt),
  };
}

const MOVES_AFTER_MS = 5_000;
const MOVES_AT_READ = 3;

export interface Motion {
  start(deal: Deal): void;
  /** Brings a deal up to date before it is printed; a read counts. */
  read(deal: Deal, now: number): void;
  /** Ends the motion where the deal stands. */
  stop(deal: Deal): void;
}

/** New deals are `processing` until the third read or for five seconds; amount 202 then ends `rejected`. */
export function createMotion(): Motion {
  const reads = new Map<Deal, number>();
  return {
    start: (deal) => void reads.set(deal, 0),
    stop: (deal) => void reads.delete(deal),
    read(deal, now) {
      const before = reads.get(deal);
      if (before === undefined) return;
      reads.set(deal, before + 1);
      if (before + 1 < MOVES_AT_READ && now - deal.createdAt < MOVES_AFTER_MS) return;
      reads.delete(deal);
      deal.state = /^202(\.0+)?$/.test(deal.amount) ? 'rejected' : 'completed';
      deal.updatedAt = Math.max(now, deal.createdAt);
    },
  };
}
