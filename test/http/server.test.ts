/** The server on the wire, as browsers, proxies and strangers meet it. */

import { request } from 'node:http';
import { describe, expect, test } from 'vitest';
import { createGraphiQL } from '../../src/graphiql.ts';
import { startProduct } from '../support/app.ts';

const { accounts, sandbox, serve } = await startProduct();
const graphiql = createGraphiQL('/graphql', []);
const cutOff: string[] = [];
const doors = {
  open: serve(accounts, {
    graphiql,
    onAnswered: ({ isCutOff, inbound }) => {
      if (isCutOff) cutOff.push(inbound.id);
    },
  }),
  strict: serve(accounts, { allowLoopbackOrigins: false }),
};
const urls = { open: await doors.open.url(''), strict: await doors.strict.url('') };

const urlOf = (server: keyof typeof urls, path = '/graphql') => urls[server] + path;
const JSON_HEADERS = {
  'content-type': 'application/json',
  accept: 'application/graphql-response+json, application/json',
};
const post = (body: string, headers: Record<string, string> = {}, server: keyof typeof urls = 'open') =>
  fetch(urlOf(server), { method: 'POST', headers: { ...JSON_HEADERS, ...headers }, body });
const QUERY = '{ accounts { name } }';
const BLOCK = `mutation {
  blockWallet(input: { idempotencyKey: "k", wallet: { orderId: { account: "cryptomus", orderId: "1" } } }) { __typename }
}`;

describe('methods', () => {
  test('a query works by POST and by GET', async () => {
    const answers = [
      await post(JSON.stringify({ query: QUERY })),
      await fetch(`${urlOf('open')}?query=${encodeURIComponent(QUERY)}`, {
        headers: { accept: 'application/json' },
      }),
    ];
    for (const answer of answers) {
      expect(answer.status).toBe(200);
      expect(await answer.json()).toMatchObject({
        data: { accounts: [{ name: 'cryptomus' }, {}, {}, {}, {}] },
      });
    }
  });

  test('a GET takes variables and an operation name', async () => {
    const query = 'query A { accounts { name } } query B($id: ID!) { node(id: $id) { id } }';
    const id = Buffer.from('[1,"Account","repay"]').toString('base64url');
    const parameters = new URLSearchParams({ query, operationName: 'B', variables: JSON.stringify({ id }) });
    const answer = await fetch(`${urlOf('open')}?${parameters}`, { headers: { accept: 'application/json' } });
    expect(await answer.json()).toEqual({ data: { node: { id } } });
  });

  test('a mutation by GET is refused, and nothing happens', async () => {
    const answer = await fetch(`${urlOf('open')}?query=${encodeURIComponent(BLOCK)}`, {
      headers: { accept: 'application/json' },
    });
    expect(answer.status).toBe(405);
    expect(answer.headers.get('allow')).toContain('POST');
    expect(sandbox.calls).toEqual([]);
  });

  test.each(['PUT', 'DELETE', 'PATCH'])('%s is not allowed', async (method) => {
    const answer = await fetch(urlOf('open'), {
      method,
      headers: JSON_HEADERS,
      body: JSON.stringify({ query: BLOCK }),
    });
    expect(answer.status).toBe(405);
    expect(sandbox.calls).toEqual([]);
  });

  test('HEAD answers without a body and does nothing', async () => {
    const answer = await fetch(`${urlOf('open')}?query=${encodeURIComponent(QUERY)}`, { method: 'HEAD' });
    expect(answer.status).toBeLessThan(500);
    expect(await answer.text()).toBe('');
    expect(sandbox.calls).toEqual([]);
  });

  test('OPTIONS answers and does nothing', async () => {
    const answer = await fetch(urlOf('open'), { method: 'OPTIONS' });
    expect(answer.status).toBeLessThan(300);
    expect(await answer.text()).toBe('');
  });
});

test('an answer has its fields in the order of the question, whatever is known first', async () => {
  const late =
    '{ payout(by: { orderId: { account: "repay", orderId: "0001" } }) { uuid } accounts { name } }';
  const { data } = (await (await post(JSON.stringify({ query: late }))).json()) as { data: object };
  expect(Object.keys(data)).toEqual(['payout', 'accounts']);
});

