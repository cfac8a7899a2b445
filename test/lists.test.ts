/** Lists through the front door: whatever the page size, the direction and what arrives meanwhile, the pages together
 * are the sandbox's rows, and no page costs more calls than it must. */

import { describe, expect, test } from 'vitest';
import { SANDBOX_CREDENTIALS, type WithdrawalRow } from '../sandbox/index.ts';
import { startProduct } from './support/app.ts';

const { ask, sandbox } = await startProduct();
const [UNIT] = SANDBOX_CREDENTIALS.hashlee.units;
const PER_PAGE = 15;

type Arguments = Readonly<Record<string, unknown>>;

interface Page {
  readonly ids: string[];
  readonly cursors: string[];
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
  readonly startCursor: string | null;
  readonly endCursor: string | null;
  readonly calls: number;
}

interface List {
  readonly name: string;
  /** The ids that the sandbox holds, in the order of the list. */
  readonly held: () => string[];
  readonly page: (args: Arguments) => Promise<Page>;
  readonly arrive: (count: number) => void;
}

function payoutList(account: 'cryptomus' | 'heleket'): List {
  const query = `query ($accounts: [String!], $first: Int, $after: String, $last: Int, $before: String, $filter: PayoutFilter) {
    list: payouts(accounts: $accounts, first: $first, after: $after, last: $last, before: $before, filter: $filter) {
      edges { cursor node { id: uuid } }
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    }
  }`;
  return {
    name: `payouts of ${account}`,
    held: () => sandbox.rows.payouts(account).map(({ uuid }) => uuid),
    page: (args) => readPage(query, { accounts: [account], ...args }),
    arrive: (count) => sandbox.addPayouts(account, count),
  };
}

const withdrawalList: List = {
  name: 'withdrawals of hashlee',
  held: () => newestFirst(sandbox.rows.withdrawals(UNIT)).map(({ hash }) => hash),
  page: (args) =>
    readPage(
      `query ($accounts: [String!], $first: Int, $after: String, $last: Int, $before: String, $filter: WithdrawalFilter, $orderBy: WithdrawalOrder) {
        list: withdrawals(accounts: $accounts, first: $first, after: $after, last: $last, before: $before, filter: $filter, orderBy: $orderBy) {
          edges { cursor node { id: hash } }
          pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
        }
      }`,
      { accounts: ['hashlee'], ...args },
    ),
  arrive: (count) => sandbox.addWithdrawals(UNIT, count),
};

const LISTS = [payoutList('cryptomus'), payoutList('heleket'), withdrawalList];

async function readPage(query: string, args: Arguments): Promise<Page> {
  const before = sandbox.calls.length;
  const { data, errors } = await ask(query, args);
  expect(errors).toBeUndefined();
  const { edges, pageInfo } = data.list;
  return {
    ids: edges.map(({ node }: { node: { id: string } }) => node.id),
    cursors: edges.map(({ cursor }: { cursor: string }) => cursor),
    ...pageInfo,
    calls: sandbox.calls.length - before,
  };
}

function newestFirst(rows: readonly WithdrawalRow[]): WithdrawalRow[] {
  const at = (row: WithdrawalRow) => Date.parse(row.created_at);
  return [...rows].sort((a, b) => at(b) - at(a) || (a.hash < b.hash ? 1 : -1));
}

/** All pages of a list in one direction, at most `most` of them; `between` runs before each but the first. */
async function walk(
  list: List,
  size: number,
  direction: 'forward' | 'backward',
  {
    most = 400,
    between = () => {},
    args = {},
  }: { most?: number; between?: () => void; args?: Arguments } = {},
): Promise<Page[]> {
  const pages: Page[] = [];
  let page: Page | undefined;
  while (
    pages.length < most &&
    (!page || (direction === 'forward' ? page.hasNextPage : page.hasPreviousPage))
  ) {
    if (page) between();
    page = await list.page({
      ...args,
      ...(direction === 'forward'
        ? { first: size, ...(page && { after: page.endCursor }) }
        : { last: size, ...(page && { before: page.startCursor }) }),
    });
    expect(page.ids.length).toBeLessThanOrEqual(size);
    expect([page.startCursor, page.endCursor]).toEqual([
      page.cursors[0] ?? null,
      page.cursors.at(-1) ?? null,
    ]);
    pages.push(page);
  }
  return pages;
}

/** Pages in the order of the list, put together. */
function together(pages: readonly Page[], direction: 'forward' | 'backward'): string[] {
  return (direction === 'forward' ? pages : [...pages].reverse()).flatMap(({ ids }) => ids);
}

