/** The front door over a small schema that shows what came through it. */

import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { request as httpsRequest } from 'node:https';
import { connect as connectTls } from 'node:tls';
import { buildSchema } from 'graphql';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { badToken, NO_TOKEN } from '../../src/access/refusal.ts';
import type { Caller } from '../../src/caller.ts';
import { createFrontDoor, type FrontDoor, type FrontDoorOptions } from '../../src/http/front-door.ts';
import type { Answered } from '../../src/http/listener.ts';
import type { Inbound } from '../../src/inbound.ts';
import { withYoga } from '../../src/server.ts';
import { answerFrom } from '../support/answer-from.ts';
import { makeCertificate } from '../support/certificate.ts';
import { listenAt } from '../support/listen.ts';
import { post as postBytes, repliesIn, say } from '../support/wire.ts';

/** Requests that are held by `wait`, and their way on. */
const waiting: { readonly inbound: Inbound; readonly release: () => void }[] = [];
const bugs: unknown[] = [];

const schema = buildSchema(`
  type Query { id: String! caller: String! address: String! wait: String! header: Int! echo(text: String!): String! }
  type Subscription { forever: Int! }`);
const rootValue = {
  id: (_args: object, { id }: Inbound) => id,
  caller: (_args: object, { caller }: Inbound) => caller.name,
  address: (_args: object, { address }: Inbound) => address,
  header(_args: object, inbound: Inbound) {
    inbound.setHeader('ratelimit', 'remaining=7');
    return 1;
  },
  echo: ({ text }: { readonly text: string }) => text,
  wait: (_args: object, inbound: Inbound) => hold(inbound),
  async *forever(_args: object, inbound: Inbound) {
    yield { forever: 1 };
    await hold(inbound);
  },
};
const app = withYoga(
  async (inbound, { query }) => answerFrom({ schema, rootValue, contextValue: inbound }, query),
  false,
);

function hold(inbound: Inbound): Promise<string> {
  return new Promise((resolve) => waiting.push({ inbound, release: () => resolve('over') }));
}

const doors: FrontDoor[] = [];
afterEach(() => {
  for (const { release } of waiting.splice(0)) release();
  for (const { server } of doors.splice(0)) server.close().closeAllConnections();
  expect(bugs.splice(0)).toEqual([]);
});

async function open(options: Partial<FrontDoorOptions> = {}) {
  const door = createFrontDoor(app, { onBug: (error) => bugs.push(error), ...options });
  doors.push(door);
  const url = await listenAt(door.server);
  const ask = (query: string, headers: Record<string, string> = {}) =>
    fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json', ...headers },
      body: JSON.stringify({ query }),
    });
  const get = (path: string, headers: Record<string, string> = {}) => fetch(url + path, { headers });
  return { door, url, ask, get };
}

const until = <Value>(read: () => Value) => expect.poll(read, { interval: 5, timeout: 5_000 });

describe('the id of a request', () => {
  test('is made for each, and the same in the answer and behind the door', async () => {
    const { ask } = await open();
    const answers = await Promise.all([ask('{ id }'), ask('{ id }'), ask('{ nothing }'), ask('')]);
    const ids = answers.map(({ headers }) => headers.get('x-request-id'));
    expect(new Set(ids).size).toBe(4);
    expect(await answers[0]!.json()).toEqual({ data: { id: ids[0] } });
  });

  test.each(['4f1e', 'a/b:c=d+e@f.g_h-i', 'x'.repeat(128)])(
    'is the one that the client gave: %s',
    async (id) => {
      const { ask } = await open();
      const answer = await ask('{ id }', { 'x-request-id': id });
      expect(answer.headers.get('x-request-id')).toBe(id);
      expect(await answer.json()).toEqual({ data: { id } });
    },
  );

  test.each(['', 'two words', 'x'.repeat(129), '<script>', '"', 'café', 'a,b'])(
    'is not the one that the client gave when it is no sane one: %s',
    async (id) => {
      const { ask } = await open();
      const answer = await ask('{ id }', { 'x-request-id': id });
      expect(answer.headers.get('x-request-id')).not.toBe(id);
    },
  );

  test('is in refusals, streams, health and preflights too', async () => {
    const { ask, get, url } = await open();
    const given = { 'x-request-id': 'mine' };
    const answers = [
      await ask('{ id }', { ...given, 'content-type': 'text/plain' }),
      await ask('{ id }', { ...given, accept: 'text/event-stream' }),
      await get('/graphql?query={id}', given),
      await get('/nowhere', given),
      await get('/health/live', given),
      await get('/health/ready', given),
      await fetch(`${url}/graphql`, { method: 'OPTIONS', headers: given }),
    ];
    expect(answers.map(({ headers }) => headers.get('x-request-id'))).toEqual(answers.map(() => 'mine'));
    await Promise.all(answers.map((answer) => answer.text()));
  });
});

