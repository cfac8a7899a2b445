/** Whose time is up, or who has gone, is waited for by nobody: what becomes of their reads and of their writes. */

import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { expect, test } from 'vitest';
import type { Asker } from '../../src/providers/provider.ts';
import { startProduct, UPSTREAM } from '../support/app.ts';
import { byHash, OPERATION, openHash, operationOf, UNIT, write } from '../support/writes.ts';
import { failureOf, GUARDS, NOBODY, openClient, openUpstream } from './upstream.ts';

const { sandbox, serve, openAccounts } = await startProduct();

/** An upstream that never answers, and when a connection of it ends. */
async function openHanging() {
  const upstream = await openUpstream(() => {});
  const gone = (request: IncomingMessage) => once(request.socket, 'close');
  const arrivals = (count: number) =>
    expect.poll(() => upstream.requests.length, { interval: 5 }).toBe(count);
  return { ...upstream, gone, arrivals };
}

function askerOf(signal?: AbortSignal, inMs?: number): Asker {
  return {
    ...NOBODY,
    ...(inMs !== undefined && { dueAt: performance.now() + inMs }),
    get isGone() {
      return signal?.aborted === true;
    },
  };
}

test('a read is canceled at the provider when the only one who asked has gone', async () => {
  const upstream = await openHanging();
  const client = openClient(upstream.url);
  const gone = new AbortController();
  const asked = failureOf(client.read('/', askerOf(gone.signal)));
  await upstream.arrivals(1);
  gone.abort();
  expect(await asked).toMatchObject({ code: 'TIMEOUT', outcome: 'REJECTED' });
  await upstream.gone(upstream.requests[0]!);
  expect(client.reports).toMatchObject([{ result: 'CANCELED', attempt: 1, sent: true, outcome: null }]);
  expect(client.health().reads).toMatchObject({ inFlight: 0, waiting: 0, recent: { calls: 0 } });
  expect(client.health().lastFailure).toBeNull();
});

test('a read goes on while anybody waits for it', async () => {
  const upstream = await openHanging();
  const client = openClient(upstream.url);
  const askers = [new AbortController(), new AbortController(), new AbortController()];
  const asked = askers.map(({ signal }) => failureOf(client.read('/', askerOf(signal))));
  await upstream.arrivals(1);
  askers[0]!.abort();
  askers[1]!.abort();
  expect(await asked[0]).toMatchObject({ code: 'TIMEOUT' });
  expect(await asked[1]).toMatchObject({ code: 'TIMEOUT' });
  expect(client.health().reads.inFlight).toBe(1);
  expect(client.reports).toEqual([]);
  askers[2]!.abort();
  await upstream.gone(upstream.requests[0]!);
  expect(await asked[2]).toMatchObject({ code: 'TIMEOUT' });
  expect(upstream.requests).toHaveLength(1);
});

test('each who waits for one read is answered when their own time is up', async () => {
  const upstream = await openHanging();
  const client = openClient(upstream.url);
  const ended: string[] = [];
  const asked = [600, 50].map(async (inMs) => {
    await failureOf(client.read('/', askerOf(undefined, inMs)));
    ended.push(`after ${inMs} ms`);
  });
  await Promise.all(asked);
  expect(ended).toEqual(['after 50 ms', 'after 600 ms']);
  await upstream.gone(upstream.requests[0]!);
  expect(upstream.requests).toHaveLength(1);
});

test('who comes too late, or has gone already, has nothing sent', async () => {
  const upstream = await openHanging();
  const client = openClient(upstream.url);
  expect(await failureOf(client.read('/', askerOf(AbortSignal.abort())))).toMatchObject({ code: 'TIMEOUT' });
  expect(await failureOf(client.read('/', askerOf(undefined, 0)))).toMatchObject({ code: 'TIMEOUT' });
  expect([upstream.requests.length, client.reports.length]).toEqual([0, 0]);
});

test('a read that waits for its turn gives up its place in the queue', async () => {
  const upstream = await openHanging();
  const client = openClient(upstream.url, { connections: 1 });
  const gone = new AbortController();
  const first = new AbortController();
  const busy = failureOf(client.read('/busy', askerOf(first.signal)));
  const asked = failureOf(client.read('/waiting', askerOf(gone.signal)));
  await upstream.arrivals(1);
  expect(client.health().reads).toMatchObject({ inFlight: 1, waiting: 1 });
  gone.abort();
  await asked;
  expect(client.health().reads).toMatchObject({ inFlight: 1, waiting: 0 });
  first.abort();
  await busy;
  expect(upstream.requests.map(({ url }) => url)).toEqual(['/busy']);
});

test('a read that pauses before it is repeated is not repeated for nobody', async () => {
  const gone = new AbortController();
  const upstream = await openUpstream((_request, response) => {
    response.writeHead(503).end();
    setImmediate(() => gone.abort());
  });
  const client = openClient(upstream.url);
  await failureOf(client.read('/', askerOf(gone.signal)));
  expect(upstream.requests.length).toBeLessThanOrEqual(2);
  expect(client.health().reads).toMatchObject({ inFlight: 0, waiting: 0 });
});

test('a call that is canceled as the one that tries leaves the trying to the next one', async () => {
  let isDown = true;
  const upstream = await openUpstream((_request, response) => {
    if (isDown) response.writeHead(503).end();
  });
  const client = openClient(upstream.url, { guards: { ...GUARDS, breakAfter: 3, breakMs: 10 } });
  await failureOf(client.read());
  isDown = false;
  await expect.poll(() => client.health().reads.breaker, { interval: 5 }).toBe('HALF_OPEN');
  await failureOf(client.read('/', askerOf(undefined, 20)));
  expect(client.health().reads.breaker).toBe('HALF_OPEN');
  const next = failureOf(client.read('/next', askerOf(undefined, 20)));
  await expect.poll(() => upstream.requests.at(-1)?.url, { interval: 5 }).toBe('/next');
  expect(await next).toMatchObject({ code: 'TIMEOUT', retryAfterMs: null });
});

