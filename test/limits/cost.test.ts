/** The bound: what is refused before anything is sent, what it is made of, and that nothing ever costs more. */

import { readdirSync, readFileSync } from 'node:fs';
import {
  type GraphQLNamedType,
  getNamedType,
  getNullableType,
  isAbstractType,
  isInterfaceType,
  isListType,
  isObjectType,
} from 'graphql';
import { describe, expect, test } from 'vitest';
import { OPERATION_LIMITS } from '../../src/limits/limit.ts';
import { schema } from '../../src/schema/index.ts';
import type { Upstream } from '../../src/schema/upstream.ts';
import { startProduct } from '../support/app.ts';

const { ask, post, sandbox, serve, accounts } = await startProduct();
const FOLDER = new URL('../../examples/', import.meta.url);
const COST = { 'x-paygraph-cost': '1' };
const uuid = (last: number) => `fcc40793-39f9-4fa9-85b2-${String(last).padStart(12, '0')}`;

test.each(readdirSync(FOLDER).sort())(
  '%s costs no more than its bound, far below the ceiling',
  async (file) => {
    const { errors, extensions } = await ask(readFileSync(new URL(file, FOLDER), 'utf8'), undefined, COST);
    expect(errors).toBeUndefined();
    expect(extensions?.cost).toEqual({
      bound: expect.any(Number),
      ceiling: OPERATION_LIMITS.cost,
      calls: sandbox.calls.length,
    });
    expect(sandbox.calls.length).toBeLessThanOrEqual(extensions?.cost.bound);
    expect(extensions?.cost.bound).toBeLessThan(OPERATION_LIMITS.cost / 3);
  },
);

test('the numbers are told when the extensions ask for them, and not unasked', async () => {
  const query = '{ accounts { name } }';
  const answer = await post({ query, extensions: { cost: true } });
  expect((await answer.json()).extensions).toEqual({ cost: { bound: 0, ceiling: 250, calls: 0 } });
  expect(await ask(query)).not.toHaveProperty('extensions');
});

const withdrawal = (name: string, account = 'hashlee') =>
  `${name}: withdrawal(by: { hash: { account: "${account}", hash: "${uuid(name.charCodeAt(0))}" } }) { id }`;
const idOf = (kind: string, account: string, by: string, value: string) =>
  Buffer.from(JSON.stringify([1, kind, account, by, value])).toString('base64url');
const unknownHashes = (count: number, account = 'hashlee') =>
  Array.from({ length: count }, (_, index) => idOf('Withdrawal', account, 'hash', uuid(index)));

const wallets = (selection: string) => `{ staticWallets(first: 7) { ${selection} } }`;

/** Bounds, with what is really taken where the worst case can be had. */
const BOUNDS: readonly [what: string, query: string, variables: object, bound: number, calls?: number][] = [
  ['one withdrawal', `{ ${withdrawal('a')} }`, {}, 1, 1],
  ['two that one call finds neither of', `{ ${withdrawal('a')} ${withdrawal('b')} }`, {}, 3, 3],
  ['three', `{ ${['a', 'b', 'c'].map((name) => withdrawal(name)).join(' ')} }`, {}, 4, 4],
  [
    'nodes that are nowhere',
    'query($ids: [ID!]!) { nodes(ids: $ids) { id } }',
    { ids: unknownHashes(10) },
    12,
    11,
  ],
  [
    'nodes that are nowhere at two accounts',
    'query($ids: [ID!]!) { nodes(ids: $ids) { id } }',
    { ids: [...unknownHashes(2), ...unknownHashes(2, 'hashlee-2')] },
    6,
    6,
  ],
  [
    'a list of one id without its brackets',
    'query($ids: [ID!]!) { nodes(ids: $ids) { id } }',
    { ids: unknownHashes(1)[0] },
    1,
    1,
  ],
  ['a lookup', `{ lookup(reference: "${uuid(1)}") { results { __typename } } }`, {}, 14],
  ['a page', '{ payouts(accounts: ["cryptomus"], first: 20) { nodes { id } } }', {}, 7],
  [
    'a page of one account named twice',
    '{ payouts(accounts: ["cryptomus", "cryptomus"]) { nodes { id } } }',
    {},
    7,
  ],
  ['a page of an account that is nobody', '{ payouts(accounts: "nobody") { nodes { id } } }', {}, 0, 0],
  ['all pages', '{ payouts(first: 100) { nodes { id } } }', {}, 12 + 12 + 100],
  ['a filtered page', '{ payouts(filter: { currency: { eq: "USDT" } }) { nodes { id } } }', {}, 24 + 24 + 20],
  ['no filter', '{ payouts(filter: null) { nodes { id } } }', {}, 7 + 7 + 20],
  ['withdrawals and their number', '{ withdrawals(first: 1) { totalCount nodes { id } } }', {}, 8 + 8 + 2],
  ['a lazy field for each row', wallets('nodes { qrCode }'), {}, 7],
  ['the same by both ways', wallets('nodes { qrCode } edges { node { qrCode } }'), {}, 14],
  [
    'the same through fragments',
    `${wallets('...F')} fragment F on StaticWalletConnection { nodes { ...G ... { b: qrCode } } } fragment G on StaticWallet { qrCode }`,
    {},
    14,
  ],
  ['rows by a variable', 'query($n: Int) { staticWallets(last: $n) { nodes { qrCode } } }', { n: 3 }, 3],
  ['rows by its default', 'query($n: Int = 5) { staticWallets(last: $n) { nodes { qrCode } } }', {}, 5],
  [
    'rows by nothing at all',
    'query($n: Int = 5) { staticWallets(last: $n) { nodes { qrCode } } }',
    { n: null },
    20,
  ],
  [
    'what is left out',
    'query($q: Boolean!) { staticWallets { nodes { qrCode @include(if: $q) } } }',
    { q: false },
    0,
  ],
  [
    'what is not',
    'query($q: Boolean!) { staticWallets { nodes { qrCode @skip(if: $q) } } }',
    { q: false },
    20,
  ],
  ['what never is there', '{ staticWallets { nodes { qrCode @skip(if: true) } } }', {}, 0],
  [
    'the directory and the ledger',
    '{ operations(first: 100) { nodes { account { name } } } staticWallets { totalCount } }',
    {},
    0,
    0,
  ],
];

