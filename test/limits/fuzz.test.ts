/** Thousands of documents out of the schema's own grammar, valid and nearly so. `npm run fuzz` makes more of
 * them, from another seed each time; `FUZZ_SEED` makes those of one again. */

import type { GraphQLSchema } from 'graphql';
import { describe, expect, test } from 'vitest';
import { schema } from '../../src/schema/index.ts';
import { startProduct } from '../support/app.ts';
import { ADDRESS, UNIT } from '../support/writes.ts';
import { createGrammar, type Request, randomOf, type Values } from './grammar.ts';

const LONG = process.env.MODE === 'fuzz';
const SEED = Number(process.env.FUZZ_SEED) || (LONG ? Date.now() % 2 ** 31 : 20_261_121);
const COUNT = LONG ? 10_000 : 800;
const AT_ONCE = 8;

const product = await startProduct();
const { sandbox, bugs } = product;
const served = product.serve(product.accounts, { app: { limits: { cost: 60 } } });

/** Ids, cursors and keys that mean something, and some that do not. */
async function meaningful(): Promise<Values> {
  const { data } = await product.ask(`{
    payouts(first: 15) { edges { cursor node { id uuid reference } } }
    withdrawals(first: 15) { edges { cursor node { id hash externalReference } } }
  }`);
  type Edge = { cursor: string; node: Record<string, string> };
  const edges: Edge[] = [...data.payouts.edges, ...data.withdrawals.edges];
  const all = (name: string) => edges.flatMap(({ node }) => (node[name] == null ? [] : [node[name]]));
  const ids = [...all('id'), 'WzFd', Buffer.from('[1,"Account","repay"]').toString('base64url')];
  const orderIds = [...all('reference'), '0001', 'nobody-has-this', 'x'.repeat(40)];
  const cursors = edges.map(({ cursor }) => cursor);
  let keys = 0;
  const sizes = [1, 2, 5, 16];
  return {
    account: ['cryptomus', 'heleket', 'repay', 'hashlee', 'hashlee-2', 'nobody'],
    id: ids,
    uuid: [...all('uuid'), 'fcc40793-39f9-4fa9-85b2-93148039a72b'],
    hash: [...all('hash'), 'fcc40793-39f9-4fa9-85b2-93148039a72b'],
    UUID: all('uuid'),
    orderId: orderIds,
    reference: [...ids, ...orderIds, ...all('uuid'), ...all('hash'), ...all('externalReference')],
    after: cursors,
    before: cursors,
    first: sizes,
    last: sizes,
    idempotencyKey: () => `key-${keys++}`,
    currency: ['USDT', 'RUB', 'BRL', 'BTC'],
    network: ['tron'],
    address: [ADDRESS],
    toAddress: [ADDRESS],
    number: ['2202098765432109'],
    callbackUrl: ['https://example.com/told'],
    code: ['123456'],
    targetAccountId: ['jqozmk'],
    Decimal: ['5', '100.00', '0.10', '999999999999999999999999999999'],
    DateTime: ['2024-02-06T00:00:00Z', '2023-01-01T00:00:00+03:00', '2030-01-01T00:00:00Z'],
    Boolean: [true, false],
    ID: ids,
    String: ['USDT', 'check', 'paid', UNIT],
    Int: sizes,
  };
}

/** What an answer may say, besides what providers fail with. */
const OURS = [
  'INVALID_INPUT',
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'LIMIT_EXCEEDED',
  'BAD_REQUEST',
  'OPERATION_RESOLUTION_FAILURE',
];
const THEIRS = ['NOT_FOUND', 'INVALID_REQUEST', 'UNSUPPORTED', 'NOT_CANCELABLE', 'REJECTED', 'IN_PROGRESS'];
const NEVER =
  /Unexpected error|INTERNAL_SERVER_ERROR|\bat [\w.]+ \(|node_modules|127\.0\.0\.1|RangeError|TypeError/;

async function tried(request: Request) {
  const response = await served.post(request, { 'x-paygraph-cost': '1' });
  const text = await response.text();
  const shown = `seed ${SEED}: ${JSON.stringify(request)}\n${text}`;
  expect(response.status, shown).toBeLessThan(500);
  expect(text, shown).not.toMatch(NEVER);
  const { data, errors, extensions, ...others } = JSON.parse(text);
  expect(others, shown).toEqual({});
  expect(data !== undefined || errors?.length > 0, shown).toBe(true);
  const codes: string[] = (errors ?? []).map(
    (error: { extensions?: { code?: string } }) => error.extensions?.code,
  );
  expect(
    codes.filter((code) => ![...OURS, ...THEIRS].includes(code)),
    shown,
  ).toEqual([]);
  if (extensions?.cost) expect(extensions.cost.calls, shown).toBeLessThanOrEqual(extensions.cost.bound);
  return { codes, shown, cost: extensions?.cost as { calls: number; bound: number } | undefined };
}

async function inTurns<Result>(count: number, work: () => Promise<Result>): Promise<Result[]> {
  const results: Result[] = [];
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      while (count-- > 0) results.push(await work());
    }),
  );
  return results;
}

function grammar(seed: number, values: Values, of: GraphQLSchema = schema) {
  const random = randomOf(seed);
  const made = createGrammar(of, random, values);
  return { ...made, next: () => made.document(random() < 0.85 ? 'query' : 'mutation') };
}

describe(`seed ${SEED}`, () => {
  const timeout = LONG ? 3_600_000 : 60_000;

  test('a valid document is answered, within its bound, and no error is of our own making', {
    timeout,
  }, async () => {
    const { next } = grammar(SEED, await meaningful());
    const answers = await inTurns(COUNT, () => tried(next()));

    const refused = answers.filter(({ codes }) => codes.some((code) => /^GRAPHQL_/.test(code)));
    expect(refused.map(({ shown }) => shown)).toEqual([]);
    expect(answers.filter(({ cost }) => cost).length).toBeGreaterThan(COUNT / 2);
    expect(sandbox.calls.length).toBeGreaterThan(COUNT / 4);
    expect(bugs).toEqual([]);
  });

  test('takes no more calls than its bound, counted where they arrive', { timeout }, async () => {
    const { next } = grammar(SEED + 2, await meaningful());
    for (let count = COUNT / 8; count > 0; count--) {
      const before = sandbox.calls.length;
      const { cost, shown } = await tried(next());
      const arrived = sandbox.calls.length - before;
      expect(arrived, shown).toBe(cost?.calls ?? 0);
      expect(arrived, shown).toBeLessThanOrEqual(cost?.bound ?? 0);
    }
    expect(sandbox.calls.length).toBeGreaterThan(COUNT / 16);
  });

  test('one that is nearly valid is answered or refused, cleanly', { timeout }, async () => {
    const { next, damaged } = grammar(SEED + 1, await meaningful());
    const answers = await inTurns(2 * COUNT, () => tried(damaged(next())));

    expect(answers.filter(({ codes }) => codes.length > 0).length).toBeGreaterThan(COUNT / 2);
    expect(answers.filter(({ cost }) => cost).length).toBeGreaterThan(COUNT / 100);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
    expect(bugs).toEqual([]);
  });
});
