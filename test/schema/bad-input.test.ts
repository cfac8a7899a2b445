/** What a client may send wrong, and how it is told: a typed error at an exact path, and not one call upstream. */

import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { type Answer, startProduct } from '../support/app.ts';
import { NEW_PAYOUT, NEW_WITHDRAWAL } from '../support/writes.ts';

const { ask, sandbox } = await startProduct();

const UUID = '00000000-0000-4000-8000-000000000000';
const NAMES = ['cryptomus', 'heleket', 'repay', 'hashlee', 'hashlee-2'];
const idOf = (...parts: unknown[]) => Buffer.from(JSON.stringify([1, ...parts])).toString('base64url');
const WITHDRAWAL_ID = idOf('Withdrawal', 'hashlee', 'hash', UUID);
const PAYOUT_ID = idOf('Payout', 'cryptomus', 'uuid', UUID);
const WALLET_ID = idOf('StaticWallet', 'cryptomus', 'uuid', UUID);

const PAYOUT = 'query ($by: PayoutRef!) { payout(by: $by) { uuid } }';
const WITHDRAWAL = 'query ($by: WithdrawalRef!) { withdrawal(by: $by) { hash } }';
const NODE = 'query ($id: ID!) { node(id: $id) { id } }';
const NODES = 'query ($ids: [ID!]!) { nodes(ids: $ids) { id } }';
const PAYOUTS = `query ($accounts: [String!], $first: Int, $after: String, $last: Int, $before: String, $filter: PayoutFilter) {
  payouts(accounts: $accounts, first: $first, after: $after, last: $last, before: $before, filter: $filter) {
    nodes { uuid } pageInfo { endCursor }
  }
}`;
const WITHDRAWALS = `query ($accounts: [String!], $first: Int, $after: String, $filter: WithdrawalFilter, $orderBy: WithdrawalOrder, $accountType: AccountType) {
  withdrawals(accounts: $accounts, first: $first, after: $after, filter: $filter, orderBy: $orderBy, accountType: $accountType) {
    nodes { hash } pageInfo { endCursor }
  }
}`;
const SHOWN = '__typename ... on Error { code } ... on InvalidInput { issues { path } }';
const BLOCK = `mutation ($input: BlockWalletInput!) { result: blockWallet(input: $input) { ${SHOWN} } }`;
const REFUND = `mutation ($input: RefundBlockedInput!) { result: refundBlocked(input: $input) { ${SHOWN} } }`;
const PAY = `mutation ($input: CreatePayoutInput!) { result: createPayout(input: $input) { ${SHOWN} } }`;
const WITHDRAW = `mutation ($input: CreateWithdrawalInput!) { result: createWithdrawal(input: $input) { ${SHOWN} } }`;
const REGISTER_PAYOUTS = `mutation ($input: RegisterPayoutsInput!) { result: registerPayouts(input: $input) { ${SHOWN} } }`;
const REGISTER_WALLETS = `mutation ($input: RegisterStaticWalletsInput!) {
  result: registerStaticWallets(input: $input) { ${SHOWN} }
}`;
const WALLETS = `query ($after: String, $filter: StaticWalletFilter) {
  staticWallets(after: $after, filter: $filter) { nodes { id } }
}`;
const OPERATIONS = `query ($after: String, $filter: OperationFilter) {
  operations(after: $after, filter: $filter) { nodes { id } }
}`;
const CANCEL = `mutation ($input: CancelWithdrawalInput!) { result: cancelWithdrawal(input: $input) { ${SHOWN} } }`;

const payouts = (more: object) => ({ accounts: ['cryptomus'], ...more });
const withdrawals = (more: object) => ({ accounts: ['hashlee'], ...more });
const byOrderId = (account: string, orderId: string) => ({ orderId: { account, orderId } });
const byUuid = (account: string, uuid: string) => ({ uuid: { account, uuid } });
const block = (wallet: object, idempotencyKey = 'k') => ({ input: { idempotencyKey, wallet } });
const refund = (toAddress: string) => ({
  input: { idempotencyKey: 'k', wallet: { id: WALLET_ID }, toAddress },
});

afterEach(() => expect(sandbox.calls).toEqual([]));

