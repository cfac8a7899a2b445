/** Documents and variables that are made to cost: each is refused in one typed sentence, before it has cost anything. */

import {
  getIntrospectionQuery,
  Kind,
  OverlappingFieldsCanBeMergedRule,
  parse,
  validate,
  visit,
} from 'graphql';
import { afterEach, describe, expect, test } from 'vitest';
import { createDocuments } from '../../src/limits/documents.ts';
import { DOCUMENT_LIMITS } from '../../src/limits/limit.ts';
import { schema } from '../../src/schema/index.ts';
import { startProduct } from '../support/app.ts';

const { ask, post, sandbox, bugs } = await startProduct();

afterEach(() => {
  expect(sandbox.calls).toEqual([]);
  expect(bugs).toEqual([]);
});

const repeat = (count: number, make: (index: number) => string, joint = ' ') =>
  Array.from({ length: count }, (_, index) => make(index)).join(joint);

/** Fragments of which each spreads the next one twice: twice as much with every one. */
const bomb = (count: number, leaf = 'name') =>
  `{ accounts { ...F0 } } ${repeat(count, (index) => `fragment F${index} on Account { ...F${index + 1} ... { ...F${index + 1} } }`)}
  fragment F${count} on Account { ${leaf} }`;

const OFTYPE = (count: number): string => (count === 0 ? 'name' : `ofType { ${OFTYPE(count - 1)} }`);
const withIntrospection = (selection: string) => `{ __schema { ${selection} } }`;

/** Each with the limit that it breaks. */
const OVER: readonly [attack: string, limit: keyof typeof DOCUMENT_LIMITS, query: string][] = [
  ['a long document', 'tokens', `{ ${'accounts{name}'.repeat(1_100)} }`],
  ['a very long one', 'tokens', `{ ${'a '.repeat(400_000)} }`],
  ['a long list', 'tokens', `{ nodes(ids: [${'"a" '.repeat(5_000)}]) { id } }`],
  ['a long object', 'tokens', `{ payouts(filter: { ${'currency: {} '.repeat(2_000)} }) { nodes { id } } }`],
  ['comments', 'comments', `{ accounts { name } } ${'#\n'.repeat(100_000)}`],
  ['nested fields', 'depth', `{ ${'a { '.repeat(30)} b ${'}'.repeat(30)} }`],
  [
    'fields nested through fragments',
    'depth',
    `{ accounts { ...F0 } } ${repeat(30, (at) => `fragment F${at} on Account { a { ...F${at + 1} } }`)} fragment F30 on Account { name }`,
  ],
  ['braces', 'nesting', `{ a(b: ${'{ a: '.repeat(20_000)}`],
  [
    'fields that the parser would run out of stack in',
    'nesting',
    `{ ${'a{'.repeat(1_900)} b ${'}'.repeat(1_900)} }`,
  ],
  ['lists in lists', 'nesting', `{ nodes(ids: ${'['.repeat(2_000)}${']'.repeat(2_000)}) { id } }`],
  [
    'objects in objects',
    'nesting',
    `{ payouts(filter: ${'{ a: '.repeat(900)} 1 ${'}'.repeat(900)}) { nodes { id } } }`,
  ],
  ['types in types', 'nesting', `query ($a: ${'['.repeat(900)}Int${']'.repeat(900)}) { accounts { name } }`],
  [
    'inline fragments in inline fragments',
    'nesting',
    `{ ${'... { '.repeat(500)} accounts { name } ${'}'.repeat(500)} }`,
  ],
  ['a wide operation', 'rootFields', `{ ${repeat(101, () => 'accounts { name }')} }`],
  [
    'an operation that is wide by fragments',
    'rootFields',
    `{ ${repeat(51, (at) => `...F${at % 2}`)} } fragment F0 on Query { accounts { name } node(id: "a") { id } } fragment F1 on Query { accounts { id } accounts { name } }`,
  ],
  ['aliases', 'aliases', `{ accounts { ${repeat(201, (at) => `a${at}: name`)} } }`],
  [
    'aliases by fragments',
    'aliases',
    `{ ${repeat(30, () => 'accounts { ...F }')} } fragment F on Account { ${repeat(7, (at) => `a${at}: name`)} }`,
  ],
  ['directives on a field', 'directives', `{ accounts { name ${'@include(if: true) '.repeat(101)} } }`],
  ['unknown directives', 'directives', `{ accounts { name ${'@a '.repeat(1_500)} } }`],
  [
    'directives on fragments and the operation',
    'directives',
    `query ${'@a '.repeat(40)} { ...F ${'@a '.repeat(40)} } fragment F on Query ${'@a '.repeat(40)} { accounts { name } }`,
  ],
  [
    'directives on variables',
    'directives',
    `query (${repeat(101, (at) => `$v${at}: Int @a`)}) { accounts { name } }`,
  ],
  [
    'fragments',
    'fragments',
    `{ accounts { name } } ${repeat(300, (at) => `fragment F${at} on Query { accounts { name } }`)}`,
  ],
  [
    'fragments of one name',
    'fragments',
    `{ ...F } ${repeat(300, () => 'fragment F on Query { accounts { name } }')}`,
  ],
  ['a fragment bomb', 'fields', bomb(40)],
  ['the greatest fragment bomb', 'fields', bomb(150)],
  ['introspection nested by ofType', 'introspectionDepth', withIntrospection(`types { ${OFTYPE(20)} }`)],
  [
    'introspection of everything again and again',
    'introspectionSize',
    withIntrospection(repeat(80, (at) => `a${at}: types { fields { type { fields { name } } } }`)),
  ],
];

