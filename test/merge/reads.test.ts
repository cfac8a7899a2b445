/** What merging asks of its lists, over lists in memory: as little as there must be, in bounded time, and of lists that
 * are filtered here in bounded steps, without losing a row at any of these bounds. */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InvalidInputError, type ProviderError } from '../../src/errors.ts';
import { type MergeOptions, mergedSource } from '../../src/merge.ts';
import { type Page, type PageArgs, readPage } from '../../src/pager.ts';
import type { Direction, Source } from '../../src/providers/provider.ts';
import { filteredSource } from '../../src/view.ts';
import {
  asker,
  createList,
  type GeneratedList,
  hanging,
  listShapes,
  type Row,
  type Shape,
  unreachable,
} from './generated.ts';

const KEYS: Shape = { gaps: [], cap: 10, cut: 'KEYS', spare: 0, tellsEnd: true };
/** A list of so many rows, one for each point in time. */
const listOf = (account: string, count: number, shape: Partial<Shape> = {}) =>
  createList(account, { ...KEYS, ...shape, gaps: Array(count).fill(1) });

function optionsFor(lists: readonly GeneratedList[], gaps: ProviderError[] = []): MergeOptions<Row> {
  return {
    members: lists.map(({ account, source }) => ({ account, source })),
    compare: (left, right) => right.at - left.at,
    settled: 'forward',
    show: (row) => row,
    waitMs: 60_000,
    timeout: unreachable,
    onGap: (error) => gaps.push(error),
  };
}

const ask = <Shown>(options: MergeOptions<Row, Shown>, args: PageArgs) =>
  readPage(mergedSource(options), args, 'list', asker);

const numbersOf = (page: Page<Row>) => page.edges.map(({ node }) => `${node.account} ${node.number}`);

function readsOf(lists: readonly GeneratedList[]): number[] {
  return lists.map((list) => {
    const { reads } = list;
    list.reads = 0;
    return reads;
  });
}

describe('as little as there must be', () => {
  test('a list is read again only when its next row must be known', async () => {
    const lists = [listOf('one', 100), listOf('two', 8)];
    await ask(optionsFor(lists), { first: 10 });
    expect(readsOf(lists)).toEqual([1, 1]);
    await ask(optionsFor(lists), { first: 50 });
    expect(readsOf(lists)).toEqual([5, 1]);
    await ask(optionsFor(lists), { first: 51 });
    expect(readsOf(lists)).toEqual([6, 1]);
  });

  test('lists are read at once', async () => {
    const lists = [listOf('one', 5), listOf('two', 5), listOf('three', 5)];
    let running = 0;
    let most = 0;
    const { members, ...options } = optionsFor(lists);
    const watched = members.map(({ account, source }) => ({
      account,
      source: {
        async read(...args: Parameters<Source<Row>['read']>) {
          most = Math.max(most, ++running);
          await new Promise((resolve) => setImmediate(resolve));
          running--;
          return source.read(...args);
        },
      },
    }));
    await ask({ ...options, members: watched }, { first: 3 });
    expect(most).toBe(3);
  });

  test.each([true, false])(
    'a list that ended for good is not read again (it told its end: %s)',
    async (tellsEnd) => {
      const lists = [
        listOf('one', 100),
        listOf('two', 0),
        createList('three', { ...KEYS, gaps: [1_000, 1, 1], tellsEnd }),
      ];
      let after: string | null = null;
      const reads: number[][] = [];
      for (let more = true; more; ) {
        const { pageInfo }: Page<Row> = await ask(optionsFor(lists), { first: 20, after });
        reads.push(readsOf(lists));
        more = pageInfo.hasNextPage;
        after = pageInfo.endCursor;
      }
      expect(reads.length).toBeGreaterThan(5);
      expect(reads.map(([, two]) => two)).toEqual([1, ...Array(reads.length - 1).fill(0)]);
      const three = tellsEnd ? 1 : 2;
      expect(reads.map(([, , count]) => count)).toEqual([three, ...Array(reads.length - 1).fill(0)]);
    },
  );

  test('where rows may arrive at the end of a walk, it is looked for each time', async () => {
    const lists = [listOf('one', 30), listOf('two', 0)];
    const options = { ...optionsFor(lists), settled: null };
    const first = await ask(options, { first: 20 });
    await ask(options, { first: 20, after: first.pageInfo.endCursor });
    expect(readsOf(lists)[1]).toBe(2);
  });

  test('what is shown of a row is read only for rows of the page, and all at once', async () => {
    const lists = [listOf('one', 30), listOf('two', 30)];
    const shown: Row[] = [];
    let answer = () => {};
    const all = new Promise<void>((resolve) => {
      answer = resolve;
    });
    const show = async (row: Row) => {
      shown.push(row);
      if (shown.length === 10) answer();
      await all;
      return row;
    };
    const page = await ask({ ...optionsFor(lists), show }, { first: 10 });
    expect(page.edges.map(({ node }) => node)).toEqual(shown);
  });
});

