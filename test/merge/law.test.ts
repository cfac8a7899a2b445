/** The law of merged lists, over lists in memory: pages together are the union of all rows, in order, none missing and
 * none twice, wherever a page begins, in either direction, whatever arrives, changes or fails in between. */

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type MergeOptions, mergedSource } from '../../src/merge.ts';
import { type Page, type PageArgs, readPage } from '../../src/pager.ts';
import { reversedSource } from '../../src/view.ts';
import {
  arrivals,
  asker,
  createList,
  type GeneratedList,
  listShapes,
  type Row,
  type Shape,
  unreachable,
} from './generated.ts';
import { type Divisions, expectPage, undivided } from './model.ts';

const ACCOUNTS = ['one', 'two', 'three', 'four'];

function createLists(shapes: readonly Shape[]): GeneratedList[] {
  return shapes.map((shape, index) => createList(ACCOUNTS[index]!, shape));
}

interface Asked {
  readonly page: Page<Row>;
  /** The accounts whose rows are missing. */
  readonly gaps: readonly string[];
}

async function ask(lists: readonly GeneratedList[], args: PageArgs, oldestFirst = false): Promise<Asked> {
  const gaps: string[] = [];
  const members = lists.map(({ account, source }) => ({
    account,
    source: oldestFirst ? reversedSource(source) : source,
  }));
  const options: MergeOptions<Row> = {
    members: oldestFirst ? members.reverse() : members,
    compare: (left, right) => (oldestFirst ? left.at - right.at : right.at - left.at),
    settled: oldestFirst ? 'backward' : 'forward',
    show: (row) => row,
    waitMs: 60_000,
    timeout: unreachable,
    onGap: ({ failure }) => gaps.push(failure.account),
  };
  return { page: await readPage(mergedSource(options), args, oldestFirst, asker), gaps };
}

function rowsOf({ edges }: Page<Row>): Row[] {
  return edges.map(({ node }) => node);
}

const size = fc.integer({ min: 1, max: 100 });
const direction = fc.constantFrom('forward' as const, 'backward' as const);
const order = fc.boolean();

const step = fc.record({
  direction,
  size: fc.oneof(size, fc.integer({ min: 1, max: 9 })),
  /** Which of the cursors given out so far, as a share; null begins anew. */
  from: fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { freq: 12 }),
  arriving: fc.array(arrivals, { minLength: 4, maxLength: 4 }),
  changing: fc.nat({ max: 30 }),
  failing: fc.oneof(fc.constant<string[]>([]), fc.subarray(ACCOUNTS)),
});

test('from any cursor in either direction, a page is the rows that lie there, of all accounts that answer', () =>
  fc.assert(
    fc.asyncProperty(
      listShapes(60),
      order,
      fc.array(step, { minLength: 1, maxLength: 12 }),
      async (shapes, oldestFirst, steps) => {
        const lists = createLists(shapes);
        const known = new Map<string, Divisions>();
        for (const { direction, size, from, arriving, changing, failing } of steps) {
          lists.forEach((list, index) => {
            list.arrive(arriving[index]!);
            for (const row of list.rows.slice(0, changing)) row.status++;
            list.failing = () => failing.includes(list.account);
          });
          const cursors = [...known];
          const [cursor, start] = (from !== null && cursors[Math.round(from * (cursors.length - 1))]) || [];
          const forward = direction === 'forward';
          const toOlder = forward !== oldestFirst;

          const { page, gaps } = await ask(
            lists,
            forward ? { first: size, after: cursor } : { last: size, before: cursor },
            oldestFirst,
          );
          const divisions = start ?? undivided(lists, toOlder);
          const expected = expectPage(lists, divisions, toOlder, size, new Set(failing));

          const walked = forward ? page.edges : page.edges.toReversed();
          expect(walked.map(({ node }) => node)).toEqual(expected.rows.map(({ row }) => row));
          expect(failing).toEqual(expect.arrayContaining([...gaps]));
          expect(new Set(gaps).size).toBe(gaps.length);
          const { hasNextPage, hasPreviousPage, startCursor, endCursor } = page.pageInfo;
          const [more, behind] = forward ? [hasNextPage, hasPreviousPage] : [hasPreviousPage, hasNextPage];
          if (expected.more || gaps.length > 0) expect(more).toBe(true);
          expect(behind).toBe(cursor !== undefined);

          for (const [index, edge] of walked.entries())
            known.set(edge.cursor, expected.rows[index]!.divisions);
          const onward = forward ? endCursor : startCursor;
          if (more && walked.length < size) known.set(onward!, expected.divisions);
        }
      },
    ),
    { numRuns: 400 },
  ));

/** All pages in one direction; `between` runs before each. */
async function walk(
  lists: readonly GeneratedList[],
  direction: 'forward' | 'backward',
  oldestFirst: boolean,
  sizes: readonly number[],
  between: (index: number) => void = () => {},
): Promise<Asked[]> {
  const forward = direction === 'forward';
  const pages: Asked[] = [];
  for (let cursor: string | null = null, more = true; more; ) {
    between(pages.length);
    const size = sizes[pages.length % sizes.length]!;
    const asked = await ask(
      lists,
      forward ? { first: size, after: cursor } : { last: size, before: cursor },
      oldestFirst,
    );
    const { hasNextPage, hasPreviousPage, startCursor, endCursor } = asked.page.pageInfo;
    more = forward ? hasNextPage : hasPreviousPage;
    cursor = forward ? endCursor : startCursor;
    pages.push(asked);
    if (pages.length > 3_000) throw new Error('the walk does not end');
  }
  return pages;
}

