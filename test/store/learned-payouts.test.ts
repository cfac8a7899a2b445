/** The payouts of an account whose provider cannot list them: what Paygraph learned of, each read afresh. */

import { sql } from 'drizzle-orm';
import { beforeEach, describe, expect, test } from 'vitest';
import { payouts } from '../../src/store/schema.ts';
import { startProduct, UPSTREAM } from '../support/app.ts';
import { onEachDatabase } from '../support/databases.ts';
import { arrived, NEW_CARD_PAYOUT, write } from '../support/writes.ts';

const FACTS = 'reference status rawStatus amount { amount } createdAt learned { origin at }';
const LIST = `query ($account: String!, $filter: PayoutFilter, $first: Int, $after: String, $last: Int, $before: String) {
  payouts(accounts: [$account], filter: $filter, first: $first, after: $after, last: $last, before: $before) {
    totalCount
    edges { cursor node { ${FACTS} } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}`;
const REGISTER = `mutation ($input: RegisterPayoutsInput!) {
  result: registerPayouts(input: $input) {
    __typename
    ... on Error { code message }
    ... on InvalidInput { issues { path message } }
    ... on RegisterPayoutsPayload {
      results {
        orderId
        payout { ${FACTS} }
        failure { code outcome operation account { name } ledgerEntry { id } }
      }
    }
  }
}`;