/** How many pages of 15 the rows of a page lie on, counted from the end that the walk began at. */
function fewestCalls(size: number, index: number, total: number): number {
  const last = Math.min((index + 1) * size, total) - 1;
  return Math.floor(last / PER_PAGE) - Math.floor((index * size) / PER_PAGE) + 1;
}

const WALKS = [
  ...[7, 15, 16, 50, 100].map((size) => [LISTS[0]!, size] as const),
  ...[16].map((size) => [LISTS[1]!, size] as const),
].flatMap(([list, size]) =>
  (['forward', 'backward'] as const).map((direction) => ({ name: list.name, list, size, direction })),
);

test.each(WALKS)(
  'all $name by $size, $direction, are the rows in order, at the fewest calls',
  async (one) => {
    const { list, size, direction } = one;
    const held = list.held();
    const pages = await walk(list, size, direction);
    expect(together(pages, direction)).toEqual(held);

    // The provider does not start at its oldest payout: finding where it ends takes one look beyond.
    const calls = pages.map((page, index) => page.calls - (direction === 'backward' && index === 0 ? 1 : 0));
    expect(calls).toEqual(pages.map((_, index) => fewestCalls(size, index, held.length)));
  },
);

test.each(
  [7, 15, 16, 50, 100].flatMap((size) =>
    (['forward', 'backward'] as const).map((direction) => ({ size, direction })),
  ),
)(
  'all withdrawals by $size, $direction, are the rows in order, at one call a page',
  async ({ size, direction }) => {
    const pages = await walk(withdrawalList, size, direction);
    expect(together(pages, direction)).toEqual(withdrawalList.held());
    // A page of 100 is as large as the provider's own, which may end between rows of one second.
    const most = size === 100 ? 2 : 1;
    for (const { calls } of pages) expect(calls).toBeLessThanOrEqual(most);
  },
);

describe.each(LISTS)('the list of $name', (list) => {
  test('by single rows, from either end, is the rows in order', async () => {
    const held = list.held();
    const forward = await walk(list, 1, 'forward', { most: 33 });
    expect(together(forward, 'forward')).toEqual(held.slice(0, 33));
    const backward = await walk(list, 1, 'backward', { most: 33 });
    expect(together(backward, 'backward')).toEqual(held.slice(-33));
    for (const { calls } of [...forward, ...backward.slice(1)]) expect(calls).toBe(1);
  });

  test('says of each page whether rows follow and precede it', async () => {
    const pages = await walk(list, 50, 'forward');
    expect(pages.map(({ hasNextPage }) => hasNextPage)).toEqual(
      pages.map((_, index) => index < pages.length - 1),
    );
    expect(pages.map(({ hasPreviousPage }) => hasPreviousPage)).toEqual(pages.map((_, index) => index > 0));
    const back = await walk(list, 50, 'backward');
    expect(back.map(({ hasPreviousPage }) => hasPreviousPage)).toEqual(
      back.map((_, index) => index < back.length - 1),
    );
    expect(back.map(({ hasNextPage }) => hasNextPage)).toEqual(back.map((_, index) => index > 0));
  });

  test.each([
    [1, 3],
    [7, 1],
    [7, 20],
    [16, 15],
    [16, 40],
  ])(
    'by %i forward, with %i rows arriving before each page, neither misses nor repeats a row',
    async (size, count) => {
      const held = list.held();
      const most = 25;
      const pages = await walk(list, size, 'forward', { most, between: () => list.arrive(count) });
      expect(together(pages, 'forward')).toEqual(held.slice(0, size * most));
      // What has left the head of the list is found by at most two more looks.
      for (const [index, { calls }] of pages.entries()) {
        expect(calls).toBeLessThanOrEqual(fewestCalls(size, index, held.length) + 2);
      }
    },
  );

  test('to its end, with rows arriving all the while, is the list as it stood at the beginning', async () => {
    const held = list.held();
    const pages = await walk(list, 100, 'forward', { between: () => list.arrive(33) });
    expect(together(pages, 'forward')).toEqual(held);
  });

  test('backward to its beginning, with rows arriving all the while, ends with the last of them', async () => {
    let rounds = 0;
    const between = () => {
      if (rounds++ < 20) list.arrive(9);
    };
    const pages = await walk(list, 73, 'backward', { between });
    expect(rounds).toBeGreaterThan(10);
    expect(together(pages, 'backward')).toEqual(list.held());
  });

  test('turns around anywhere, and tells the same rows', async () => {
    const held = list.held();
    const [, , third] = (await walk(list, 17, 'forward', { most: 3 })) as [Page, Page, Page];
    for (const [index, cursor] of third.cursors.entries()) {
      const at = 34 + index;
      const back = await list.page({ last: 20, before: cursor });
      expect(back.ids).toEqual(held.slice(at - 20, at));
      expect([back.hasPreviousPage, back.hasNextPage]).toEqual([true, true]);
      const onward = await list.page({ first: 5, after: back.endCursor });
      expect(onward.ids).toEqual(held.slice(at, at + 5));
    }
  });

  test('turns around after rows arrived, and comes to these in the end', async () => {
    const held = list.held();
    const first = await list.page({ first: 5 });
    const second = await list.page({ first: 5, after: first.endCursor });
    list.arrive(31);
    const back = await list.page({ last: 5, before: second.startCursor });
    expect(back.ids).toEqual(held.slice(0, 5));
    expect(back.hasPreviousPage).toBe(true);
    const news = await list.page({ last: 100, before: back.startCursor });
    expect(news.ids).toEqual(list.held().slice(0, 31));
    expect(news.hasPreviousPage).toBe(false);
  });

  test('is empty before its first row and after its last', async () => {
    const first = await list.page({ first: 1 });
    const before = await list.page({ last: 5, before: first.startCursor });
    expect(before).toMatchObject({ ids: [], hasPreviousPage: false, hasNextPage: true, startCursor: null });
    const last = await list.page({ last: 1 });
    const after = await list.page({ first: 5, after: last.endCursor });
    expect(after).toMatchObject({ ids: [], hasNextPage: false, hasPreviousPage: true, endCursor: null });
    list.arrive(2);
    const arrived = await list.page({ last: 5, before: first.startCursor });
    expect(arrived.ids).toEqual(list.held().slice(0, 2));
  });

  test('takes up a walk again after a page failed', async () => {
    const held = list.held();
    const first = await list.page({ first: 20 });
    const stop = sandbox.inject({ kind: 'unauthorized' });
    const failed = await list.page({ first: 20, after: first.endCursor });
    expect(failed).toMatchObject({ ids: [], hasNextPage: true, calls: 1 });
    stop();
    for (const after of [first.endCursor, failed.endCursor]) {
      const second = await list.page({ first: 20, after });
      expect([...first.ids, ...second.ids]).toEqual(held.slice(0, 40));
    }
  });
});

