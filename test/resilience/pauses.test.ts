/** What happens after a provider has said that it wants fewer calls. */

import { expect, test } from 'vitest';
import { startProduct, UPSTREAM } from '../support/app.ts';
import { byHash, NEW_WITHDRAWAL, openHash, operationOf, write } from '../support/writes.ts';
import { failureOf, GUARDS, openClient, openUpstream } from './upstream.ts';

const { sandbox, serve, openAccounts } = await startProduct();
/** Over accounts of its own, which nothing has happened to. */
const open = () => serve(openAccounts({ ...UPSTREAM, guards: { ...GUARDS, maxPauseMs: 600_000 } })).ask;

const WITHDRAWALS =
  '{ withdrawals(accounts: ["hashlee"], first: 1) { nodes { hash } gaps { failure { code retryAfterMs } } } }';
const PAYOUT = '{ payout(by: { orderId: { account: "repay", orderId: "0001" } }) { uuid } }';
const endpoints = () => sandbox.calls.map(({ endpoint }) => endpoint);

test("reads pause for as long as the provider's own text says, and are told what is left", async () => {
  const ask = open();
  sandbox.inject({ kind: 'rate-limit', endpoint: 'W1', times: 1 });
  await ask(WITHDRAWALS);
  const { data } = await ask(WITHDRAWALS);
  const [{ failure }] = data.withdrawals.gaps;
  expect(failure.code).toBe('RATE_LIMITED');
  expect(failure.retryAfterMs).toBeGreaterThan(290_000);
  expect(failure.retryAfterMs).toBeLessThanOrEqual(300_000);
  expect(endpoints()).toEqual(['W1']);

  const { data: shown } = await ask(
    '{ accounts { name health { reads { pausedUntil breaker } writes { pausedUntil } lastFailure { code } } } }',
  );
  const { health } = shown.accounts.find(({ name }: { name: string }) => name === 'hashlee');
  expect(Date.parse(health.reads.pausedUntil) - Date.now()).toBeGreaterThan(280_000);
  expect(health).toMatchObject({
    reads: { breaker: 'CLOSED' },
    writes: { pausedUntil: null },
    lastFailure: { code: 'RATE_LIMITED' },
  });
});

test('reads pause for as long as the header says', async () => {
  const ask = open();
  sandbox.inject({ kind: 'rate-limit', endpoint: 'R1', times: 1 });
  await ask(PAYOUT);
  const { errors } = await ask(PAYOUT);
  expect(errors).toMatchObject([{ extensions: { code: 'RATE_LIMITED', outcome: 'REJECTED' } }]);
  const { retryAfterMs } = errors![0]!.extensions as { retryAfterMs: number };
  expect(retryAfterMs).toBeGreaterThan(50_000);
  expect(retryAfterMs).toBeLessThanOrEqual(60_000);
  expect(endpoints()).toEqual(['R1']);
});

test('a pause that reads have earned keeps no write from going out', async () => {
  const ask = open();
  sandbox.inject({ kind: 'rate-limit', endpoint: 'W1', times: 1 });
  await ask(WITHDRAWALS);
  const result = await write(ask, 'cancelWithdrawal', { withdrawal: byHash(openHash(sandbox)) });
  expect(operationOf(result)).toMatchObject({ state: 'SUCCEEDED' });
  expect(endpoints()).toEqual(['W1', 'W4']);
});

test('after a write that was refused for it, writes and reads pause: nothing is sent, and the ledger says so', async () => {
  const ask = open();
  sandbox.inject({ kind: 'rate-limit', endpoint: 'W4', times: 1 });
  const first = await write(ask, 'cancelWithdrawal', { withdrawal: byHash(openHash(sandbox)) });
  expect(first).toMatchObject({ code: 'RATE_LIMITED', outcome: 'REJECTED', retryAfterMs: 300_000 });
  const second = await write(ask, 'createWithdrawal', NEW_WITHDRAWAL);
  expect(second).toMatchObject({ code: 'RATE_LIMITED', outcome: 'REJECTED' });
  expect(second.retryAfterMs).toBeLessThanOrEqual(300_000);
  expect(operationOf(second)).toMatchObject({ state: 'REJECTED' });
  await ask(WITHDRAWALS);
  expect(endpoints()).toEqual(['W4']);
  expect(sandbox.effects).toEqual([]);
});

test('other accounts go on, at the same provider too', async () => {
  const ask = open();
  sandbox.inject({ kind: 'rate-limit', endpoint: 'W1', times: 1 });
  await ask(WITHDRAWALS);
  const { data } = await ask('{ withdrawals(accounts: ["hashlee-2"], first: 1) { nodes { hash } } }');
  expect(data.withdrawals.nodes).toHaveLength(1);
});

test('no pause is longer than is allowed, and after it calls go out again', async () => {
  let answers = 0;
  const upstream = await openUpstream((_request, response) => {
    if (answers++ === 0) response.writeHead(429, { 'retry-after': '86400' }).end();
    else response.end('{}');
  });
  const client = openClient(upstream.url, { guards: { ...GUARDS, maxPauseMs: 40 } });
  // What the provider said is told as it said it.
  expect(await failureOf(client.read())).toMatchObject({ code: 'RATE_LIMITED', retryAfterMs: 86_400_000 });
  const refused = await failureOf(client.read());
  expect(refused).toMatchObject({ code: 'RATE_LIMITED' });
  expect(refused.retryAfterMs).toBeLessThanOrEqual(40);
  await expect.poll(() => client.health().reads.pausedUntil, { interval: 5 }).toBeNull();
  expect(await client.read()).toEqual({});
  expect(upstream.requests).toHaveLength(2);
});

test('a provider that does not say for how long is left alone for a second', async () => {
  const upstream = await openUpstream((_request, response) => void response.writeHead(429).end());
  const client = openClient(upstream.url, { guards: { ...GUARDS, maxPauseMs: 600_000 } });
  expect(await failureOf(client.read())).toMatchObject({ code: 'RATE_LIMITED', retryAfterMs: null });
  const { retryAfterMs } = await failureOf(client.read());
  expect(retryAfterMs).toBeGreaterThan(0);
  expect(retryAfterMs).toBeLessThanOrEqual(1_000);
});

test('reads that wait for their turn when a pause begins are answered at once', async () => {
  const upstream = await openUpstream((_request, response) => {
    response.writeHead(429, { 'retry-after': '60' }).end();
  });
  const client = openClient(upstream.url, { connections: 1, guards: { ...GUARDS, maxPauseMs: 60_000 } });
  const asked = Array.from({ length: 20 }, (_, index) => failureOf(client.read(`/${index}`)));
  expect((await Promise.all(asked)).map(({ code }) => code)).toEqual(Array(20).fill('RATE_LIMITED'));
  expect(upstream.requests).toHaveLength(1);
});
