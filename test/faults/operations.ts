/** Every read and every write as a frontend asks for it, each at an endpoint of its own in the sandbox, so that they
 * can be asked at once and counted apart. */

import { SANDBOX_CREDENTIALS, type Sandbox } from '../../sandbox/index.ts';
import { encodeId } from '../../src/id.ts';
import type { Answer, Ask } from '../support/app.ts';

const [UNIT, OTHER_UNIT] = SANDBOX_CREDENTIALS.hashlee.units;
export const ADDRESS = 'TDD97yguPESTpcrJMqU6h2ozZbibv4Vaqm';

export interface Operation {
  readonly name: string;
  /** A call of this operation, by its endpoint and path. */
  readonly call: RegExp;
  readonly run: (ask: Ask, sandbox: Sandbox) => Promise<Answer>;
}

const merchants = [
  ['cryptomus', 'C'],
  ['heleket', 'H'],
] as const;

const PAYOUT = 'query ($by: PayoutRef!) { payout(by: $by) { uuid status rawStatus } }';
const PAYOUTS = 'query ($in: [String!]) { payouts(accounts: $in, first: 3) { nodes { uuid rawStatus } } }';
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
      run: (ask) => ask(BLOCK_AND_SHOW, { input: { idempotencyKey: 'k', wallet: wallet(account, '1') } }),
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
    run: (ask) => ask('{ withdrawals(accounts: ["hashlee"], first: 3) { nodes { hash } } }'),
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

const FAILURE =
  '... on ProviderFailure { code outcome account { name } retryAfterMs } ... on InvalidInput { message }';

/** All writes, each to something that allows it. */
export const WRITES: readonly Operation[] = [
  ...merchants.flatMap(([account, letter]): Operation[] => [
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
  ]),
  {
    name: 'cancel',
    call: /^W4 /,
    run: (ask, sandbox) => {
      const open = sandbox.rows.withdrawals(UNIT).find(({ status }) => status === 'OPEN')!;
      return cancel(ask, open.hash);
    },
  },
];

export function block(ask: Ask, account: string, orderId: string): Promise<Answer> {
  return ask(
    `mutation ($input: BlockWalletInput!) { result: blockWallet(input: $input) { __typename ${FAILURE} } }`,
    {
      input: { idempotencyKey: 'k', wallet: wallet(account, orderId) },
    },
  );
}

export function refund(ask: Ask, account: string, orderId: string): Promise<Answer> {
  return ask(
    `mutation ($input: RefundBlockedInput!) { result: refundBlocked(input: $input) { __typename ${FAILURE} } }`,
    { input: { idempotencyKey: 'k', wallet: wallet(account, orderId), toAddress: ADDRESS } },
  );
}

export function cancel(ask: Ask, hash: string): Promise<Answer> {
  return ask(
    `mutation ($input: CancelWithdrawalInput!) { result: cancelWithdrawal(input: $input) { __typename ${FAILURE} } }`,
    { input: { idempotencyKey: 'k', withdrawal: { hash: { account: 'hashlee', hash } } } },
  );
}

function wallet(account: string, orderId: string) {
  return { orderId: { account, orderId } };
}

/** How many calls of an operation the sandbox saw. */
export function callsOf(sandbox: Sandbox, { call }: Operation): number {
  return sandbox.calls.filter(({ endpoint, path }) => call.test(`${endpoint} ${path}`)).length;
}