describe('filters and orders', () => {
  const range = { gte: '2024-03-01T00:00:00Z', lt: '2024-06-01T00:00:00Z' };
  const within = (time: string) =>
    Date.parse(time) >= Date.parse(range.gte) && Date.parse(time) < Date.parse(range.lt);

  test.each(['forward', 'backward'] as const)(
    'payouts of a period, %s, are those of that period',
    async (direction) => {
      const rows = sandbox.rows.payouts('heleket').filter((row) => within(row.created_at));
      const pages = await walk(LISTS[1]!, 16, direction, { args: { filter: { createdAt: range } } });
      expect(rows.length).toBeGreaterThan(50);
      expect(together(pages, direction)).toEqual(rows.map(({ uuid }) => uuid));
    },
  );

  test('a period that is none is an empty page without a call', async () => {
    const filter = { createdAt: { gt: '2024-03-01T00:00:00Z', lt: '2024-03-01T00:00:01Z' } };
    expect(await LISTS[0]!.page({ first: 5, filter })).toMatchObject({
      ids: [],
      hasNextPage: false,
      calls: 0,
    });
  });

  const FILTERS: [name: string, filter: object, passes: (row: WithdrawalRow) => boolean][] = [
    ['of a period', { createdAt: range }, (row) => within(row.created_at)],
    ['that are open', { status: { eq: 'PENDING' } }, (row) => row.status === 'OPEN'],
    ['under way', { status: { eq: 'PROCESSING' } }, (row) => ['PENDING', 'EXPORTED'].includes(row.status)],
    ['of an unknown status', { status: { eq: 'UNRECOGNIZED' } }, (row) => row.status === 'REVERSED'],
    ['not done', { status: { nin: ['SUCCEEDED'] } }, (row) => row.status !== 'FINISHED'],
    ['by a raw status', { rawStatus: { eq: 'EXPORTED' } }, (row) => row.status === 'EXPORTED'],
    [
      'of BTC above 1',
      { currency: { eq: 'BTC' }, amount: { gt: '1.0' } },
      (row) => row.currency === 'BTC' && Number(row.amount) > 1,
    ],
    [
      'of a fee between',
      { fee: { gte: '1', lte: '1.5' } },
      (row) => Number(row.fee) >= 1 && Number(row.fee) <= 1.5,
    ],
  ];
  test.each(FILTERS)('withdrawals %s are those and no others', async (_name, filter, passes) => {
    const rows = newestFirst(sandbox.rows.withdrawals(UNIT).filter(passes));
    expect(rows.length).toBeGreaterThan(5);
    const pages = await walk(withdrawalList, 50, 'forward', { args: { filter } });
    expect(together(pages, 'forward')).toEqual(rows.map(({ hash }) => hash));
    for (const { calls } of pages) expect(calls).toBe(1);
  });

  test.each([
    { filter: { hash: { in: [] } } },
    { filter: { status: { in: [] } } },
    { filter: { status: { eq: 'FAILED' } } },
  ])('withdrawals that cannot be, by %o, are an empty page without a call', async (args) => {
    expect(await withdrawalList.page({ first: 5, ...args })).toMatchObject({
      ids: [],
      hasNextPage: false,
      calls: 0,
    });
  });

  const ORDERS = [
    ['AMOUNT', 'amount'],
    ['FEE', 'fee'],
    ['NET_AMOUNT', 'net_amount'],
  ] as const;
  test.each(
    ORDERS.flatMap(([field, column]) => ['ASC', 'DESC'].map((direction) => ({ field, column, direction }))),
  )(
    'withdrawals by $field $direction are ordered by value and complete',
    async ({ field, column, direction }) => {
      const sign = direction === 'ASC' ? 1 : -1;
      const value = (row: WithdrawalRow) => BigInt(row[column].replace('.', ''));
      const rows = [...sandbox.rows.withdrawals(UNIT)].sort((a, b) => {
        const [left, right] = [value(a), value(b)];
        return sign * (left === right ? (a.hash < b.hash ? -1 : 1) : left < right ? -1 : 1);
      });
      const pages = await walk(withdrawalList, 90, 'forward', { args: { orderBy: { field, direction } } });
      expect(together(pages, 'forward')).toEqual(rows.map(({ hash }) => hash));
    },
  );
});