describe('origins', () => {
  const LOOPBACK = [
    'http://localhost:3000',
    'http://127.0.0.1:5173',
    'https://localhost',
    'http://[::1]:8080',
    'http://127.8.9.1',
  ];
  const STRANGERS = [
    'https://example.com',
    'http://localhost.example.com',
    'http://127.0.0.1.example.com',
    'http://notlocalhost',
    'http://0.0.0.0:3000',
    'http://192.168.0.7:3000',
    'null',
    'file://',
    'chrome-extension://abcdef',
    'garbage',
  ];
  const preflight = (origin: string, server: keyof typeof urls = 'open') =>
    fetch(urlOf(server), {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'content-type,x-paygraph-upstream',
      },
    });

  test.each(LOOPBACK)('%s may read answers where that is allowed', async (origin) => {
    const answer = await post(JSON.stringify({ query: QUERY }), { origin });
    expect(answer.headers.get('access-control-allow-origin')).toBe(origin);
    expect(answer.headers.get('access-control-allow-credentials')).toBeNull();
  });

  test.each(LOOPBACK)('%s passes the preflight where that is allowed', async (origin) => {
    const { headers, status } = await preflight(origin);
    expect(status).toBeLessThan(300);
    expect(headers.get('access-control-allow-origin')).toBe(origin);
    expect(headers.get('access-control-allow-methods')).toContain('POST');
    expect(headers.get('access-control-allow-headers')?.toLowerCase()).toContain('content-type');
    expect(headers.get('access-control-allow-headers')?.toLowerCase()).toContain('x-paygraph-upstream');
  });

  const corsOf = ({ headers }: Response) =>
    [...headers.keys()].filter((name) => name.startsWith('access-control-'));

  test.each(STRANGERS)('%s gets no permission at all', async (origin) => {
    expect(corsOf(await post(JSON.stringify({ query: QUERY }), { origin }))).toEqual([]);
    expect(corsOf(await preflight(origin))).toEqual([]);
  });

  test.each([...LOOPBACK, ...STRANGERS])('%s gets none where it is not allowed', async (origin) => {
    expect(corsOf(await post(JSON.stringify({ query: QUERY }), { origin }, 'strict'))).toEqual([]);
    expect(corsOf(await preflight(origin, 'strict'))).toEqual([]);
  });

  test('nobody gets one who does not say where they are from', async () => {
    expect(corsOf(await post(JSON.stringify({ query: QUERY })))).toEqual([]);
  });
});

describe('requests that are none', () => {
  test.each([
    ['malformed JSON', '{"query": ', 400],
    ['nothing', '', 400],
    ['no query', '{}', 400],
    ['a query that is null', '{"query": null}', 400],
    ['a query that is a number', '{"query": 5}', 400],
    ['variables that are text', JSON.stringify({ query: QUERY, variables: 'x' }), 400],
    ['a text', '"x"', 400],
    ['null', 'null', 400],
    ['a syntax error', '{"query": "{"}', 400],
    ['an unknown field', '{"query": "{ nothing }"}', 400],
    ['a parameter of nobody', JSON.stringify({ query: QUERY, batch: true }), 400],
  ])('%s is refused with its status and a reason', async (_what, body, status) => {
    const answer = await post(body);
    expect(answer.status).toBe(status);
    const { data, errors } = (await answer.json()) as { data?: unknown; errors: { message: string }[] };
    expect(data).toBeUndefined();
    expect(errors).toHaveLength(1);
    expect(errors[0]!.message).not.toMatch(/\.ts|node_modules| at /);
  });

  test('several requests in one are refused, and none is done', async () => {
    const answer = await post(JSON.stringify([{ query: BLOCK }, { query: BLOCK }]));
    expect(answer.status).toBe(400);
    expect(sandbox.calls).toEqual([]);
  });

  const operations = JSON.stringify({ query: BLOCK });
  const files = new FormData();
  files.set('operations', operations);
  files.set('map', '{}');
  /** What a browser lets a page of any origin send without asking first. */
  const UNASKED: [what: string, body: BodyInit, type?: string][] = [
    ['a form', new URLSearchParams({ query: BLOCK })],
    ['a form with files', files],
    ['a text', operations],
    ['a text that calls itself one', operations, 'text/plain'],
    ['a text with JSON in its type', operations, 'text/plain;application/json'],
    ['a text that is no request at all', BLOCK, 'text/plain'],
    ['bytes of no type', new Blob([operations])],
    ['bytes of an empty type', new Blob([operations]), ''],
    ['a document', BLOCK, 'application/graphql'],
  ];
  test.each(UNASKED)('%s is refused by its type, and nothing happens', async (_what, body, type) => {
    const headers = type === undefined ? {} : { 'content-type': type };
    const { status } = await fetch(urlOf('open'), { method: 'POST', body, headers });
    expect(status).toBe(415);
    expect(sandbox.calls).toEqual([]);
  });

  test.each(['application/json', 'application/json; charset=utf-8', 'application/json;charset=UTF-8'])(
    'a body of %s is taken',
    async (type) => {
      expect((await post(JSON.stringify({ query: QUERY }), { 'content-type': type })).status).toBe(200);
    },
  );

  test('of them the server has not heard the last: it answers the next one', async () => {
    await post('{');
    expect((await post(JSON.stringify({ query: QUERY }))).status).toBe(200);
  });
});

