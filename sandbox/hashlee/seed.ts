// The 2,000 withdrawals of the two units that exist at the start: both documented ones, and a history in which
// several rows share a second.

import { SANDBOX_CREDENTIALS } from '../credentials.ts';
import { add } from '../decimal.ts';
import type { Random } from '../random.ts';
import { SANDBOX_START } from '../time.ts';
import type { Withdrawal } from './withdrawal.ts';

const COUNT = 2000;
const FIRST_ID = 4100;
const OLDEST = Date.UTC(2018, 5, 1, 12, 0, 0);
const { units, accounts } = SANDBOX_CREDENTIALS.hashlee;
const CODE = 'bcdfghjklmnpqrstvwxyzaeiou';
const TYPES = ['BANK', 'WALLET', 'PREPAID_CARD'] as const;

type Draft = Omit<Withdrawal, 'id'>;

const DOCUMENTED: readonly Draft[] = [
  {
    hash: '70e00550-06f2-4a37-84bb-8d7f30dc1eac',
    unit: 'vojvzo',
    userId: 'oqrwgk',
    receiptId: null,
    profileId: 'jqozmk',
    accountId: 'jqozmk',
    accountType: 'WALLET',
    currency: 'BTC',
    amount: '259180.80032041',
    fee: '0.53333096',
    netAmount: '259181.33365137',
    status: 'FINISHED',
    identify: '9fc80af5-b845-427f-9064-e5eaed6e843f',
    description: 'Quia perspiciatis ab facere corrupti.',
    verifiedAt: null,
    finishedAt: Date.parse('2018-05-26T12:11:16-03:00'),
    createdAt: Date.parse('2018-06-26T11:38:56-03:00'),
    updatedAt: Date.parse('2018-06-26T11:38:56-03:00'),
  },
  {
    hash: 'eea55e84-33e9-4bf1-a6ea-a6f853c801c7',
    unit: 'vojvzo',
    userId: 'jqozmk',
    receiptId: null,
    profileId: 'jqozmk',
    accountId: 'jqozmk',
    accountType: 'BANK',
    currency: 'BRL',
    amount: '105.00000000',
    fee: '5.00000000',
    netAmount: '100.00000000',
    status: 'OPEN',
    identify: null,
    description: null,
    verifiedAt: null,
    finishedAt: null,
    createdAt: Date.parse('2018-06-28T12:44:30-03:00'),
    updatedAt: Date.parse('2018-06-28T12:44:30-03:00'),
  },
];

/** Both units together, by id ascending, which is also by creation. */
export function seedWithdrawals(random: Random): Withdrawal[] {
  const drafts = [...DOCUMENTED];
  const step = (SANDBOX_START - OLDEST) / COUNT;
  let createdAt = OLDEST;
  for (let index = 0; drafts.length < COUNT; index++) {
    // One row in three arrives together with the one before it.
    if (!random.chance(1 / 3)) createdAt = Math.floor((OLDEST + index * step) / 1000) * 1000;
    drafts.push(inventWithdrawal(random, random.chance(0.6) ? units[0] : units[1], createdAt));
  }
  drafts.sort((a, b) => a.createdAt - b.createdAt);
  let id = FIRST_ID;
  return drafts.map((draft) => {
    id += random.int(1, 3);
    return { id, ...draft };
  });
}

const STATUSES = [
  ...Array<string>(20).fill('FINISHED'),
  'OPEN',
  'OPEN',
  'PENDING',
  'PENDING',
  'EXPORTED',
  'CANCELED',
  'CANCELED',
  'REVERSED',
];
const WORDS = 'quia perspiciatis ab facere corrupti dolor sit saepe nemo iusto ação crédito'.split(' ');

/** One plausible withdrawal; its net amount is amount plus fee, as in the documented list. */
export function inventWithdrawal(random: Random, unit: string, createdAt: number): Draft {
  const status = random.pick(STATUSES);
  const finished = status === 'FINISHED' || status === 'REVERSED';
  const currency = random.chance(0.7) ? 'BRL' : 'BTC';
  const amount = random.chance(0.01)
    ? `${random.int(1, 9)}${random.digits(21)}.${random.digits(8)}`
    : `${random.int(0, currency === 'BRL' ? 20_000 : 3)}.${random.digits(8)}`;
  const fee = `${random.int(0, currency === 'BRL' ? 9 : 0)}.${random.digits(8)}`;
  const finishedAt = finished ? createdAt + random.int(600, 90_000) * 1000 : null;
  return {
    hash: random.uuid(),
    unit,
    userId: random.text(CODE, 6),
    receiptId: finished && random.chance(0.5) ? random.text(CODE, 6) : null,
    profileId: random.text(CODE, 6),
    accountId: random.pick(accounts),
    accountType: random.pick(TYPES),
    currency,
    amount,
    fee,
    netAmount: add(amount, fee),
    status,
    identify: finished ? random.uuid() : null,
    description: random.chance(0.6) ? `${random.pick(WORDS)} ${random.pick(WORDS)}.` : null,
    verifiedAt: finished && random.chance(0.7) ? createdAt + random.int(60, 500) * 1000 : null,
    finishedAt,
    createdAt,
    updatedAt: finishedAt ?? createdAt,
  };
}
