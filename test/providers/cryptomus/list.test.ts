import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import {
  type MerchantPayoutRow,
  SANDBOX_CREDENTIALS,
  type Sandbox,
  startSandbox,
} from '../../../sandbox/index.ts';
import type { Payout, PayoutQuery } from '../../../src/domain.ts';
import { InvalidInputError } from '../../../src/errors.ts';
import type { Direction, Placed, Position, Provider, Source } from '../../../src/providers/provider.ts';
import { createAsker } from '../../support/calls.ts';
import { openAccount } from './account.ts';

const PAGE = 15;
let sandbox: Sandbox;
let account: Provider;
const asker = createAsker();

beforeAll(async () => {
  sandbox = await startSandbox();
  account = openAccount('CRYPTOMUS', sandbox.urls.cryptomus, {
    name: 'shop',
    ...SANDBOX_CREDENTIALS.cryptomus,
  });
});
beforeEach(() => {
  sandbox.reset();
  asker.take();
});
afterAll(async () => {
  await account.close();
  await sandbox.close();
});

const list = (conditions: PayoutQuery['conditions'] = []) => account.payouts!.list!({ conditions });
const upstream = () => sandbox.rows.payouts('cryptomus');
const uuids = (rows: readonly MerchantPayoutRow[]) => rows.map((row) => row.uuid);
const read = async (source: Source<Payout>, from: Position | null, direction: Direction) => {
  const slice = await source.read(from, direction, PAGE, asker);
  return { ...slice, uuids: slice.rows.map(({ row }) => row.uuid) };
};

/** Every row from one end to the other, each read starting where the last one stopped. */
async function walk(source: Source<Payout>, direction: Direction, from: Position | null = null) {
  const walked: Placed<Payout>[] = [];
  for (let position = from, end = false; !end; position = walked.at(-1)?.position ?? null) {
    const slice = await source.read(position, direction, PAGE, asker);
    expect(slice.rows.length > 0 || slice.end).toBe(true);
    walked.push(...slice.rows);
    end = slice.end;
  }
  return walked;
}

/** What a list tells of a payout. */
const told = (row: Payout) => ({
  uuid: row.uuid,
  amount: row.amount.amount,
  currency: row.amount.currency,
  network: row.destination.network,
  address: row.destination.value,
  txid: row.txid,
  status: row.rawStatus,
  is_final: row.isFinal,
  balance: row.remainingBalance,
  created_at: row.createdAt?.getTime(),
  updated_at: row.updatedAt?.getTime(),
});
const plain = (rows: readonly MerchantPayoutRow[]) =>
  rows.map((row) => ({
    uuid: row.uuid,
    amount: row.amount,
    currency: row.currency,
    network: row.network.toLowerCase(),
    address: row.address,
    txid: row.txid,
    status: row.status,
    is_final: row.is_final,
    balance: row.balance,
    created_at: Date.parse(row.created_at),
    updated_at: Date.parse(row.updated_at),
  }));

test('walks forward over every payout, with one call for each page', async () => {
  const walked = await walk(list(), 'forward');
  expect(walked.map(({ row }) => told(row))).toEqual(plain(upstream()));
  expect(asker.take()).toBe(Math.ceil(upstream().length / PAGE));
});

test('walks backward over every payout, with one call for each page and one to be sure of the end', async () => {
  const walked = await walk(list(), 'backward');
  expect(walked.map(({ row }) => told(row)).reverse()).toEqual(plain(upstream()));
  expect(asker.take()).toBe(Math.ceil(upstream().length / PAGE) + 1);
  expect(sandbox.calls).toHaveLength(Math.ceil(upstream().length / PAGE) + 1);
});

test('sends the cursor in the query only, and the same body with every page', async () => {
  const from = new Date('2023-05-04T00:00:00+03:00');
  const source = list([{ field: 'createdAt', operator: 'gte', value: from }]);
  const first = await read(source, null, 'forward');
  await read(source, first.rows.at(-1)!.position, 'forward');
  const [head, next] = sandbox.calls;
  expect(head!.path).toBe('/v1/payout/list');
  expect(next!.path).toMatch(/^\/v1\/payout\/list\?cursor=[^&]+$/);
  for (const call of sandbox.calls) {
    expect(call.body.toString()).toBe('{"date_from":"2023-05-04 00:00:00"}');
  }
});

