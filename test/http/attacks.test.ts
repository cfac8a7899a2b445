/** What strangers send to see what happens: nothing does, but a clean refusal. */

import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createGraphiQL } from '../../src/graphiql.ts';
import { startProduct } from '../support/app.ts';
import { post, type Reply, repliesIn, replyTo, say } from '../support/wire.ts';

const { accounts, sandbox, serve } = await startProduct();
const MAX_BODY_BYTES = 20_000;
const { url: urlOf } = serve(accounts, {
  maxBodyBytes: MAX_BODY_BYTES,
  hosts: ['api.example'],
  graphiql: createGraphiQL('/graphql', []),
  limits: { headersMs: 150, requestMs: 300, keepAliveMs: 1_000, checkEveryMs: 20 },
});
const url = await urlOf('');

const BLOCK = `mutation { blockWallet(input: { idempotencyKey: "k",
  wallet: { orderId: { account: "cryptomus", orderId: "1" } } }) { __typename } }`;
const WRITE = JSON.stringify({ query: BLOCK });
const QUERY = JSON.stringify({ query: '{ __typename }' });

/** Refused in the shape of GraphQL, with an id to find it by, and nothing of the server's insides. */
function expectRefused(reply: Reply, ...statuses: number[]) {
  expect(statuses).toContain(reply.status);
  const { errors, data } = JSON.parse(reply.body);
  expect(data).toBeUndefined();
  expect(errors[0].message).not.toBe('');
  expect(reply.body).not.toMatch(/\.ts\b|\.js\b|node_modules|node:| at /);
  expect(reply.headers.get('x-request-id')).toMatch(/^\S+$/);
  expect(reply.headers.get('x-content-type-options')).toBe('nosniff');
  expect(reply.headers.get('cache-control')).toBe('no-store');
}

beforeEach(() => sandbox.clearCalls());
afterEach(async () => {
  expect(sandbox.calls).toEqual([]);
  const after = await replyTo(url, post(QUERY));
  expect(after).toMatchObject({ status: 200, body: '{"data":{"__typename":"Query"}}' });
});