test('a write goes on when whoever asked has gone, and after their time', async () => {
  let answer = () => {};
  const upstream = await openUpstream((_request, response) => {
    answer = () => response.end('{}');
  });
  const client = openClient(upstream.url);
  const asked = client.write('/', askerOf(AbortSignal.abort(), 0));
  await expect.poll(() => upstream.requests.length, { interval: 5 }).toBe(1);
  answer();
  expect(await asked).toEqual({});
});

test('a request is answered when its time is up, with what came in time', async () => {
  const hasty = serve(openAccounts(), { requestMs: 1_000, listWaitMs: 900 });
  await hasty.ask('{ withdrawals(accounts: ["hashlee"], first: 1) { nodes { hash } } }');
  sandbox.inject({ kind: 'hang', endpoint: 'R1' });
  const { data, errors } = await hasty.ask(`{
    payout(by: { orderId: { account: "repay", orderId: "0001" } }) { uuid }
    withdrawals(accounts: ["hashlee"], first: 1) { nodes { hash } }
  }`);
  expect(data.payout).toBeNull();
  expect(data.withdrawals.nodes).toHaveLength(1);
  expect(errors).toMatchObject([{ path: ['payout'], extensions: { code: 'TIMEOUT', outcome: 'REJECTED' } }]);
});

test('a client that hangs up ends its reads at the provider, and no write', async () => {
  let answer = () => {};
  const upstream = await openUpstream((request, response) => {
    if (request.method === 'PATCH') answer = () => response.end('{}');
  });
  const { ask, post, services } = serve(
    openAccounts(UPSTREAM, (config) => ({ ...config, url: upstream.url })),
  );
  const { url } = await post({ query: '{ __typename }' });
  const gone = new AbortController();
  const hash = openHash(sandbox);
  const of = `{ hash: { account: "hashlee", hash: "${hash}" } }`;
  const asked = [
    `{ withdrawal(by: ${of}) { hash } }`,
    `mutation { cancelWithdrawal(input: { idempotencyKey: "k", withdrawal: ${of} }) { __typename } }`,
  ].map(async (query) => {
    const headers = { 'content-type': 'application/json' };
    await fetch(url, { method: 'POST', headers, body: JSON.stringify({ query }), signal: gone.signal });
  });
  await expect.poll(() => upstream.requests.length, { interval: 5 }).toBe(2);
  gone.abort();
  await Promise.allSettled(asked);
  const read = upstream.requests.find(({ method }) => method === 'GET')!;
  const write = upstream.requests.find(({ method }) => method === 'PATCH')!;
  await expect.poll(() => read.socket.destroyed, { interval: 5 }).toBe(true);
  expect(write.socket.destroyed).toBe(false);
  answer();
  await services.writer.idle();
  const { data } = await ask('{ operations(first: 5) { nodes { idempotencyKey state } } }');
  expect(data.operations.nodes).toEqual([{ idempotencyKey: 'k', state: 'SUCCEEDED' }]);
});

test('a write that is still being sent when time is up is answered as pending, and ends as it would have', async () => {
  const { ask, services } = serve(openAccounts(), { requestMs: 800, listWaitMs: 100 });
  const release = sandbox.hold({ endpoint: 'W4' });
  const hash = openHash(sandbox);
  const result = await write(ask, 'cancelWithdrawal', { withdrawal: byHash(hash) });
  expect(operationOf(result)).toMatchObject({ state: 'PENDING', settledAt: null });
  release();
  await services.writer.idle();
  const { data } = await ask(`{ operations(first: 5) { nodes { ${OPERATION} } } }`);
  expect(data.operations.nodes).toMatchObject([{ state: 'SUCCEEDED', sends: 1 }]);
  expect(sandbox.rows.withdrawals(UNIT).find((row) => row.hash === hash)?.status).toBe('CANCELED');
});

test('a write whose turn in its request comes when time is up is refused, neither recorded nor sent', async () => {
  const { ask, services } = serve(openAccounts(), { requestMs: 800, listWaitMs: 100 });
  const release = sandbox.hold({ endpoint: 'W4' });
  const [one, two] = [openHash(sandbox, 0), openHash(sandbox, 1)];
  const field = (name: string, hash: string) => `${name}: cancelWithdrawal(input: {
    idempotencyKey: "${name}", withdrawal: { hash: { account: "hashlee", hash: "${hash}" } } }) {
      __typename ... on Error { code message } ... on ProviderFailure { outcome ledgerEntry { id } }
  }`;
  const { data } = await ask(`mutation { ${field('a', one)} ${field('b', two)} }`);
  expect(data.a.__typename).toBe('CancelWithdrawalPayload');
  expect(data.b).toEqual({
    __typename: 'ProviderFailure',
    code: 'TIMEOUT',
    outcome: 'REJECTED',
    message: 'hashlee: cancelWithdrawal failed: the time for this request was over before it was sent.',
    ledgerEntry: null,
  });
  release();
  await services.writer.idle();
  const { data: kept } = await ask('{ operations(first: 5) { nodes { idempotencyKey } } }');
  expect(kept.operations.nodes).toEqual([{ idempotencyKey: 'a' }]);
  expect(sandbox.calls).toHaveLength(1);
});