function together(pages: readonly Asked[], direction: 'forward' | 'backward'): Row[] {
  return (direction === 'forward' ? pages : pages.toReversed()).flatMap(({ page }) => rowsOf(page));
}

/** The union as it is, newest first; of equal times the rows of earlier accounts first. */
function union(lists: readonly GeneratedList[]): Row[] {
  const ranked = lists.flatMap(({ rows }, rank) => rows.map((row) => ({ row, rank })));
  return ranked
    .sort((a, b) => b.row.at - a.row.at || a.rank - b.rank || b.row.number - a.row.number)
    .map(({ row }) => row);
}

const sizes = fc.array(size, { minLength: 1, maxLength: 4 });

test('a walk from either end, in either order, is the union of all rows', () =>
  fc.assert(
    fc.asyncProperty(listShapes(400), order, direction, sizes, async (shapes, oldestFirst, way, sizes) => {
      const lists = createLists(shapes);
      const pages = await walk(lists, way, oldestFirst, sizes);
      const held = union(lists);
      expect(together(pages, way)).toEqual(oldestFirst ? held.reverse() : held);
    }),
    { numRuns: 100 },
  ));

test('a walk by single rows is the union as well', () =>
  fc.assert(
    fc.asyncProperty(listShapes(40), order, direction, async (shapes, oldestFirst, way) => {
      const lists = createLists(shapes);
      const pages = await walk(lists, way, oldestFirst, [1]);
      const held = union(lists);
      expect(together(pages, way)).toEqual(oldestFirst ? held.reverse() : held);
    }),
    { numRuns: 50 },
  ));

test('where times do not fit the order of a list, a walk still has each row once, each list in its own order', () =>
  fc.assert(
    fc.asyncProperty(
      listShapes(60),
      fc.array(fc.integer({ min: -3, max: 3 })),
      order,
      direction,
      sizes,
      async (shapes, offsets, oldestFirst, way, sizes) => {
        const lists = createLists(shapes);
        lists.forEach(({ rows }, rank) => {
          for (const [index, row] of rows.entries()) {
            Object.assign(row, { at: row.at + (offsets[index + rank] ?? 0) });
          }
        });
        const shown = together(await walk(lists, way, oldestFirst, sizes), way);
        expect(shown.length).toBe(union(lists).length);
        for (const { account, rows } of lists) {
          const own = oldestFirst ? rows : rows.toReversed();
          expect(shown.filter((row) => row.account === account)).toEqual(own);
        }
      },
    ),
    { numRuns: 100 },
  ));

test('a walk from the newest row is the union as it stood, whatever arrives and changes meanwhile', () =>
  fc.assert(
    fc.asyncProperty(
      listShapes(120),
      order,
      sizes,
      fc.array(arrivals),
      async (shapes, oldestFirst, sizes, news) => {
        const lists = createLists(shapes);
        const held = union(lists);
        const way = oldestFirst ? 'backward' : 'forward';
        const pages = await walk(lists, way, oldestFirst, sizes, (index) => {
          if (index === 0) return;
          lists.forEach((list, rank) => {
            list.arrive(news[index * 4 + rank] ?? []);
            for (const row of list.rows) row.status++;
          });
        });
        expect(together(pages, way)).toEqual(oldestFirst ? held.reverse() : held);
      },
    ),
    { numRuns: 100 },
  ));

test('a walk from the oldest row comes to all that arrived meanwhile', () =>
  fc.assert(
    fc.asyncProperty(
      listShapes(120),
      order,
      sizes,
      fc.array(arrivals),
      async (shapes, oldestFirst, sizes, news) => {
        const lists = createLists(shapes);
        const way = oldestFirst ? 'forward' : 'backward';
        // New rows are newer than all that was shown, in every list.
        const arrive = (index: number) => {
          const latest = Math.max(0, ...lists.map(({ rows }) => rows.at(-1)?.at ?? 0));
          lists.forEach((list, rank) => {
            const gaps = news[index * 4 + rank] ?? [];
            const after = latest - (list.rows.at(-1)?.at ?? 0) + 1;
            list.arrive(gaps.map((gap, at) => (at === 0 ? after : gap)));
          });
        };
        const pages = await walk(lists, way, oldestFirst, sizes, (index) => index > 0 && arrive(index));
        const held = union(lists);
        expect(together(pages, way)).toEqual(oldestFirst ? held.reverse() : held);
      },
    ),
    { numRuns: 100 },
  ));

test('whichever reads fail, what was left out comes after recovery: no row is missing, none twice', () =>
  fc.assert(
    fc.asyncProperty(
      listShapes(400),
      order,
      direction,
      sizes,
      fc.array(fc.boolean(), { maxLength: 200 }),
      async (shapes, oldestFirst, way, sizes, fates) => {
        const lists = createLists(shapes);
        let reads = 0;
        let failures = 0;
        for (const list of lists) {
          list.failing = () => {
            const fails = fates[reads++] ?? false;
            if (fails) failures++;
            return fails;
          };
        }
        const pages = await walk(lists, way, oldestFirst, sizes);
        const told = pages.flatMap(({ page }) => rowsOf(page));
        expect(told.length).toBe(new Set(told).size);
        expect(new Set(told)).toEqual(new Set(union(lists)));
        expect(pages.flatMap(({ gaps }) => gaps).length).toBe(failures);

        // The rows of one account stand in its own order, wherever those of others stand.
        const shown = together(pages, way);
        for (const { account, rows } of lists) {
          const own = oldestFirst ? rows : rows.toReversed();
          expect(shown.filter((row) => row.account === account)).toEqual(own);
        }
      },
    ),
    { numRuns: 300 },
  ));