type Case = [what: string, query: string, variables: Record<string, unknown>, path: string];

/** Refused at a place in the arguments. */
const MISPLACED: Case[] = [
  ['an id that is none', PAYOUT, { by: { id: 'nonsense' } }, 'by.id'],
  ['an empty id', PAYOUT, { by: { id: '' } }, 'by.id'],
  ['the id of another kind', PAYOUT, { by: { id: WITHDRAWAL_ID } }, 'by.id'],
  ['the id of a wallet for a payout', PAYOUT, { by: { id: WALLET_ID } }, 'by.id'],
  ['the id of a payout for a withdrawal', WITHDRAWAL, { by: { id: PAYOUT_ID } }, 'by.id'],
  ['an id cut short', PAYOUT, { by: { id: PAYOUT_ID.slice(0, -2) } }, 'by.id'],
  ['an id with a space behind it', PAYOUT, { by: { id: `${PAYOUT_ID} ` } }, 'by.id'],
  ['the id of an unknown account', PAYOUT, { by: { id: idOf('Payout', 'nowhere', 'uuid', UUID) } }, 'by.id'],
  ['an unknown account', PAYOUT, { by: byUuid('nowhere', UUID) }, 'by.uuid.account'],
  ['an unknown account by order id', PAYOUT, { by: byOrderId('nowhere', '1') }, 'by.orderId.account'],
  ['a uuid that is none', PAYOUT, { by: byUuid('cryptomus', 'fcc40793') }, 'by.uuid.uuid'],
  ['a uuid with a line behind it', PAYOUT, { by: byUuid('cryptomus', `${UUID}\n`) }, 'by.uuid.uuid'],
  ['an empty order id', PAYOUT, { by: byOrderId('repay', '') }, 'by.orderId.orderId'],
  [
    'an order id of 129 characters',
    PAYOUT,
    { by: byOrderId('repay', 'x'.repeat(129)) },
    'by.orderId.orderId',
  ],
  ['an order id with a line break', PAYOUT, { by: byOrderId('repay', 'a\nb') }, 'by.orderId.orderId'],
  [
    'a hash that is no uuid',
    WITHDRAWAL,
    { by: { hash: { account: 'hashlee', hash: '../x' } } },
    'by.hash.hash',
  ],
  [
    'an unknown account of a hash',
    WITHDRAWAL,
    { by: { hash: { account: 'x', hash: UUID } } },
    'by.hash.account',
  ],
  ['a node id that is none', NODE, { id: 'nonsense' }, 'id'],
  ['a node id of an unknown account', NODE, { id: idOf('Account', 'nowhere') }, 'id'],
  ['one broken id among nodes', NODES, { ids: ['nonsense'] }, 'ids.0'],
  ['101 ids', NODES, { ids: Array(101).fill(WITHDRAWAL_ID) }, 'ids'],

  ['a page of none', PAYOUTS, payouts({ first: 0 }), 'first'],
  ['a page of less than none', PAYOUTS, payouts({ first: -1 }), 'first'],
  ['a page of 101', PAYOUTS, payouts({ first: 101 }), 'first'],
  ['a last page of none', PAYOUTS, payouts({ last: 0 }), 'last'],
  ['a last page of 101', PAYOUTS, payouts({ last: 101 }), 'last'],
  ['first and last', PAYOUTS, payouts({ first: 1, last: 1 }), 'last'],
  ['last with after', PAYOUTS, payouts({ last: 1, after: 'x' }), 'after'],
  ['first with before', PAYOUTS, payouts({ first: 1, before: 'x' }), 'before'],
  ['after with before', PAYOUTS, payouts({ after: 'x', before: 'x' }), 'after'],
  ['a cursor that is none', PAYOUTS, payouts({ after: 'nonsense' }), 'after'],
  ['an empty cursor', PAYOUTS, payouts({ first: 1, after: '' }), 'after'],
  ['a cursor before that is none', PAYOUTS, payouts({ before: 'nonsense' }), 'before'],
  ['no account at all', PAYOUTS, { accounts: [] }, 'accounts'],
  ['an unknown account to list', PAYOUTS, { accounts: ['nowhere'] }, 'accounts'],
  ['an unknown account beside a known one', PAYOUTS, { accounts: ['cryptomus', 'nowhere'] }, 'accounts'],

  ['31 digits', WITHDRAWALS, withdrawals({ filter: { amount: { gt: '1'.repeat(31) } } }), 'filter.amount.gt'],
  [
    '31 digits around a point',
    WITHDRAWALS,
    withdrawals({ filter: { fee: { eq: `1.${'1'.repeat(30)}` } } }),
    'filter.fee.eq',
  ],
  ['an amount in words', WITHDRAWALS, withdrawals({ filter: { amount: { lt: 'ten' } } }), 'filter.amount.lt'],
  [
    'an amount with an exponent',
    WITHDRAWALS,
    withdrawals({ filter: { amount: { lt: '1e5' } } }),
    'filter.amount.lt',
  ],
  [
    'an amount with a comma',
    WITHDRAWALS,
    withdrawals({ filter: { amount: { lt: '1,5' } } }),
    'filter.amount.lt',
  ],
  [
    '101 members',
    WITHDRAWALS,
    withdrawals({ filter: { hash: { in: Array(101).fill('a') } } }),
    'filter.hash.in',
  ],
  [
    '101 statuses',
    WITHDRAWALS,
    withdrawals({ filter: { status: { nin: Array(101).fill('PENDING') } } }),
    'filter.status.nin',
  ],
];
test.each(MISPLACED)('%s is refused at its place', async (_what, query, variables, path) => {
  const { errors } = await ask(query, variables);
  expect(errors).toHaveLength(1);
  expect(errors?.[0]?.extensions).toMatchObject({
    code: 'INVALID_INPUT',
    issues: [{ path: path.split('.'), message: expect.any(String) }],
  });
});