describe('bodies', () => {
  test('too large by their own account are refused before they are sent', async () => {
    expectRefused(await replyTo(url, post('', [`Content-Length: ${MAX_BODY_BYTES + 1}`])), 413);
  });

  test('too large by and by are refused while they are sent', async () => {
    const chunk = `1000\r\n${' '.repeat(0x1000)}\r\n`;
    const head = post('', ['Transfer-Encoding: chunked']);
    expectRefused(await replyTo(url, head, ...Array<string>(12).fill(chunk)), 413);
  });

  test('as large as may be are taken', async () => {
    expect((await replyTo(url, post(QUERY.padEnd(MAX_BODY_BYTES)))).status).toBe(200);
  });

  test('that promise a lot and wait for an invitation get none', async () => {
    const head = post('', ['Expect: 100-continue', `Content-Length: ${MAX_BODY_BYTES + 1}`]);
    const text = await say(url, head).ended;
    expect(text).not.toContain('100 Continue');
    expectRefused(repliesIn(text)[0]!, 413);
  });

  test('that wait for an invitation get one', async () => {
    const head = post('', ['Expect: 100-continue', `Content-Length: ${QUERY.length}`]);
    const { socket, ended, soFar } = say(url, head);
    await expect.poll(soFar, { interval: 5 }).toContain('HTTP/1.1 100 Continue');
    socket.write(QUERY);
    expect(repliesIn(await ended)).toMatchObject([{ status: 200 }]);
  });

  test('that expect the impossible are refused', async () => {
    expectRefused(await replyTo(url, post(WRITE, ['Expect: a-miracle'])), 417);
  });

  test('that never come are cut off', async () => {
    const head = post('', [`Content-Length: ${WRITE.length}`]);
    expectRefused(await replyTo(url, head), 408);
  });

  test('that come byte by byte are cut off', async () => {
    const { socket, ended } = say(url, post('', [`Content-Length: ${WRITE.length}`]));
    const drip = setInterval(() => socket.write(' '), 20);
    const [reply] = repliesIn(await ended);
    clearInterval(drip);
    expectRefused(reply!, 408);
  });

  test.each([
    ['a byte that starts nothing', Buffer.from([0x22, 0xff, 0x22])],
    ['a letter cut in two', Buffer.from([0x22, 0xd0, 0x22])],
    ['a slash written too long', Buffer.from([0x22, 0xc0, 0xaf, 0x22])],
    ['half a surrogate', Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22])],
    ['UTF-16', Buffer.from(WRITE, 'utf16le')],
    ['compressed without saying so', gzipSync(WRITE)],
  ])('of malformed UTF-8 are refused: %s', async (_what, bytes) => {
    expectRefused(await replyTo(url, post(bytes)), 400);
  });

  test.each([
    ['nothing', ''],
    ['half of it', WRITE.slice(0, -1)],
    ['more than it', `${WRITE}}`],
    ['two of it', WRITE + WRITE],
    ['a zero byte', `${WRITE}\0`],
    ['a zero byte in a text', '{"query": "{ \0 }"}'],
    ['single quotes', "{'query': '{ __typename }'}"],
    ['a comment', `/**/${WRITE}`],
    ['no number', '{"query": NaN}'],
    ['a list', `[${WRITE}]`],
    ['an empty list', '[]'],
    ['lists in lists', '['.repeat(MAX_BODY_BYTES)],
    ['lists in lists that end', `${'['.repeat(9_000)}${']'.repeat(9_000)}`],
    ['objects in objects', '{"a":'.repeat(3_000)],
    ['a text', JSON.stringify(WRITE)],
    ['null', 'null'],
    ['true', 'true'],
    ['a number out of range', '1e999999'],
  ])('of broken JSON, or of none of the right form, are refused: %s', async (_what, body) => {
    expectRefused(await replyTo(url, post(body)), 400);
  });

  test.each([
    ['a prototype', `{"query": "{ __typename }", "__proto__": {"isAdmin": true}}`],
    ['a constructor', `{"query": "{ __typename }", "constructor": {"prototype": {"isAdmin": true}}}`],
    ['a prototype instead of a query', `{"__proto__": {"query": "{ __typename }"}}`],
    ['a query with methods', `{"query": {"toString": "{ __typename }"}}`],
  ])('that reach for prototypes are refused: %s', async (_what, body) => {
    expectRefused(await replyTo(url, post(body)), 400);
    expect(({} as Record<string, unknown>).isAdmin).toBeUndefined();
  });

  test.each([
    [
      'prototypes in variables',
      '"variables": {"__proto__": {"isAdmin": true}, "constructor": {"prototype": {}}}',
    ],
    ['prototypes in extensions', '"extensions": {"__proto__": {"upstream": true}}'],
    ['numbers of any size', `"variables": {"a": 1e400, "b": ${'9'.repeat(5_000)}, "c": -0.0000001e-400}`],
    ['the same name many times', `"variables": {${Array(500).fill('"a": 1').join(', ')}}`],
    ['lists in lists in variables', `"variables": {"a": ${'['.repeat(4_000)}${']'.repeat(4_000)}}`],
  ])('with odd but harmless content change nothing: %s', async (_what, more) => {
    const reply = await replyTo(url, post(`{"query": "{ __typename }", ${more}}`));
    expect(reply).toMatchObject({ status: 200, body: '{"data":{"__typename":"Query"}}' });
    expect(({} as Record<string, unknown>).isAdmin).toBeUndefined();
  });

  test.each(['gzip', 'deflate', 'br', 'zstd', 'gzip, gzip', 'GZIP', 'x-anything'])(
    'compressed with %s are refused unopened',
    async (encoding) => {
      const bomb = gzipSync(Buffer.alloc(10_000_000));
      expectRefused(await replyTo(url, post(bomb, [`Content-Encoding: ${encoding}`])), 415);
    },
  );

  test.each([
    'text/plain',
    'text/plain;application/json',
    'text/plain, application/json',
    'application/json, text/plain',
    'application/json; charset=utf-16',
    'application/jsonp',
    'application/graphql',
    'application/graphql+json',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
  ])('of the type %s are refused', async (type) => {
    const request = post(WRITE).toString('latin1').replace('application/json', type);
    expectRefused(await replyTo(url, request), 415);
  });
});

describe('headers', () => {
  test('that never end are cut off', async () => {
    expectRefused(await replyTo(url, 'POST /graphql HTTP/1.1\r\nHost: 127.0.0.1\r\n'), 408);
  });

  test('that come byte by byte are cut off', async () => {
    const { socket, ended } = say(url, 'POST /graphql HTTP/1.1\r\nX: ');
    const drip = setInterval(() => socket.write('x'), 20);
    const [reply] = repliesIn(await ended);
    clearInterval(drip);
    expectRefused(reply!, 408);
  });

  test('that are never begun are waited for no longer', async () => {
    expectRefused(repliesIn(await say(url).ended)[0]!, 408);
  });

  test.each([
    ['one of them', `X: ${'x'.repeat(20_000)}`],
    ['all together', Array.from({ length: 1_000 }, (_, at) => `X-${at}: ${'x'.repeat(20)}`).join('\r\n')],
  ])('that are too long are refused: %s', async (_what, lines) => {
    expectRefused(await replyTo(url, `GET /graphql HTTP/1.1\r\nHost: 127.0.0.1\r\n${lines}\r\n\r\n`), 431);
  });

  test('a target that is too long is refused', async () => {
    const query = 'x'.repeat(20_000);
    expectRefused(await replyTo(url, `GET /graphql?query=${query} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`), 431);
  });

  test.each([
    ['a zero byte', 'X: a\0b'],
    ['a bare line feed', 'X: a\nContent-Length: 0'],
    ['a bare carriage return', 'X: a\rb'],
    ['a name with a blank', 'X Y: a'],
    ['a name before its colon with a blank', 'Content-Length : 0'],
    ['a folded line', 'X: a\r\n b'],
    ['no name', ': a'],
    ['a byte that is no letter', 'X\xff: a'],
  ])('that are malformed are refused: %s', async (_what, line) => {
    expectRefused(await replyTo(url, post(WRITE, [line])), 400);
  });
});

