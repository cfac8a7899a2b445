/** What a merged list comes to when accounts fail: the others' rows and a gap, within the time that a list may take; and
 * after recovery the rows that were missing, none lost and none twice. */

import { describe, expect, test } from 'vitest';
import { startProduct } from '../support/app.ts';
import {
  learnDeals,
  nameOf,
  payoutLists,
  payoutsPage,
  union,
  withdrawalLists,
  withdrawalsPage,
} from './held.ts';

const { ask, post, sandbox, store, accounts, serve } = await startProduct();
const ACCOUNTS = accounts.map(({ name }) => name);
/** Too little patience for whoever hangs, and enough for whoever answers. */
const impatient = serve(accounts, { listWaitMs: 1_000 });

type Arguments = Readonly<Record<string, unknown>>;

async function page(query: string, args: Arguments, door = ask) {
  const { data, errors } = await door(query, args);
  expect(errors).toBeUndefined();
  const { nodes, gaps, pageInfo } = data.list;
  return {
    ids: nodes.map(nameOf) as string[],
    gaps: gaps.map((gap: { account: { name: string }; failure: { code: string } }) => [
      gap.account.name,
      gap.failure.code,
    ]) as string[][],
    pageInfo,
  };
}

/** The pages that follow a cursor, to the end. */
async function rest(query: string, cursor: string, args: Arguments = {}): Promise<string[]> {
  const ids: string[] = [];
  for (let after = cursor, more = true; more; ) {
    const next = await page(query, { first: 100, after, ...args });
    expect(next.gaps).toEqual([]);
    ids.push(...next.ids);
    more = next.pageInfo.hasNextPage;
    after = next.pageInfo.endCursor;
  }
  return ids;
}

const sorted = (ids: readonly string[]) => [...ids].sort();

describe('one account that hangs', () => {
  test.each([
    ['cryptomus', 'C7', 0],
    ['repay', 'R1', 2],
  ] as const)(
    '%s is a gap, the others answer, and its rows come once it answers',
    async (account, endpoint, at) => {
      await learnDeals(store, sandbox);
      const lists = payoutLists(sandbox);
      const release = sandbox.hold({ endpoint });
      const first = await page(payoutsPage, { first: 20 }, impatient.ask);
      expect(first.gaps).toEqual([[account, 'TIMEOUT']]);
      expect(first.ids).toEqual(union(lists.filter((_, index) => index !== at)).slice(0, 20));
      expect(first.pageInfo).toMatchObject({ hasNextPage: true, hasPreviousPage: false });
      release();

      const following = await rest(payoutsPage, first.pageInfo.endCursor);
      expect(sorted([...first.ids, ...following])).toEqual(sorted(union(lists)));
      const missing = lists[at]!.rows.map(({ id }) => id);
      expect(following.filter((id) => missing.includes(id))).toEqual(missing);
    },
  );

  test('from the other end is a gap as well, and goes on backwards', async () => {
    const lists = withdrawalLists(sandbox);
    const release = sandbox.hold({ provider: 'hashlee' });
    const all = await page(withdrawalsPage, { last: 5 }, impatient.ask);
    expect(all).toMatchObject({
      ids: [],
      gaps: [
        ['hashlee', 'TIMEOUT'],
        ['hashlee-2', 'TIMEOUT'],
      ],
      pageInfo: { hasPreviousPage: true },
    });
    release();
    const back = await page(withdrawalsPage, { last: 5, before: all.pageInfo.startCursor });
    expect(back.ids).toEqual(union(lists).slice(-5));
  });
});