/** Refused by a mutation, in its result. */
const MISPLACED_IN_WRITES: Case[] = [
  [
    'an order id of 33 characters',
    BLOCK,
    block(byOrderId('cryptomus', 'x'.repeat(33))),
    'wallet.orderId.orderId',
  ],
  ['an order id with a mark', BLOCK, block(byOrderId('cryptomus', 'a!')), 'wallet.orderId.orderId'],
  ['an order id with an accent', BLOCK, block(byOrderId('cryptomus', 'é')), 'wallet.orderId.orderId'],
  ['an empty order id', BLOCK, block(byOrderId('cryptomus', '')), 'wallet.orderId.orderId'],
  ['a wallet of an unknown account', BLOCK, block(byOrderId('nowhere', '1')), 'wallet.orderId.account'],
  ['a uuid that is none', BLOCK, block(byUuid('cryptomus', '1')), 'wallet.uuid.uuid'],
  ['the id of a payout', BLOCK, block({ id: PAYOUT_ID }), 'wallet.id'],
  ['an empty key', BLOCK, block({ id: WALLET_ID }, ''), 'idempotencyKey'],
  ['a key of 129 characters', BLOCK, block({ id: WALLET_ID }, 'k'.repeat(129)), 'idempotencyKey'],
  ['a key with a space', BLOCK, block({ id: WALLET_ID }, 'a b'), 'idempotencyKey'],
  ['an address of 9 characters', REFUND, refund('123456789'), 'toAddress'],
  ['an address of 129 characters', REFUND, refund('a'.repeat(129)), 'toAddress'],
  ['an address with a colon', REFUND, refund('bitcoincash:qpm2qsznhks23z7629mms6s'), 'toAddress'],
  ['an address with a space', REFUND, refund('TDD97yguPESTpcrJMqU6h2 '), 'toAddress'],
  [
    'the id of a wallet to cancel',
    CANCEL,
    { input: { idempotencyKey: 'k', withdrawal: { id: WALLET_ID } } },
    'withdrawal.id',
  ],
  [
    'a hash that is none',
    CANCEL,
    { input: { idempotencyKey: 'k', withdrawal: { hash: { account: 'hashlee', hash: 'x' } } } },
    'withdrawal.hash.hash',
  ],
];
test.each(MISPLACED_IN_WRITES)(
  '%s is refused at its place in a mutation',
  async (_what, query, variables, path) => {
    expect(await ask(query, variables)).toEqual({
      data: {
        result: {
          __typename: 'InvalidInput',
          code: 'INVALID_INPUT',
          issues: [{ path: ['input', ...path.split('.')] }],
        },
      },
    });
  },
);