test.each(OVER)('%s', async (_attack, limit, query) => {
  const response = await post({ query }, { accept: 'application/graphql-response+json' });
  expect(response.status).toBe(400);
  const max = DOCUMENT_LIMITS[limit];
  expect(await response.json()).toEqual({
    errors: [
      {
        message: expect.any(String),
        extensions: { code: 'LIMIT_EXCEEDED', limit, max, found: expect.any(Number) },
      },
    ],
  });
});

test('every limit of a document is attacked', () => {
  expect([...new Set(OVER.map(([, limit]) => limit))].sort()).toEqual(Object.keys(DOCUMENT_LIMITS).sort());
});

/** Each with what is said about it. */
const INVALID: readonly [attack: string, message: RegExp, query: string, variables?: object][] = [
  ['a fragment within itself', /within itself/, '{ ...F } fragment F on Query { accounts { name } ...F }'],
  [
    'fragments within each other',
    /within itself/,
    '{ ...A } fragment A on Query { ...B } fragment B on Query { ...C } fragment C on Query { ...A }',
  ],
  [
    'fragments within each other that nobody spreads',
    /within itself/,
    `{ accounts { name } } fragment A on Query { ${'accounts { name } '.repeat(900)} ...B } fragment B on Query { ...A }`,
  ],
  [
    'a cycle through a field',
    /within itself/,
    '{ accounts { ...A } } fragment A on Account { name b: id ... { ...A } }',
  ],
  [
    'introspection nested by fields',
    /Maximum introspection depth/,
    withIntrospection('types { fields { type { fields { type { fields { name } } } } } }'),
  ],
  [
    'the same hidden in fragments',
    /Maximum introspection depth/,
    `${withIntrospection('types { ...A }')} fragment A on __Type { b: fields { type { ...B } } } fragment B on __Type { fields { type { c: fields { name } } } }`,
  ],
  ['a directive that is not', /Unknown directive "@nothing"/, '{ accounts @nothing { name } }'],
  ['a type of the client’s own', /not executable/, 'type Query { a: Int } { accounts { name } }'],
  ['a name of every object', /Cannot query field "__proto__"/, '{ __proto__ { name } constructor }'],
  ['an argument of that name', /Unknown argument "__proto__"/, '{ accounts(__proto__: 1) { name } }'],
  [
    'a subscription',
    /Schema is not configured|Unable to|subscription/i,
    'subscription { accounts { name } }',
  ],
  ['a huge number', /Int cannot represent/, `{ payouts(first: ${'9'.repeat(5_000)}) { nodes { id } } }`],
  ['a huge exponent', /Int cannot represent/, '{ payouts(first: 1e999999999) { nodes { id } } }'],
  [
    'a huge number in a variable',
    /Int cannot represent/,
    'query ($n: Int) { payouts(first: $n) { nodes { id } } }',
    { n: 1e300 },
  ],
  [
    'a huge exact number',
    /at most 30 digits/,
    '{ payouts(filter: { amount: { eq: 1e99999999 } }) { nodes { id } } }',
  ],
  [
    'a page that is too long',
    /at most 100/,
    'query ($n: Int) { payouts(first: $n) { nodes { id } } }',
    { n: 2 ** 31 - 1 },
  ],
  [
    'too many ids',
    /at most 100/,
    'query ($ids: [ID!]!) { nodes(ids: $ids) { id } }',
    { ids: Array(101).fill('a') },
  ],
  [
    'far too many ids',
    /at most 100/,
    'query ($ids: [ID!]!) { nodes(ids: $ids) { id } }',
    { ids: Array(100_000).fill('a') },
  ],
  [
    'too many accounts',
    /at most 100/,
    'query ($a: [String!]) { payouts(accounts: $a) { nodes { id } } }',
    { a: Array(101).fill('repay') },
  ],
  [
    'too many accounts of the directory',
    /at most 100/,
    'query ($a: [String!]) { staticWallets(accounts: $a) { nodes { id } } }',
    { a: Array(101).fill('repay') },
  ],
  [
    'too many texts',
    /at most 100/,
    'query ($a: [String!]) { payouts(filter: { currency: { in: $a } }) { nodes { id } } }',
    { a: Array(101).fill('x') },
  ],
  [
    'too many words of an enum',
    /at most 100/,
    'query ($a: [TransferStatus!]) { payouts(filter: { status: { nin: $a } }) { nodes { id } } }',
    { a: Array(101).fill('FAILED') },
  ],
  [
    'a variable of wrong things in great number',
    /Too many errors|Expected|cannot represent/,
    'query ($a: [TransferStatus!]) { payouts(filter: { status: { nin: $a } }) { nodes { id } } }',
    { a: Array(50_000).fill(1) },
  ],
  [
    'a variable with fields that are not',
    /not defined by type/,
    'query ($f: PayoutFilter) { payouts(filter: $f) { nodes { id } } }',
    { f: JSON.parse('{ "__proto__": { "a": 1 }, "constructor": 1 }') },
  ],
  [
    'half a character',
    /must be/,
    'query ($c: String) { payouts(filter: { currency: { eq: $c } }) { nodes { id } } }',
    { c: '\ud800' },
  ],
  [
    'a zero byte',
    /must be/,
    'query ($c: String!) { lookup(reference: $c) { asked { name } } }',
    { c: 'a\u0000b' },
  ],
];