test('continues at every row in both directions with one call', async () => {
  const order = uuids(upstream());
  const walked = await walk(list(), 'forward');
  for (let index = 0; index < walked.length; index += 4) {
    const { position } = walked[index]!;
    asker.take();
    const onward = await read(list(), position, 'forward');
    expect(onward.uuids).toEqual(order.slice(index + 1, index + 1 + onward.uuids.length));
    expect(onward.uuids.length > 0 || onward.end).toBe(true);
    expect(asker.take()).toBeLessThanOrEqual(1);

    const back = await read(list(), position, 'backward');
    const start = index - back.uuids.length;
    expect(back.uuids).toEqual(order.slice(start, index).reverse());
    expect(back.end).toBe(start === 0);
    expect(asker.take()).toBe(1);
  }
});

test('begins with a row itself, at every row in both directions, with one call', async () => {
  const order = uuids(upstream());
  const walked = await walk(list(), 'forward');
  for (let index = 0; index < walked.length; index += 7) {
    const { position } = walked[index]!;
    for (const direction of ['forward', 'backward'] as const) {
      asker.take();
      const { rows, end } = await list().read(position, direction, PAGE, asker, true);
      const found = rows.map(({ row }) => row.uuid);
      const onward = direction === 'forward' ? order.slice(index) : order.slice(0, index + 1).reverse();
      expect(found).toEqual(onward.slice(0, found.length));
      expect(found.length).toBeGreaterThan(0);
      if (end) expect(found).toEqual(onward);
      expect(asker.take()).toBe(1);
    }
  }
});

test('begins with a row itself after newer ones have arrived', async () => {
  const walked = (await walk(list(), 'forward')).slice(0, 40);
  sandbox.addPayouts('cryptomus', 100);
  for (const { row, position } of walked) {
    const { rows } = await list().read(position, 'forward', PAGE, asker, true);
    expect(rows[0]!.row.uuid).toBe(row.uuid);
  }
});

test('continues at every row after 10,000 newer ones have arrived', async () => {
  const walked = [
    ...(await walk(list(), 'forward')).slice(0, 40),
    ...(await walk(list(), 'backward')).slice(0, 40),
  ];
  sandbox.addPayouts('cryptomus', 10_000);
  const order = uuids(upstream());
  for (const { row, position } of walked) {
    const index = order.indexOf(row.uuid);
    asker.take();
    const onward = await read(list(), position, 'forward');
    expect(onward.uuids).toEqual(order.slice(index + 1, index + 1 + onward.uuids.length));
    expect(onward.uuids.length > 0 || index === order.length - 1).toBe(true);
    expect(onward.end).toBe(index + onward.uuids.length === order.length - 1);
    expect(asker.take()).toBeLessThanOrEqual(3);

    const back = await read(list(), position, 'backward');
    expect(back.uuids).toEqual(order.slice(index - back.uuids.length, index).reverse());
    expect(back.uuids.length).toBeGreaterThan(0);
    expect(back.end).toBe(false);
    expect(asker.take()).toBeLessThanOrEqual(4);
  }
});

test('misses and repeats nothing when 10,000 rows arrive between any two pages', async () => {
  const before = uuids(upstream());
  const first = await read(list(), null, 'forward');
  sandbox.addPayouts('cryptomus', 10_000);
  const middle = first.rows[6]!.position;
  expect([
    ...first.uuids.slice(0, 7),
    ...(await walk(list(), 'forward', middle)).map(({ row }) => row.uuid),
  ]).toEqual(before);
  asker.take();
  const newer = await walk(list(), 'backward', middle);
  expect(newer.map(({ row }) => row.uuid).reverse()).toEqual(uuids(upstream()).slice(0, 10_006));
});