/** Refused before anything is resolved: the place stands in the text. */
const MISSHAPED: Case[] = [
  ['both ids', PAYOUT, { by: { id: PAYOUT_ID, ...byUuid('cryptomus', UUID) } }, '$by'],
  [
    'both ids of a wallet',
    BLOCK,
    block({ ...byUuid('cryptomus', UUID), ...byOrderId('cryptomus', '1') }),
    'input.wallet',
  ],
  ['no id', PAYOUT, { by: {} }, '$by'],
  ['an id that is null', PAYOUT, { by: { id: null } }, 'by.id'],
  ['no idempotency key', BLOCK, { input: { wallet: { id: WALLET_ID } } }, 'idempotencyKey'],
  ['a uuid as a number', PAYOUT, { by: { uuid: { account: 'cryptomus', uuid: 5 } } }, 'by.uuid.uuid'],
  [
    'a JSON float as a Decimal',
    WITHDRAWALS,
    withdrawals({ filter: { amount: { gt: 0.1 } } }),
    'filter.amount.gt',
  ],
  [
    'a time without offset',
    WITHDRAWALS,
    withdrawals({ filter: { createdAt: { gt: '2024-01-01T00:00:00' } } }),
    'filter.createdAt.gt',
  ],
  [
    'a date without time',
    WITHDRAWALS,
    withdrawals({ filter: { createdAt: { gt: '2024-01-01' } } }),
    'filter.createdAt.gt',
  ],
  [
    'the 30th of February',
    WITHDRAWALS,
    withdrawals({ filter: { createdAt: { gt: '2024-02-30T00:00:00Z' } } }),
    'filter.createdAt.gt',
  ],
  [
    'the 25th hour',
    WITHDRAWALS,
    withdrawals({ filter: { createdAt: { gt: '2024-02-01T24:00:00Z' } } }),
    'filter.createdAt.gt',
  ],
  [
    'a time as a number',
    PAYOUTS,
    payouts({ filter: { createdAt: { gt: 1704067200 } } }),
    'filter.createdAt.gt',
  ],
  [
    'an operator that a status has not',
    WITHDRAWALS,
    withdrawals({ filter: { status: { gt: 'PENDING' } } }),
    'filter.status',
  ],
  [
    'an operator that a time has not',
    PAYOUTS,
    payouts({ filter: { createdAt: { eq: '2024-01-01T00:00:00Z' } } }),
    'filter.createdAt',
  ],
  ['an operator of nobody', WITHDRAWALS, withdrawals({ filter: { amount: { like: '1' } } }), 'filter.amount'],
  ['a filter field of nobody', PAYOUTS, payouts({ filter: { fee: { eq: '1' } } }), 'filter'],
  [
    'a status of nobody',
    WITHDRAWALS,
    withdrawals({ filter: { status: { eq: 'PAID' } } }),
    'filter.status.eq',
  ],
  ['an order that moves', WITHDRAWALS, withdrawals({ orderBy: { field: 'STATUS' } }), 'orderBy.field'],
  ['a kind of account of nobody', WITHDRAWALS, withdrawals({ accountType: 'SAVINGS' }), '$accountType'],
  ['a page size with a fraction', PAYOUTS, payouts({ first: 1.5 }), '$first'],
  ['a page size as text', PAYOUTS, payouts({ first: '5' }), '$first'],
];
test.each(MISSHAPED)('%s is refused before anything is done', async (_what, query, variables, path) => {
  const { data, errors } = await ask(query, variables);
  expect(data).toBeUndefined();
  expect(errors).toHaveLength(1);
  expect(errors?.[0]?.message).toContain(path);
  expect(errors?.[0]?.extensions?.code).toBe('INVALID_INPUT');
});