test.each(INVALID)('%s', async (_attack, message, query, variables) => {
  const response = await post({ query, variables });
  expect(response.status).toBe(200);
  const { errors } = (await response.json()) as {
    errors: { message: string; extensions: { code: string } }[];
  };
  expect(errors[0]!.message).toMatch(message);
  for (const { extensions } of errors) {
    expect(['GRAPHQL_VALIDATION_FAILED', 'INVALID_INPUT']).toContain(extensions.code);
    expect(extensions).not.toHaveProperty('stacktrace');
  }
});

describe('harmless', () => {
  test('names of every object are names like any others', async () => {
    const { data } = await ask(
      'query __proto__ { __proto__: accounts { constructor: name toString: __typename } }',
    );
    expect(Object.getOwnPropertyNames(data)).toEqual(['__proto__']);
    expect(Object.getOwnPropertyDescriptor(data, '__proto__')?.value[0]).toEqual({
      constructor: 'cryptomus',
      toString: 'Account',
    });
  });

  test('so they are as variables', async () => {
    const query =
      'query ($__proto__: String!, $constructor: Int) { lookup(reference: $__proto__) { asked { name } } payouts(first: $constructor, accounts: []) { nodes { id } } }';
    const { errors } = await ask(query, JSON.parse('{ "__proto__": { "a": 1 }, "constructor": { "a": 1 } }'));
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'INVALID_INPUT' });
    expect(({} as { a?: number }).a).toBeUndefined();
  });

  test('variables nobody declared, however deep and many', async () => {
    const deep = JSON.parse(`${'{"a":'.repeat(3_000)}1${'}'.repeat(3_000)}`);
    const wide = Object.fromEntries(Array.from({ length: 5_000 }, (_, index) => [`v${index}`, index]));
    expect(await ask('{ accounts { name } }', { deep, ...wide })).toHaveProperty('data.accounts');
  });

  test('introspection as tools ask for it', async () => {
    const query = getIntrospectionQuery({
      descriptions: true,
      specifiedByUrl: true,
      directiveIsRepeatable: true,
      schemaDescription: true,
      inputValueDeprecation: true,
      oneOf: true,
    });
    expect(await ask(query)).toHaveProperty('data.__schema.types');
    expect((await ask(query)).errors).toBeUndefined();
  });

  test('a document as large as any frontend has', async () => {
    const fields =
      'id uuid reference amount { amount currency } status rawStatus isFinal txid createdAt updatedAt';
    const query = `{ ${repeat(60, (at) => `p${at}: payouts(accounts: [], first: 100) { nodes { ...F } pageInfo { endCursor } }`)} } fragment F on Payout { ${fields} }`;
    const { errors } = await ask(query);
    expect(errors).toHaveLength(60);
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'INVALID_INPUT' });
  });
});

