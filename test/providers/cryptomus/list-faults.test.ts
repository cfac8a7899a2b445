import { afterEach, expect, test } from 'vitest';
import { TAIL_CURSOR } from '../../../src/providers/cryptomus/list.ts';
import type { Direction, Position } from '../../../src/providers/provider.ts';
import { fixture, type Reply, startUpstream } from '../../documents/upstream.ts';
import { createAsker, failureOf } from '../../support/calls.ts';
import { openAccount } from './account.ts';

const closing: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

/** A provider that answers to each cursor, null for none, what the test wants. */
async function stage(answer: (cursor: string | null) => Reply) {
  const cursors: (string | null)[] = [];
  const upstream = await startUpstream(({ path }) => {
    const cursor = new URL(path, 'http://upstream').searchParams.get('cursor');
    cursors.push(cursor);
    return answer(cursor);
  });
  const account = openAccount('CRYPTOMUS', upstream.url);
  closing.push(account.close, upstream.close);
  const source = account.payouts!.list!({ conditions: [] });
  return {
    cursors,
    read: (from: Position | null, direction: Direction) => source.read(from, direction, 15, createAsker()),
  };
}

function page(uuids: readonly string[], nextCursor: string | null, previousCursor: string | null): Reply {
  const [item] = JSON.parse(fixture('cryptomus/payout-list.json')).result.items;
  const items = uuids.map((uuid) => ({ ...item, uuid }));
  return {
    status: 200,
    body: JSON.stringify({ state: 0, result: { items, paginate: { nextCursor, previousCursor } } }),
  };
}

const uuidsOf = ({ rows }: { rows: readonly { row: { uuid: string } }[] }) => rows.map(({ row }) => row.uuid);

test('reads the documented page, and goes on by its cursor although it is not full', async () => {
  const { read } = await stage(() => ({ status: 200, body: fixture('cryptomus/payout-list.json') }));
  const slice = await read(null, 'forward');
  expect(slice.end).toBe(false);
  expect(slice.rows.map(({ row }) => row)).toMatchObject([
    {
      uuid: 'a7c0caec-a594-4aaa-b1c4-77d511857594',
      reference: null,
      amount: { amount: '3', currency: 'USDT' },
      paidAmount: null,
      remainingBalance: '129.00000000',
      destination: { value: 'TJ...', network: 'tron' },
      txid: null,
      status: 'PROCESSING',
      isFinal: false,
      createdAt: new Date('2023-06-21T14:25:55Z'),
      updatedAt: new Date('2023-06-21T14:34:38Z'),
    },
    {
      uuid: '92c39264-d180-4503-9c16-ee16f083bbb8',
      reference: null,
      amount: { amount: '5.40000000', currency: 'DOGE' },
      txid: '5e5810946152ea569d2a2aa9aa32a45c0e4223a4f9aad8e31d2fc660d2cdedb8',
      status: 'SUCCEEDED',
      isFinal: true,
    },
  ]);
});

test('reports the documented objection to a date', async () => {
  const { read } = await stage(() => ({ status: 422, body: fixture('cryptomus/date-format.json') }));
  expect(await failureOf(read(null, 'forward'))).toMatchObject({
    code: 'INVALID_REQUEST',
    operation: 'listPayouts',
    issues: [{ field: 'date_from', rule: 'regex' }],
  });
});

test.each([
  ['a row twice', page(['a', 'a'], null, null)],
  ['a way on from an empty page', page([], 'n', null)],
  ['no paginator', { status: 200, body: '{"state":0,"result":{"items":[]}}' }],
  [
    'a row without a creation time',
    { status: 200, body: fixture('cryptomus/payout-list.json').replace('created_at', 'made_at') },
  ],
])('cannot read %s', async (_, reply) => {
  const { read, cursors } = await stage(() => reply);
  expect(await failureOf(read(null, 'forward'))).toMatchObject({ code: 'BAD_RESPONSE' });
  expect(cursors).toEqual([null]);
});

