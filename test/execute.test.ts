/** Plans answer as graphql-js does, whatever is asked and whatever becomes of it. */

import { setTimeout } from 'node:timers/promises';
import fc from 'fast-check';
import {
  buildSchema,
  type DocumentNode,
  type ExecutionResult,
  execute as executeReference,
  GraphQLError,
  type GraphQLSchema,
  isObjectType,
  parse,
} from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { execute } from '../src/execute.ts';

const SDL = /* GraphQL */ `
  interface Node { id: ID! name: String }
  enum Color { RED GREEN }
  input Pick @oneOf { index: Int name: String }
  input Filter { atLeast: Int = 3 names: [String!] pick: Pick }
  type Leaf implements Node { id: ID! name: String color: Color! later: String }
  type Tree implements Node {
    id: ID! name: String sure: String! leaf: Leaf sureLeaf: Leaf! leaves: [Leaf] sureLeaves: [Leaf!]! matrix: [[Int!]]
    any: Any node: Node nodes: [Node!] echo(filter: Filter, first: Int = 10, color: Color): String
  }
  union Any = Leaf | Tree
  type Query { tree: Tree sureTree: Tree! trees: [Tree!]! any: Any node: Node echo(filter: Filter, first: Int! = 1): String }
  type Mutation { grow(by: Int): Tree sureGrow: Tree! }
`;

/** How a field comes out, chosen for each field by its place in the schema and a seed. */
type Mood = 'value' | 'promise' | 'null' | 'error' | 'throw' | 'reject' | 'wrong';
const MOODS: readonly Mood[] = [
  'value',
  'value',
  'value',
  'promise',
  'promise',
  'null',
  'error',
  'throw',
  'reject',
  'wrong',
];

function schemaOf(moods: readonly Mood[]): GraphQLSchema {
  const schema = buildSchema(SDL);
  let count = 0;
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__')) continue;
    if (type.name === 'Leaf' || type.name === 'Tree') {
      type.isTypeOf = (value) => (value as { kind?: string }).kind === type.name;
    }
    for (const field of Object.values(type.getFields())) {
      const mood = moods[count++ % moods.length]!;
      // Properties are read without a resolver.
      if (mood === 'value' && count % 2 === 0 && !['Query', 'Mutation'].includes(type.name)) continue;
      field.resolve = (_source, args, _context, { path, fieldName }) => {
        const value = fieldName === 'echo' ? JSON.stringify(args) : object(1)[fieldName];
        const place = `${path.key} of ${path.typename}`;
        switch (mood) {
          case 'value':
            return value;
          case 'promise':
            return Promise.resolve(value);
          case 'null':
            return null;
          case 'error':
            return new Error(`answered by ${place}`);
          case 'throw':
            throw new GraphQLError(`thrown by ${place}`, { extensions: { code: 'THROWN' } });
          case 'reject':
            return Promise.reject(new Error(`rejected by ${place}`));
          case 'wrong':
            return 7;
        }
      };
    }
  }
  return schema;
}

/** An object that is of any type at once, as far as properties go. */
function object(depth: number): Record<string, unknown> {
  const below = depth > 3 ? null : object(depth + 1);
  const leaf = { ...below, kind: 'Leaf' };
  const tree = below && { ...below, kind: 'Tree' };
  return {
    kind: 'Tree',
    id: `id-${depth}`,
    name: depth === 2 ? null : `name-${depth}`,
    color: 'RED',
    later: Promise.resolve('late'),
    sure: depth === 3 ? null : 'sure',
    leaf,
    sureLeaf: leaf,
    leaves: [leaf, null, Promise.resolve(leaf), new Error('an item')],
    sureLeaves: [leaf, Promise.resolve(leaf)],
    matrix: [[1, 2], [3, depth === 2 ? null : 4], null],
    any: depth % 2 ? leaf : tree,
    node: leaf,
    nodes: [leaf, tree ?? leaf],
    echo: 'property',
    tree,
    sureTree: tree,
    trees: [tree, tree],
    grow: tree,
    sureGrow: tree,
  };
}

const alias = fc.constantFrom('', '', 'a: ', 'b: ', '__proto__: ', 'constructor: ');
const directive = fc.constantFrom(
  '',
  '',
  '',
  '@skip(if: $yes)',
  '@include(if: $yes)',
  '@include(if: $no)',
  '@skip(if: true)',
);
const leafFields = fc.constantFrom('id', 'name', 'color', 'later', '__typename');
const args = fc.constantFrom(
  '',
  '(first: 3)',
  '(first: $number)',
  '(filter: { names: "one", atLeast: $number })',
  '(filter: $filter)',
  '(filter: { pick: { index: $sureNumber } })',
);

const { leaf: leafSet, tree: treeSet } = fc.letrec<{ leaf: string; tree: string; treeField: string }>(
  (tie) => {
    const inAlias = (field: fc.Arbitrary<string>, set: fc.Arbitrary<string> = fc.constant('')) =>
      fc
        .tuple(alias, field, directive, set)
        .map(([name, asked, when, fields]) => `${name}${asked} ${when} ${fields}`);
    const some = (field: fc.Arbitrary<string>) =>
      fc.array(field, { minLength: 1, maxLength: 4 }).map((all) => `{ ${all.join(' ')} }`);
    const anyOf = fc
      .tuple(tie('leaf'), tie('tree'))
      .map(([leaf, tree]) => `{ __typename ... on Leaf ${leaf} ... on Tree ${tree} }`);
    return {
      leaf: some(inAlias(leafFields)),
      treeField: fc.oneof(
        { maxDepth: 3, depthIdentifier: 'tree' },
        inAlias(fc.constantFrom('id', 'name', 'sure', 'matrix', '__typename')),
        inAlias(args.map((given) => `echo${given}`)),
        inAlias(fc.constantFrom('leaf', 'sureLeaf', 'leaves', 'sureLeaves'), tie('leaf')),
        inAlias(fc.constantFrom('any', 'node', 'nodes'), anyOf),
        fc.constant('...Spread'),
      ),
      tree: some(tie('treeField')),
    };
  },
);

