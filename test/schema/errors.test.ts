/** How failures reach a client: top-level errors with facts for queries, union members for mutations, and nothing at
 * all of an error that nobody expected. */

import { afterEach, expect, test } from 'vitest';
import type { Account } from '../../src/accounts.ts';
import type { Provider } from '../../src/providers/provider.ts';
import { startProduct } from '../support/app.ts';

const { ask, sandbox, accounts, serve } = await startProduct();
const bugs: unknown[] = [];
afterEach(() => void bugs.splice(0));

const SECRET = 'connect postgres://admin:hunter2@10.0.0.5/ledger';
const broken: Provider = {
  name: 'CRYPTOMUS',
  account: 'broken',
  wallets: { create: fail, block: fail, refund: fail, qrCode: fail },
  payouts: {
    keys: ['uuid', 'orderId'],
    byKey: fail,
    list: () => ({ read: fail }),
    create: fail,
    honoursOrderId: true,
  },
  health: () => expect.fail('nobody asks how it fares'),
  async close() {},
};
async function fail(): Promise<never> {
  throw new TypeError(SECRET, { cause: new Error('hunter2') });
}
const brokenAccount: Account = { name: 'broken', mode: 'SANDBOX', provider: broken };
const withBug = serve([...accounts, brokenAccount], { onBug: (error) => bugs.push(error) });

const payoutOf = (account: string) =>
  `payout(by: { orderId: { account: "${account}", orderId: "1" } }) { rawStatus }`;
const facts = { retryAfterMs: null, issues: [] };

test('a failed query is a top-level error with every fact, and null in its place', async () => {
  sandbox.inject({ kind: 'forbidden' });
  const { data, errors } = await ask(`{ first: ${payoutOf('cryptomus')} }`);
  expect(data).toEqual({ first: null });
  expect(errors).toEqual([
    {
      message: 'cryptomus: readPayout failed: the provider does not allow this to this account at present.',
      path: ['first'],
      locations: [{ line: 1, column: 3 }],
      extensions: {
        code: 'FORBIDDEN',
        account: 'cryptomus',
        provider: 'CRYPTOMUS',
        operation: 'readPayout',
        outcome: 'REJECTED',
        ...facts,
      },
    },
  ]);
});

test('a pause that the provider asks for is told', async () => {
  sandbox.inject({ kind: 'rate-limit' });
  const { errors } = await ask(`{ ${payoutOf('heleket')} }`);
  expect(errors?.[0]?.extensions).toMatchObject({ code: 'RATE_LIMITED', retryAfterMs: 60_000 });
});

test('fields that the provider objects to are told by their names and rules', async () => {
  const orderId = 'x'.repeat(33);
  const { errors } = await ask(
    `{ payout(by: { orderId: { account: "heleket", orderId: "${orderId}" } }) { uuid } }`,
  );
  expect(errors?.[0]?.extensions).toMatchObject({
    code: 'INVALID_REQUEST',
    issues: [{ field: 'order_id', rule: 'max.string' }],
  });
  expect(sandbox.calls).toEqual([]);
});

test('a root field that fails leaves the others answered', async () => {
  sandbox.inject({ kind: 'server-error', provider: 'heleket' });
  const { data, errors } = await ask(`{
    accounts { name }
    down: ${payoutOf('heleket')}
    up: payout(by: { orderId: { account: "repay", orderId: "0001" } }) { rawStatus }
    withdrawals(accounts: ["hashlee"], first: 1) { nodes { rawStatus } }
  }`);
  expect(data).toMatchObject({ down: null, up: { rawStatus: 'completed' }, withdrawals: { nodes: [{}] } });
  expect(data.accounts).toHaveLength(5);
  expect(errors?.map(({ path }) => path)).toEqual([['down']]);
});

test('of several nodes, the one that fails is null and the others are there', async () => {
  sandbox.inject({ kind: 'unauthorized', provider: 'repay' });
  const { data: made } = await ask(
    '{ accounts { id } withdrawals(accounts: ["hashlee"], first: 1) { nodes { id } } }',
  );
  const repay = Buffer.from('[1,"Payout","repay","orderId","0001"]').toString('base64url');
  const ids = [made.accounts[0].id, repay, made.withdrawals.nodes[0].id];
  const { data, errors } = await ask('query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', { ids });
  expect(data.nodes).toEqual([{ id: ids[0] }, null, { id: ids[2] }]);
  expect(errors).toMatchObject([{ path: ['nodes', 1], extensions: { code: 'UNAUTHENTICATED' } }]);
});

test('a list that fails where all is wanted is one error at its field, and the others are answered', async () => {
  sandbox.inject({ kind: 'forbidden', endpoint: 'C7' });
  const { data, errors } = await ask(
    '{ accounts { name } payouts(accounts: ["cryptomus"], onGap: FAIL) { nodes { uuid } } }',
  );
  expect(data.payouts).toBeNull();
  expect(data.accounts).toHaveLength(5);
  expect(errors).toMatchObject([
    { path: ['payouts'], extensions: { code: 'FORBIDDEN', operation: 'listPayouts' } },
  ]);
});

const BLOCK = `mutation ($input: BlockWalletInput!) {
  blockWallet(input: $input) {
    __typename
    ... on Error { message code }
    ... on ProviderFailure {
      provider operation outcome retryAfterMs account { name } issues { field rule }
      ledgerEntry { kind state failure { message } }
    }
    ... on InvalidInput { issues { path message } }
  }
}`;
const blockInput = (account: string, orderId: string) => ({
  input: { idempotencyKey: 'k', wallet: { orderId: { account, orderId } } },
});

