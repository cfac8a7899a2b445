/** Nothing of a request stays behind: after thousands of them the heap is as large as it was. `npm run memory` is the
 * long one: as many requests as an hour brings at 55 a second, and a walk over 100,000 rows. */

import { setImmediate as turn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { type Answer, startProduct } from './support/app.ts';
import { UNIT } from './support/writes.ts';

const IS_LONG = process.env.MODE === 'memory';
const REQUESTS = IS_LONG ? 200_000 : 3_000;
const ROWS = 100_000;
/** Looks at the heap. The first one is what the last one is held against, so what comes before it is warm-up. */
const POINTS = IS_LONG ? 10 : 2;
const AT_ONCE = 8;
/** Texts that the server remembers; until it has so many, each new one makes the heap larger. */
const REMEMBERED = 1_000;
/** V8 goes on making code of what it has seen: 0.2 MB in the short run, more in the long one. The context of a request
 * holds 10 kB, so if each were kept it would be 15 MB in the short run. */
const MAX_GROWTH = IS_LONG ? 4_000_000 : 1_000_000;

setFlagsFromString('--expose-gc');
const collect: () => void = runInNewContext('gc');
const { sandbox, ask } = await startProduct();
const uuids = sandbox.rows.payouts('cryptomus').map(({ uuid }) => uuid);

const PAYOUT = `query ($uuid: UUID!) {
  payout(by: { uuid: { account: "cryptomus", uuid: $uuid } }) { id status amount { amount currency } } }`;
const WITHDRAWALS = `query ($first: Int!, $after: String) {
  withdrawals(accounts: ["hashlee"], first: $first, after: $after) {
    nodes { hash status amount { amount currency } } pageInfo { hasNextPage endCursor } } }`;

async function answered(query: string, variables?: Record<string, unknown>): Promise<Answer['data']> {
  const { data, errors } = await ask(query, variables);
  expect(errors).toBeUndefined();
  return data;
}

async function refused(query: string): Promise<void> {
  expect((await ask(query)).errors).toHaveLength(1);
}

const distinct = (index: number) => answered(`{ accounts { name${index}: name } }`);

/** Reads the next page at each call, and begins again after the last one. */
function walker(first: number) {
  let after: string | null = null;
  return async () => {
    const { nodes, pageInfo } = (await answered(WITHDRAWALS, { first, after })).withdrawals;
    after = pageInfo.hasNextPage ? pageInfo.endCursor : null;
    return { rows: nodes.length as number, isLast: after === null };
  };
}

const KINDS: readonly ((index: number) => Promise<unknown>)[] = [
  (index) => answered(PAYOUT, { uuid: uuids[index % uuids.length] }),
  () => answered(WITHDRAWALS, { first: 10 }),
  () => refused('{ accounts { name }'),
  () => refused('{ accounts { colour } }'),
  distinct,
  walker(20),
];

let asked = 0;

/** Requests of every kind in turn, a few at once. */
async function askMany(count: number, kinds = KINDS): Promise<void> {
  const end = asked + count;
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      while (asked < end) {
        const index = asked++;
        await kinds[index % kinds.length]!(index);
      }
    }),
  );
}

/** Bytes that are in use when all that nobody holds has gone. */
async function heap(): Promise<number> {
  sandbox.clearCalls();
  for (let round = 0; round < 4; round++) {
    await turn();
    collect();
  }
  return process.memoryUsage().heapUsed;
}

/** The heap after each part of the work. */
async function heapsDuring(what: string, total: number, work: (count: number) => Promise<void>) {
  const heaps: number[] = [];
  for (let point = 1; point <= POINTS; point++) {
    await work(total / POINTS);
    heaps.push(await heap());
    if (!IS_LONG) continue;
    const done = Math.round((total * point) / POINTS).toLocaleString('en');
    process.stdout.write(`${what} ${done.padStart(8)}   heap ${(heaps.at(-1)! / 1e6).toFixed(2)} MB\n`);
  }
  return heaps;
}

test('requests of every kind leave nothing behind', { timeout: 3_600_000 }, async () => {
  await askMany(REMEMBERED, [distinct]);
  const heaps = await heapsDuring('requests', REQUESTS, askMany);
  expect(heaps.at(-1)! - heaps[0]!).toBeLessThan(MAX_GROWTH);
});

test.runIf(IS_LONG)('a walk over 100,000 rows leaves nothing behind', { timeout: 3_600_000 }, async () => {
  sandbox.addWithdrawals(UNIT, ROWS - sandbox.rows.withdrawals(UNIT).length);
  // V8 keeps a text in the pieces that it was made of until it is read: the sandbox's rows would shrink on the way.
  JSON.stringify(sandbox.rows.withdrawals(UNIT));
  const next = walker(100);
  let rows = 0;
  let isLast = false;
  const heaps = await heapsDuring('rows    ', ROWS, async (count) => {
    for (const end = rows + count; rows < end; ) {
      const page = await next();
      rows += page.rows;
      isLast = page.isLast;
    }
  });
  expect([rows, isLast]).toEqual([ROWS, true]);
  expect(heaps.at(-1)! - heaps[0]!).toBeLessThan(MAX_GROWTH);
});