describe('every answer', () => {
  test.each(['plain', 'ÿ in Latin-1', 'привет 💰', ''])(
    'is UTF-8, and as long as it says: %j',
    async (text) => {
      const { ask } = await open();
      const answer = await ask(`{ echo(text: "${text}") }`);
      const bytes = Buffer.from(await answer.arrayBuffer());
      expect(bytes).toEqual(Buffer.from(JSON.stringify({ data: { echo: text } }), 'utf8'));
      expect(answer.headers.get('content-length')).toBe(`${bytes.length}`);
    },
  );

  test('is kept by nobody, framed by nobody, and taken for nothing else', async () => {
    const { ask, get } = await open();
    const answers = [
      await ask('{ id }'),
      await ask('{ nothing }'),
      await ask('{ id }', { accept: 'text/event-stream' }),
      await ask('{ id }', { 'content-type': 'text/plain' }),
      await get('/graphql?query={id}'),
      await get('/nowhere'),
      await get('/health/live'),
    ];
    for (const { headers } of answers) {
      expect(headers.get('cache-control')).toBe('no-store');
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('referrer-policy')).toBe('no-referrer');
      expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
      expect(headers.get('strict-transport-security')).toBeNull();
      expect(headers.get('x-powered-by')).toBeNull();
    }
    await Promise.all(answers.map((answer) => answer.text()));
  });

  test('carries what is put into it behind the door, on both ways', async () => {
    const { ask, get } = await open();
    const answers = [
      await ask('{ header }'),
      await ask('{ header wait: nothing }'),
      await get('/graphql?query={header}'),
    ];
    expect(answers.map(({ headers }) => headers.get('ratelimit'))).toEqual([
      'remaining=7',
      null,
      'remaining=7',
    ]);
  });
});

describe('a page in a browser', () => {
  const ORIGIN = 'https://office.example';
  const allowing = { origins: [ORIGIN, 'http://10.0.0.7:8080'] };

  test('may read answers when its origin is listed', async () => {
    const { ask } = await open(allowing);
    const { headers } = await ask('{ id }', { origin: ORIGIN, 'sec-fetch-site': 'cross-site' });
    expect(headers.get('access-control-allow-origin')).toBe(ORIGIN);
    expect(headers.get('access-control-allow-credentials')).toBeNull();
    expect(headers.get('access-control-expose-headers')).toContain('x-request-id');
    expect(headers.get('vary')).toBe('Origin');
  });

  test('may read refusals too', async () => {
    const { ask } = await open({ ...allowing, authenticate: () => NO_TOKEN });
    const answer = await ask('{ id }', { origin: ORIGIN });
    expect(answer.status).toBe(401);
    expect(answer.headers.get('access-control-allow-origin')).toBe(ORIGIN);
  });

  test('learns before it sends what it may send, once for a while', async () => {
    const { url } = await open(allowing);
    const wanted =
      'Authorization,content-type, x-request-id, x-paygraph-upstream, x-other, x-paygraph-<script>';
    const { status, headers } = await fetch(`${url}/graphql`, {
      method: 'OPTIONS',
      headers: {
        origin: ORIGIN,
        'access-control-request-method': 'POST',
        'access-control-request-headers': wanted,
      },
    });
    expect(status).toBe(204);
    expect(headers.get('access-control-allow-origin')).toBe(ORIGIN);
    expect(headers.get('access-control-allow-methods')).toBe('GET, POST');
    expect(headers.get('access-control-allow-headers')).toBe(
      'authorization, content-type, x-request-id, x-paygraph-upstream',
    );
    expect(Number(headers.get('access-control-max-age'))).toBeGreaterThan(600);
  });

  test.each([
    'http://office.example',
    'https://office.example:8443',
    'https://office.example.evil.example',
    'https://evil.office.example',
    'https://OFFICE.example',
    'null',
    'http://localhost:3000',
  ])('may read nothing when its origin is %s', async (origin) => {
    const { ask } = await open(allowing);
    const { headers } = await ask('{ id }', { origin });
    expect([...headers.keys()].filter((name) => name.startsWith('access-control-'))).toEqual([]);
    expect(headers.get('vary')).toBe('Origin');
  });

  test.each(['cross-site', 'same-site'])(
    'of another origin (%s) has nothing done, by POST or by GET',
    async (site) => {
      const { ask, get } = await open(allowing);
      const headers = { 'sec-fetch-site': site, origin: 'https://evil.example' };
      const { origin, ...withoutOrigin } = headers;
      expect(origin).toBeDefined();
      expect((await ask('{ wait }', headers)).status).toBe(403);
      expect((await get('/graphql?query={wait}', headers)).status).toBe(403);
      expect((await get('/graphql?query={wait}', withoutOrigin)).status).toBe(403);
      expect(waiting).toEqual([]);
    },
  );

  test.each(['same-origin', 'none'])('of this origin (%s) may ask by GET', async (site) => {
    const { get } = await open();
    expect((await get('/graphql?query={id}', { 'sec-fetch-site': site })).status).toBe(200);
  });
});