test.each(BOUNDS)('%s', async (_what, query, variables, bound, calls) => {
  const { extensions, errors } = await ask(query, variables as Record<string, unknown>, COST);
  expect(extensions?.cost, JSON.stringify(errors)).toMatchObject({ bound });
  if (calls !== undefined) expect(sandbox.calls).toHaveLength(calls);
  expect(sandbox.calls.length).toBeLessThanOrEqual(bound);
});

test('what an executor refuses costs whatever it may, and sends nothing', async () => {
  const query = 'query($n: Int) { staticWallets(first: $n) { nodes { qrCode } } }';
  for (const n of ['many', -1, 1e6, 0.5, [2], {}]) {
    const { errors } = await ask(query, { n }, COST);
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'INVALID_INPUT' });
  }
  expect(sandbox.calls).toEqual([]);
});

describe('beyond the ceiling', () => {
  const strict = serve(accounts, { app: { limits: { cost: 9 } } });
  const query = 'query($n: Int) { payouts(accounts: ["repay"], first: $n) { nodes { id } } }';

  test('nothing is sent, and the numbers are told', async () => {
    const error = {
      message: 'In the worst case this takes too many upstream calls: 10, and the limit is 9.',
      extensions: { code: 'LIMIT_EXCEEDED', limit: 'cost', max: 9, found: 10 },
    };
    expect(await strict.ask(query, { n: 10 })).toEqual({ errors: [error] });
    expect(await strict.ask(query, { n: 9 })).toHaveProperty('data');
    expect(sandbox.calls).toEqual([]);
  });

  test('the status says so where the media type has one for it', async () => {
    const body = { query, variables: { n: 10 } };
    expect((await strict.post(body, { accept: 'application/graphql-response+json' })).status).toBe(400);
    expect((await strict.post(body, { accept: 'application/json' })).status).toBe(200);
  });

  test('only the operation counts that is asked for', async () => {
    const two = `query A { accounts { name } } query B { payouts { nodes { id } } }`;
    const asked = async (operationName: string) =>
      (await strict.post({ query: two, operationName })).json() as Promise<{ errors?: object[] }>;
    expect(await asked('A')).not.toHaveProperty('errors');
    expect((await asked('B')).errors).toMatchObject([{ extensions: { limit: 'cost' } }]);
  });
});

