/** How much one slow provider can hold: calls at once, calls that wait, and repetitions. */

import type { ServerResponse } from 'node:http';
import { expect, test } from 'vitest';
import { startProduct, UPSTREAM } from '../support/app.ts';
import { arrived, byHash, openHash, operationOf, write } from '../support/writes.ts';
import { failureOf, GUARDS, openClient, openUpstream } from './upstream.ts';

const { sandbox, serve, openAccounts } = await startProduct();

/** An upstream that answers when it is told to. */
async function openSlow() {
  const held: ServerResponse[] = [];
  const upstream = await openUpstream((_request, response) => void held.push(response));
  return {
    ...upstream,
    held,
    answer() {
      for (const response of held.splice(0)) response.end('{}');
    },
  };
}

test('more reads than may wait are refused at once, and nothing is sent for them', async () => {
  const upstream = await openSlow();
  const client = openClient(upstream.url, { connections: 2, guards: { ...GUARDS, queue: 3 } });
  const asked = Array.from({ length: 8 }, (_, index) => failureOf(client.read(`/${index}`)));
  for (const refused of await Promise.all(asked.slice(5))) {
    expect(refused).toMatchObject({ code: 'UNAVAILABLE', outcome: 'REJECTED', retryAfterMs: 1_000 });
  }
  expect(client.health().reads).toMatchObject({ inFlight: 2, waiting: 3 });
  await expect.poll(() => upstream.held.length, { interval: 5 }).toBe(2);
  for (let served = 0; served < 5; ) {
    served += upstream.held.length;
    upstream.answer();
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(await Promise.all(asked.slice(0, 5))).toEqual(Array(5).fill({ answered: {} }));
  expect(upstream.requests).toHaveLength(5);
  expect(client.health().reads).toMatchObject({ inFlight: 0, waiting: 0 });
});

test('are refused by thousands without going deeper on the stack', async () => {
  const upstream = await openUpstream((request) => void request.socket.destroy());
  const client = openClient(upstream.url, {
    connections: 1,
    guards: { ...GUARDS, queue: 20_000, breakAfter: 1, breakMs: 60_000 },
  });
  const asked = Array.from({ length: 20_000 }, (_, index) => failureOf(client.read(`/${index}`)));
  const codes = new Set((await Promise.all(asked)).map(({ code }) => code));
  expect([...codes]).toEqual(['UNAVAILABLE']);
  expect(upstream.requests).toHaveLength(1);
});

test('reads that hold every place of theirs keep no write waiting', async () => {
  const { ask } = serve(openAccounts({ ...UPSTREAM, connections: 1 }));
  const rows = sandbox.rows.withdrawals('vojvzo').slice(0, 3);
  const release = sandbox.hold({ endpoint: 'W2' });
  const reads = rows.map(({ hash }) =>
    ask(`{ withdrawal(by: { hash: { account: "hashlee", hash: "${hash}" } }) { hash } }`),
  );
  await arrived(sandbox, 1);
  const result = await write(ask, 'cancelWithdrawal', { withdrawal: byHash(openHash(sandbox, 1)) });
  expect(operationOf(result)).toMatchObject({ state: 'SUCCEEDED' });
  expect(sandbox.calls.map(({ endpoint }) => endpoint)).toEqual(['W2', 'W4']);
  release();
  await Promise.all(reads);
});

test('a write that finds no room is rejected, recorded as such, and not sent', async () => {
  const { ask } = serve(openAccounts({ ...UPSTREAM, connections: 1, guards: { ...GUARDS, queue: 0 } }));
  const release = sandbox.hold({ endpoint: 'W4' });
  const cancel = (at: number) =>
    write(ask, 'cancelWithdrawal', { withdrawal: byHash(openHash(sandbox, at)) });
  const first = cancel(0);
  await arrived(sandbox, 1);
  const second = await cancel(1);
  expect(second).toMatchObject({ code: 'UNAVAILABLE', outcome: 'REJECTED', retryAfterMs: 1_000 });
  expect(operationOf(second)).toMatchObject({ state: 'REJECTED', settledBy: 'ANSWER' });
  release();
  expect(operationOf(await first)).toMatchObject({ state: 'SUCCEEDED' });
  expect(sandbox.calls).toHaveLength(1);
});

test('reads of a failing provider are repeated only as far as the account can afford it', async () => {
  const upstream = await openUpstream((_request, response) => void response.writeHead(503).end());
  const client = openClient(upstream.url, { guards: GUARDS });
  for (let round = 0; round < 10; round++) {
    await Promise.all(Array.from({ length: 10 }, (_, index) => failureOf(client.read(`/${index}`))));
  }
  const repetitions = upstream.requests.length - 100;
  // Twenty that are left over from better times, one for five reads, one each second.
  expect(repetitions).toBeGreaterThanOrEqual(20);
  expect(repetitions).toBeLessThanOrEqual(45);
});

test('a single read that fails is tried three times', async () => {
  const upstream = await openUpstream((_request, response) => void response.writeHead(503).end());
  const client = openClient(upstream.url, { guards: GUARDS });
  await failureOf(client.read());
  expect(client.reports.map(({ attempt, result, status, sent }) => [attempt, result, status, sent])).toEqual([
    [1, 'UNAVAILABLE', 503, true],
    [2, 'UNAVAILABLE', 503, true],
    [3, 'UNAVAILABLE', 503, true],
  ]);
});
