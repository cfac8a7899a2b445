/** The operations as a list: complete, newest first, filtered, and without asking a provider. */

import { sql } from 'drizzle-orm';
import { beforeEach, describe, expect, test } from 'vitest';
import { encodeId } from '../../src/id.ts';
import { startProduct, UPSTREAM } from '../support/app.ts';
import { onEachDatabase } from '../support/databases.ts';
import {
  byHash,
  byOrderId,
  NEW_CARD_PAYOUT,
  NEW_WALLET,
  OPERATION,
  openHash,
  write,
} from '../support/writes.ts';

const LIST = `query ($first: Int, $after: String, $last: Int, $before: String, $filter: OperationFilter) {
  operations(first: $first, after: $after, last: $last, before: $before, filter: $filter) {
    totalCount
    edges { cursor node { id kind state idempotencyKey account { name } } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}`;

onEachDatabase(async (kind) => {
  const { ask, sandbox, database } = await startProduct(UPSTREAM, {}, kind);
  const list = async (variables: object = {}) => {
    const { data, errors } = await ask(LIST, { ...variables });
    expect(errors).toBeUndefined();
    return data.operations;
  };
  const keysOf = (page: { edges: { node: { idempotencyKey: string } }[] }) =>
    page.edges.map(({ node }) => node.idempotencyKey);
  const block = (orderId: string, account = 'cryptomus') =>
    write(ask, 'blockWallet', {
      wallet: byOrderId(account, orderId),
      idempotencyKey: `${account}-${orderId}`,
    });

  describe('of a few writes of every kind and state', () => {
    const CALLERS = ['alice', 'bob'];
    beforeEach(async () => {
      await block('1');
      await write(ask, 'createStaticWallet', { ...NEW_WALLET, account: 'heleket', idempotencyKey: 'wallet' });
      sandbox.inject({ kind: 'forbidden', endpoint: 'R2', times: 1 });
      await write(ask, 'createPayout', { ...NEW_CARD_PAYOUT, idempotencyKey: 'payout' });
      sandbox.inject({ kind: 'drop-after', endpoint: 'W4', times: 1 });
      await write(ask, 'cancelWithdrawal', {
        withdrawal: byHash(openHash(sandbox)),
        idempotencyKey: 'cancel',
      });
      await database.db.execute(sql`update operations set
        caller = case when number % 2 = 0 then ${CALLERS[0]} else ${CALLERS[1]} end,
        created_at = timestamptz '2026-01-01T00:00:00Z'
          + (number - (select min(number) from operations)) * interval '1 day'`);
      sandbox.clearCalls();
    });
    const NEWEST_FIRST = ['cancel', 'payout', 'wallet', 'cryptomus-1'];

    test('are told newest first, and no provider is asked', async () => {
      expect(keysOf(await list())).toEqual(NEWEST_FIRST);
      expect(sandbox.calls).toEqual([]);
    });

    const FILTERS: [string, object, string[]][] = [
      ['state eq', { state: { eq: 'SUCCEEDED' } }, ['wallet', 'cryptomus-1']],
      ['state ne', { state: { ne: 'SUCCEEDED' } }, ['cancel', 'payout']],
      ['state in', { state: { in: ['REJECTED', 'UNKNOWN'] } }, ['cancel', 'payout']],
      ['state nin', { state: { nin: ['REJECTED', 'UNKNOWN'] } }, ['wallet', 'cryptomus-1']],
      ['an empty in', { state: { in: [] } }, []],
      ['an empty nin', { state: { nin: [] } }, NEWEST_FIRST],
      ['kind eq', { kind: { eq: 'CREATE_PAYOUT' } }, ['payout']],
      ['kind in', { kind: { in: ['BLOCK_WALLET', 'CANCEL_WITHDRAWAL'] } }, ['cancel', 'cryptomus-1']],
      ['account eq', { account: { eq: 'repay' } }, ['payout']],
      ['account nin', { account: { nin: ['repay', 'hashlee'] } }, ['wallet', 'cryptomus-1']],
      ['an account that is nowhere', { account: { eq: 'nowhere' } }, []],
      ['idempotencyKey eq', { idempotencyKey: { eq: 'wallet' } }, ['wallet']],
      ['idempotencyKey in other letters', { idempotencyKey: { eq: 'Wallet' } }, []],
      ['createdAt gte', { createdAt: { gte: '2026-01-03T00:00:00Z' } }, ['cancel', 'payout']],
      ['createdAt gt', { createdAt: { gt: '2026-01-03T00:00:00Z' } }, ['cancel']],
      ['createdAt lte', { createdAt: { lte: '2026-01-02T00:00:00Z' } }, ['wallet', 'cryptomus-1']],
      [
        'createdAt between, in another zone',
        { createdAt: { gte: '2026-01-02T02:00:00+02:00', lt: '2026-01-03T02:00:00+02:00' } },
        ['wallet'],
      ],
      ['two fields', { state: { eq: 'SUCCEEDED' }, kind: { ne: 'BLOCK_WALLET' } }, ['wallet']],
      ['nothing', {}, NEWEST_FIRST],
      ['nulls', { state: null, kind: { eq: null } }, NEWEST_FIRST],
    ];
    test.each(FILTERS)('are filtered by %s, and counted', async (_what, filter, keys) => {
      const page = await list({ filter });
      expect(keysOf(page)).toEqual(keys);
      expect(page.totalCount).toBe(keys.length);
    });

    test('are filtered by who asked', async () => {
      const [alice, bob] = await Promise.all(CALLERS.map((eq) => list({ filter: { caller: { eq } } })));
      expect([...keysOf(alice), ...keysOf(bob)].sort()).toEqual([...NEWEST_FIRST].sort());
      expect([alice.totalCount, bob.totalCount]).toEqual([2, 2]);
    });

    test('a cursor is bound to its filter', async () => {
      const { edges } = await list({ filter: { state: { eq: 'SUCCEEDED' } }, first: 1 });
      const after = edges[0].cursor;
      expect(keysOf(await list({ filter: { state: { eq: 'SUCCEEDED' } }, first: 1, after }))).toEqual([
        'cryptomus-1',
      ]);
      for (const filter of [{ state: { eq: 'REJECTED' } }, { state: { ne: 'SUCCEEDED' } }, {}]) {
        const { errors } = await ask(LIST, { filter, after });
        expect(errors).toMatchObject([
          { extensions: { code: 'INVALID_INPUT', issues: [{ path: ['after'] }] } },
        ]);
      }
    });

    test('an operation is read by its id, as a node and among nodes', async () => {
      const { edges } = await list();
      const ids = edges.map(({ node }: { node: { id: string } }) => node.id);
      const { data } = await ask(
        `query ($id: ID!, $ids: [ID!]!) {
          operation(id: $id) { ${OPERATION} }
          node(id: $id) { ... on Operation { ${OPERATION} } }
          nodes(ids: $ids) { id __typename }
        }`,
        { id: ids[0], ids },
      );
      expect(data.node).toEqual(data.operation);
      expect(data.operation).toMatchObject({ idempotencyKey: 'cancel', state: 'UNKNOWN' });
      expect(data.nodes).toEqual(ids.map((id: string) => ({ id, __typename: 'Operation' })));
      expect(sandbox.calls).toEqual([]);
    });

    test('what it is about is read by its targetId', async () => {
      const { data } = await ask(
        '{ operations(filter: { kind: { eq: BLOCK_WALLET } }) { nodes { targetId } } }',
      );
      const wallet = await ask(
        'query ($id: ID!) { node(id: $id) { __typename ... on StaticWallet { status } } }',
        {
          id: data.operations.nodes[0].targetId,
        },
      );
      expect(wallet.data.node).toEqual({ __typename: 'StaticWallet', status: 'BLOCKED' });
    });
  });

  test('an id that is nowhere in the ledger is nothing', async () => {
    const operation = '00000000-0000-4000-8000-000000000000';
    const id = encodeId({ kind: 'Operation', account: 'hashlee', operation });
    const { data, errors } = await ask(
      'query ($id: ID!) { operation(id: $id) { id } node(id: $id) { id } }',
      { id },
    );
    expect(errors).toBeUndefined();
    expect(data).toEqual({ operation: null, node: null });
  });

  test.each([
    ['the id of something else', encodeId({ kind: 'Account', account: 'hashlee' })],
    ['no id at all', 'nonsense'],
    ['an id made by hand', encodeId({ kind: 'Operation', account: 'hashlee', operation: 'nonsense' })],
  ])('%s is refused where an operation is asked for', async (_what, id) => {
    const { errors } = await ask('query ($id: ID!) { operation(id: $id) { id } }', { id });
    expect(errors).toMatchObject([{ extensions: { code: 'INVALID_INPUT', issues: [{ path: ['id'] }] } }]);
  });

  test('pages of every size, from either end, put together are the whole list', async () => {
    const wallets = sandbox.rows.wallets('heleket').slice(0, 12);
    for (const { order_id } of wallets) await block(order_id, 'heleket');
    const all = wallets.map(({ order_id }) => `heleket-${order_id}`).reverse();
    for (const size of [1, 2, 3, 5, 11, 12, 13, 100]) {
      const forward: string[] = [];
      for (let after: string | null = null, more = true; more; ) {
        const page: Awaited<ReturnType<typeof list>> = await list({ first: size, after });
        forward.push(...keysOf(page));
        expect(page.totalCount).toBe(12);
        expect(page.pageInfo.hasPreviousPage).toBe(after !== null);
        ({ endCursor: after, hasNextPage: more } = page.pageInfo);
      }
      expect(forward, `first: ${size}`).toEqual(all);

      const backward: string[] = [];
      for (let before: string | null = null, more = true; more; ) {
        const page: Awaited<ReturnType<typeof list>> = await list({ last: size, before });
        backward.unshift(...keysOf(page));
        ({ startCursor: before, hasPreviousPage: more } = page.pageInfo);
      }
      expect(backward, `last: ${size}`).toEqual(all);
    }
  });

  test('somebody who walks the list while writes are made misses none and meets none twice', async () => {
    const wallets = sandbox.rows.wallets('heleket').map(({ order_id }) => order_id);
    for (const orderId of wallets.slice(0, 6)) await block(orderId, 'heleket');
    const before = keysOf(await list());
    const walked: string[] = [];
    for (let after: string | null = null, more = true; more; ) {
      const page: Awaited<ReturnType<typeof list>> = await list({ first: 2, after });
      walked.push(...keysOf(page));
      ({ endCursor: after, hasNextPage: more } = page.pageInfo);
      await block(wallets[6 + walked.length]!, 'heleket');
    }
    expect(walked).toEqual(before);
  });
});