describe('whoever asks', () => {
  const kate: Caller = { name: 'kate', may: () => true };
  const recognize = ({ authorization }: Inbound['headers']) => {
    if (authorization === undefined) return NO_TOKEN;
    return authorization === 'Bearer k' ? kate : badToken();
  };

  test('is anonymous where nobody has to say who they are', async () => {
    const { ask } = await open();
    expect(await (await ask('{ caller }')).json()).toEqual({ data: { caller: 'anonymous' } });
  });

  test.each([
    ['at once', (headers: Inbound['headers']) => recognize(headers)],
    ['later', async (headers: Inbound['headers']) => recognize(headers)],
  ])('is recognized %s, on both ways, or gets nothing', async (_when, authenticate) => {
    const { ask, get } = await open({ authenticate });
    const token = { authorization: 'Bearer k' };
    expect(await (await ask('{ caller }', token)).json()).toEqual({ data: { caller: 'kate' } });
    expect(await (await get('/graphql?query={caller}', token)).json()).toEqual({ data: { caller: 'kate' } });
    for (const [headers, challenge] of [
      [{}, NO_TOKEN.headers],
      [{ authorization: 'Bearer wrong' }, badToken().headers],
    ] as const) {
      const answer = await ask('{ wait }', headers);
      expect(answer.status).toBe(401);
      expect(answer.headers.get('www-authenticate')).toBe(challenge['www-authenticate']);
      expect(await answer.json()).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
      expect((await get('/graphql?query={wait}', headers)).status).toBe(401);
    }
    expect(waiting).toEqual([]);
  });

  test('is refused before the body is read', async () => {
    const { url } = await open({ authenticate: () => NO_TOKEN });
    const [reply] = repliesIn(await say(url, postBytes('', ['Content-Length: 900000'])).ended);
    expect(reply!.status).toBe(401);
  });

  test('hears nothing of why it cannot be told who they are', async () => {
    const { ask } = await open({
      authenticate: async () => {
        throw new Error('hunter2');
      },
    });
    const answer = await ask('{ id }');
    expect(answer.status).toBe(500);
    expect(await answer.text()).not.toContain('hunter2');
    expect(bugs.splice(0)).toHaveLength(1);
  });
});

describe('behind proxies', () => {
  const FORWARDED = { 'x-forwarded-for': '1.1.1.1, 2.2.2.2, 3.3.3.3', 'x-forwarded-proto': 'https' };
  test.each([
    ['none is trusted', undefined, FORWARDED['x-forwarded-for'], '127.0.0.1'],
    ['one is', 1, FORWARDED['x-forwarded-for'], '3.3.3.3'],
    ['two are', 2, FORWARDED['x-forwarded-for'], '2.2.2.2'],
    ['more are than there are', 9, FORWARDED['x-forwarded-for'], '1.1.1.1'],
    ['one is that says nothing', 1, '', '127.0.0.1'],
    ['two are, and one says nonsense', 2, '1.1.1.1, unknown, 3.3.3.3', '3.3.3.3'],
    ['the nearest is, by name', ['127.0.0.1'], FORWARDED['x-forwarded-for'], '3.3.3.3'],
    ['networks are', ['127.0.0.0/8', '3.3.3.0/24', '2.2.2.2'], FORWARDED['x-forwarded-for'], '1.1.1.1'],
    ['some other is', ['10.0.0.0/8'], FORWARDED['x-forwarded-for'], '127.0.0.1'],
    ['the client has an address of six', ['127.0.0.1'], '2001:db8::1', '2001:db8::1'],
    ['the client has both kinds', ['127.0.0.1'], '::ffff:9.9.9.9', '9.9.9.9'],
  ])('the address is told when %s', async (_when, trustedProxies, forwarded, address) => {
    const { ask } = await open({ trustedProxies });
    const answer = await ask('{ address }', { 'x-forwarded-for': forwarded });
    expect(await answer.json()).toEqual({ data: { address } });
  });

  test('browsers are told to stay with TLS when a trusted one says that there is some', async () => {
    const { ask } = await open({ trustedProxies: 1 });
    expect((await ask('{ id }', FORWARDED)).headers.get('strict-transport-security')).toContain('max-age=');
    const plain = await ask('{ id }', { 'x-forwarded-proto': 'http' });
    expect(plain.headers.get('strict-transport-security')).toBeNull();
    const distrusting = await open();
    expect((await distrusting.ask('{ id }', FORWARDED)).headers.get('strict-transport-security')).toBeNull();
  });
});