describe('totalCount', () => {
  const count = async (field: string) => {
    const { data, errors } = await ask(`{ list: ${field} }`);
    expect(errors).toBeUndefined();
    return [data.list.totalCount, sandbox.calls.length];
  };
  test('is null for payouts, which nobody counts, and asks nothing more', async () => {
    expect(await count('payouts(accounts: ["cryptomus"], first: 1) { totalCount nodes { uuid } }')).toEqual([
      null,
      1,
    ]);
  });
  test('of withdrawals comes with their first page', async () => {
    const held = sandbox.rows.withdrawals(UNIT).length;
    expect(await count('withdrawals(accounts: ["hashlee"], first: 1) { totalCount }')).toEqual([held, 1]);
  });
  test('of withdrawals further on takes one more call', async () => {
    const held = sandbox.rows.withdrawals(UNIT).length;
    const { endCursor } = await withdrawalList.page({ first: 3 });
    sandbox.clearCalls();
    const field = `withdrawals(accounts: ["hashlee"], first: 1, after: "${endCursor}") { totalCount }`;
    expect(await count(field)).toEqual([held, 2]);
  });
  test('that cannot be had is null, and leaves the page', async () => {
    const { endCursor } = await withdrawalList.page({ first: 3 });
    sandbox.clearCalls();
    // The page is past the faults when it is held; the count, which comes after it, is not.
    const release = sandbox.hold({ endpoint: 'W1' });
    const asked = ask(
      `{ list: withdrawals(accounts: ["hashlee"], first: 1, after: "${endCursor}") { totalCount nodes { hash } } }`,
    );
    await expect.poll(() => sandbox.calls.length, { interval: 5, timeout: 5_000 }).toBe(1);
    sandbox.inject({ kind: 'forbidden' });
    release();
    const { data, errors } = await asked;
    expect(data.list).toEqual({ totalCount: null, nodes: [{ hash: withdrawalList.held()[3] }] });
    expect(errors).toMatchObject([{ path: ['list', 'totalCount'], extensions: { code: 'FORBIDDEN' } }]);
  });
  test('of filtered withdrawals counts those that match', async () => {
    const open = sandbox.rows.withdrawals(UNIT).filter(({ status }) => status === 'OPEN').length;
    const field =
      'withdrawals(accounts: ["hashlee"], first: 1, filter: { status: { eq: PENDING } }) { totalCount }';
    expect(await count(field)).toEqual([open, 1]);
  });
});
