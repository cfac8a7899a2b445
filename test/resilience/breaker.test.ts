/** The breaker by itself, on a clock of the test's own, and in front of a provider that fails. */

import { expect, test } from 'vitest';
import { createBreaker } from '../../src/providers/http/breaker.ts';
import { startProduct, UPSTREAM } from '../support/app.ts';
import { byHash, NEW_WITHDRAWAL, openHash, operationOf, write } from '../support/writes.ts';
import { failureOf, GUARDS, openClient, openUpstream } from './upstream.ts';

const { sandbox, serve, openAccounts, ask: unguarded } = await startProduct();

/** A breaker that opens after 3 of 6, for 100 ms at first, fed with `+` for an answer and `-` for a failure. */
function fed(calls: string, now = 1_000) {
  const breaker = createBreaker({ breakAfter: 3, breakMs: 100 });
  for (const call of calls) {
    if (breaker.waitMs(now) > 0) break;
    const pass = breaker.pass();
    if (call === '+') breaker.succeeded(pass);
    else breaker.failed(pass, now);
  }
  return breaker;
}

test.each([
  ['---', 'OPEN'],
  ['--', 'CLOSED'],
  ['-+-+-', 'OPEN'],
  ['--++++-', 'CLOSED'],
  ['+++++++---', 'OPEN'],
  ['--++++--', 'CLOSED'],
])('after %s it is %s', (calls, state) => {
  expect(fed(calls).state(1_000)).toBe(state);
});

test('a failure is forgotten after a minute', () => {
  const breaker = fed('--');
  breaker.failed('normal', 61_001);
  expect(breaker.state(61_001)).toBe('CLOSED');
  breaker.failed('normal', 61_002);
  breaker.failed('normal', 61_003);
  expect(breaker.state(61_003)).toBe('OPEN');
});

test('once its time is over it lets one call out, whose answer closes it with nothing held against anybody', () => {
  const breaker = fed('---');
  expect(breaker.waitMs(1_099)).toBe(1);
  expect(breaker.waitMs(1_100)).toBe(0);
  expect(breaker.state(1_100)).toBe('HALF_OPEN');
  const probe = breaker.pass();
  expect(breaker.waitMs(1_100)).toBeGreaterThan(0);
  breaker.succeeded(probe);
  expect([breaker.state(1_100), breaker.waitMs(1_100)]).toEqual(['CLOSED', 0]);
  breaker.failed('normal', 1_101);
  breaker.failed('normal', 1_101);
  expect(breaker.state(1_101)).toBe('CLOSED');
});

test('whose failure opens it for twice as long, up to 32 times', () => {
  const breaker = fed('---');
  const waits: number[] = [];
  let now = 1_000;
  for (let round = 0; round < 8; round++) {
    waits.push(breaker.waitMs(now));
    now += breaker.waitMs(now);
    breaker.failed(breaker.pass(), now);
  }
  expect(waits).toEqual([100, 200, 400, 800, 1_600, 3_200, 3_200, 3_200]);
});

test('whose being canceled lets another one out', () => {
  const breaker = fed('---');
  breaker.saidNothing(breaker.pass());
  expect([breaker.waitMs(1_100), breaker.state(1_100)]).toEqual([0, 'HALF_OPEN']);
});

test('calls that went out before it opened change nothing when they end', () => {
  const breaker = fed('---');
  breaker.succeeded('normal');
  breaker.failed('normal', 1_050);
  expect([breaker.state(1_050), breaker.waitMs(1_050)]).toEqual(['OPEN', 50]);
});

test('with 0 it never opens', () => {
  const breaker = createBreaker({ breakAfter: 0, breakMs: 100 });
  for (let call = 0; call < 100; call++) breaker.failed(breaker.pass(), 1_000);
  expect(breaker.state(1_000)).toBe('CLOSED');
});

