/** What depends on who asks: how much, whether the schema is shown, and which documents run. */

import { createHash } from 'node:crypto';
import { getIntrospectionQuery } from 'graphql';
import { describe, expect, test } from 'vitest';
import { createRateLimit } from '../../src/limits/rate.ts';
import { startProduct } from '../support/app.ts';
import { caller, openDoor } from './door.ts';

const product = await startProduct();
const { sandbox } = product;
const JSON_ONLY = { accept: 'application/json' };
const bodyOf = async (response: Response | Promise<Response>) => (await (await response).json()) as Body;

interface Body {
  readonly data?: Record<string, unknown>;
  readonly errors?: { readonly message: string; readonly extensions: Record<string, unknown> }[];
  readonly extensions?: { readonly cost?: Record<string, number> };
}

describe('the schema', async () => {
  const door = openDoor(product);
  const stranger = caller('shop');
  const explorer = caller('developer', 'schema:read');
  const hidden = { code: 'INTROSPECTION_FORBIDDEN' };

  const LOOKS: readonly [how: string, query: string][] = [
    ['as tools ask for it', getIntrospectionQuery()],
    ['by a field', '{ __schema { queryType { name } } }'],
    ['by the other field', '{ __type(name: "Query") { name } }'],
    ['beside something else', '{ accounts { name } a: __type(name: "Query") { fields { name } } }'],
    ['in an inline fragment', '{ ... on Query { ... { __schema { types { name } } } } }'],
    [
      'in a fragment of a fragment',
      '{ ...A } fragment A on Query { ...B } fragment B on Query { b: __schema { types { name } } }',
    ],
    [
      'when it would be left out',
      'query ($no: Boolean = false) { accounts { name } __schema @include(if: $no) { types { name } } }',
    ],
    [
      'in an operation that is not asked for',
      'query A { __schema { types { name } } } query B { accounts { name } }',
    ],
  ];

  test.each(LOOKS)('is not shown %s', async (_how, query) => {
    const body = { query, operationName: query.includes('query B') ? 'B' : undefined };
    const response = await door.post(body, stranger);
    expect(response.status).toBe(400);
    const { data, errors } = await bodyOf(response);
    expect(data).toBeUndefined();
    expect(errors).toEqual([{ message: expect.any(String), extensions: hidden }]);
    expect(await bodyOf(door.post(body, explorer))).toHaveProperty('data');
  });

  test('is shown where nobody has to say who they are', async () => {
    expect(await bodyOf(door.post({ query: LOOKS[0]![1] }))).toHaveProperty('data.__schema');
  });

  test('is not asked for by the name of a type', async () => {
    const query = '{ __typename accounts { __typename } }';
    const { data, extensions } = await bodyOf(door.post({ query }, stranger));
    expect(data).toMatchObject({ __typename: 'Query' });
    expect(extensions).toBeUndefined();
  });

  test.each([
    ['a field', '{ acounts { name } }', {}],
    ['a field further down', '{ accounts { nam } }', {}],
    ['a type', '{ accounts { ... on Acount { name } } }', {}],
    ['an argument', '{ payouts(firs: 1) { nodes { id } } }', {}],
    ['an enum', '{ payouts(direction: ASCC) { nodes { id } } }', {}],
    ['an input field', '{ payouts(filter: { currenci: {} }) { nodes { id } } }', {}],
    [
      'an enum in a variable',
      'query ($d: OrderDirection!) { payouts(direction: $d) { nodes { id } } }',
      { d: 'ASCC' },
    ],
    [
      'a field in a variable',
      'query ($f: PayoutFilter) { payouts(filter: $f) { nodes { id } } }',
      { f: { currenci: {} } },
    ],
  ])('is not given away by what is like %s', async (_what, query, variables) => {
    // The first one who asks is one who may know.
    for (const [who, told] of [
      [explorer, true],
      [stranger, false],
      [explorer, true],
    ] as const) {
      const { errors } = await bodyOf(door.post({ query, variables }, who));
      expect(errors).toHaveLength(1);
      expect(/Did you mean/.test(errors![0]!.message)).toBe(told);
      expect(errors![0]!.message).toMatch(/\w[."]+$|\?$/);
      // What is in a variable is nobody's business.
      if ('d' in variables) expect(errors![0]!.message).not.toContain('ASCC');
    }
  });
});

test('what a request costs tells of no account that is hidden', async () => {
  const door = openDoor(product);
  const query = 'query ($a: [String!]) { payouts(accounts: $a) { nodes { id } } }';
  const boundOf = async (account: string, headers: Record<string, string>) => {
    const response = await door.post(
      { query, variables: { a: [account] } },
      { ...headers, 'x-paygraph-cost': '1' },
    );
    return (await bodyOf(response)).extensions?.cost?.bound;
  };
  for (const account of ['cryptomus', 'nobody']) {
    expect(await boundOf(account, { ...caller('shop'), 'x-account': 'repay' })).toBe(0);
  }
  expect(await boundOf('repay', { ...caller('shop'), 'x-account': 'repay' })).toBe(20);
  expect(await boundOf('cryptomus', caller('shop'))).toBe(7);
  expect(await boundOf('cryptomus', { ...caller('shop'), 'x-account': 'repay' })).toBe(0);
});

describe('trusted documents', async () => {
  const LISTED = 'query One($first: Int) { payouts(accounts: ["repay"], first: $first) { nodes { id } } }';
  const hashOf = (text: string) => createHash('sha256').update(text).digest('hex');
  const hash = hashOf(LISTED);
  const trusted = new Map([[hash, LISTED]]);
  const door = openDoor(product, { limits: { trusted, cost: 20 } });
  const persisted = (sha256Hash: unknown) => ({ extensions: { persistedQuery: { version: 1, sha256Hash } } });
  const variables = { first: 1 };

  test.each([
    ['as GraphQL over HTTP names them', { documentId: `sha256:${hash}` }],
    ['by the bare hash', { documentId: hash }],
    ['as Apollo names them', persisted(hash)],
    ['in capitals', persisted(hash.toUpperCase())],
    ['with an empty text', { query: '', ...persisted(hash) }],
  ])('run %s', async (_how, named) => {
    expect(await bodyOf(door.post({ ...named, variables }))).toEqual({ data: { payouts: { nodes: [] } } });
    expect(await bodyOf(door.post({ ...named, variables }, caller('shop')))).toHaveProperty('data.payouts');
  });

  test('run by GET', async () => {
    const query = new URLSearchParams({ extensions: JSON.stringify(persisted(hash).extensions) });
    expect(await bodyOf(door.get(query.toString(), JSON_ONLY))).toHaveProperty('data.payouts');
  });

  const ONLY = 'PERSISTED_QUERY_ONLY';
  test.each([
    ['a text', { query: '{ accounts { name } }' }, ONLY],
    ['the text of one of them', { query: LISTED }, ONLY],
    ['that text and its hash', { query: LISTED, ...persisted(hash) }, ONLY],
    ['another text and a hash that is listed', { query: '{ accounts { name } }', documentId: hash }, ONLY],
    ['a text that cannot be parsed', { query: '{' }, ONLY],
    ['no text', { query: '' }, ONLY],
    ['a hash that is not listed', persisted(hashOf('{ accounts { name } }')), 'PERSISTED_QUERY_NOT_FOUND'],
    ['a name of every object', { documentId: '__proto__' }, undefined],
    ['something else', persisted({ toString: 'x' }), undefined],
    ['nothing', {}, undefined],
  ])('%s does not run', async (_what, body, code) => {
    for (const who of [{}, caller('shop')]) {
      const response = await door.post({ ...body, variables }, who as Record<string, string>);
      expect(response.status).toBe(400);
      const { data, errors } = await bodyOf(response);
      expect(data).toBeUndefined();
      expect(errors![0]!.extensions.code).toBe(code ?? 'BAD_REQUEST');
    }
    expect(sandbox.calls).toEqual([]);
  });

  test('and any others run for a caller who may look at the schema', async () => {
    const explorer = caller('developer', 'schema:read');
    expect(await bodyOf(door.post({ query: '{ accounts { name } }' }, explorer))).toHaveProperty('data');
    expect(await bodyOf(door.post({ documentId: hash, variables }, explorer))).toHaveProperty('data');
  });

  test('are held to the limits like any others', async () => {
    const { errors } = await bodyOf(door.post({ documentId: hash, variables: { first: 21 } }));
    expect(errors![0]!.extensions).toEqual({ code: 'LIMIT_EXCEEDED', limit: 'cost', max: 20, found: 21 });
  });
});

describe('how much a caller may ask for', () => {
  const PAGE = { query: '{ payouts(accounts: ["repay"], first: 30) { nodes { id } } }' };
  const FREE = { query: '{ accounts { name } }' };
  const COST = { 'x-paygraph-cost': '1' };

  async function limited(perMinute = 60) {
    let now = 0;
    const rate = createRateLimit({ perMinute, now: () => now });
    const door = openDoor(product, { limits: { rate } });
    const pass = (ms: number) => {
      now += ms;
    };
    return { ...door, rate, pass };
  }

  test('is what it costs at most, and what was not used is given back', async () => {
    const { post } = await limited();
    const response = await post(PAGE, COST);
    expect(response.headers.get('ratelimit-policy')).toBe('"cost";q=60;w=60');
    expect(response.headers.get('ratelimit')).toBe('"cost";r=59;t=1');
    expect((await bodyOf(response)).extensions).toEqual({
      cost: { bound: 30, ceiling: 250, calls: 0, remaining: 59 },
    });
  });

  test('is what was really taken, once that is known', async () => {
    const { post } = await limited();
    const query = '{ payouts(accounts: ["cryptomus"], first: 16) { nodes { id } } }';
    expect((await bodyOf(post({ query }, COST))).extensions).toEqual({
      cost: { bound: 7, ceiling: 250, calls: 2, remaining: 58 },
    });
  });

  test('is one at least, for whatever was sent', async () => {
    const { post } = await limited();
    for (const query of ['{ accounts { name } }', '{', '{ nothing }', `{ ${'a '.repeat(5_000)} }`])
      await post({ query });
    expect((await bodyOf(post(FREE, COST))).extensions!.cost!.remaining).toBe(55);
  });

  test('is refused when it is used up, until enough has come back', async () => {
    const { post, pass } = await limited();
    for (let count = 0; count < 40; count++) await post(FREE);

    for (const headers of [JSON_ONLY, {}] as Record<string, string>[]) {
      const refused = await post(PAGE, headers);
      expect(refused.status).toBe(429);
      expect(refused.headers.get('ratelimit')).toMatch(/^"cost";r=\d+;t=\d+$/);
      const { data, errors } = await bodyOf(refused);
      expect(data).toBeUndefined();
      const { retryAfterMs, ...others } = errors![0]!.extensions;
      expect(others).toEqual({ code: 'RATE_LIMITED', remaining: expect.any(Number) });
      expect(refused.headers.get('retry-after')).toBe(String(Math.ceil(Number(retryAfterMs) / 1000)));
    }
    expect(sandbox.calls).toEqual([]);

    pass(13_000);
    expect(await bodyOf(post(PAGE))).toHaveProperty('data');
  });

  test('runs out before a text is even read', async () => {
    const { post } = await limited(1);
    await post(FREE);
    const refused = await post({ query: '{' });
    expect(refused.status).toBe(429);
    expect((await bodyOf(refused)).errors).toMatchObject([
      { extensions: { code: 'RATE_LIMITED', retryAfterMs: 60_000 } },
    ]);
  });

  test('is each one’s own', async () => {
    const { post } = await limited(2);
    for (const [who, status] of [
      ['a', 200],
      ['a', 200],
      ['a', 429],
      ['b', 200],
      ['a', 429],
    ] as const) {
      expect((await post(FREE, caller(who))).status).toBe(status);
    }
    expect((await post(FREE)).status).toBe(200);
  });

  test('is not told where nobody counts', async () => {
    const response = await openDoor(product).post(FREE);
    expect(response.headers.get('ratelimit')).toBeNull();
    expect(await response.json()).not.toHaveProperty('extensions');
  });

  test('takes no more memory however many there are', () => {
    const rate = createRateLimit({ perMinute: 5, now: () => 0 });
    for (let index = 0; index < 25_000; index++) {
      rate.bucketOf('regular').take(0);
      rate.bucketOf(`caller-${index}`).take(5);
    }
    rate.bucketOf('regular').take(5);
    expect(rate.size).toBe(10_000);
    expect(rate.bucketOf('regular').remaining()).toBe(0);
    expect(rate.bucketOf('caller-24999').remaining()).toBe(0);
    expect(rate.bucketOf('caller-0').remaining()).toBe(5);
  });
});