/** What no database keeps, at every place where text gets there. */
const UNKEPT = ['a\u0000b', 'a\ud800b'];
const KEPT: Case[] = [
  ['the id of a wallet', NODE, { id: idOf('StaticWallet', 'cryptomus', 'orderId', 'TEXT') }, 'id'],
  ['the id of an operation', NODE, { id: idOf('Operation', 'cryptomus', 'operation', 'TEXT') }, 'id'],
  ['an order id to filter by', WALLETS, { filter: { orderId: { eq: 'TEXT' } } }, 'filter.orderId.eq'],
  ['order ids to filter by', WALLETS, { filter: { orderId: { in: ['x', 'TEXT'] } } }, 'filter.orderId.in.1'],
  [
    'a key to filter by',
    OPERATIONS,
    { filter: { idempotencyKey: { ne: 'TEXT' } } },
    'filter.idempotencyKey.ne',
  ],
];
const KEPT_IN_WRITES: Case[] = [
  [
    'the id of a wallet to block',
    BLOCK,
    block({ id: idOf('StaticWallet', 'cryptomus', 'orderId', 'TEXT') }),
    'input.wallet.id',
  ],
  [
    'a description',
    WITHDRAW,
    { input: { ...NEW_WITHDRAWAL, idempotencyKey: 'k', description: 'TEXT' } },
    'input.description',
  ],
  [
    'a callback',
    PAY,
    { input: { ...NEW_PAYOUT, idempotencyKey: 'k', callbackUrl: 'https://x/TEXT' } },
    'input.callbackUrl',
  ],
  [
    'a memo',
    PAY,
    {
      input: { ...NEW_PAYOUT, idempotencyKey: 'k', destination: { crypto: { address: 'T', memo: 'TEXT' } } },
    },
    'input.destination.crypto.memo',
  ],
  [
    'an order id to register',
    REGISTER_PAYOUTS,
    { input: { account: 'repay', orderIds: ['TEXT'] } },
    'input.orderIds.0',
  ],
  [
    'an address to register',
    REGISTER_WALLETS,
    { input: { wallets: [{ account: 'heleket', orderId: '1', address: 'TEXT' }] } },
    'input.wallets.0.address',
  ],
];
/** The same with a text put in its place, also where that is inside an id. */
function withText(variables: Record<string, unknown>, text: string): Record<string, unknown> {
  const put = JSON.stringify(text).slice(1, -1);
  return JSON.parse(JSON.stringify(variables), (_name, value) => {
    if (typeof value !== 'string') return value;
    const inside = Buffer.from(value, 'base64url').toString();
    if (inside.includes('TEXT')) return Buffer.from(inside.replace('TEXT', put)).toString('base64url');
    return value.replace('TEXT', text);
  });
}
describe.each(UNKEPT)('%j', (text) => {
  test.each(KEPT)('in %s is refused at its place', async (_what, query, variables, path) => {
    const { errors } = await ask(query, withText(variables, text));
    expect(errors).toMatchObject([
      { extensions: { code: 'INVALID_INPUT', issues: [{ path: path.split('.') }] } },
    ]);
  });

  test.each(KEPT_IN_WRITES)('in %s is refused at its place', async (_what, query, variables, path) => {
    const { data } = await ask(query, withText(variables, text));
    expect(data.result).toMatchObject({ __typename: 'InvalidInput', issues: [{ path: path.split('.') }] });
  });
});

test('both ids in the document itself are refused as a document', async () => {
  const { errors } = await ask(
    '{ payout(by: { id: "a", orderId: { account: "repay", orderId: "1" } }) { uuid } }',
  );
  expect(errors).toMatchObject([{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }]);
});

/** What no provider of these accounts has. */
const UNSUPPORTED: Case[] = [
  ['a payout by uuid at Repay', PAYOUT, { by: byUuid('repay', UUID) }, 'readPayout'],
  ['a payout at Hashlee', PAYOUT, { by: byUuid('hashlee', UUID) }, 'readPayout'],
  [
    'a withdrawal at Cryptomus',
    WITHDRAWAL,
    { by: { hash: { account: 'cryptomus', hash: UUID } } },
    'readWithdrawal',
  ],
  [
    'the payouts of one that cannot among several',
    PAYOUTS,
    { accounts: ['cryptomus', 'hashlee'] },
    'listPayouts',
  ],
  ['the payouts of Hashlee', PAYOUTS, { accounts: ['hashlee'] }, 'listPayouts'],
  ['the withdrawals of Cryptomus', WITHDRAWALS, { accounts: ['cryptomus'] }, 'listWithdrawals'],
];
test.each(UNSUPPORTED)('%s is UNSUPPORTED', async (_what, query, variables, operation) => {
  const { errors } = await ask(query, variables);
  expect(errors).toMatchObject([{ extensions: { code: 'UNSUPPORTED', outcome: 'REJECTED', operation } }]);
});