describe('one request in another', () => {
  const inner = post(WRITE).toString('latin1');

  test.each([
    ['both lengths', ['Content-Length: 4', 'Transfer-Encoding: chunked'], `0\r\n\r\n${inner}`],
    ['both lengths, the other way', ['Transfer-Encoding: chunked', 'Content-Length: 4'], `0\r\n\r\n${inner}`],
    ['two lengths', ['Content-Length: 0', `Content-Length: ${inner.length}`], inner],
    ['lengths in a list', [`Content-Length: 0, ${inner.length}`], inner],
    ['a length with a sign', [`Content-Length: +${QUERY.length}`], QUERY + inner],
    ['a length that is negative', ['Content-Length: -1'], QUERY + inner],
    ['a length in hexadecimal', ['Content-Length: 0x10'], QUERY + inner],
    ['a length beyond counting', [`Content-Length: ${'9'.repeat(30)}`], QUERY + inner],
    ['another coding', ['Transfer-Encoding: xchunked'], `0\r\n\r\n${inner}`],
    ['a coding after the chunks', ['Transfer-Encoding: chunked, identity'], `0\r\n\r\n${inner}`],
    ['codings twice', ['Transfer-Encoding: chunked', 'Transfer-Encoding: identity'], `0\r\n\r\n${inner}`],
    ['a chunk that is no number', ['Transfer-Encoding: chunked'], `zz\r\n${inner}`],
    ['a chunk with a sign', ['Transfer-Encoding: chunked'], `-1\r\n${inner}`],
    ['a chunk beyond counting', ['Transfer-Encoding: chunked'], `${'f'.repeat(20)}\r\n${inner}`],
    ['a chunk that is longer than it says', ['Transfer-Encoding: chunked'], `1\r\n${inner}`],
    ['chunks with endless extensions', ['Transfer-Encoding: chunked'], `1;${'x'.repeat(20_000)}\r\n`],
  ])('is not seen: %s', async (_what, headers, rest) => {
    const text = await say(url, post('', [...headers, 'Connection: keep-alive']), rest).ended;
    expectRefused(repliesIn(text)[0]!, 400, 413);
    expect(repliesIn(text).map(({ status }) => status)).not.toContain(200);
  });

  test('is not sent in another coding than chunks', async () => {
    expectRefused(await replyTo(url, post('0\r\n\r\n', ['Transfer-Encoding: gzip, chunked'])), 400);
  });

  test('a body where none belongs is no request', async () => {
    const lines = [
      'GET /graphql?query={__typename} HTTP/1.1',
      'Host: 127.0.0.1',
      `Content-Length: ${inner.length}`,
    ];
    const text = await say(url, `${lines.join('\r\n')}\r\n\r\n${inner}`).ended;
    expect(repliesIn(text)).toMatchObject(
      [{ status: 200 }, { status: 408 }].slice(0, repliesIn(text).length),
    );
  });

  test('requests in a row are answered in that order', async () => {
    const first = post(JSON.stringify({ query: '{ accounts { name } }' }), ['Connection: keep-alive']);
    const text = await say(url, Buffer.concat([first, post('{', ['Connection: keep-alive']), post(QUERY)]))
      .ended;
    expect(repliesIn(text).map(({ status }) => status)).toEqual([200, 400, 200]);
  });

  test('nonsense after a request takes nothing from its answer', async () => {
    const text = await say(
      url,
      Buffer.concat([post(QUERY, ['Connection: keep-alive']), Buffer.from('\0\0\0\0')]),
    ).ended;
    expect(text.match(/HTTP\/1\.1 \d+/g)!.length).toBeLessThanOrEqual(2);
    expect(text).not.toMatch(/HTTP\/1\.1 5/);
  });
});