test('a refused mutation is a ProviderFailure with every fact, and no top-level error', async () => {
  sandbox.inject({ kind: 'error-after' });
  expect(await ask(BLOCK, blockInput('cryptomus', '1'))).toEqual({
    data: {
      blockWallet: {
        __typename: 'ProviderFailure',
        message:
          'cryptomus: blockWallet failed: the provider cannot be reached or is failing; it may have happened.',
        code: 'UNAVAILABLE',
        provider: 'CRYPTOMUS',
        operation: 'blockWallet',
        outcome: 'UNKNOWN',
        account: { name: 'cryptomus' },
        ledgerEntry: {
          kind: 'BLOCK_WALLET',
          state: 'UNKNOWN',
          failure: {
            message:
              'cryptomus: blockWallet failed: the provider cannot be reached or is failing; it may have happened.',
          },
        },
        ...facts,
      },
    },
  });
});

test('a mutation with bad input is an InvalidInput with every path, and no top-level error', async () => {
  expect(
    await ask(BLOCK, { input: { ...blockInput('cryptomus', 'not valid!').input, idempotencyKey: '' } }),
  ).toEqual({
    data: {
      blockWallet: {
        __typename: 'InvalidInput',
        code: 'INVALID_INPUT',
        message: expect.stringContaining('input.idempotencyKey'),
        issues: expect.arrayContaining([
          { path: ['input', 'idempotencyKey'], message: expect.any(String) },
          { path: ['input', 'wallet', 'orderId', 'orderId'], message: expect.any(String) },
        ]),
      },
    },
  });
  expect(sandbox.calls).toEqual([]);
});

test('an account that is unknown to a mutation is an InvalidInput that names the known ones', async () => {
  const { data } = await ask(BLOCK, blockInput('nowhere', '1'));
  expect(data.blockWallet).toMatchObject({
    __typename: 'InvalidInput',
    issues: [
      {
        path: ['input', 'wallet', 'orderId', 'account'],
        message: expect.stringContaining('cryptomus, heleket, repay, hashlee'),
      },
    ],
  });
});

test('a mutation that its account cannot do is a ProviderFailure UNSUPPORTED, and no call', async () => {
  const { data, errors } = await ask(BLOCK, blockInput('repay', '1'));
  expect(errors).toBeUndefined();
  expect(data.blockWallet).toMatchObject({
    code: 'UNSUPPORTED',
    outcome: 'REJECTED',
    operation: 'blockWallet',
  });
  expect(sandbox.calls).toEqual([]);
});

test('of two mutations, the one that fails leaves the other done', async () => {
  sandbox.inject({ kind: 'forbidden', endpoint: 'C3', times: 1 });
  const { data, errors } = await ask(`mutation {
    one: blockWallet(input: { idempotencyKey: "1", wallet: { orderId: { account: "cryptomus", orderId: "1" } } }) { __typename }
    two: blockWallet(input: { idempotencyKey: "2", wallet: { orderId: { account: "cryptomus", orderId: "2" } } }) { __typename }
  }`);
  expect(errors).toBeUndefined();
  expect(data).toEqual({ one: { __typename: 'ProviderFailure' }, two: { __typename: 'BlockWalletPayload' } });
});

const MASKED = { message: 'Unexpected error.', extensions: { code: 'INTERNAL_SERVER_ERROR' } };
const UNEXPECTED: [name: string, query: string, path: (string | number)[]][] = [
  ['a read', `{ ${payoutOf('broken')} }`, ['payout']],
  ['a list', '{ payouts(accounts: ["broken"]) { nodes { uuid } } }', ['payouts']],
  [
    'a node',
    `{ nodes(ids: ["${Buffer.from('[1,"Payout","broken","uuid","x"]').toString('base64url')}"]) { id } }`,
    ['nodes', 0],
  ],
];
test.each(UNEXPECTED)(
  'an unexpected error in %s is masked whole, and reported once',
  async (_name, query, path) => {
    const answer = await withBug.ask(query);
    expect(answer.errors).toEqual([{ ...MASKED, path, locations: expect.any(Array) }]);
    expect(JSON.stringify(answer)).not.toMatch(/hunter2|postgres|TypeError|stack|\.ts/);
    expect(bugs).toHaveLength(1);
    expect(String((bugs[0] as Error).stack)).toContain(SECRET);
  },
);

test('an unexpected error while a write is sent tells nothing but that it may have happened, and is reported', async () => {
  const answer = await withBug.ask(BLOCK, blockInput('broken', '1'));
  expect(answer).toMatchObject({
    data: { blockWallet: { __typename: 'ProviderFailure', code: 'UNAVAILABLE', outcome: 'UNKNOWN' } },
  });
  expect(JSON.stringify(answer)).not.toMatch(/hunter2|postgres|TypeError|stack|\.ts/);
  expect(bugs).toHaveLength(1);
  expect(String((bugs[0] as Error).stack)).toContain(SECRET);
});

test('errors that were expected are not reported as bugs', async () => {
  sandbox.inject({ kind: 'html' });
  await withBug.ask(`{ ${payoutOf('cryptomus')} }`);
  await withBug.ask(`{ ${payoutOf('nowhere')} }`);
  await withBug.ask('{ nothing }');
  await withBug.ask('{');
  await withBug.ask(BLOCK, blockInput('cryptomus', '1'));
  expect(bugs).toEqual([]);
});
