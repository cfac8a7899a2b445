/** Walks through lists whose rows tie, at an upstream that orders ties anew each time and is less obliging than the
 * documentation. */

import fc from 'fast-check';
import { afterEach, expect, test } from 'vitest';
import { startUpstream } from '../../documents/upstream.ts';
import { createAsker, failureOf } from '../../support/calls.ts';
import { openAccount, walk } from './account.ts';
import { type ListedRow, type Manners, startListUpstream } from './list-upstream.ts';

const closing: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function stage(
  rows: readonly ListedRow[],
  manners: Partial<Manners> = {},
  direction: 'asc' | 'desc' = 'desc',
) {
  const upstream = await startListUpstream(rows, manners);
  const account = openAccount(upstream.url);
  closing.push(account.close, upstream.close);
  const orderBy = { field: 'amount', direction } as const;
  return {
    requests: upstream.requests,
    source: account.withdrawals.list({ conditions: [], accountType: null, orderBy }, []),
  };
}

/** Rows named after their amounts, in an order that has nothing to do with either. */
function rowsOf(amounts: readonly number[]): ListedRow[] {
  return amounts.map((amount, index) => {
    const name = String((index * 7919) % 99_991).padStart(5, '0');
    return { hash: `row-${name}`, amount: `${amount}.50` };
  });
}

function inOrder(rows: readonly ListedRow[], ascending: boolean): string[] {
  const sorted = [...rows].sort((a, b) => Number(a.amount) - Number(b.amount) || (a.hash < b.hash ? -1 : 1));
  return (ascending ? sorted : sorted.reverse()).map(({ hash }) => hash);
}

test('shows every list whole, whatever ties, caps and page sizes meet', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        amounts: fc.array(fc.integer({ min: 8, max: 11 }), { maxLength: 40 }),
        cap: fc.integer({ min: 1, max: 12 }),
        size: fc.integer({ min: 1, max: 12 }),
        direction: fc.constantFrom('asc', 'desc'),
        way: fc.constantFrom('forward', 'backward'),
        knowsHashes: fc.boolean(),
      }),
      async ({ amounts, cap, size, direction, way, knowsHashes }) => {
        const rows = rowsOf(amounts);
        // Ties in another order each time can only be told apart by hash, or all on one page.
        const manners = knowsHashes ? { cap } : { cap: 100, knowsHashes };
        const { source } = await stage(rows, manners, direction);
        const { hashes } = await walk(source, way, size);
        expect(hashes).toEqual(inOrder(rows, (direction === 'asc') === (way === 'forward')));
      },
    ),
    { numRuns: 150 },
  );
});

test('begins with any row itself, whatever ties, caps and sizes meet', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        amounts: fc.array(fc.integer({ min: 8, max: 10 }), { minLength: 1, maxLength: 30 }),
        cap: fc.integer({ min: 1, max: 12 }),
        size: fc.integer({ min: 1, max: 12 }),
        at: fc.nat(),
        way: fc.constantFrom('forward' as const, 'backward' as const),
      }),
      async ({ amounts, cap, size, at, way }) => {
        const rows = rowsOf(amounts);
        const { source } = await stage(rows, { cap });
        const order = inOrder(rows, false);
        const index = at % order.length;
        const { amount, hash } = rows.find((row) => row.hash === order[index])!;
        const slice = await source.read({ value: amount, hash }, way, size, createAsker(), true);
        const onward = way === 'forward' ? order.slice(index) : order.slice(0, index + 1).reverse();
        const found = slice.rows.map(({ row }) => row.hash);
        expect(found.length).toBeGreaterThan(0);
        expect(found).toEqual(onward.slice(0, found.length));
      },
    ),
    { numRuns: 150 },
  );
});

test('shows a thousand rows of one amount in a few calls per page', async () => {
  const rows = rowsOf([...Array<number>(1000).fill(100), 5, 200]);
  const { source } = await stage(rows);
  const { hashes, callsPerPage } = await walk(source, 'forward', 50);
  expect(hashes).toEqual(inOrder(rows, false));
  expect(Math.max(...callsPerPage)).toBeLessThanOrEqual(4);
});

test.each([
  ['hashes can neither be ordered nor compared', { knowsHashes: false }],
  ['comparisons of amounts take in the amount itself', { knowsStrict: false }],
])('shows a group that fills more than a page where %s', async (_, manners) => {
  const rows = rowsOf([...Array<number>(60).fill(100), 5, 5, 200]);
  const { source } = await stage(rows, manners);
  const { hashes } = await walk(source, 'forward', 10);
  expect(hashes).toEqual(inOrder(rows, false));
});

test('shows rows that arrive in the middle of a group if they belong behind the position', async () => {
  const rows = rowsOf(Array<number>(60).fill(100));
  const { source } = await stage(rows, {}, 'asc');
  const before = inOrder(rows, true);
  const { hashes } = await walk(source, 'forward', 10, (page) => {
    if (page !== 3) return;
    rows.push({ hash: 'row-00000-early', amount: '100.5' }, { hash: 'row-99999-late', amount: '100.500' });
  });
  expect(hashes).toEqual([...before, 'row-99999-late']);
});

test.each([
  [10, 'forward'],
  [100, 'backward'],
] as const)('goes by page numbers, in pages of %i, where filters are ignored', async (size, way) => {
  const rows = rowsOf(Array.from({ length: 250 }, (_, index) => index));
  const { source } = await stage(rows, { heedsFilters: false, cap: 40 });
  const { hashes } = await walk(source, way, size);
  expect(hashes).toEqual(inOrder(rows, way === 'backward'));
});

test('gives up where filters are ignored and the place is too far down', async () => {
  const rows = rowsOf(Array.from({ length: 120 }, (_, index) => index));
  const { source, requests } = await stage(rows, { heedsFilters: false, cap: 2 });
  const reading = source.read({ value: '5.50', hash: 'row-0' }, 'forward', 5, createAsker());
  expect(await failureOf(reading)).toMatchObject({ code: 'BAD_RESPONSE', outcome: 'REJECTED' });
  expect(requests.length).toBeLessThanOrEqual(51);
});

test('does not go round in circles where the page number is ignored too', async () => {
  const rows = rowsOf(Array.from({ length: 120 }, (_, index) => index));
  const { source, requests } = await stage(rows, { heedsFilters: false, heedsPage: false, cap: 10 });
  const reading = source.read({ value: '5.50', hash: 'row-0' }, 'forward', 5, createAsker());
  expect(await failureOf(reading)).toMatchObject({ code: 'BAD_RESPONSE' });
  expect(requests).toHaveLength(3);
});

test('does not believe a list in another order than the one asked for', async () => {
  const { source } = await stage(rowsOf([5, 40, 300]), { ordersAmounts: 'as text' });
  expect(await failureOf(source.read(null, 'forward', 10, createAsker()))).toMatchObject({
    code: 'BAD_RESPONSE',
  });
});

test('does not believe an empty page that is not the last one', async () => {
  const pagination = { total: 3, current_page: 1, total_pages: 3 };
  const upstream = await startUpstream(() => ({
    status: 200,
    body: JSON.stringify({ data: [], meta: { pagination } }),
  }));
  const account = openAccount(upstream.url);
  closing.push(account.close, upstream.close);
  const orderBy = { field: 'amount', direction: 'asc' } as const;
  const source = account.withdrawals.list({ conditions: [], accountType: null, orderBy }, []);
  expect(await failureOf(source.read(null, 'forward', 10, createAsker()))).toMatchObject({
    code: 'BAD_RESPONSE',
  });
});
