// The 1,040 payouts that exist at the start: the documented ones under their ids and dates, and a plausible history
// around them, with amounts of up to 18 decimals and a few of 30 digits.
import { add, toScale } from '../decimal.ts';
import type { Random } from '../random.ts';
import { SANDBOX_START } from '../time.ts';
import { inventAddress, inventTxid } from './coins.ts';
import type { Payout } from './state.ts';

const COUNT = 1040;
const OLDEST = Date.UTC(2023, 0, 10, 6, 0, 0);
/** The documented cursor points at this id, and so does the one after the first page here. */
const ID_BEFORE_SECOND_PAGE = 2915543;
const PAGE = 15;

type Draft = Omit<Payout, 'id'>;

const DOCUMENTED: readonly Draft[] = [
  {
    uuid: 'a7c0caec-a594-4aaa-b1c4-77d511857594',
    orderId: '1',
    amount: '3',
    currency: 'USDT',
    network: 'TRON',
    address: 'TJ...',
    txid: null,
    status: 'process',
    isFinal: false,
    balance: '129.00000000',
    payerCurrency: 'USD',
    payerAmount: '3',
    commission: '1.00',
    merchantAmount: '4.00',
    createdAt: Date.parse('2023-06-21T17:25:55+03:00'),
    updatedAt: Date.parse('2023-06-21T17:34:38+03:00'),
    listedInFull: false,
  },
  {
    uuid: '92c39264-d180-4503-9c16-ee16f083bbb8',
    orderId: null,
    amount: '5.40000000',
    currency: 'DOGE',
    network: 'doge',
    address: 'DEw8CJLfxg9fhumeXP1zvVNjZicsqtDv7V',
    txid: '5e5810946152ea569d2a2aa9aa32a45c0e4223a4f9aad8e31d2fc660d2cdedb8',
    status: 'paid',
    isFinal: true,
    balance: '26.77966652',
    payerCurrency: 'DOGE',
    payerAmount: '5.40000000',
    commission: '1.50000000',
    merchantAmount: '6.90000000',
    createdAt: Date.parse('2023-07-21T17:25:55+03:00'),
    updatedAt: Date.parse('2023-07-21T17:34:38+03:00'),
    listedInFull: true,
  },
  {
    uuid: '2b852d86-3cf1-43fb-b1bb-36f0b7d12151',
    orderId: '129359',
    amount: '207.00000000',
    currency: 'USDT',
    network: 'bsc',
    address: '0x5f0c1b8a7e2d49630af1c8e57b94d2063ae81c7d',
    txid: '0xcf8',
    status: 'paid',
    isFinal: true,
    balance: '4120.55000000',
    payerCurrency: 'USDT',
    payerAmount: '207.00000000',
    commission: '0.30000000',
    merchantAmount: '207.30000000',
    createdAt: Date.parse('2024-02-06T11:03:12+03:00'),
    updatedAt: Date.parse('2024-02-06T11:05:40+03:00'),
    listedInFull: false,
  },
];

/** Oldest first, ids ascending with gaps: other merchants' payouts have the numbers between. */
export function seedPayouts(random: Random): Payout[] {
  const drafts = [...DOCUMENTED];
  const step = (SANDBOX_START - OLDEST) / (COUNT - DOCUMENTED.length);
  for (let index = 0; index < COUNT - DOCUMENTED.length; index++) {
    const createdAt = wholeSecond(OLDEST + index * step + random.next() * step * 0.9);
    drafts.push(inventPayout(random, `po-${String(index + 1).padStart(5, '0')}`, createdAt));
  }
  // One state text that belongs to payments, and one of no documentation at all.
  Object.assign(drafts.at(-4)!, { status: 'wrong_amount_waiting', isFinal: false, txid: null });
  Object.assign(drafts.at(-9)!, { status: 'on_hold', isFinal: false, txid: null });

  drafts.sort((a, b) => a.createdAt - b.createdAt);
  let id = 0;
  const ids = drafts.map(() => {
    id += random.int(1, 40);
    return id;
  });
  const shift = ID_BEFORE_SECOND_PAGE - ids.at(-PAGE)!;
  return drafts.map((draft, index) => ({ id: ids[index]! + shift, ...draft }));
}

const COINS = [
  ['USDT', 'TRON', 'tron'],
  ['USDT', 'tron', 'TRON'],
  ['USDT', 'bsc', 'BSC'],
  ['BTC', 'btc', 'BTC'],
  ['ETH', 'eth', 'ETH'],
  ['DOGE', 'doge', 'DOGE'],
  ['LTC', 'ltc', 'LTC'],
  ['TON', 'ton', 'TON'],
  ['SOL', 'sol', 'SOL'],
] as const;

const STATUSES = [
  ...Array<string>(14).fill('paid'),
  'process',
  'process',
  'check',
  'fail',
  'cancel',
  'system_fail',
];

/** One plausible payout of the given moment. */
export function inventPayout(random: Random, orderId: string, createdAt: number): Draft {
  const [currency, network] = random.pick(COINS);
  const amount = inventAmount(random, currency);
  const commission = currency === 'USDT' ? '1.00' : '0.00050000';
  const status = random.pick(STATUSES);
  // "fail" may still be resent by support, in which case it is not final (docs/providers.md, 1.7.4).
  const isFinal = status === 'fail' ? random.chance(0.6) : /paid|cancel|system_fail/.test(status);
  const byHand = random.chance(0.1);
  return {
    uuid: random.uuid(),
    orderId: byHand ? null : orderId,
    amount,
    currency,
    network,
    address: inventAddress(network, random),
    txid: status === 'paid' && random.chance(0.95) ? inventTxid(network, random) : null,
    status,
    isFinal,
    balance: `${random.int(0, 90_000)}.${random.digits(random.chance(0.2) ? 18 : 8)}`,
    payerCurrency: currency,
    payerAmount: amount,
    commission,
    merchantAmount: add(amount, commission),
    createdAt,
    updatedAt: createdAt + (status === 'process' ? 0 : random.int(20, 900) * 1000),
    listedInFull: byHand || random.chance(0.3),
  };
}

function inventAmount(random: Random, currency: string): string {
  const kind = random.next();
  if (kind < 0.01) return `${random.int(1, 9)}${random.digits(11)}.${random.digits(18)}`;
  if (currency === 'ETH' || kind < 0.05)
    return `${random.int(0, 20)}.${random.digits(17)}${random.int(1, 9)}`;
  if (kind < 0.3) return String(random.int(1, 5000));
  return toScale(`${random.int(1, 3000)}.${random.digits(8)}`, random.pick([2, 6, 8]));
}

function wholeSecond(ms: number): number {
  return Math.floor(ms / 1000) * 1000;
}
