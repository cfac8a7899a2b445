/** What whoever is on call sees of an account, and what metrics are told of each call. */

import { expect, test } from 'vitest';
import { createTally } from '../../src/providers/http/tally.ts';
import { startProduct } from '../support/app.ts';
import { failureOf, GUARDS, openClient, openUpstream } from './upstream.ts';

const { ask, sandbox } = await startProduct();

test('is there for every account, and asks no provider', async () => {
  const calls =
    '{ breaker refusedUntil pausedUntil inFlight waiting recent { calls failures meanMs slowestMs } }';
  const { data } = await ask(
    `{ accounts { health { reads ${calls} writes ${calls} lastSuccessAt lastFailure { code operation at } } } }`,
  );
  const idle = {
    breaker: 'CLOSED',
    refusedUntil: null,
    pausedUntil: null,
    inFlight: 0,
    waiting: 0,
    recent: { calls: 0, failures: 0, meanMs: null, slowestMs: null },
  };
  const health = { reads: idle, writes: idle, lastSuccessAt: null, lastFailure: null };
  expect(data.accounts).toEqual(Array(5).fill({ health }));
  expect(sandbox.calls).toEqual([]);
});

test('tells what the last minute came to, repetitions included, and what ended last', async () => {
  let status = 503;
  const upstream = await openUpstream((_request, response) => void response.writeHead(status).end('{}'));
  const client = openClient(upstream.url, { guards: GUARDS });
  const began = Date.now();
  await failureOf(client.read());
  status = 200;
  await client.read();
  status = 404;
  await failureOf(client.write());
  const { reads, writes, lastSuccessAt, lastFailure } = client.health();
  expect(reads.recent).toMatchObject({ calls: 4, failures: 3 });
  expect(reads.recent.slowestMs).toBeGreaterThanOrEqual(reads.recent.meanMs!);
  // A refusal is an answer, though not the one that was asked for.
  expect(writes.recent).toMatchObject({ calls: 1, failures: 0 });
  expect(lastFailure).toMatchObject({ code: 'REJECTED', operation: 'write' });
  for (const at of [lastSuccessAt, lastFailure!.at]) {
    // Two clocks, of which one has whole milliseconds only.
    expect(at!.getTime()).toBeGreaterThanOrEqual(began - 2);
    expect(at!.getTime()).toBeLessThanOrEqual(Date.now() + 2);
  }
});

test('forgets what is more than a minute ago', () => {
  const tally = createTally();
  for (let second = 0; second < 120; second++) tally.count(second * 1_000, second, second % 2 === 0);
  const recent = tally.recent(119_000);
  expect(recent).toEqual({ calls: 60, failures: 30, meanMs: 90, slowestMs: 119 });
  expect(tally.recent(500_000)).toEqual({ calls: 0, failures: 0, meanMs: null, slowestMs: null });
});

test('each attempt is reported with what it came to', async () => {
  let answers = 0;
  const upstream = await openUpstream((request, response) => {
    if (request.method === 'POST') request.socket.destroy();
    else response.writeHead(answers++ === 0 ? 503 : 200).end('{}');
  });
  const client = openClient(upstream.url);
  await client.read();
  await failureOf(client.write());
  const facts = { account: 'one', provider: 'REPAY', sent: true };
  expect(client.reports).toMatchObject([
    { ...facts, effect: 'read', attempt: 1, result: 'UNAVAILABLE', outcome: 'REJECTED', status: 503 },
    { ...facts, effect: 'read', attempt: 2, result: 'OK', outcome: null, status: 200 },
    { ...facts, effect: 'write', attempt: 1, result: 'UNAVAILABLE', outcome: 'UNKNOWN', status: null },
  ]);
  for (const { ms } of client.reports) expect(ms).toBeGreaterThan(0);
});