describe('what validation compares', () => {
  /** How often the fields of a document are looked at while they are compared. */
  function stepsOf(query: string): number {
    let steps = 0;
    const counted = visit(parse(query), {
      [Kind.FIELD](node) {
        const copy = { ...node };
        const { arguments: given } = node;
        const get = () => {
          steps++;
          return given;
        };
        Object.defineProperty(copy, 'arguments', { enumerable: true, get });
        return copy;
      },
    });
    steps = 0;
    validate(schema, counted, [OverlappingFieldsCanBeMergedRule]);
    return steps;
  }

  // Each of these has less than two for each token that is allowed, or would, by the pairs of its fields, have millions.
  test.each([
    ['one field', `{ accounts { ${'name '.repeat(3_900)} } }`],
    ['fields with fields', `{ ${'accounts { id name } '.repeat(790)} }`],
    ['fields with arguments', `{ ${repeat(390, (at) => `payouts(first: ${at}) { nodes { id } }`)} }`],
    [
      'fragments',
      `{ accounts { ${repeat(350, (at) => `...F${at}`)} } } ${repeat(350, (at) => `fragment F${at} on Account { id name }`)}`,
    ],
    ['inline fragments', `{ accounts { ${'... on Account { id } ... on Node { id } '.repeat(320)} } }`],
    [
      'fragments in fragments',
      `{ accounts { ...F0 } } ${repeat(390, (at) => `fragment F${at} on Account { id name ...F${at + 1} }`)} fragment F390 on Account { id }`,
    ],
  ])('is in proportion for %s', (_what, query) => {
    expect(stepsOf(query)).toBeLessThan(100_000);
  });
});

describe('ids and cursors', () => {
  const id = (kind: string, ...parts: string[]) =>
    Buffer.from(JSON.stringify([1, kind, ...parts])).toString('base64url');
  const hash = 'fcc40793-39f9-4fa9-85b2-93148039a72b';

  test.each([
    ['of another kind', 'withdrawal', id('Payout', 'repay', 'orderId', '0001'), /id of a Payout/],
    ['of another kind still', 'payout', id('Withdrawal', 'hashlee', 'hash', hash), /id of a Withdrawal/],
    ['of an account that is nobody', 'payout', id('Payout', 'nobody', 'orderId', '0001'), /no such account/],
    [
      'of an account of every object',
      'payout',
      id('Payout', '__proto__', 'orderId', '0001'),
      /no such account/,
    ],
    ['of nothing', 'payout', 'WzFd', /is not an id/],
    ['almost a megabyte of one', 'payout', 'a'.repeat(900_000), /is not an id/],
    [
      'as deep as can be',
      'payout',
      Buffer.from(`${'['.repeat(50_000)}`).toString('base64url'),
      /is not an id/,
    ],
  ])('%s are refused', async (_what, field, value, message) => {
    const type = field === 'payout' ? 'PayoutRef' : 'WithdrawalRef';
    const { data, errors } = await ask(`query ($by: ${type}!) { ${field}(by: $by) { id } }`, {
      by: { id: value },
    });
    expect(data).toEqual({ [field]: null });
    expect(errors?.[0]?.message).toMatch(message);
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'INVALID_INPUT' });
  });

  test('a cursor of another account, list or filter is refused, and costs nothing', async () => {
    const { data } = await ask('{ payouts(accounts: ["cryptomus"], first: 1) { pageInfo { endCursor } } }');
    const after = data.payouts.pageInfo.endCursor;
    const before = sandbox.calls.length;
    const others = [
      'payouts(accounts: ["heleket"], after: $after) { nodes { id } }',
      'payouts(accounts: ["cryptomus"], direction: ASC, after: $after) { nodes { id } }',
      'payouts(accounts: ["cryptomus"], filter: { currency: { eq: "USDT" } }, after: $after) { nodes { id } }',
      'withdrawals(after: $after) { nodes { id } }',
      'staticWallets(after: $after) { nodes { id } }',
      'operations(after: $after) { nodes { id } }',
    ];
    for (const other of others) {
      const { errors } = await ask(`query ($after: String) { ${other} }`, { after });
      expect(errors?.[0]?.extensions, other).toMatchObject({
        code: 'INVALID_INPUT',
        issues: [{ path: ['after'] }],
      });
    }
    expect(sandbox.calls).toHaveLength(before);
    sandbox.reset();
  });
});

describe('what is remembered', () => {
  test('is so many documents and no more, those that were asked for last', () => {
    const documents = createDocuments(schema);
    const text = (at: number) => `{ a${at}: accounts { name } }`;
    for (let at = 0; at < 3_000; at++) {
      documents.read(text(at));
      documents.read(text(0));
    }
    expect(documents.size.texts).toBe(1_000);
    expect(documents.read(text(0))).toBe(documents.read(text(0)));
    expect(documents.size.texts).toBe(1_000);
  });

  test('is so much text and no more, refused or not', () => {
    const documents = createDocuments(schema);
    for (let at = 0; at < 100; at++) {
      documents.read(`{ a${at}: accounts { name } } #${'x'.repeat(20_000)}`);
      documents.read(`{ a${at}: ${'a'.repeat(20_000)} ${'{'.repeat(100)}`);
    }
    documents.read(`{ accounts { name } } #${'x'.repeat(2_000_000)}`);
    expect(documents.size.characters).toBeLessThanOrEqual(500_000);
    expect(documents.size.texts).toBeGreaterThan(10);
  });
});
