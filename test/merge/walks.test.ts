/** Walks over everything that all accounts hold, through the front door: the pages together are the sandbox's own rows,
 * and no page costs a call more than one must that begins in the middle of somebody else's pages. */

import { expect, test } from 'vitest';
import { startProduct, UPSTREAM } from '../support/app.ts';
import {
  type Held,
  type HeldList,
  learnDeals,
  nameOf,
  payoutLists,
  payoutsPage,
  union,
  withdrawalLists,
  withdrawalsPage,
} from './held.ts';

const SIZES = [1, 7, 15, 16, 50, 100];
const PER_PAGE = 15;
/** Characters of a cursor, wherever in the walk it stands. */
const LONGEST_CURSOR = 800;

// The smaller the pages, the more requests a row takes: there, providers hold fewer rows.
const everything = await startProduct();
const some = await startProduct(UPSTREAM, { newest: 150 });
const few = await startProduct(UPSTREAM, { newest: 50 });
const heldFor = (size: number) => (size === 1 ? few : size < 50 ? some : everything);

type Way = 'forward' | 'backward';
const WAYS = SIZES.flatMap((size) => (['forward', 'backward'] as const).map((way) => ({ size, way })));

interface Page {
  readonly ids: string[];
  readonly calls: number;
}

async function walk(query: string, size: number, way: Way): Promise<Page[]> {
  const { ask, sandbox } = heldFor(size);
  const pages: Page[] = [];
  for (let cursor: string | null = null, more = true; more; ) {
    sandbox.clearCalls();
    const { data, errors } = await ask(
      query,
      way === 'forward' ? { first: size, after: cursor } : { last: size, before: cursor },
    );
    expect(errors).toBeUndefined();
    const { nodes, gaps, pageInfo } = data.list;
    expect(gaps).toEqual([]);
    pages.push({ ids: nodes.map(nameOf), calls: sandbox.calls.length });
    more = way === 'forward' ? pageInfo.hasNextPage : pageInfo.hasPreviousPage;
    cursor = way === 'forward' ? pageInfo.endCursor : pageInfo.startCursor;
    expect(cursor!.length).toBeLessThan(LONGEST_CURSOR);
  }
  return pages;
}

interface Reader {
  readonly list: HeldList;
  readonly onward: readonly Held[];
  /** Rows given out. */
  given: number;
  /** Rows that this request has read, from the first one on. */
  read: number;
}

/** Calls of each page when nothing is kept between requests, none is asked for more than the next row of each list
 * needs, and no list is asked again for an end that it said and that cannot move. */
function fewestCalls(lists: readonly HeldList[], size: number, way: Way, pages: number): number[] {
  const readers = lists.map((list): Reader => {
    return { list, onward: way === 'forward' ? list.rows : list.rows.toReversed(), given: 0, read: 0 };
  });
  const sign = way === 'forward' ? 1 : -1;
  return Array.from({ length: pages }, () => {
    let calls = 0;
    for (const reader of readers) {
      const { list, onward, given } = reader;
      reader.read = given;
      // Whether newer rows have arrived must be asked each time.
      if (way === 'backward' && given === onward.length && list.cut !== 'KNOWN') calls++;
    }
    for (let room = size; room > 0; room--) {
      for (const reader of readers) {
        const { list, onward, given, read } = reader;
        if (given < read || read === onward.length) continue;
        if (list.cut !== 'KNOWN') calls++;
        const pageEnd = list.cut === 'PAGES' ? (Math.floor(read / PER_PAGE) + 1) * PER_PAGE : read + room;
        reader.read = Math.min(pageEnd, onward.length);
      }
      const heads = readers.filter(({ given, onward }) => given < onward.length);
      const next = heads
        .map((reader) => ({ reader, at: reader.onward[reader.given]!.at, rank: readers.indexOf(reader) }))
        .sort((a, b) => sign * (b.at - a.at || a.rank - b.rank))[0]?.reader;
      if (!next) break;
      next.given++;
      if (next.list.cut === 'KNOWN') calls++;
    }
    return calls;
  });
}

/** The pages together, in the order of the list. */
function together(pages: readonly Page[], way: Way): string[] {
  return (way === 'forward' ? pages : pages.toReversed()).flatMap(({ ids }) => ids);
}

test.each(WAYS)('all payouts by $size, $way, are the rows of all three providers', async ({ size, way }) => {
  const { sandbox, store } = heldFor(size);
  await learnDeals(store, sandbox);
  const lists = payoutLists(sandbox);
  const pages = await walk(payoutsPage, size, way);
  expect(together(pages, way)).toEqual(union(lists));

  const fewest = fewestCalls(lists, size, way, pages.length);
  // Neither provider starts its list at the oldest payout: finding where it ends takes each one look beyond.
  if (way === 'backward') fewest[0]! += 2;
  expect(pages.map(({ calls }) => calls)).toEqual(fewest);
});

test.each(WAYS)('all withdrawals by $size, $way, are the rows of both units', async ({ size, way }) => {
  const lists = withdrawalLists(heldFor(size).sandbox);
  const pages = await walk(withdrawalsPage, size, way);
  expect(together(pages, way)).toEqual(union(lists));

  const fewest = fewestCalls(lists, size, way, pages.length);
  expect(pages.map(({ calls }) => calls)).toEqual(fewest);
});

test('a page asks all providers at once, and again only those whose rows are used up', async () => {
  const { ask, sandbox } = everything;
  const release = sandbox.hold({});
  const answer = ask(payoutsPage, { first: 50 });
  await expect.poll(() => sandbox.calls.map(({ provider }) => provider)).toEqual(['cryptomus', 'heleket']);
  release();
  const { nodes } = (await answer).data.list;
  const held = payoutLists(sandbox).slice(0, 2);
  expect(nodes.map(nameOf)).toEqual(union(held).slice(0, 50));
  expect(sandbox.calls).toHaveLength(fewestCalls(held, 50, 'forward', 1)[0]!);
});

test('several accounts of one provider, whose rows all share their times, are one list', async () => {
  const { openAccounts, sandbox, serve } = few;
  const again = openAccounts(UPSTREAM, (config) => ({ ...config, name: `${config.name}-again` }));
  const { ask } = serve([...openAccounts(), ...again]);
  const once = withdrawalLists(sandbox);
  const twice = once.map((list) => ({
    ...list,
    rows: list.rows.map((row) => ({ ...row, id: row.id.replace(' ', '-again ') })),
  }));
  const told: string[] = [];
  for (let after: string | null = null, more = true; more; ) {
    const { data } = await ask(withdrawalsPage, { first: 7, after });
    told.push(...data.list.nodes.map(nameOf));
    more = data.list.pageInfo.hasNextPage;
    after = data.list.pageInfo.endCursor;
  }
  expect(told).toEqual(union([...once, ...twice]));
});