const documents = fc
  .tuple(
    fc.constantFrom('query', 'query', 'mutation'),
    fc.array(fc.tuple(alias, fc.nat(), treeSet), { minLength: 1, maxLength: 3 }),
    leafSet,
  )
  .map(([kind, fields, spread]) => {
    const names = kind === 'query' ? ['tree', 'sureTree', 'trees'] : ['grow', 'sureGrow'];
    const asked = fields.map(
      ([name, at, set], index) => `${name || `f${index}: `}${names[at % names.length]} ${set}`,
    );
    const declared =
      '($yes: Boolean!, $no: Boolean = false, $number: Int, $sureNumber: Int!, $filter: Filter)';
    return `${kind} Asked${declared} { ${asked.join(' ')} } fragment Spread on Tree { leaf ${spread} sure }`;
  });

const variables = fc.record(
  {
    yes: fc.boolean(),
    no: fc.option(fc.boolean()),
    number: fc.option(fc.integer({ min: -5, max: 5 })),
    sureNumber: fc.constantFrom<unknown>(1, 1, 1, 'one', null),
    filter: fc.constantFrom<unknown>(
      null,
      {},
      { pick: { index: 1 } },
      { pick: { index: 1, name: 'x' } },
      { names: 'x' },
      { no: 1 },
    ),
  },
  { requiredKeys: ['yes', 'sureNumber'] },
);

/** All of an answer that a client may see, errors in the order of their places. */
async function told(result: ExecutionResult | Promise<ExecutionResult>) {
  const { data, errors, ...rest } = await result;
  const lines = errors?.map((error) =>
    JSON.stringify([error.path, error.message, error.locations, error.extensions]),
  );
  return { ...rest, data: JSON.stringify(data), errors: lines?.sort() };
}

function ask(document: DocumentNode, schema: GraphQLSchema, variableValues: Record<string, unknown>) {
  return { schema, document, variableValues, rootValue: object(0), contextValue: {} };
}

// Where an item of a list fails at once, graphql-js leaves those that fail later unheard.
const heardBefore = process.listeners('unhandledRejection');
beforeAll(() => {
  process.removeAllListeners('unhandledRejection');
  process.on('unhandledRejection', (error: Error, promise) => {
    const isOfReference = error.stack
      ?.split('\n')
      .some((line) => line.includes('graphql/execution/execute.js'));
    if (!isOfReference) for (const listener of heardBefore) listener(error, promise);
  });
});
afterAll(() => {
  process.removeAllListeners('unhandledRejection');
  for (const listener of heardBefore) process.on('unhandledRejection', listener);
});

describe('a plan', () => {
  test('answers as graphql-js, for any document, variables and outcome of its fields', async () => {
    await fc.assert(
      fc.asyncProperty(
        documents,
        fc.array(variables, { minLength: 1, maxLength: 3 }),
        fc.array(fc.constantFrom(...MOODS), { minLength: 7, maxLength: 23 }),
        async (text, asked, moods) => {
          const schema = schemaOf(moods);
          const document = parse(text);
          // The same plan for all of them: what one leaves behind must not be in the answer of another.
          for (const values of [...asked, asked[0]!]) {
            const given = ask(document, schema, values);
            expect(await told(execute(given))).toEqual(await told(executeReference(given)));
          }
        },
      ),
      { numRuns: 400 },
    );
  });

  test('hears what fails after the list that it is in has failed', async () => {
    const unheard: unknown[] = [];
    const listen = (error: unknown) => unheard.push(error);
    process.on('unhandledRejection', listen);
    const schema = buildSchema('type Query { list: [Int!]! }');
    const rootValue = { list: [Promise.reject(new Error('later')), null] };
    const result = await execute({ schema, document: parse('{ list }'), rootValue });
    await setTimeout(0);
    process.off('unhandledRejection', listen);
    expect(result.errors?.map(({ message }) => message)).toEqual([
      'Cannot return null for non-nullable field Query.list.',
    ]);
    expect(unheard).toEqual([]);
  });

  test('answers without waiting where nothing waits', () => {
    const schema = schemaOf(['value']);
    expect(execute(ask(parse('{ tree { id } }'), schema, {}))).toEqual({ data: { tree: { id: 'id-1' } } });
  });

  test.each([
    ['an operation that is not there', 'query A { tree { id } }', 'B'],
    ['several operations and no name', 'query A { tree { id } } query B { tree { id } }', undefined],
    ['no operation', 'fragment F on Tree { id }', undefined],
    [
      'a question about the schema',
      '{ __schema { queryType { name } } __type(name: "Leaf") { name } }',
      undefined,
    ],
    [
      'many conditions',
      `query ($a: Boolean = true, $b: Boolean = true, $c: Boolean = true, $d: Boolean = true, $e: Boolean = true,
      $f: Boolean = true) { tree { ${[...'abcdef'].map((name) => `${name}: id @skip(if: $${name})`).join(' ')} } }`,
      undefined,
    ],
  ])('leaves %s to graphql-js', async (_what, text, operationName) => {
    const given = { ...ask(parse(text), schemaOf(['value']), {}), ...(operationName && { operationName }) };
    expect(await told(execute(given))).toEqual(await told(executeReference(given)));
  });
});