test.each([
  ['forward', { uuid: 'b', page: null, next: 'n' }],
  ['backward', { uuid: 'a', page: 'x', previous: 'n' }],
] as const)('does not follow a cursor that leads to itself: %s', async (direction, position) => {
  const { read, cursors } = await stage(() => page(['c', 'd'], 'n', 'n'));
  expect(await failureOf(read(position, direction))).toMatchObject({ code: 'BAD_RESPONSE' });
  expect(cursors).toEqual(['n']);
});

test('does not go on with a page that holds the row it started from', async () => {
  const { read } = await stage(() => page(['a', 'b'], 'other', null));
  const failure = await failureOf(read({ uuid: 'b', page: null, next: 'n' }, 'forward'));
  expect(failure).toMatchObject({ code: 'BAD_RESPONSE' });
});

test.each([
  ['a page behind a cursor', { uuid: 'gone', page: 'p' }, ['p']],
  ['the head page and where it was', { uuid: 'gone', page: null, anchor: 'n' }, [null, 'n', 'n back']],
  ['the only page', { uuid: 'gone', page: null }, [null, TAIL_CURSOR, `${TAIL_CURSOR} back`]],
] as const)('gives up when a row has vanished from %s', async (_, position, expected) => {
  const { read, cursors } = await stage((cursor) => page(['a', 'b'], null, `${cursor} back`));
  expect(await failureOf(read(position, 'forward'))).toMatchObject({ code: 'BAD_RESPONSE' });
  expect(cursors).toEqual(expected);
});

const PAGES: Readonly<Record<string, Reply>> = {
  head: page(['f', 'e'], 'middle', null),
  middle: page(['d', 'c'], 'last', 'to head'),
  last: page(['b', 'a'], null, 'to middle'),
};

test.each<[string, Reply, number]>([
  ['ignores it', PAGES.head!, 3],
  ['refuses it', { status: 422, body: '{"state":1}' }, 4],
  ['fails over it', { status: 500, body: '<html>' }, 6],
  ['finds nothing with it', page([], null, null), 4],
])('walks to the oldest row at a provider that knows no tail cursor and %s', async (_, reply, calls) => {
  const { read, cursors } = await stage((cursor) =>
    cursor === TAIL_CURSOR ? reply : PAGES[cursor ?? 'head']!,
  );
  const slice = await read(null, 'backward');
  expect(uuidsOf(slice)).toEqual(['a', 'b']);
  expect(slice.end).toBe(false);
  expect(cursors).toHaveLength(calls);
});

test('takes the tail page at once when the provider says that nothing follows it', async () => {
  const { read, cursors } = await stage(() => PAGES.last!);
  expect(uuidsOf(await read(null, 'backward'))).toEqual(['a', 'b']);
  expect(cursors).toEqual(['eyJpZCI6MCwiX3BvaW50c1RvTmV4dEl0ZW1zIjpmYWxzZX0']);
});

test('does not try another way in when it is not let in', async () => {
  const { read, cursors } = await stage(() => ({
    status: 401,
    body: fixture('cryptomus/invalid-sign.json'),
  }));
  expect(await failureOf(read(null, 'backward'))).toMatchObject({ code: 'UNAUTHENTICATED' });
  expect(cursors).toHaveLength(1);
});

test('walks 500 pages at most, and says how to ask for less', async () => {
  let walked = 0;
  const { read, cursors } = await stage((cursor) =>
    cursor === TAIL_CURSOR
      ? { status: 422, body: '{"state":1}' }
      : page([`row ${walked}`], `page ${++walked}`, null),
  );
  const failure = await failureOf(read(null, 'backward'));
  expect(failure.code).toBe('UNSUPPORTED');
  expect(failure.message).toContain('narrow it by creation time');
  expect(cursors).toHaveLength(501);
});
