/** The laws of the pager, over lists in memory that are cut into pages in the three ways in which providers do it. */

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { InvalidInputError } from '../src/errors.ts';
import { DEFAULT_PAGE_SIZE, type Page, type PageArgs, readPage } from '../src/pager.ts';
import type { Direction, Placed, Position, Slice, Source } from '../src/providers/provider.ts';

const asker = { called: () => {} };

/** A list of numbers, greatest first, at whose head greater ones arrive. */
interface Memory {
  readonly rows: number[];
  arrive(count: number): void;
  readonly source: Source<number>;
  /** How often the source was read. */
  reads(): number;
}

type Cut = (
  rows: readonly number[],
  from: number | null,
  direction: Direction,
  want: number,
) => Slice<number>;

function createMemory(length: number, cut: Cut): Memory {
  const rows = Array.from({ length }, (_, index) => length - index);
  let reads = 0;
  return {
    rows,
    reads: () => reads,
    arrive(count) {
      for (let added = 0; added < count; added++) rows.unshift((rows[0] ?? 0) + 1);
    },
    source: {
      async read(from, direction, want) {
        reads++;
        return cut(rows, from === null ? null : (from.row as number), direction, want);
      },
    },
  };
}

/** The rows beyond one, or all, in walking order. */
function beyond(rows: readonly number[], from: number | null, direction: Direction): number[] {
  const onward = direction === 'forward' ? [...rows] : [...rows].reverse();
  return from === null ? onward : onward.slice(onward.indexOf(from) + 1);
}

function placed(row: number): Placed<number> {
  return { row, position: { row } };
}

/** Fixed pages, counted from the oldest row: what is left of the page that the start lies on, as cursors give it. */
const byCursor =
  (cap: number): Cut =>
  (rows, from, direction) => {
    const rest = beyond(rows, from, direction);
    const pageOf = (row: number) => Math.floor((row - 1) / cap);
    const page = rest.filter((row) => pageOf(row) === pageOf(rest[0]!));
    return { rows: page.map(placed), end: page.length === rest.length };
  };

/** As many as wanted and some to spare, but never more than a cap: a keyset over numbered pages. */
const byKey =
  (cap: number, spare: number): Cut =>
  (rows, from, direction, want) => {
    const rest = beyond(rows, from, direction);
    const page = rest.slice(0, Math.min(want + spare, cap));
    return { rows: page.map(placed), end: page.length === rest.length };
  };

/** Everything at once. */
const whole: Cut = (rows, from, direction) => ({
  rows: beyond(rows, from, direction).map(placed),
  end: true,
});

const cap = fc.integer({ min: 1, max: 40 });
const cut: fc.Arbitrary<Cut> = fc.oneof(
  cap.map(byCursor),
  fc.tuple(cap, fc.nat({ max: 8 })).map(([limit, spare]) => byKey(limit, spare)),
  fc.constant(whole),
);
const memory = fc.tuple(fc.nat({ max: 120 }), cut).map(
  ([length, by]) =>
    () =>
      createMemory(length, by),
);
const size = fc.integer({ min: 1, max: 100 });

function ask({ source }: Memory, args: PageArgs, list: unknown = 'list'): Promise<Page<number>> {
  return readPage(source, args, list, asker);
}

function rowsOf(page: Page<number>): number[] {
  return page.edges.map(({ node }) => node);
}

test('pages forward put together are the list as it stood, whatever arrives between them', () =>
  fc.assert(
    fc.asyncProperty(memory, size, fc.array(fc.nat({ max: 50 })), async (create, first, arrivals) => {
      const list = create();
      const held = [...list.rows];
      const told: number[] = [];
      let page = await ask(list, { first });
      told.push(...rowsOf(page));
      for (let at = 0; page.pageInfo.hasNextPage; at++) {
        list.arrive(arrivals[at] ?? 0);
        page = await ask(list, { first, after: page.pageInfo.endCursor });
        expect(page.edges.length).toBeGreaterThan(0);
        told.push(...rowsOf(page));
      }
      expect(told).toEqual(held);
    }),
  ));

test('pages backward put together are the list as it stands in the end', () =>
  fc.assert(
    fc.asyncProperty(
      memory,
      size,
      fc.array(fc.nat({ max: 50 }), { maxLength: 8 }),
      async (create, last, arrivals) => {
        const list = create();
        const told: number[] = [];
        let page = await ask(list, { last });
        told.unshift(...rowsOf(page));
        for (let at = 0; page.pageInfo.hasPreviousPage; at++) {
          list.arrive(arrivals[at] ?? 0);
          page = await ask(list, { last, before: page.pageInfo.startCursor });
          told.unshift(...rowsOf(page));
        }
        expect(told).toEqual(list.rows);
      },
    ),
  ));