test.each([
  ['blocking a wallet at Repay', BLOCK, block(byOrderId('repay', '1'))],
  ['blocking a wallet at Hashlee', BLOCK, block(byUuid('hashlee', UUID))],
  [
    'a refund at Hashlee',
    REFUND,
    { input: { ...refund('TDD97yguPESTpcrJMqU6h2').input, wallet: byUuid('hashlee', UUID) } },
  ],
  [
    'canceling at Repay',
    CANCEL,
    { input: { idempotencyKey: 'k', withdrawal: { hash: { account: 'repay', hash: UUID } } } },
  ],
])('%s is UNSUPPORTED in its result', async (_what, query, variables) => {
  const { data } = await ask(query, variables);
  expect(data.result).toMatchObject({ __typename: 'ProviderFailure', code: 'UNSUPPORTED' });
});

test.each([
  ['of 33 characters', 'x'.repeat(33), 'max.string'],
  ['with a mark', 'a!', 'alpha_dash'],
])(
  'an order id %s that only some providers take is refused without asking those that do not',
  async (_how, orderId, rule) => {
    for (const account of ['cryptomus', 'heleket']) {
      const { errors } = await ask(PAYOUT, { by: byOrderId(account, orderId) });
      expect(errors?.[0]?.extensions).toMatchObject({
        code: 'INVALID_REQUEST',
        issues: [{ field: 'order_id', rule }],
      });
    }
  },
);