describe('accounts that fail', () => {
  test('all of them are an empty page with every gap, answered with status 200, from which a list goes on', async () => {
    await learnDeals(store, sandbox);
    const stop = sandbox.inject({ kind: 'forbidden' });
    const response = await post({ query: payoutsPage });
    expect(response.status).toBe(200);
    const { data, errors } = (await response.json()) as Awaited<ReturnType<typeof ask>>;
    expect(errors).toBeUndefined();
    const gap = (name: string) => ({
      account: { name },
      failure: { code: 'FORBIDDEN', operation: expect.any(String), retryAfterMs: null },
    });
    expect(data.list).toMatchObject({
      nodes: [],
      gaps: ['cryptomus', 'heleket', 'repay'].map(gap),
      pageInfo: { hasNextPage: true, startCursor: null },
    });
    stop();
    const { ids } = await page(payoutsPage, { first: 50, after: data.list.pageInfo.endCursor });
    expect(ids).toEqual(union(payoutLists(sandbox)).slice(0, 50));
  });

  test('are asked once a request, however few rows the others have', async () => {
    await learnDeals(store, sandbox);
    sandbox.inject({ kind: 'unauthorized', provider: 'cryptomus' });
    const deals = payoutLists(sandbox)[2]!.rows.length;
    const args = { accounts: ['cryptomus', 'repay'], first: 100 };
    let after: string | null = null;
    for (let left = deals; left >= 0; left -= 100) {
      sandbox.clearCalls();
      const { ids, gaps, pageInfo } = await page(payoutsPage, { ...args, after });
      expect(ids.length).toBe(Math.min(left, 100));
      expect(gaps).toEqual([['cryptomus', 'UNAUTHENTICATED']]);
      expect(pageInfo.hasNextPage).toBe(true);
      expect(sandbox.calls.filter(({ provider }) => provider === 'cryptomus')).toHaveLength(1);
      after = pageInfo.endCursor;
    }
  });

  test('tell how long they want to be left alone', async () => {
    sandbox.inject({ kind: 'rate-limit', provider: 'heleket' });
    const { data } = await ask(payoutsPage, { first: 1 });
    expect(data.list.gaps).toEqual([
      {
        account: { name: 'heleket' },
        failure: { code: 'RATE_LIMITED', operation: 'listPayouts', retryAfterMs: 60_000 },
      },
    ]);
  });

  test('in the middle of a page leave out what follows, and that comes on the next page', async () => {
    const lists = payoutLists(sandbox).slice(0, 2);
    const first = await page(payoutsPage, { first: 15 });
    const stop = sandbox.inject({ kind: 'server-error', endpoint: 'C7' });
    const second = await page(payoutsPage, { first: 60, after: first.pageInfo.endCursor });
    expect(second.gaps).toEqual([['cryptomus', 'UNAVAILABLE']]);
    expect(second.ids).toHaveLength(60);
    stop();
    const following = await rest(payoutsPage, second.pageInfo.endCursor);
    expect(sorted([...first.ids, ...second.ids, ...following])).toEqual(sorted(union(lists)));
  });

  test.each(['forward', 'backward'] as const)(
    'one after another, %s, put off their rows and lose none',
    async (way) => {
      await learnDeals(store, sandbox);
      const lists = payoutLists(sandbox);
      const failing = ['cryptomus', undefined, 'heleket', 'repay'] as const;
      const told: string[] = [];
      let missing = 0;
      for (let cursor: string | null = null, more = true, turn = 0; more; turn++) {
        const provider = failing[turn % failing.length];
        const stop = provider && turn < 20 && sandbox.inject({ kind: 'forbidden', provider });
        const { ids, gaps, pageInfo }: Awaited<ReturnType<typeof page>> = await page(
          payoutsPage,
          way === 'forward' ? { first: 100, after: cursor } : { last: 100, before: cursor },
        );
        if (stop) stop();
        missing += gaps.length;
        told.push(...(way === 'forward' ? ids : ids.reverse()));
        more = way === 'forward' ? pageInfo.hasNextPage : pageInfo.hasPreviousPage;
        cursor = way === 'forward' ? pageInfo.endCursor : pageInfo.startCursor;
      }
      expect(missing).toBeGreaterThan(8);
      for (const { rows } of lists) {
        const own = (way === 'forward' ? rows : rows.toReversed()).map(({ id }) => id);
        expect(told.filter((id) => own.includes(id))).toEqual(own);
      }
      expect(told).toHaveLength(union(lists).length);
    },
  );

  test('can be turned around from: what is shown before a row is what comes before it', async () => {
    const stop = sandbox.inject({ kind: 'server-error', endpoint: 'C7', times: 3 });
    const first = await page(payoutsPage, { first: 10 });
    expect(first.gaps).toHaveLength(1);
    stop();
    const second = await page(payoutsPage, { first: 10, after: first.pageInfo.endCursor });
    expect(second.gaps).toEqual([]);
    const back = await page(payoutsPage, { last: 30, before: second.pageInfo.endCursor });
    const shown = [...first.ids, ...second.ids.slice(0, -1)];
    expect(sorted(back.ids)).toEqual(sorted(shown));
    expect(back.pageInfo.hasPreviousPage).toBe(false);
  });
});

describe('all or nothing', () => {
  test.each([
    ['payouts of cryptomus', payoutsPage, 'cryptomus'],
    ['withdrawals', withdrawalsPage, 'hashlee'],
  ] as const)(
    '%s are null with the failure, and other fields are untouched',
    async (_name, query, provider) => {
      sandbox.inject({ kind: 'unauthorized', provider, times: 1 });
      const { data, errors } = await ask(query.replace(/\}$/, ' accounts { name } }'), { onGap: 'FAIL' });
      expect(data).toEqual({ list: null, accounts: ACCOUNTS.map((name) => ({ name })) });
      expect(errors).toMatchObject([{ path: ['list'], extensions: { code: 'UNAUTHENTICATED' } }]);
      expect((await ask(query, { onGap: 'FAIL', first: 3 })).data.list.nodes).toHaveLength(3);
    },
  );
});

describe('totalCount', () => {
  const count = '{ withdrawals(first: 1) { totalCount gaps { account { name } } } }';

  test('is the sum of all accounts that count', async () => {
    const held = withdrawalLists(sandbox).reduce((total, { rows }) => total + rows.length, 0);
    expect((await ask(count)).data.withdrawals).toEqual({ totalCount: held, gaps: [] });
  });

  test('is null, without an error, when an account is missing', async () => {
    sandbox.inject({ kind: 'forbidden', endpoint: 'W1', times: 1 });
    const { data, errors } = await ask(count);
    expect(errors).toBeUndefined();
    expect(data.withdrawals).toMatchObject({ totalCount: null, gaps: [{}] });
  });

  test('is waited for no longer than for the rows', async () => {
    const { data } = await ask('{ withdrawals(first: 1) { pageInfo { endCursor } } }');
    const { endCursor } = data.withdrawals.pageInfo;
    // Rows are asked for in their order and by what they follow; the count without either.
    const query = `{ withdrawals(last: 1, before: "${endCursor}") { totalCount gaps { account { name } } } }`;
    const release = sandbox.hold({ provider: 'hashlee' });
    const answer = await impatient.ask(query);
    expect(answer.data.withdrawals).toMatchObject({ totalCount: null, gaps: [{}, {}] });
    release();
  });
});