onEachDatabase(async (kind) => {
  const { ask, sandbox, database } = await startProduct(UPSTREAM, {}, kind);
  const register = async (orderIds: string[], account = 'repay') => {
    const { data, errors } = await ask(REGISTER, { input: { account, orderIds } });
    expect(errors).toBeUndefined();
    return data.result;
  };
  const list = async (variables: object = {}) => {
    const { data, errors } = await ask(LIST, { account: 'repay', ...variables });
    expect(errors).toBeUndefined();
    return data.payouts;
  };
  const references = (page: { edges: { node: { reference: string } }[] }) =>
    page.edges.map(({ node }) => node.reference);
  const endpoints = () => sandbox.calls.map(({ endpoint }) => endpoint);
  /** Order ids as the sandbox has them, newest created first. */
  const newest = (count: number) =>
    sandbox.rows
      .payouts('repay')
      .slice(0, count)
      .map((row) => row.order_id);

  describe('registerPayouts', () => {
    test('reads each payout once and keeps those that exist', async () => {
      const { __typename, results } = await register(['0001', 'nobody-has-this', '0002']);
      expect(__typename).toBe('RegisterPayoutsPayload');
      expect(results).toMatchObject([
        {
          orderId: '0001',
          payout: { reference: '0001', learned: { origin: 'REGISTERED', at: expect.any(String) } },
          failure: null,
        },
        { orderId: 'nobody-has-this', payout: null, failure: null },
        { orderId: '0002', payout: { reference: '0002' }, failure: null },
      ]);
      expect(endpoints()).toEqual(['R1', 'R1', 'R1']);
      expect(references(await list())).toEqual(['0002', '0001']);
    });

    test('tells for each order id why it could not be read, and keeps the others', async () => {
      sandbox.inject({ kind: 'forbidden', endpoint: 'R1', times: 1 });
      const { results } = await register(['0001', '0002']);
      const failed = results.filter(({ failure }: { failure: object | null }) => failure !== null);
      expect(failed).toMatchObject([
        {
          payout: null,
          failure: {
            code: 'FORBIDDEN',
            outcome: 'REJECTED',
            operation: 'readPayout',
            account: { name: 'repay' },
            ledgerEntry: null,
          },
        },
      ]);
      expect((await list()).totalCount).toBe(1);
    });

    test('reads an order id that is given twice once', async () => {
      const { results } = await register(['0001', '0001']);
      expect(results[0]).toEqual(results[1]);
      expect(endpoints()).toEqual(['R1']);
      expect((await list()).totalCount).toBe(1);
    });

    test('keeps how and when a payout was learned of first', async () => {
      await ask('{ payout(by: { orderId: { account: "repay", orderId: "0001" } }) { uuid } }');
      const { results } = await register(['0001']);
      expect(results[0].payout.learned.origin).toBe('READ');
    });

    test('takes up to 100 order ids', async () => {
      const ids = (count: number) => Array.from({ length: count }, (_, at) => `none-${at}`);
      expect(await register(ids(101))).toMatchObject({
        __typename: 'InvalidInput',
        issues: [{ path: ['input', 'orderIds'], message: 'must have at most 100 members' }],
      });
      expect(sandbox.calls).toEqual([]);
      expect((await register(ids(100))).results).toHaveLength(100);
      expect(sandbox.calls).toHaveLength(100);
      expect(sandbox.peak('repay')).toBeLessThanOrEqual(UPSTREAM.connections);
    });

    test('is refused as a whole for an account that has no payouts, or is not there', async () => {
      expect(await register(['1'], 'hashlee')).toMatchObject({
        __typename: 'ProviderFailure',
        code: 'UNSUPPORTED',
      });
      expect(await register(['1'], 'nowhere')).toMatchObject({
        __typename: 'InvalidInput',
        issues: [{ path: ['input', 'account'] }],
      });
      expect(sandbox.calls).toEqual([]);
    });

    test('leaves no operation in the ledger: it writes nothing at the provider', async () => {
      await register(['0001']);
      expect((await ask('{ operations { totalCount } }')).data.operations.totalCount).toBe(0);
    });
  });

  describe('the payouts of Repay', () => {
    test('are those that were made, read and registered, each with how it was learned of', async () => {
      await write(ask, 'createPayout', NEW_CARD_PAYOUT);
      await ask('{ payout(by: { orderId: { account: "repay", orderId: "0001" } }) { uuid } }');
      await register(['0002']);
      sandbox.clearCalls();
      const page = await list();
      expect(
        page.edges.map(({ node }: { node: { reference: string; learned: object } }) => node),
      ).toMatchObject([
        { reference: 'new-payout', learned: { origin: 'CREATED' } },
        { reference: '0002', learned: { origin: 'REGISTERED' } },
        { reference: '0001', learned: { origin: 'READ' } },
      ]);
      expect(page.totalCount).toBe(3);
      expect(endpoints()).toEqual(['R1', 'R1', 'R1']);
    });

    test('are fresh: what changed since is told', async () => {
      await register(newest(2));
      for (const orderId of newest(2)) sandbox.setPayoutStatus('repay', orderId, 'rejected_by_bank');
      const page = await list();
      expect(page.edges).toMatchObject([
        { node: { status: 'FAILED', rawStatus: 'rejected_by_bank' } },
        { node: { status: 'FAILED', rawStatus: 'rejected_by_bank' } },
      ]);
    });

    test('are none, without a call, while nothing was learned', async () => {
      expect(await list()).toEqual({
        totalCount: 0,
        edges: [],
        pageInfo: { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null },
      });
      expect(sandbox.calls).toEqual([]);
    });

    test('are read through the loader: one that is asked for beside the list is read once', async () => {
      await register(['0001']);
      sandbox.clearCalls();
      const { data } = await ask(`{
        payouts(accounts: ["repay"]) { nodes { reference } }
        payout(by: { orderId: { account: "repay", orderId: "0001" } }) { reference }
      }`);
      expect(data).toEqual({ payouts: { nodes: [{ reference: '0001' }] }, payout: { reference: '0001' } });
      expect(endpoints()).toEqual(['R1']);
    });

    test('are written to the directory when a read tells news of them, and not by every read', async () => {
      const rows = () =>
        database.db.select({ uuid: payouts.uuid, version: sql`ctid` }).from(payouts).orderBy(payouts.id);
      await register(newest(2));
      const registered = await rows();
      await list();
      expect(await rows()).toEqual(registered);
      await database.db.update(payouts).set({ uuid: null });
      await list();
      expect((await rows()).map(({ uuid }) => uuid)).toEqual(registered.map(({ uuid }) => uuid));
    });

    test('are counted without being read', async () => {
      await register(newest(3));
      sandbox.clearCalls();
      const { data } = await ask(
        '{ accounts { name } payouts(accounts: ["repay"], first: 1) { totalCount } }',
      );
      expect(data.payouts.totalCount).toBe(3);
      expect(sandbox.calls.length).toBeLessThanOrEqual(1);
    });

    test('are filtered by when they were created, before they are read', async () => {
      const rows = sandbox.rows.payouts('repay').slice(0, 5);
      await register(rows.map((row) => row.order_id));
      sandbox.clearCalls();
      const createdAt = { gt: rows[4]!.created_at, lte: rows[1]!.created_at };
      const page = await list({ filter: { createdAt } });
      expect(references(page)).toEqual(rows.slice(1, 4).map((row) => row.order_id));
      expect(page.totalCount).toBe(3);
      expect(sandbox.calls).toHaveLength(3);
    });

    test('are a gap as one when one of them cannot be read, and come when it can', async () => {
      await register(newest(2));
      sandbox.inject({ kind: 'forbidden', endpoint: 'R1', times: 1 });
      const query = `query ($after: String) {
        payouts(accounts: ["repay"], after: $after) {
          nodes { reference }
          gaps { account { name } failure { code } }
          pageInfo { endCursor }
        }
      }`;
      const { data, errors } = await ask(query);
      expect(errors).toBeUndefined();
      expect(data.payouts).toMatchObject({
        nodes: [],
        gaps: [{ account: { name: 'repay' }, failure: { code: 'FORBIDDEN' } }],
      });
      const later = await ask(query, { after: data.payouts.pageInfo.endCursor });
      expect(later.data.payouts).toMatchObject({
        gaps: [],
        nodes: newest(2).map((reference) => ({ reference })),
      });
    });
  });

  describe('17 payouts of Repay', () => {
    let ids: string[] = [];
    beforeEach(async () => {
      ids = newest(17);
      await register([...ids].reverse());
      sandbox.clearCalls();
    });

    test.each([1, 2, 5, 16, 17, 18])(
      'in pages of %i, from either end, are complete, each read once',
      async (size) => {
        const forward: string[] = [];
        for (let after: string | null = null, more = true; more; ) {
          const page: Awaited<ReturnType<typeof list>> = await list({ first: size, after });
          forward.push(...references(page));
          expect(page.edges.length).toBeLessThanOrEqual(size);
          ({ endCursor: after, hasNextPage: more } = page.pageInfo);
        }
        expect(forward).toEqual(ids);
        expect(sandbox.calls).toHaveLength(17);

        const backward: string[] = [];
        for (let before: string | null = null, more = true; more; ) {
          const page: Awaited<ReturnType<typeof list>> = await list({ last: size, before });
          backward.unshift(...references(page));
          ({ startCursor: before, hasPreviousPage: more } = page.pageInfo);
        }
        expect(backward).toEqual(ids);
        expect(sandbox.calls).toHaveLength(34);
      },
    );

    test('of which the provider lost some are those that it has, in full pages', async () => {
      sandbox.reset();
      const made = Array.from({ length: 9 }, (_, at) => `made-${at}`);
      for (const orderId of made) await write(ask, 'createPayout', { ...NEW_CARD_PAYOUT, orderId });
      // The provider begins anew and has never heard of them.
      sandbox.reset();
      for (const size of [1, 4, 100]) {
        const walked: string[] = [];
        for (let after: string | null = null, more = true; more; ) {
          const page: Awaited<ReturnType<typeof list>> = await list({ first: size, after });
          walked.push(...references(page));
          const left = ids.length - walked.length;
          expect(page.edges.length).toBe(left === 0 ? page.edges.length : size);
          ({ endCursor: after, hasNextPage: more } = page.pageInfo);
        }
        expect(walked, `pages of ${size}`).toEqual(ids);
      }
    });

    test('stay complete for somebody who walks them while more are learned of', async () => {
      const walked: string[] = [];
      const more = sandbox.rows
        .payouts('repay')
        .slice(17, 40)
        .map((row) => row.order_id);
      sandbox.addPayouts('repay', 3);
      for (let after: string | null = null, next = true; next; ) {
        const page: Awaited<ReturnType<typeof list>> = await list({ first: 6, after });
        walked.push(...references(page));
        ({ endCursor: after, hasNextPage: next } = page.pageInfo);
        await register([...newest(3), more.pop()!]);
      }
      const missing = ids.filter((id) => !walked.includes(id));
      expect(missing).toEqual([]);
      expect(new Set(walked).size).toBe(walked.length);
    });

    test('are asked for at once, on as many connections as there may be', async () => {
      const release = sandbox.hold({ endpoint: 'R1' });
      const asked = list({ first: 17 });
      await arrived(sandbox, UPSTREAM.connections);
      release();
      expect(references(await asked)).toEqual(ids);
      expect(sandbox.peak('repay')).toBe(UPSTREAM.connections);
    });
  });

  test('the payouts of an account whose provider lists them are the provider’s, whatever was registered', async () => {
    const known = sandbox.rows.payouts('heleket').filter((row) => row.order_id !== null);
    await register([known.at(-1)!.order_id!], 'heleket');
    const page = await list({ account: 'heleket', first: 2 });
    const [first] = sandbox.rows.payouts('heleket');
    expect(page.totalCount).toBeNull();
    expect(page.edges[0].node.amount.amount).toBe(first!.amount);
    expect(page.edges).toHaveLength(2);
  });
});