describe('too much to do', () => {
  test('is turned away at once, while health is still told', async () => {
    const { ask, get } = await open({ maxRequests: 2 });
    const held = [ask('{ wait }'), ask('{ wait }')];
    await until(() => waiting.length).toBe(2);

    const answer = await ask('{ id }');
    expect(answer.status).toBe(503);
    expect(answer.headers.get('retry-after')).toBe('1');
    expect(await answer.json()).toMatchObject({ errors: [{ extensions: { code: 'OVERLOADED' } }] });
    expect((await get('/health/live')).status).toBe(200);
    expect((await get('/health/ready')).status).toBe(200);

    for (const { release } of waiting) release();
    for (const answered of await Promise.all(held))
      expect(await answered.json()).toEqual({ data: { wait: 'over' } });
    expect((await ask('{ id }')).status).toBe(200);
  });

  test('is not made of clients that send slowly', async () => {
    const { ask, url } = await open({ maxRequests: 1 });
    const text = JSON.stringify({ query: '{ wait }' });
    const slow = say(url, postBytes('', [`Content-Length: ${text.length}`]), text.slice(0, 5));
    await once(slow.socket, 'connect');
    const held = ask('{ wait }');
    await until(() => waiting.length).toBe(1);
    slow.socket.write(text.slice(5));
    expect(repliesIn(await slow.ended)).toMatchObject([{ status: 503 }]);
    waiting[0]!.release();
    expect((await held).status).toBe(200);
    expect((await ask('{ id }')).status).toBe(200);
  });

  test('is over when those who asked have hung up', async () => {
    const { ask, url } = await open({ maxRequests: 1 });
    const { socket } = say(url, postBytes(JSON.stringify({ query: '{ wait }' })));
    await until(() => waiting.length).toBe(1);
    socket.destroy();
    await until(() => waiting[0]!.inbound.isGone).toBe(true);
    waiting[0]!.release();
    await until(async () => (await ask('{ id }')).status).toBe(200);
  });

  test('connections beyond the limit are closed', async () => {
    const { url } = await open({ limits: { connections: 1 } });
    const first = say(url);
    await once(first.socket, 'connect');
    expect(await say(url, postBytes('{}')).ended).toBe('');
    first.socket.destroy();
  });
});

describe('readiness', () => {
  test('is that of what is necessary, asked once for all who ask', async () => {
    let asked = 0;
    let answer: (error?: Error) => void = () => {};
    const ready = () =>
      new Promise<void>((resolve, reject) => {
        asked++;
        answer = (error) => (error ? reject(error) : resolve());
      });
    const { get } = await open({ ready });
    const probes = [get('/health/ready'), get('/health/ready')];
    await until(() => asked).toBe(1);
    expect((await get('/health/live')).status).toBe(200);
    answer();
    expect((await Promise.all(probes)).map(({ status }) => status)).toEqual([200, 200]);

    const failed = get('/health/ready');
    await until(() => asked).toBe(2);
    answer(new Error('hunter2'));
    const { status } = await failed;
    expect(status).toBe(503);
    expect(await (await failed).text()).not.toContain('hunter2');
  });
});

describe('a client that hangs up', () => {
  test.each(['application/json', 'text/event-stream'])('is known to have gone (%s)', async (accept) => {
    const { url } = await open();
    const gone = new AbortController();
    const asked = fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept },
      body: JSON.stringify({ query: '{ wait }' }),
      signal: gone.signal,
    });
    await until(() => waiting.length).toBe(1);
    const { inbound } = waiting[0]!;
    expect(inbound.isGone).toBe(false);
    gone.abort();
    await expect(asked).rejects.toThrow();
    await until(() => inbound.isGone).toBe(true);
  });

  test('is known to have gone to whoever asks afterwards, and one that was answered is not', async () => {
    const seen: Inbound[] = [];
    const { ask } = await open({ onAnswered: ({ inbound }) => seen.push(inbound) });
    await (await ask('{ id }')).text();
    await until(() => seen.length).toBe(1);
    expect(seen[0]!.isGone).toBe(false);
  });
});