describe('in bounded time', () => {
  const waitMs = 40;

  test('a list that never answers is a gap, and the others are given out', async () => {
    const lists = [listOf('one', 30), listOf('two', 30)];
    const gaps: ProviderError[] = [];
    const options = optionsFor(lists, gaps);
    const members = options.members.map((member) => ({
      ...member,
      source: hanging(member.source, () => member.account === 'one'),
    }));
    const page = await ask({ ...options, members, waitMs }, { first: 25 });
    expect(gaps.map(({ failure }) => failure.account)).toEqual(['two']);
    expect(page.edges.map(({ node }) => node.account)).toEqual(Array(25).fill('one'));
  });

  test('a list that came further and then never answers ends the page, without a gap, and goes on', async () => {
    const lists = [listOf('one', 30), listOf('two', 30)];
    const gaps: ProviderError[] = [];
    let reads = 0;
    const options = optionsFor(lists, gaps);
    const members = options.members.map((member) => ({
      ...member,
      source: hanging(member.source, () => member.account === 'one' || ++reads <= 2),
    }));
    const first = await ask({ ...options, members, waitMs }, { first: 60 });
    expect(gaps).toEqual([]);
    expect(first.edges).toHaveLength(40);
    expect(first.pageInfo.hasNextPage).toBe(true);
    const second = await ask(options, { first: 60, after: first.pageInfo.endCursor });
    expect([...numbersOf(first), ...numbersOf(second)]).toEqual(numbersOf(await ask(options, { first: 60 })));
  });

  test('a row that is never told ends the page where others of its list were shown, and is a gap where none was', async () => {
    const lists = [listOf('one', 10), listOf('two', 10)];
    const gaps: ProviderError[] = [];
    const answers = (row: Row) => row.account === 'one' || row.number > 4;
    const show = async (row: Row) => (answers(row) ? row : new Promise<never>(() => {}));
    const first = await ask({ ...optionsFor(lists, gaps), show, waitMs }, { first: 20 });
    expect(gaps).toEqual([]);
    expect(numbersOf(first).at(-1)).toBe('one 4');
    const second = await ask(
      { ...optionsFor(lists, gaps), show, waitMs },
      { first: 20, after: first.pageInfo.endCursor },
    );
    expect(gaps).toHaveLength(1);
    expect(numbersOf(second)).toEqual(['one 3', 'one 2', 'one 1', 'one 0']);
    const third = await ask(optionsFor(lists), { first: 20, after: second.pageInfo.endCursor });
    expect(numbersOf(third)).toEqual(['two 4', 'two 3', 'two 2', 'two 1', 'two 0']);
  });

  test('what is no failure of a provider is thrown', async () => {
    const options = optionsFor([listOf('one', 3)]);
    const broken = async () => Promise.reject(new TypeError('a bug'));
    const members = [{ account: 'one', source: { read: broken } }];
    await expect(ask({ ...options, members }, { first: 1 })).rejects.toThrow('a bug');
    await expect(ask({ ...options, show: broken }, { first: 1 })).rejects.toThrow('a bug');
  });
});