describe('paths', () => {
  test.each([
    '/',
    '/graphq',
    '/graphql/x',
    '/health',
    '/health/livex',
    '/graphiql/none.js',
    '/graphiql/../package.json',
  ])('%s is not found', async (path) => {
    expect(await statusOf('GET', path)).toBe(404);
    expect(await statusOf('POST', path)).toBe(404);
  });

  test('/health/live says that the server is alive, whoever upstream is not', async () => {
    sandbox.inject({ kind: 'hang' });
    const answer = await fetch(urlOf('open', '/health/live'));
    expect(answer.status).toBe(200);
    expect(sandbox.calls).toEqual([]);
  });

  /** Sends the path as it stands; `fetch` would tidy it. */
  function statusOf(method: string, path: string): Promise<number> {
    const { port } = new URL(urls.open);
    return new Promise((resolve, reject) => {
      const asked = request({ host: '127.0.0.1', port, method, path, agent: false }, (answer) => {
        answer.resume();
        answer.on('end', () => resolve(answer.statusCode ?? 0));
      });
      asked.on('error', reject);
      asked.end();
    });
  }
});

test('an answer of a failed query is well formed, and its media type is the one that was asked for', async () => {
  sandbox.inject({ kind: 'forbidden' });
  const query = '{ payouts(accounts: ["cryptomus"], onGap: FAIL) { nodes { uuid } } }';
  const modern = await post(JSON.stringify({ query }), { accept: 'application/graphql-response+json' });
  expect(modern.headers.get('content-type')).toContain('application/graphql-response+json');
  const legacy = await post(JSON.stringify({ query }), { accept: 'application/json' });
  expect(legacy.headers.get('content-type')).toContain('application/json');
  for (const answer of [modern, legacy]) {
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({
      data: { payouts: null },
      errors: [{ extensions: { code: 'FORBIDDEN' } }],
    });
  }
});

test('a client that hangs up does not stop a write that has begun', async () => {
  const release = sandbox.hold({ endpoint: 'C3' });
  const gone = new AbortController();
  const asked = fetch(urlOf('open'), {
    method: 'POST',
    headers: { ...JSON_HEADERS, 'x-request-id': 'hangs-up' },
    body: JSON.stringify({ query: BLOCK }),
    signal: gone.signal,
  });
  await expect.poll(() => sandbox.calls.length, { interval: 5, timeout: 5_000 }).toBe(1);
  gone.abort();
  await expect(asked).rejects.toThrow();
  await expect.poll(() => cutOff, { interval: 5, timeout: 5_000 }).toEqual(['hangs-up']);
  release();
  await expect.poll(() => sandbox.effects.length, { interval: 5, timeout: 5_000 }).toBe(1);
  expect(sandbox.calls).toHaveLength(1);
});