test('every request is reported once, when it is over', async () => {
  const seen: Answered[] = [];
  const { ask, get, url } = await open({ onAnswered: (answered) => seen.push(answered) });
  await (await ask('{ id }')).text();
  await (await get('/graphql?query={nothing}', { accept: 'application/graphql-response+json' })).text();
  await (await get('/nowhere?secret=hunter2')).text();
  const { socket } = say(url, postBytes(JSON.stringify({ query: '{ wait }' })));
  await until(() => waiting.length).toBe(1);
  socket.destroy();
  await until(() => seen.length).toBe(4);

  expect(seen.map(({ method, path, status, isCutOff }) => [method, path, status, isCutOff])).toEqual([
    ['POST', '/graphql', 200, false],
    ['GET', '/graphql', 400, false],
    ['GET', '/nowhere', 404, false],
    ['POST', '/graphql', 200, true],
  ]);
  expect(seen.map(({ inbound }) => inbound.caller.name)).toEqual([
    'anonymous',
    'anonymous',
    'nobody',
    'anonymous',
  ]);
  expect(seen.every(({ ms }) => ms > 0)).toBe(true);
});

describe('closing', () => {
  test('lets running requests end, and takes no more', async () => {
    const { door, ask, url, get } = await open();
    const held = ask('{ wait }');
    await until(() => waiting.length).toBe(1);
    const { socket, soFar } = say(url, 'GET /health/ready HTTP/1.1\r\nHost: localhost\r\n');
    await until(
      async () => await new Promise((resolve) => door.server.getConnections((_e, n) => resolve(n))),
    ).toBe(2);
    let isClosed = false;
    const closed = door.close(60_000).then(() => {
      isClosed = true;
    });
    await expect(get('/health/live')).rejects.toThrow();
    socket.write('\r\n');
    await until(() => repliesIn(soFar())).toMatchObject([{ status: 503 }]);
    expect(repliesIn(soFar())[0]!.headers.get('connection')).toBe('close');
    expect(isClosed).toBe(false);

    waiting[0]!.release();
    expect(await (await held).json()).toEqual({ data: { wait: 'over' } });
    await closed;
  });

  test('ends streams', async () => {
    const { door, ask } = await open();
    const stream = await ask('subscription { forever }', { accept: 'text/event-stream' });
    const reader = stream.body!.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    while (!text.includes('"forever":1')) text += (await reader.read()).value;
    await until(() => waiting.length).toBe(1);
    const { inbound } = waiting[0]!;
    await door.close(60_000);
    for (let done = false; !done; ) done = (await reader.read()).done;
    expect(inbound.isGone).toBe(false);
  });

  test('cuts off what is not answered by the deadline', async () => {
    const { door, ask } = await open();
    const held = ask('{ wait }');
    held.catch(() => {});
    await until(() => waiting.length).toBe(1);
    const { inbound } = waiting[0]!;
    await door.close(20);
    await expect(held).rejects.toThrow();
    await until(() => inbound.isGone).toBe(true);
  });
});

const certificate = makeCertificate();
afterAll(() => certificate?.remove());

describe.skipIf(!certificate)('over TLS', () => {
  const pems = () => ({
    cert: readFileSync(certificate!.certFile, 'utf8'),
    key: readFileSync(certificate!.keyFile, 'utf8'),
  });

  async function statusOf(url: string, ca: string) {
    const asked = httpsRequest(`${url}/health/live`, { ca, agent: false });
    const [answer] = await once(asked.end(), 'response');
    answer.resume();
    return { status: answer.statusCode, hsts: answer.headers['strict-transport-security'] };
  }

  test('it is the same server, and browsers are told to stay with it', async () => {
    const tls = pems();
    const { url } = await open({ tls });
    const { status, hsts } = await statusOf(url.replace('http:', 'https:'), tls.cert);
    expect(status).toBe(200);
    expect(hsts).toContain('max-age=');
  });

  test('old versions and other protocols are refused, and it still answers', async () => {
    const tls = pems();
    const { url } = await open({ tls });
    const port = Number(new URL(url).port);
    const old = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } as const;
    const socket = connectTls({ port, host: '127.0.0.1', ca: tls.cert, ...old });
    const [error] = await once(socket, 'error').catch((thrown) => [thrown]);
    expect(String(error.code ?? error)).toMatch(/PROTOCOL_VERSION|ECONNRESET/);
    expect(await say(url, postBytes('{}')).ended).not.toContain('200');
    expect((await statusOf(url.replace('http:', 'https:'), tls.cert)).status).toBe(200);
  });
});