describe('cursors', async () => {
  const payoutCursor = await cursorOf(ask(PAYOUTS, payouts({ first: 4 })));
  const withdrawalCursor = await cursorOf(ask(WITHDRAWALS, withdrawals({ first: 4 })));

  async function cursorOf(asked: Promise<Answer>): Promise<string> {
    const { data } = await asked;
    return (data.payouts ?? data.withdrawals).pageInfo.endCursor;
  }
  async function refusal(query: string, variables: Record<string, unknown>): Promise<void> {
    const { errors } = await ask(query, variables);
    expect(errors).toMatchObject([{ extensions: { code: 'INVALID_INPUT', issues: [{ path: ['after'] }] } }]);
  }
  const foreign: [string, string, () => Record<string, unknown>][] = [
    ['another account', PAYOUTS, () => ({ accounts: ['heleket'], after: payoutCursor })],
    ['another kind of list', PAYOUTS, () => payouts({ after: withdrawalCursor })],
    [
      'a list without this filter',
      PAYOUTS,
      () => payouts({ after: payoutCursor, filter: { createdAt: { gt: '2024-01-01T00:00:00Z' } } }),
    ],
    ['another unit', WITHDRAWALS, () => ({ accounts: ['hashlee-2'], after: withdrawalCursor })],
    [
      'another filter',
      WITHDRAWALS,
      () => withdrawals({ after: withdrawalCursor, filter: { currency: { eq: 'BTC' } } }),
    ],
    [
      'another kind of account',
      WITHDRAWALS,
      () => withdrawals({ after: withdrawalCursor, accountType: 'BANK' }),
    ],
    [
      'another order',
      WITHDRAWALS,
      () => withdrawals({ after: withdrawalCursor, orderBy: { field: 'AMOUNT' } }),
    ],
    [
      'another direction',
      WITHDRAWALS,
      () => withdrawals({ after: withdrawalCursor, orderBy: { field: 'CREATED_AT', direction: 'ASC' } }),
    ],
  ];
  test.each(foreign)('of %s are refused', (_whose, query, variables) => refusal(query, variables()));

  test('with any one character changed, left out or doubled are refused', async () => {
    const changed = fc
      .tuple(
        fc.constantFrom(
          [PAYOUTS, payouts({}), payoutCursor] as const,
          [WITHDRAWALS, withdrawals({}), withdrawalCursor] as const,
        ),
        fc.nat(),
        fc.string({ unit: 'grapheme-ascii', maxLength: 2 }),
      )
      .map(([[query, variables, cursor], at, by]) => {
        const index = at % cursor.length;
        return { query, variables, cursor, after: cursor.slice(0, index) + by + cursor.slice(index + 1) };
      })
      .filter(({ cursor, after }) => cursor !== after);
    await fc.assert(
      fc.asyncProperty(changed, async ({ query, variables, after }) =>
        refusal(query, { ...variables, after }),
      ),
      { numRuns: 300 },
    );
  });

  test.each([
    ['cut short', () => payoutCursor.slice(0, -1)],
    ['with more behind it', () => `${payoutCursor}.x`],
    ['with a point behind it', () => `${payoutCursor}.`],
    ['twice over', () => payoutCursor + payoutCursor],
    ['in other letters', () => payoutCursor.toLowerCase()],
  ])('%s are refused', (_how, cursor) => refusal(PAYOUTS, payouts({ after: cursor() })));

  const sealed = (payload: string) => `${payload}.${digest(payload)}`;
  const digest = (text: string) => createHash('sha256').update(text).digest('base64url').slice(0, 11);
  const rewritten = (change: (parts: unknown[]) => unknown) => {
    const parts = JSON.parse(Buffer.from(payoutCursor.split('.')[0]!, 'base64url').toString());
    return sealed(Buffer.from(JSON.stringify(change(parts))).toString('base64url'));
  };
  const KEPT_LISTS: [list: string, query: string, variables: object, of: unknown][] = [
    ['wallets', WALLETS, {}, ['staticWallets', [{ field: 'account', operator: 'in', value: NAMES }]]],
    ['operations', OPERATIONS, {}, ['operations', []]],
    ['payouts', PAYOUTS, { accounts: ['repay'] }, [['payouts', [], 'desc'], ['repay']]],
  ];
  const POSITIONS = [
    {},
    { number: null },
    { number: 'x' },
    { number: 1.5 },
    { number: 1e20, time: '2026-01-01T00:00:00Z' },
    { number: '1', time: '2026-01-01T00:00:00Z' },
    { number: 1, time: 'x' },
    { number: 1, time: 7 },
  ];
  describe.each(KEPT_LISTS)(
    'made by hand with a right checksum for the %s that are kept',
    (list, query, variables, of) => {
      const cursorTo = (position: unknown) => {
        const bound = digest(JSON.stringify(of));
        const place = timed ? { repay: { on: position } } : position;
        return sealed(Buffer.from(JSON.stringify([1, bound, place])).toString('base64url'));
      };
      const timed = list === 'payouts';
      const right = { number: 1, ...(timed && { time: '2026-01-01T00:00:00.000Z' }) };

      test('are taken when they name a place', async () => {
        const { errors } = await ask(query, { ...variables, after: cursorTo(right) });
        expect(errors).toBeUndefined();
      });

      test.each(POSITIONS.filter(({ number }) => timed || number !== 1))(
        'are refused with the position %j',
        (position) => refusal(query, { ...variables, after: cursorTo(position) }),
      );
    },
  );

  test.each([
    ['no JSON', () => sealed('nonsense')],
    ['nothing', () => sealed('')],
    ['a number', () => rewritten(() => 5)],
    ['null', () => rewritten(() => null)],
    ['another version', () => rewritten(([, ...rest]) => [2, ...rest])],
    ['no position', () => rewritten(([version, list]) => [version, list])],
    ['a position that is null', () => rewritten(([version, list]) => [version, list, null])],
    ['an empty position', () => rewritten(([version, list]) => [version, list, {}])],
    [
      'a position of another provider',
      () => rewritten(([version, list]) => [version, list, { value: '1', hash: 'x' }]),
    ],
  ])('made by hand with a right checksum, holding %s, are refused', (_what, cursor) =>
    refusal(PAYOUTS, payouts({ after: cursor() })),
  );
});
