/** What goes over the wire to a provider, and what may come back: only to the host that is configured, only over TLS that
 * can be verified, no redirect, nothing without bounds. */

import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { startProduct, UPSTREAM } from '../support/app.ts';
import { failureOf, NOBODY, openClient, openUpstream } from './upstream.ts';

const { ask, sandbox, openAccounts } = await startProduct();
const TLS = {
  key: readFileSync(new URL('../fixtures/tls/key.pem', import.meta.url)),
  cert: readFileSync(new URL('../fixtures/tls/certificate.pem', import.meta.url)),
};
const MEGABYTE = 1024 * 1024;

test('a certificate that nobody vouches for ends a call before anything of it is sent', async () => {
  const upstream = await openUpstream((_request, response) => void response.end('{}'), createServer(TLS));
  const client = openClient(upstream.url);
  expect(await failureOf(client.read())).toMatchObject({ code: 'UNAVAILABLE', outcome: 'REJECTED' });
  expect(await failureOf(client.write())).toMatchObject({ code: 'UNAVAILABLE', outcome: 'REJECTED' });
  expect(upstream.requests).toEqual([]);
  expect(client.reports.map(({ sent, status }) => [sent, status])).toEqual(Array(4).fill([false, null]));
});

test.each([301, 302, 303, 307, 308])('a redirect by %i is not followed', async (status) => {
  const target = await openUpstream((_request, response) => void response.end('{}'));
  const upstream = await openUpstream((_request, response) => {
    response.writeHead(status, { location: `${target.url}/elsewhere` }).end();
  });
  const client = openClient(upstream.url);
  expect(await failureOf(client.read())).toMatchObject({ code: 'BAD_RESPONSE', outcome: 'REJECTED' });
  expect(await failureOf(client.write())).toMatchObject({ code: 'BAD_RESPONSE', outcome: 'UNKNOWN' });
  expect([upstream.requests.length, target.requests.length]).toEqual([2, 0]);
});

test('an answer without end is cut off, and its connection with it', async () => {
  let sent = 0;
  const upstream = await openUpstream((_request, response) => {
    const chunk = Buffer.alloc(MEGABYTE / 4, ' ');
    const pump = () => {
      while (!response.destroyed && response.write(chunk)) sent += chunk.length;
      response.once('drain', pump);
    };
    pump();
  });
  const client = openClient(upstream.url);
  expect(await failureOf(client.read())).toMatchObject({ code: 'BAD_RESPONSE' });
  await expect.poll(() => upstream.requests[0]!.socket.destroyed, { interval: 5 }).toBe(true);
  // What both ends buffer comes on top of the eight that are read.
  expect(sent).toBeLessThan(32 * MEGABYTE);
  expect(upstream.requests).toHaveLength(1);
});

test('an answer as long as is allowed is read', async () => {
  const text = 'x'.repeat(8 * MEGABYTE - 2);
  const upstream = await openUpstream((_request, response) => void response.end(`"${text}"`));
  expect(await openClient(upstream.url).read()).toBe(text);
});

test('an answer in pieces is read as a whole, wherever it is cut', async () => {
  const text = JSON.stringify({ name: 'Ωμέγα €😀', amounts: ['105.00000000', 1] });
  const bytes = Buffer.from(text);
  const upstream = await openUpstream((_request, response) => {
    for (const byte of bytes) response.write(Buffer.of(byte));
    response.end();
  });
  expect(await openClient(upstream.url).read()).toEqual(JSON.parse(text));
});

test('nothing packed is asked for, and what comes packed all the same is never unpacked', async () => {
  const bomb = gzipSync(Buffer.alloc(64 * MEGABYTE, ' '));
  const upstream = await openUpstream((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' }).end(bomb);
  });
  const before = process.memoryUsage().rss;
  expect(await failureOf(openClient(upstream.url).read())).toMatchObject({ code: 'BAD_RESPONSE' });
  expect(process.memoryUsage().rss - before).toBeLessThan(48 * MEGABYTE);
  expect(upstream.requests[0]!.headers['accept-encoding']).toBeUndefined();
});

const HOSTILE = [
  '//127.0.0.1:1/x',
  '@127.0.0.1:1/x',
  'http://127.0.0.1:1/x',
  '..',
  '.',
  '../../elsewhere',
  '..%2f..%2felsewhere',
  '%2e%2e',
  '\\\\127.0.0.1\\x',
  'x?admin=1',
  'x#y',
  'x\r\nHost: 127.0.0.1:1',
  'x HTTP/1.1\r\n\r\nGET /admin',
  '\u2025/x',
];
const hostile = fc.oneof(
  fc.constantFrom(...HOSTILE),
  fc.string({
    unit: fc.constantFrom('/', '.', '%', '@', ':', '\\', '?', '#', '\r', '\n', ' ', '2', 'e', 'f'),
    maxLength: 12,
  }),
);

test('whatever an id is, it stays in its own place of the path, at the host that is configured', async () => {
  const upstream = await openUpstream((_request, response) => void response.writeHead(404).end('{}'));
  const others = await openUpstream((_request, response) => void response.end('{}'));
  const accounts = openAccounts(UPSTREAM, (config) => ({ ...config, url: `${upstream.url}/prefix` }));
  const providerOf = (account: string) => accounts.find(({ name }) => name === account)!.provider;
  await fc.assert(
    fc.asyncProperty(hostile, async (id) => {
      const named = id.replaceAll('127.0.0.1:1', new URL(others.url).host);
      await Promise.allSettled([
        providerOf('repay').payouts!.byKey({ orderId: named }, NOBODY),
        providerOf('hashlee').withdrawals!.byHash(named, [], NOBODY),
        providerOf('hashlee').withdrawals!.cancel(named, NOBODY),
      ]);
    }),
    { numRuns: 100, examples: HOSTILE.map((id) => [id]) },
  );
  const paths = upstream.requests.map(({ url }) => url!);
  const places =
    /^\/prefix\/(payout_api\/v1\/external\/payout_deals\/[^/?#]+|v1\/[a-z0-9/-]+\/withdrawals\/[^/?#]+(\/cancel)?)$/;
  expect(paths.filter((path) => !places.test(path))).toEqual([]);
  expect(paths.length).toBeGreaterThan(100);
  expect(others.requests).toEqual([]);
});

test('a redirect of the sandbox leads nowhere, either', async () => {
  sandbox.inject({ kind: 'redirect', endpoint: 'R1' });
  const { errors } = await ask('{ payout(by: { orderId: { account: "repay", orderId: "0001" } }) { uuid } }');
  expect(errors).toMatchObject([{ extensions: { code: 'BAD_RESPONSE' } }]);
  expect(sandbox.calls).toHaveLength(1);
});