const step = fc.record({
  direction: fc.constantFrom('forward' as const, 'backward' as const),
  size,
  /** Which row of the page before, as a share of its length. */
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  arriving: fc.nat({ max: 20 }),
});

test('from any row in either direction, a page is the rows next to it, and tells truly what lies around', () =>
  fc.assert(
    fc.asyncProperty(memory, fc.array(step, { minLength: 1, maxLength: 8 }), async (create, steps) => {
      const list = create();
      let page = await ask(list, { first: 10 });
      for (const { direction, size: wanted, at, arriving } of steps) {
        list.arrive(arriving);
        const edge = page.edges[Math.round(at * (page.edges.length - 1))];
        const cursor = edge?.cursor;
        page = await ask(
          list,
          direction === 'forward' ? { first: wanted, after: cursor } : { last: wanted, before: cursor },
        );

        const rest = beyond(list.rows, edge?.node ?? null, direction);
        const expected = rest.slice(0, wanted);
        expect(rowsOf(page)).toEqual(direction === 'forward' ? expected : expected.reverse());
        const more = rest.length > wanted;
        const behind = edge !== undefined;
        expect(page.pageInfo).toMatchObject({
          hasNextPage: direction === 'forward' ? more : behind,
          hasPreviousPage: direction === 'forward' ? behind : more,
          startCursor: page.edges[0]?.cursor ?? null,
          endCursor: page.edges.at(-1)?.cursor ?? null,
        });
      }
    }),
  ));

test('reads no further than the page needs', () =>
  fc.assert(
    fc.asyncProperty(fc.nat({ max: 120 }), cap, size, async (length, limit, first) => {
      const list = createMemory(length, byKey(limit, 0));
      await ask(list, { first });
      expect(list.reads()).toBe(Math.max(1, Math.ceil(Math.min(first, length) / limit)));
    }),
  ));

test('a row has one cursor at a time for a list, and different rows have different ones', async () => {
  const list = createMemory(30, whole);
  const { edges } = await ask(list, { first: 30 });
  expect(new Set(edges.map(({ cursor }) => cursor)).size).toBe(30);
  expect((await ask(list, { last: 30 })).edges).toEqual(edges);
});

test('a cursor goes with its own list only, and another list is not even read', () =>
  fc.assert(
    fc.asyncProperty(fc.jsonValue(), fc.jsonValue(), async (one, other) => {
      fc.pre(JSON.stringify(one) !== JSON.stringify(other));
      const list = createMemory(5, whole);
      const { endCursor } = (await ask(list, { first: 2 }, one)).pageInfo;
      expect(rowsOf(await ask(list, { first: 2, after: endCursor }, one))).toEqual([3, 2]);
      const reads = list.reads();
      await expect(ask(list, { first: 2, after: endCursor }, other)).rejects.toThrow(InvalidInputError);
      await expect(ask(list, { last: 2, before: endCursor }, other)).rejects.toThrow(
        'belongs to another list',
      );
      expect(list.reads()).toBe(reads);
    }),
  ));

test('no text is a cursor but one that was given out', () =>
  fc.assert(
    fc.asyncProperty(fc.string(), fc.constantFrom('after', 'before'), async (text, arg) => {
      const list = createMemory(5, whole);
      await expect(ask(list, { [arg]: text })).rejects.toMatchObject({ issues: [{ path: [arg] }] });
      expect(list.reads()).toBe(0);
    }),
  ));

test('a position comes back to its source as it was given out', async () => {
  const positions: fc.Arbitrary<Position> = fc.dictionary(
    fc.string(),
    fc.oneof(fc.string({ unit: 'grapheme' }), fc.integer(), fc.constant(null)),
    { noNullPrototype: true },
  );
  await fc.assert(
    fc.asyncProperty(positions, async (position) => {
      const seen: unknown[] = [];
      const source: Source<string> = {
        async read(from) {
          seen.push(from);
          return { rows: [{ row: 'row', position }], end: false };
        },
      };
      const { pageInfo } = await readPage(source, { first: 1 }, 'list', asker);
      await readPage(source, { first: 1, after: pageInfo.endCursor }, 'list', asker);
      expect(seen).toEqual([null, JSON.parse(JSON.stringify(position))]);
    }),
  );
});

test('has 20 rows unless told otherwise, from the end when only `before` is given', async () => {
  const list = createMemory(60, whole);
  expect(rowsOf(await ask(list, {}))).toEqual(list.rows.slice(0, DEFAULT_PAGE_SIZE));
  const { startCursor } = (await ask(list, { last: 10 })).pageInfo;
  expect(rowsOf(await ask(list, { before: startCursor }))).toEqual(list.rows.slice(30, 50));
});

test('a failure of the source is the failure of the page', async () => {
  const failed = new Error('down');
  const source: Source<number> = { read: () => Promise.reject(failed) };
  await expect(readPage(source, { first: 1 }, 'list', asker)).rejects.toBe(failed);
});
