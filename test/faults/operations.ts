/** Every read and every write as a frontend asks for it, each at an endpoint of its own in the sandbox, so that they
 * can be asked at once and counted apart. */

import { randomUUID } from 'node:crypto';
import { SANDBOX_CREDENTIALS, type Sandbox } from '../../sandbox/index.ts';
import { encodeId } from '../../src/id.ts';
import type { Answer, Ask } from '../support/app.ts';
import {
  ADDRESS,
  byHash,
  byOrderId,
  NEW_CARD_PAYOUT,
  NEW_PAYOUT,
  NEW_WALLET,
  NEW_WITHDRAWAL,
  openHash,
  write,
} from '../support/writes.ts';

const [UNIT, OTHER_UNIT] = SANDBOX_CREDENTIALS.hashlee.units;

export interface Operation<Result = Answer> {
  readonly name: string;
  /** A call of this operation, by its endpoint and path. */
  readonly call: RegExp;
  readonly run: (ask: Ask, sandbox: Sandbox) => Promise<Result>;
}

const merchants = [
  ['cryptomus', 'C'],
  ['heleket', 'H'],
] as const;

const PAYOUT = 'query ($by: PayoutRef!) { payout(by: $by) { uuid status rawStatus } }';
const GAPS = 'gaps { failure { code outcome retryAfterMs } }';
const PAYOUTS = `query ($in: [String!]) { list: payouts(accounts: $in, first: 3) { nodes { uuid rawStatus } ${GAPS} } }`;
const BLOCK_AND_SHOW = `mutation ($input: BlockWalletInput!) {
  blockWallet(input: $input) { ... on BlockWalletPayload { wallet { qrCode } } }
}`;

/** All reads. */
export const READS: readonly Operation[] = [
  ...merchants.flatMap(([account, letter]): Operation[] => [
    {
      name: `payout ${account}`,
      call: new RegExp(`^${letter}6 `),
      run: (ask, sandbox) =>
        ask(PAYOUT, { by: { uuid: { account, uuid: sandbox.rows.payouts(account)[0]!.uuid } } }),
    },
    {
      name: `payouts ${account}`,
      call: new RegExp(`^${letter}7 `),
      run: (ask) => ask(PAYOUTS, { in: [account] }),
    },
    {
      name: `qrCode ${account}`,
      call: new RegExp(`^${letter}2 `),
      run: (ask) =>
        ask(BLOCK_AND_SHOW, { input: { idempotencyKey: randomUUID(), wallet: byOrderId(account, '1') } }),
    },
  ]),
  {
    name: 'payout repay',
    call: /^R1 /,
    run: (ask) => ask(PAYOUT, { by: { orderId: { account: 'repay', orderId: '0001' } } }),
  },
  {
    name: 'withdrawal',
    call: /^W2 \S+vojvzo/,
    run: (ask, sandbox) => {
      const { hash } = sandbox.rows.withdrawals(UNIT)[0]!;
      return ask('query ($by: WithdrawalRef!) { withdrawal(by: $by) { hash } }', {
        by: { hash: { account: 'hashlee', hash } },
      });
    },
  },
  {
    name: 'withdrawals',
    call: /^W1 \S+vojvzo/,
    run: (ask) => ask(`{ list: withdrawals(accounts: ["hashlee"], first: 3) { nodes { hash } ${GAPS} } }`),
  },
  {
    name: 'several',
    call: /^W. \S+kqzprd/,
    run: (ask, sandbox) =>
      ask('query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Withdrawal { hash } } }', {
        ids: sandbox.rows
          .withdrawals(OTHER_UNIT)
          .slice(0, 2)
          .map(({ hash }) => encodeId({ kind: 'Withdrawal', account: 'hashlee-2', hash })),
      }),
  },
];

type Write = Operation<Awaited<ReturnType<typeof write>>>;

/** All writes, each to something that allows it. */
export const WRITES: readonly Write[] = [
  ...merchants.flatMap(([account, letter]): Write[] => [
    {
      name: `wallet ${account}`,
      call: new RegExp(`^${letter}1 `),
      run: (ask) => write(ask, 'createStaticWallet', { ...NEW_WALLET, account }),
    },
    {
      name: `block ${account}`,
      call: new RegExp(`^${letter}3 `),
      run: (ask) => block(ask, account, '1'),
    },
    {
      name: `refund ${account}`,
      call: new RegExp(`^${letter}4 `),
      run: (ask) => refund(ask, account, 'blocked'),
    },
    {
      name: `payout ${account}`,
      call: new RegExp(`^${letter}5 `),
      run: (ask) => write(ask, 'createPayout', { ...NEW_PAYOUT, account }),
    },
  ]),
  {
    name: 'payout repay',
    call: /^R2 /,
    run: (ask) => write(ask, 'createPayout', NEW_CARD_PAYOUT),
  },
  {
    name: 'withdrawal',
    call: /^W3 /,
    run: (ask) => write(ask, 'createWithdrawal', NEW_WITHDRAWAL),
  },
  {
    name: 'cancel',
    call: /^W4 /,
    run: (ask, sandbox) => cancel(ask, openHash(sandbox)),
  },
];

export function block(ask: Ask, account: string, orderId: string) {
  return write(ask, 'blockWallet', { wallet: byOrderId(account, orderId) });
}

export function refund(ask: Ask, account: string, orderId: string) {
  return write(ask, 'refundBlocked', { wallet: byOrderId(account, orderId), toAddress: ADDRESS });
}

export function cancel(ask: Ask, hash: string) {
  return write(ask, 'cancelWithdrawal', { withdrawal: byHash(hash) });
}

interface ReadFailure {
  readonly code: string;
  readonly outcome: string;
  readonly retryAfterMs: number | null;
}

/** What failed of a read: its errors, or of a list its gaps. */
export function failuresOf({ errors, data }: Answer): ReadFailure[] {
  const gaps: { failure: ReadFailure }[] = data?.list?.gaps ?? [];
  const told = errors?.map(({ extensions }) => extensions as unknown as ReadFailure) ?? [];
  return [...told, ...gaps.map(({ failure }) => failure)];
}

/** How many calls of an operation the sandbox saw. */
export function callsOf(sandbox: Sandbox, { call }: Operation<unknown>): number {
  return sandbox.calls.filter(({ endpoint, path }) => call.test(`${endpoint} ${path}`)).length;
}