test('sees a few new rows from the rows that were the newest', async () => {
  const { rows } = await read(list(), null, 'forward');
  expect((await read(list(), rows[0]!.position, 'backward')).uuids).toEqual([]);
  sandbox.addPayouts('cryptomus', 3);
  const order = uuids(upstream());
  asker.take();
  const newer = await read(list(), rows[2]!.position, 'backward');
  expect(newer).toMatchObject({ uuids: order.slice(0, 5).reverse(), end: true });
  expect(asker.take()).toBe(1);
  // This row is the last of the head page by now, and what follows it is on the next one.
  const onward = await read(list(), rows[11]!.position, 'forward');
  expect(onward).toMatchObject({ uuids: order.slice(15, 30), end: false });
  expect(asker.take()).toBe(2);
});

test('finds its place again in a list that had a single page', async () => {
  const [newest] = upstream();
  const from = new Date(upstream()[5]!.created_at);
  const source = list([{ field: 'createdAt', operator: 'gte', value: from }]);
  const { rows, end } = await read(source, null, 'forward');
  expect(rows[0]!.row.uuid).toBe(newest!.uuid);
  expect(end).toBe(true);
  sandbox.addPayouts('cryptomus', 10_000);
  const order = uuids(upstream());
  for (const { row, position } of rows) {
    const index = order.indexOf(row.uuid);
    const onward = await read(source, position, 'forward');
    expect(onward).toMatchObject({ uuids: order.slice(index + 1, 10_006), end: true });
    const back = await read(source, position, 'backward');
    expect(back.uuids).toEqual(order.slice(index - back.uuids.length, index).reverse());
    expect(back.uuids.length).toBeGreaterThan(0);
  }
});

test('asks nothing beyond the oldest row', async () => {
  const oldest = (await walk(list(), 'forward')).at(-1)!;
  asker.take();
  expect(await list().read(oldest.position, 'forward', PAGE, asker)).toEqual({ rows: [], end: true });
  expect(asker.take()).toBe(0);
});

test('starts at the oldest row with two calls, and knows that nothing follows it', async () => {
  const order = uuids(upstream());
  const { rows, uuids: read15 } = await read(list(), null, 'backward');
  expect(read15).toEqual(order.slice(-PAGE).reverse());
  expect(asker.take()).toBe(2);
  for (const [index, { position }] of rows.entries()) {
    const onward = await read(list(), position, 'forward');
    expect(onward).toMatchObject({ uuids: read15.slice(0, index).reverse(), end: true });
  }
});

test.each([
  ['gt', ['gt'], (time: number, at: number) => time > at],
  ['gte', ['gte'], (time: number, at: number) => time >= at],
  ['lt', ['lt'], (time: number, at: number) => time < at],
  ['lte', ['lte'], (time: number, at: number) => time <= at],
  ['both bounds', ['gte', 'lte'], (time: number, at: number) => time === at],
] as const)('filters by creation time exactly: %s', async (_, operators, holds) => {
  const at = Date.parse(upstream()[500]!.created_at);
  for (const offset of operators.length === 1 ? [0, -400, 400] : [0]) {
    const value = new Date(at + offset);
    const source = list(operators.map((operator) => ({ field: 'createdAt', operator, value })));
    const wanted = upstream().filter((row) => holds(Date.parse(row.created_at), value.getTime()));
    expect((await walk(source, 'forward')).map(({ row }) => row.uuid)).toEqual(uuids(wanted));
    expect((await walk(source, 'backward')).map(({ row }) => row.uuid).reverse()).toEqual(uuids(wanted));
  }
});

test('answers an empty list for a range that holds nothing', async () => {
  const value = new Date('2010-01-01T00:00:00Z');
  const source = list([{ field: 'createdAt', operator: 'lt', value }]);
  expect(await read(source, null, 'forward')).toMatchObject({ rows: [], end: true });
  expect(await read(source, null, 'backward')).toMatchObject({ rows: [], end: true });
});

test('refuses a position that is none of its own', async () => {
  for (const position of [{}, { uuid: 'x' }, { uuid: 'x', page: 1 }, { uuid: 'x', page: null, limit: 3 }]) {
    await expect(list().read(position, 'forward', PAGE, asker)).rejects.toBeInstanceOf(InvalidInputError);
  }
  expect(sandbox.calls).toHaveLength(0);
});
