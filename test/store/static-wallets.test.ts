/** Static wallets as a frontend sees them: told of by writes and by registration, read, listed, filtered, paged. */

import { sql } from 'drizzle-orm';
import { beforeEach, describe, expect, test } from 'vitest';
import { encodeId } from '../../src/id.ts';
import { startProduct, UPSTREAM } from '../support/app.ts';
import { onEachDatabase } from '../support/databases.ts';
import { ADDRESS, byOrderId, byUuid, NEW_WALLET, write } from '../support/writes.ts';

const FACTS = `id uuid orderId address network currency status rawStatus origin learnedAt updatedAt
  account { name } availableActions refund { amount }`;
const REGISTER = `mutation ($input: RegisterStaticWalletsInput!) {
  result: registerStaticWallets(input: $input) {
    __typename
    ... on Error { message }
    ... on InvalidInput { issues { path message } }
    ... on RegisterStaticWalletsPayload {
      results { wallet { ${FACTS} } failure { code message issues { path message } } }
    }
  }
}`;
const LIST = `query (
  $accounts: [String!], $filter: StaticWalletFilter, $first: Int, $after: String, $last: Int, $before: String
) {
  staticWallets(
    accounts: $accounts, filter: $filter, first: $first, after: $after, last: $last, before: $before
  ) {
    totalCount
    edges { cursor node { ${FACTS} } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}`;
const uuidOf = (at: number) => `00000000-0000-4000-8000-${String(at).padStart(12, '0')}`;