describe('targets', () => {
  const get = (target: string, ...lines: string[]) =>
    `${[`GET ${target} HTTP/1.1`, 'Host: 127.0.0.1', 'Connection: close', ...lines].join('\r\n')}\r\n\r\n`;

  test.each([
    'http://127.0.0.1/graphql',
    'http://evil.example/graphql?query={__typename}',
    'https://user:password@127.0.0.1/graphql',
    '*',
    'graphql',
  ])('that are no path are refused: %s', async (target) => {
    expectRefused(await replyTo(url, get(target)), 400);
  });

  test.each([
    '//graphql',
    '/./graphql',
    '/a/../graphql',
    '/graphql/',
    '/graphql/..;/',
    '/graphql%00',
    '/graphql%2f',
    '/%67raphql',
    '/GRAPHQL',
    '/graphql;x=1',
    '/graphql#x',
    '/x/graphql',
    '/x/health/live',
    '/graphiql/../../package.json',
    '/graphiql/%2e%2e/package.json',
    '/graphiql/__proto__',
    '/graphiql/constructor',
    '/.env',
    '/\\graphql',
  ])('that look like a path are not found: %s', async (target) => {
    expectRefused(await replyTo(url, get(target)), 400, 404);
  });

  test.each([
    ['broken variables', '?query={__typename}&variables={'],
    ['broken extensions', '?query={__typename}&extensions=['],
    ['broken escapes', '?query=%ff%&variables=%'],
    ['no query', '?variables={}'],
    ['nothing', ''],
    ['a list of variables', '?query={__typename}&variables=[]'],
    ['a mutation', `?query=${encodeURIComponent(BLOCK)}`],
  ])('with parameters that are none are refused: %s', async (_what, query) => {
    const accept = 'Accept: application/graphql-response+json';
    expectRefused(await replyTo(url, get(`/graphql${query}`, accept)), 400, 405);
  });

  test.each(['PUT', 'DELETE', 'PATCH', 'TRACE', 'PROPFIND', 'LINK', 'M-SEARCH', 'QUERY'])(
    'are not asked by %s',
    async (method) => {
      expectRefused(await replyTo(url, post(WRITE).toString().replace('POST', method)), 400, 405);
    },
  );

  test.each(['GRAPHQL', 'post', 'PO ST', ''])('are not asked by "%s", which is no method', async (method) => {
    expectRefused(await replyTo(url, post(WRITE).toString().replace('POST', method)), 400);
  });

  test('are no proxy for others', async () => {
    expectRefused(await replyTo(url, 'CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example\r\n\r\n'), 405);
  });

  test('cannot be had by another protocol', async () => {
    expectRefused(await replyTo(url, 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), 400);
    expectRefused(await replyTo(url, Buffer.from('16030100f8010000f40303', 'hex')), 400);
    expectRefused(await replyTo(url, 'POST /graphql HTTP/9.9\r\nHost: 127.0.0.1\r\n\r\n'), 400);
  });

  test('are not left for another protocol', async () => {
    const upgrade = ['Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13'];
    const { socket, ended, soFar } = say(url, post(QUERY, upgrade));
    await expect.poll(soFar, { interval: 5 }).toContain('"__typename":"Query"');
    socket.end();
    expect(await ended).toMatch(/^HTTP\/1\.1 200 /);
  });

  test('can be had by an old client', async () => {
    const lines = ['POST /graphql HTTP/1.0', 'Host: 127.0.0.1', 'Content-Type: application/json'];
    const request = `${lines.join('\r\n')}\r\nContent-Length: ${QUERY.length}\r\n\r\n${QUERY}`;
    expect((await replyTo(url, request)).status).toBe(200);
  });
});

describe('names of this server', () => {
  test.each([
    '127.0.0.1:4000',
    'localhost',
    'LocalHost:1',
    '[::1]:4000',
    '127.1.2.3',
    'api.example',
    'API.example:443',
  ])('%s is one', async (host) => {
    expect((await replyTo(url, post(QUERY, [], host))).status).toBe(200);
  });

  test.each([
    'evil.example',
    'evil.example:4000',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    'api.example.evil.example',
    'xapi.example',
    '127.0.0.1@evil.example',
    '2130706433',
    '0.0.0.0',
    '',
  ])('"%s" is none', async (host) => {
    expectRefused(await replyTo(url, post(WRITE, [], host)), 400, 421);
  });

  test('there must be one, and only one', async () => {
    const without = post(WRITE).toString('latin1').replace('Host: 127.0.0.1\r\n', '');
    expectRefused(await replyTo(url, without), 400);
    expectRefused(await replyTo(url, without.replace('HTTP/1.1', 'HTTP/1.0')), 400);
    expectRefused(await replyTo(url, post(WRITE, ['Host: evil.example'])), 400);
  });

  test('matter to nobody who only looks after it', async () => {
    const probe = (path: string) => `GET ${path} HTTP/1.1\r\nHost: 10.0.0.7\r\nConnection: close\r\n\r\n`;
    expect((await replyTo(url, probe('/health/live'))).status).toBe(200);
    expect((await replyTo(url, probe('/health/ready'))).status).toBe(200);
  });
});