describe('writes', () => {
  const register = (name: string) =>
    `${name}: registerPayouts(input: { account: "repay", orderIds: ["0001", "0002"] }) { __typename }`;
  const cancel = (name: string, more = '') =>
    `${name}: cancelWithdrawal(input: { idempotencyKey: "${name}", withdrawal: { id: "x" } }) { __typename ${more} }`;
  const many = (count: number, make: (name: string) => string) =>
    Array.from({ length: count }, (_, index) => make(`a${index}`)).join(' ');

  test('a write costs itself and what is read after it', async () => {
    const query = `mutation { ${cancel('a', '... on CancelWithdrawalPayload { withdrawal { id } }')} }`;
    expect((await ask(query, undefined, COST)).extensions?.cost).toEqual({
      bound: 2,
      ceiling: 250,
      calls: 0,
    });
  });

  test('five go in one document', async () => {
    expect(await ask(`mutation { ${many(5, cancel)} }`)).toHaveProperty('data');
  });

  test.each([
    ['aliases', `mutation { ${many(6, cancel)} }`],
    [
      'fragments',
      `mutation { ${many(3, cancel)} ...F } fragment F on Mutation { ...G ${cancel('b')} } fragment G on Mutation { ${cancel('c')} ${cancel('d')} }`,
    ],
  ])('six through %s are refused whole', async (_how, query) => {
    const { data, errors } = await ask(query);
    expect(data).toBeUndefined();
    expect(errors).toMatchObject([
      { extensions: { code: 'LIMIT_EXCEEDED', limit: 'moneyMutations', max: 5, found: 6 } },
    ]);
    expect((await ask('{ operations { totalCount } }')).data.operations.totalCount).toBe(0);
  });

  test('what is one in the answer counts once', async () => {
    expect(await ask(`mutation { ${many(5, cancel)} ${cancel('a0')} ${cancel('a0')} }`)).toHaveProperty(
      'data',
    );
  });

  test('telling the directory of something moves nothing', async () => {
    const answer = await ask(`mutation { ${many(6, register)} }`, undefined, COST);
    expect(answer.extensions?.cost).toEqual({ bound: 12, ceiling: 250, calls: sandbox.calls.length });
  });
});

describe('the declarations', () => {
  const roots = [schema.getQueryType()!, schema.getMutationType()!].flatMap((type) =>
    Object.values(type.getFields()),
  );
  const upstreamOf = (field: { extensions: Readonly<Record<string, unknown>> }) =>
    (field.extensions.upstream ?? {}) as Upstream;

  function below(type: GraphQLNamedType, seen = new Set<GraphQLNamedType>()): Set<GraphQLNamedType> {
    if (seen.has(type)) return seen;
    seen.add(type);
    if (isAbstractType(type)) for (const one of schema.getPossibleTypes(type)) below(one, seen);
    if (isObjectType(type))
      for (const field of Object.values(type.getFields())) below(getNamedType(field.type), seen);
    return seen;
  }
  const fieldsBelow = (type: GraphQLNamedType) =>
    [...below(type)].flatMap((one) => (isObjectType(one) ? Object.values(one.getFields()) : []));
  const isCostly = (type: GraphQLNamedType) =>
    fieldsBelow(type).some((field) => upstreamOf(field).calls !== undefined);

  test('say how long every list may be that has something costly below it', () => {
    const unsaid = roots.filter(({ type, extensions }) => {
      if (upstreamOf({ extensions }).rows !== undefined) return false;
      const named = getNamedType(type);
      const lists = fieldsBelow(named).filter((field) => isListType(getNullableType(field.type)));
      const self = isListType(getNullableType(type)) && isCostly(named);
      return self || lists.some((field) => isCostly(getNamedType(field.type)));
    });
    expect(unsaid.map(({ name }) => name)).toEqual([]);
    expect(roots.filter((field) => upstreamOf(field).rows !== undefined).length).toBeGreaterThan(5);
  });

  test('are of no interface: what implements one may cost differently', () => {
    const interfaces = Object.values(schema.getTypeMap()).filter(isInterfaceType);
    const costly = interfaces
      .flatMap((type) => Object.values(type.getFields()))
      .filter((field) => field.extensions.upstream);
    const hidden = interfaces.flatMap((type) =>
      schema
        .getImplementations(type)
        .objects.flatMap((one) =>
          Object.keys(type.getFields()).filter((name) => one.getFields()[name]!.extensions.upstream),
        ),
    );
    expect([...costly, ...hidden]).toEqual([]);
  });

  test('call every mutation a write that takes an idempotency key', () => {
    const writes = Object.values(schema.getMutationType()!.getFields()).filter(
      (field) => upstreamOf(field).isWrite,
    );
    const keyed = Object.values(schema.getMutationType()!.getFields()).filter(({ args }) => {
      const input = schema.getType(getNamedType(args[0]!.type).name);
      return input && 'getFields' in input && 'idempotencyKey' in input.getFields();
    });
    expect(writes).toEqual(keyed);
    expect(writes).toHaveLength(6);
  });
});