onEachDatabase(async (kind) => {
  const { ask, sandbox, accounts, serve, database } = await startProduct(UPSTREAM, {}, kind);
  const register = async (...wallets: object[]) => {
    const { data, errors } = await ask(REGISTER, {
      input: { wallets: wallets.map((wallet) => ({ account: 'cryptomus', ...wallet })) },
    });
    expect(errors).toBeUndefined();
    return data.result;
  };
  const read = async (by: object) => {
    const { data, errors } = await ask(
      `query ($by: StaticWalletRef!) { staticWallet(by: $by) { ${FACTS} } }`,
      { by },
    );
    expect(errors).toBeUndefined();
    return data.staticWallet;
  };
  const list = async (variables: object = {}, through = ask) => {
    const { data, errors } = await through(LIST, { ...variables });
    expect(errors).toBeUndefined();
    return data.staticWallets;
  };
  const orderIds = (page: { edges: { node: { orderId: string } }[] }) =>
    page.edges.map(({ node }) => node.orderId);

  describe('a wallet', () => {
    test('is known from its creation on, by its uuid, its order id and its node id', async () => {
      const { wallet } = await write(ask, 'createStaticWallet', NEW_WALLET, `wallet { ${FACTS} }`);
      expect(wallet).toMatchObject({
        orderId: 'new-wallet',
        network: 'tron',
        currency: 'USDT',
        status: 'ACTIVE',
        origin: 'CREATE_ANSWER',
        availableActions: ['BLOCK'],
      });
      for (const by of [
        byUuid('cryptomus', wallet.uuid),
        byUuid('cryptomus', wallet.uuid.toUpperCase()),
        byOrderId('cryptomus', 'new-wallet'),
        { id: wallet.id },
      ]) {
        expect(await read(by)).toEqual(wallet);
      }
      const { data } = await ask(`query ($id: ID!) { node(id: $id) { ... on StaticWallet { ${FACTS} } } }`, {
        id: wallet.id,
      });
      expect(data.node).toEqual(wallet);
      expect(sandbox.calls).toHaveLength(1);
    });

    test('is known from its block on, and gains its refund', async () => {
      await write(ask, 'blockWallet', { wallet: byOrderId('heleket', '1') });
      expect(await read(byOrderId('heleket', '1'))).toMatchObject({
        uuid: 'fcc40793-39f9-4fa9-85b2-93148039a72b',
        address: null,
        status: 'BLOCKED',
        rawStatus: 'blocked',
        origin: 'BLOCK_ANSWER',
        availableActions: ['REFUND_BLOCKED'],
      });
      await write(ask, 'refundBlocked', { wallet: byOrderId('heleket', '1'), toAddress: ADDRESS });
      expect(await read(byUuid('heleket', 'fcc40793-39f9-4fa9-85b2-93148039a72b'))).toMatchObject({
        orderId: '1',
        status: 'BLOCKED',
        refund: { amount: '9.50' },
        availableActions: [],
      });
    });

    test('has another id once its uuid is known, and answers to the first one still', async () => {
      const [{ wallet: before }] = (await register({ orderId: 'order' })).results;
      const [{ wallet: after }] = (await register({ orderId: 'order', uuid: uuidOf(1) })).results;
      expect(after.id).not.toBe(before.id);
      expect(await read({ id: before.id })).toEqual(after);
      expect(await read({ id: after.id })).toEqual(after);
    });

    test('that nobody told of is null, and no provider is asked', async () => {
      expect(await read(byOrderId('cryptomus', '1'))).toBeNull();
      expect(await read(byUuid('cryptomus', uuidOf(1)))).toBeNull();
      const id = encodeId({ kind: 'StaticWallet', account: 'cryptomus', key: { orderId: '1' } });
      expect((await ask('query ($id: ID!) { node(id: $id) { id } }', { id })).data).toEqual({ node: null });
      expect(sandbox.calls).toEqual([]);
    });

    test('of a write that failed is not known', async () => {
      sandbox.inject({ kind: 'drop-after', times: 1 });
      await write(ask, 'blockWallet', { wallet: byOrderId('cryptomus', '1') });
      sandbox.inject({ kind: 'forbidden', times: 1 });
      await write(ask, 'createStaticWallet', NEW_WALLET);
      expect(orderIds(await list())).toEqual([]);
    });
  });

  describe('registerStaticWallets', () => {
    test('adds what was made elsewhere, row by row, and asks no provider', async () => {
      const { __typename, results } = await register(
        {
          uuid: uuidOf(1).toUpperCase(),
          orderId: 'one',
          address: 'ADDRESS',
          network: 'tron',
          currency: 'USDT',
        },
        { account: 'heleket', orderId: 'two' },
        { uuid: uuidOf(3) },
      );
      expect(__typename).toBe('RegisterStaticWalletsPayload');
      expect(results).toMatchObject([
        {
          wallet: {
            uuid: uuidOf(1),
            orderId: 'one',
            address: 'ADDRESS',
            network: 'tron',
            currency: 'USDT',
            status: 'UNKNOWN',
            origin: 'REGISTERED',
            availableActions: ['BLOCK', 'REFUND_BLOCKED'],
          },
          failure: null,
        },
        {
          wallet: { account: { name: 'heleket' }, uuid: null, orderId: 'two', address: null },
          failure: null,
        },
        { wallet: { uuid: uuidOf(3), orderId: null }, failure: null },
      ]);
      expect((await list()).totalCount).toBe(3);
      expect(sandbox.calls).toEqual([]);
    });

    test('refuses the rows that break a rule, and takes the others', async () => {
      const { results } = await register(
        { orderId: 'one' },
        { account: 'nowhere', orderId: 'two' },
        { account: 'repay', orderId: 'three' },
        { address: 'ADDRESS' },
        { orderId: 'five' },
      );
      expect(results.map(({ failure }: { failure: object | null }) => failure)).toEqual([
        null,
        {
          code: 'INVALID_INPUT',
          message: expect.stringContaining('input.wallets.1.account: no such account'),
          issues: [{ path: ['input', 'wallets', '1', 'account'], message: expect.any(String) }],
        },
        {
          code: 'INVALID_INPUT',
          message: 'input.wallets.2.account: has no static wallets',
          issues: [{ path: ['input', 'wallets', '2', 'account'], message: 'has no static wallets' }],
        },
        {
          code: 'INVALID_INPUT',
          message: 'input.wallets.3: must have a uuid or an orderId',
          issues: [{ path: ['input', 'wallets', '3'], message: 'must have a uuid or an orderId' }],
        },
        null,
      ]);
      expect(results.map(({ wallet }: { wallet: { orderId: string } | null }) => wallet?.orderId)).toEqual([
        'one',
        undefined,
        undefined,
        undefined,
        'five',
      ]);
      expect(orderIds(await list())).toEqual(['five', 'one']);
    });

    test('refuses a row that gives a wallet another name than it has: two wallets must not become one', async () => {
      await register({ uuid: uuidOf(1), orderId: 'one' }, { uuid: uuidOf(2), orderId: 'two' });
      const { results } = await register(
        { uuid: uuidOf(1), orderId: 'two' },
        { uuid: uuidOf(1), orderId: 'new' },
        { uuid: uuidOf(9), orderId: 'two' },
      );
      const issues = results.map(({ failure }: { failure: { issues: object[] } }) => failure.issues);
      expect(issues).toEqual([
        [
          {
            path: ['input', 'wallets', '0', 'orderId'],
            message: 'is not the one that this uuid is known with',
          },
          {
            path: ['input', 'wallets', '0', 'uuid'],
            message: 'is not the one that this orderId is known with',
          },
        ],
        [
          {
            path: ['input', 'wallets', '1', 'orderId'],
            message: 'is not the one that this uuid is known with',
          },
        ],
        [
          {
            path: ['input', 'wallets', '2', 'uuid'],
            message: 'is not the one that this orderId is known with',
          },
        ],
      ]);
      expect((await list()).totalCount).toBe(2);
    });

    test('takes the same rows again, and changes nothing', async () => {
      const rows = [{ uuid: uuidOf(1), orderId: 'one', address: 'ADDRESS' }, { orderId: 'two' }];
      const facts = ({ results }: { results: { wallet: { id: string; learnedAt: string } }[] }) =>
        results.map(({ wallet: { id, learnedAt } }) => [id, learnedAt]);
      const first = facts(await register(...rows));
      expect(facts(await register(...rows))).toEqual(first);
      expect((await list()).totalCount).toBe(2);
    });

    test('takes rows of one wallet under both its names in one request', async () => {
      const { results } = await register(
        { uuid: uuidOf(1), address: 'ADDRESS' },
        { orderId: 'one', currency: 'USDT' },
        { uuid: uuidOf(1), orderId: 'one' },
      );
      expect(results[2].wallet).toMatchObject({ address: 'ADDRESS', currency: 'USDT' });
      expect((await list()).totalCount).toBe(1);
    });

    test('takes up to 100 rows', async () => {
      const rows = (count: number) => Array.from({ length: count }, (_, at) => ({ orderId: `order-${at}` }));
      expect(await register(...rows(101))).toMatchObject({
        __typename: 'InvalidInput',
        issues: [{ path: ['input', 'wallets'], message: 'must have at most 100 members' }],
      });
      expect((await register(...rows(100))).results).toHaveLength(100);
      expect((await list()).totalCount).toBe(100);
    });

    test('lets a registered wallet be blocked, and learns from the answer', async () => {
      await register({ account: 'cryptomus', orderId: '1', address: ADDRESS });
      await write(ask, 'blockWallet', { wallet: byOrderId('cryptomus', '1') });
      expect(await read(byOrderId('cryptomus', '1'))).toMatchObject({
        uuid: 'fcc40793-39f9-4fa9-85b2-93148039a72b',
        address: ADDRESS,
        status: 'BLOCKED',
        origin: 'REGISTERED',
      });
    });
  });

  describe('the list', () => {
    beforeEach(async () => {
      await register(
        { orderId: 'one', currency: 'USDT', network: 'tron' },
        { account: 'heleket', orderId: 'two', currency: 'USDT', network: 'bsc' },
        { uuid: uuidOf(3), currency: 'ETH' },
        { orderId: '1', uuid: 'fcc40793-39f9-4fa9-85b2-93148039a72b' },
      );
      await write(ask, 'blockWallet', { wallet: byOrderId('cryptomus', '1') });
      await database.db.execute(sql`update static_wallets set learned_at = timestamptz '2026-01-01T00:00:00Z'
        + (id - (select min(id) from static_wallets)) * interval '1 day'`);
      sandbox.clearCalls();
    });

    const LISTS: [string, object, (string | null)[]][] = [
      ['is last learned first', {}, ['1', null, 'two', 'one']],
      ['of an account', { accounts: ['heleket'] }, ['two']],
      ['of several accounts', { accounts: ['heleket', 'cryptomus'] }, ['1', null, 'two', 'one']],
      ['of an account that has no wallets', { accounts: ['repay'] }, []],
      ['by status', { filter: { status: { eq: 'BLOCKED' } } }, ['1']],
      ['by status in', { filter: { status: { in: ['ACTIVE', 'UNKNOWN'] } } }, [null, 'two', 'one']],
      ['by order id', { filter: { orderId: { eq: 'two' } } }, ['two']],
      ['by order ids', { filter: { orderId: { in: ['two', 'one', 'x'] } } }, ['two', 'one']],
      [
        'not of an order id, those without one included',
        { filter: { orderId: { ne: 'two' } } },
        ['1', null, 'one'],
      ],
      [
        'not of order ids, those without one included',
        { filter: { orderId: { nin: ['two', '1'] } } },
        [null, 'one'],
      ],
      ['by currency', { filter: { currency: { eq: 'USDT' } } }, ['two', 'one']],
      ['by network', { filter: { network: { eq: 'tron' } } }, ['one']],
      ['by currency and network', { filter: { currency: { eq: 'USDT' }, network: { ne: 'tron' } } }, ['two']],
      ['by account and currency', { accounts: ['cryptomus'], filter: { currency: { eq: 'USDT' } } }, ['one']],
      ['by time', { filter: { learnedAt: { gt: '2026-01-02T00:00:00Z' } } }, ['1', null]],
      [
        'between times',
        { filter: { learnedAt: { gte: '2026-01-02T00:00:00Z', lt: '2026-01-03T00:00:00Z' } } },
        ['two'],
      ],
    ];
    test.each(LISTS)('%s, counted, and no provider is asked', async (_what, variables, expected) => {
      const page = await list(variables);
      expect(orderIds(page)).toEqual(expected);
      expect(page.totalCount).toBe(expected.length);
      expect(sandbox.calls).toEqual([]);
    });

    test('of an account that is not configured is refused', async () => {
      const { errors } = await ask(LIST, { accounts: ['nowhere'] });
      expect(errors).toMatchObject([
        { extensions: { code: 'INVALID_INPUT', issues: [{ path: ['accounts'] }] } },
      ]);
    });

    test('leaves out wallets of accounts that are not configured any more', async () => {
      const fewer = serve(accounts.filter(({ name }) => name !== 'heleket'));
      const page = await list({}, fewer.ask);
      expect(orderIds(page)).toEqual(['1', null, 'one']);
      expect(page.totalCount).toBe(3);
    });

    test('takes a cursor only for the filter and the accounts that it came from', async () => {
      const { edges } = await list({ accounts: ['cryptomus'], first: 1 });
      const after = edges[0].cursor;
      expect(orderIds(await list({ accounts: ['cryptomus'], first: 1, after }))).toEqual([null]);
      for (const other of [
        { accounts: ['heleket'] },
        { accounts: ['cryptomus'], filter: { status: { eq: 'BLOCKED' } } },
      ]) {
        const { errors } = await ask(LIST, { ...other, after });
        expect(errors).toMatchObject([
          { extensions: { code: 'INVALID_INPUT', issues: [{ path: ['after'] }] } },
        ]);
      }
    });
  });

  test('pages of every size, from either end, put together are the whole list', async () => {
    await register(...Array.from({ length: 23 }, (_, at) => ({ orderId: `order-${at}` })));
    await register(...Array.from({ length: 5 }, (_, at) => ({ account: 'heleket', orderId: `order-${at}` })));
    const whole = Array.from({ length: 23 }, (_, at) => `order-${22 - at}`);
    for (const size of [1, 2, 7, 22, 23, 24, 100]) {
      const forward: string[] = [];
      for (let after: string | null = null, more = true; more; ) {
        const page: Awaited<ReturnType<typeof list>> = await list({
          accounts: ['cryptomus'],
          first: size,
          after,
        });
        forward.push(...orderIds(page));
        expect(page.totalCount).toBe(23);
        ({ endCursor: after, hasNextPage: more } = page.pageInfo);
      }
      const backward: string[] = [];
      for (let before: string | null = null, more = true; more; ) {
        const page: Awaited<ReturnType<typeof list>> = await list({
          accounts: ['cryptomus'],
          last: size,
          before,
        });
        backward.unshift(...orderIds(page));
        ({ startCursor: before, hasPreviousPage: more } = page.pageInfo);
      }
      expect([forward, backward], `pages of ${size}`).toEqual([whole, whole]);
    }
  });

  test('somebody who walks the list while wallets are learned of, and change, misses none', async () => {
    await register(...Array.from({ length: 8 }, (_, at) => ({ orderId: `order-${at}` })));
    const walked: string[] = [];
    for (let after: string | null = null, more = true, page = 0; more; page++) {
      const rows: Awaited<ReturnType<typeof list>> = await list({ first: 3, after });
      walked.push(...orderIds(rows));
      ({ endCursor: after, hasNextPage: more } = rows.pageInfo);
      await register({ orderId: `new-${page}` }, { orderId: `order-${page}`, currency: 'USDT' });
    }
    expect(walked).toEqual(Array.from({ length: 8 }, (_, at) => `order-${7 - at}`));
  });
});