describe('in bounded steps', () => {
  const steps = fc.record({
    shapes: listShapes(150),
    every: fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 4, maxLength: 4 }),
    maxReads: fc.integer({ min: 1, max: 4 }),
    size: fc.integer({ min: 1, max: 30 }),
    direction: fc.constantFrom<Direction>('forward', 'backward'),
  });

  test('a walk over filtered lists is the rows that match, however short its pages are', () =>
    fc.assert(
      fc.asyncProperty(steps, async ({ shapes, every, maxReads, size, direction }) => {
        const lists = shapes.map((shape, index) => createList(`account ${index}`, shape));
        const keepers = lists.map((_, index) => (row: Row) => row.number % every[index]! === 0);
        const forward = direction === 'forward';
        const told: Row[] = [];
        for (let cursor: string | null = null, more = true; more; ) {
          const options = optionsFor(lists);
          const members = lists.map(({ account, source }, index) => ({
            account,
            source: filteredSource(source, keepers[index]!, maxReads),
          }));
          const page: Page<Row> = await ask(
            { ...options, members },
            forward ? { first: size, after: cursor } : { last: size, before: cursor },
          );
          for (const reads of readsOf(lists)) expect(reads).toBeLessThanOrEqual(maxReads);
          const rows = page.edges.map(({ node }) => node);
          told.push(...(forward ? rows : rows.reverse()));
          const { hasNextPage, hasPreviousPage, startCursor, endCursor } = page.pageInfo;
          more = forward ? hasNextPage : hasPreviousPage;
          const onward = forward ? endCursor : startCursor;
          expect(more && onward === cursor).toBe(false);
          cursor = onward;
        }
        const matching = lists.flatMap(({ rows }, rank) =>
          rows.filter(keepers[rank]!).map((row) => ({ row, rank })),
        );
        matching.sort((a, b) => b.row.at - a.row.at || a.rank - b.rank || b.row.number - a.row.number);
        if (!forward) matching.reverse();
        expect(told).toEqual(matching.map(({ row }) => row));
      }),
      { numRuns: 150 },
    ));

  test('what is looked through in one request is not looked through again in it', async () => {
    const lists = [listOf('one', 200)];
    const [member] = optionsFor(lists).members;
    const source = filteredSource(member!.source, ({ number }) => number % 25 === 0, 20);
    const page = await ask({ ...optionsFor(lists), members: [{ account: 'one', source }] }, { first: 100 });
    expect(page.edges).toHaveLength(8);
    expect(readsOf(lists)).toEqual([20]);
  });

  test('a list that was looked through in vain and then never answers rests there, without a gap', async () => {
    const lists = [listOf('one', 100)];
    const gaps: ProviderError[] = [];
    let reads = 0;
    const options = { ...optionsFor(lists, gaps), waitMs: 40 };
    const filtered = (source: Source<Row>) => filteredSource(source, ({ number }) => number === 0, 20);
    const slow = hanging(lists[0]!.source, () => ++reads <= 3);
    const first = await ask(
      { ...options, members: [{ account: 'one', source: filtered(slow) }] },
      { first: 5 },
    );
    expect([first.edges.length, gaps.length, first.pageInfo.hasNextPage]).toEqual([0, 0, true]);
    readsOf(lists);
    const members = [{ account: 'one', source: filtered(lists[0]!.source) }];
    const second = await ask({ ...options, members }, { first: 5, after: first.pageInfo.endCursor });
    expect(numbersOf(second)).toEqual(['one 0']);
    expect(lists[0]!.reads).toBeLessThan(20);
  });

  test('a row of a filtered list that cannot be shown now is shown later', async () => {
    const lists = [listOf('one', 30)];
    const members = () => [
      { account: 'one', source: filteredSource(lists[0]!.source, ({ number }) => number % 4 === 0, 20) },
    ];
    const show = async (row: Row) => (row.number === 24 ? Promise.reject(unreachable('one')) : row);
    const gaps: ProviderError[] = [];
    const first = await ask({ ...optionsFor(lists, gaps), members: members(), show }, { first: 4 });
    expect([numbersOf(first), gaps.length]).toEqual([['one 28'], 1]);
    const second = await ask(
      { ...optionsFor(lists), members: members() },
      { first: 3, after: first.pageInfo.endCursor },
    );
    expect(numbersOf(second)).toEqual(['one 24', 'one 20', 'one 16']);
  });

  test('rows that are gone by the time they are shown are made up for by others', async () => {
    const lists = [listOf('one', 30), listOf('two', 30)];
    const show = (row: Row) => (row.number % 3 === 0 ? Promise.resolve(null) : row);
    const page = await ask({ ...optionsFor(lists), show }, { first: 20 });
    expect(page.edges).toHaveLength(20);
    const next = await ask({ ...optionsFor(lists), show }, { first: 30, after: page.pageInfo.endCursor });
    expect(new Set([...numbersOf(page), ...numbersOf(next)]).size).toBe(40);
    expect(next.pageInfo.hasNextPage).toBe(false);
  });
});

describe('rows that do not say where they belong', () => {
  test('come right after the one before them in their own list, and hold up nobody', async () => {
    const lists = [listOf('one', 3), listOf('two', 3)];
    const isPlaced = ({ account, number }: Row) => account !== 'one' || number !== 1;
    const options = { ...optionsFor(lists), isPlaced };
    const forward = numbersOf(await ask(options, { first: 6 }));
    expect(forward).toEqual(['one 2', 'one 1', 'two 2', 'two 1', 'one 0', 'two 0']);
    const backward = numbersOf(await ask(options, { last: 6 }));
    expect(backward).toEqual(['one 2', 'two 2', 'two 1', 'one 1', 'one 0', 'two 0']);
  });
});

describe('a cursor that somebody made', () => {
  test.each([
    {},
    { one: null },
    { one: 'end' },
    { one: { at: 'middle' } },
    { one: { after: 7 } },
    { one: { after: { number: 1 }, else: 1 } },
    { two: { at: 'start' } },
  ])('with the places %j is refused before anything is read', async (position) => {
    const lists = [listOf('one', 3)];
    const source = mergedSource(optionsFor(lists));
    await expect(source.read(position as never, 'forward', 1, asker)).rejects.toThrow(InvalidInputError);
    expect(readsOf(lists)).toEqual([0]);
  });
});