test('a provider that fails is asked no more for a while, and once it answers the one call that tries, by all', async () => {
  let isDown = true;
  const upstream = await openUpstream((_request, response) => {
    response.writeHead(isDown ? 503 : 200).end('{}');
  });
  const client = openClient(upstream.url, { guards: { ...GUARDS, breakAfter: 3, breakMs: 30 } });
  expect(await failureOf(client.read())).toMatchObject({ code: 'UNAVAILABLE', retryAfterMs: null });
  expect(upstream.requests).toHaveLength(3);

  const refused = await failureOf(client.read());
  expect(refused).toMatchObject({ code: 'UNAVAILABLE', outcome: 'REJECTED' });
  expect(refused.retryAfterMs).toBeGreaterThan(0);
  expect(refused.retryAfterMs).toBeLessThanOrEqual(30);
  expect(upstream.requests).toHaveLength(3);
  expect(client.reports.at(-1)).toMatchObject({ result: 'UNAVAILABLE', attempt: 0, sent: false });

  isDown = false;
  await expect.poll(() => client.health().reads.breaker, { interval: 5 }).toBe('HALF_OPEN');
  const both = [client.read('/one'), failureOf(client.read('/two'))];
  expect(await both[1]).toMatchObject({ code: 'UNAVAILABLE' });
  expect(await both[0]).toEqual({});
  expect(upstream.requests).toHaveLength(4);
  expect(await client.read('/two')).toEqual({});
  expect(client.health().reads).toMatchObject({ breaker: 'CLOSED', refusedUntil: null });
});

test('whoever waits for a turn when it opens is answered at once', async () => {
  const upstream = await openUpstream((request) => void request.socket.destroy());
  const client = openClient(upstream.url, { connections: 1, guards: { ...GUARDS, breakAfter: 1 } });
  const asked = Array.from({ length: 50 }, (_, index) => failureOf(client.read(`/${index}`)));
  const sentences = (await Promise.all(asked)).map(
    ({ code, retryAfterMs }) => `${code} ${retryAfterMs !== null}`,
  );
  expect(sentences).toEqual(['UNAVAILABLE false', ...Array(49).fill('UNAVAILABLE true')]);
  expect(upstream.requests).toHaveLength(1);
  expect(client.health().reads).toMatchObject({ inFlight: 0, waiting: 0 });
});

test('refusals, whatever their status below 500, open nothing', async () => {
  let status = 400;
  const upstream = await openUpstream((_request, response) => void response.writeHead(status++).end('no'));
  const client = openClient(upstream.url, { guards: { ...GUARDS, breakAfter: 1 } });
  while (status < 460) {
    // It stands for a timeout, and a pause is another matter.
    if (status === 408 || status === 429) status++;
    await failureOf(client.write(`/${status}`));
  }
  expect(client.health().writes.breaker).toBe('CLOSED');
});

test('a write that it refuses is rejected, recorded as such, and not sent; reads still go out', async () => {
  const { ask } = serve(openAccounts({ ...UPSTREAM, guards: { ...GUARDS, breakAfter: 1, breakMs: 60_000 } }));
  sandbox.inject({ kind: 'server-error', endpoint: 'W4', times: 1 });
  const cancel = (at: number) =>
    write(ask, 'cancelWithdrawal', { withdrawal: byHash(openHash(sandbox, at)) });
  expect(await cancel(0)).toMatchObject({ code: 'UNAVAILABLE', outcome: 'UNKNOWN', retryAfterMs: null });

  const refused = await cancel(1);
  expect(refused).toMatchObject({ code: 'UNAVAILABLE', outcome: 'REJECTED' });
  expect(refused.retryAfterMs).toBeGreaterThan(50_000);
  expect(operationOf(refused)).toMatchObject({ state: 'REJECTED', settledBy: 'ANSWER' });
  expect(await write(ask, 'createWithdrawal', NEW_WITHDRAWAL)).toMatchObject({ outcome: 'REJECTED' });
  expect(sandbox.calls.map(({ endpoint }) => endpoint)).toEqual(['W4']);
  expect(sandbox.effects).toEqual([]);

  const { data } = await ask(`{
    withdrawals(accounts: ["hashlee"], first: 1) { nodes { hash } }
    accounts { name health { reads { breaker } writes { breaker refusedUntil } lastFailure { code operation } } }
  }`);
  expect(data.withdrawals.nodes).toHaveLength(1);
  const byName = Object.fromEntries(
    data.accounts.map((account: { name: string }) => [account.name, account]),
  );
  expect(byName.hashlee.health).toMatchObject({
    reads: { breaker: 'CLOSED' },
    writes: { breaker: 'OPEN', refusedUntil: expect.any(String) },
    lastFailure: { code: 'UNAVAILABLE', operation: 'cancelWithdrawal' },
  });
  // Each account fares by itself, also at one provider.
  expect(byName['hashlee-2'].health).toMatchObject({ writes: { breaker: 'CLOSED' }, lastFailure: null });
});

test('without guards nothing is held back', async () => {
  sandbox.inject({ kind: 'server-error', endpoint: 'R1' });
  const query = '{ payout(by: { orderId: { account: "repay", orderId: "0001" } }) { uuid } }';
  for (let time = 0; time < 8; time++) await unguarded(query);
  expect(sandbox.calls).toHaveLength(24);
});
