/** Plans answer as graphql-js does, whatever is asked and whatever becomes of it. */

import { setImmediate } from 'node:timers/promises';
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
import { describe, expect, test } from 'vitest';
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

/** How a field comes out, chosen for each field by its place in the schema and a seed. What is promised comes in a turn of the event
 * loop of its own: of two failures, which one comes first must not hang on how many steps an executor takes. */
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
        const value = () => {
          const property = object(1)[fieldName];
          if (fieldName === 'echo') return JSON.stringify(args);
          return typeof property === 'function' ? property() : property;
        };
        const place = `${path.key} of ${path.typename}`;
        switch (mood) {
          case 'value':
            return value();
          case 'promise':
            return setImmediate().then(value);
          case 'null':
            return null;
          case 'error':
            return new Error(`answered by ${place}`);
          case 'throw':
            throw new GraphQLError(`thrown by ${place}`, { extensions: { code: 'THROWN' } });
          case 'reject':
            return setImmediate().then(() => {
              throw new Error(`rejected by ${place}`);
            });
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
    later: () => setImmediate('late'),
    sure: depth === 3 ? null : 'sure',
    leaf,
    sureLeaf: leaf,
    leaves: () => [leaf, null, setImmediate(leaf), new Error('an item')],
    sureLeaves: () => [leaf, setImmediate(leaf)],
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

const runs = fc.tuple(
  documents,
  fc.array(variables, { minLength: 1, maxLength: 3 }),
  fc.array(fc.constantFrom(...MOODS), { minLength: 7, maxLength: 23 }),
);

/** What failed while `act` was running, and a while later, and nobody heard of. */
async function unheardIn(act: () => Promise<void>): Promise<unknown[]> {
  const before = process.listeners('unhandledRejection');
  const unheard: unknown[] = [];
  process.removeAllListeners('unhandledRejection').on('unhandledRejection', (error) => unheard.push(error));
  try {
    await act();
    for (let turn = 0; turn < 100; turn++) await setImmediate();
  } finally {
    process.removeAllListeners('unhandledRejection');
    for (const listener of before) process.on('unhandledRejection', listener);
  }
  return unheard;
}

describe('a plan', () => {
  test('answers as graphql-js, for any document, variables and outcome of its fields', async () => {
    const same = fc.asyncProperty(runs, async ([text, asked, moods]) => {
      const schema = schemaOf(moods);
      const document = parse(text);
      // The same plan for all of them: what one leaves behind must not be in the answer of another.
      for (const values of [...asked, asked[0]!]) {
        const given = ask(document, schema, values);
        expect(await told(execute(given))).toEqual(await told(executeReference(given)));
      }
    });
    // What is unheard here is of graphql-js: where an item of a list fails at once, it leaves those that fail later.
    await unheardIn(() => fc.assert(same, { numRuns: 400 }));
  });

  test('hears whatever fails, for any document, variables and outcome of its fields', async () => {
    const answered = fc.asyncProperty(runs, async ([text, [values], moods]) => {
      await execute(ask(parse(text), schemaOf(moods), values!));
    });
    expect(await unheardIn(() => fc.assert(answered, { numRuns: 400 }))).toEqual([]);
  });

  test('hears what fails after the list that it is in has failed', async () => {
    const schema = buildSchema('type Query { list: [Int!]! }');
    const rootValue = { list: [Promise.reject(new Error('later')), null] };
    const unheard = await unheardIn(async () => {
      const { errors } = await execute({ schema, document: parse('{ list }'), rootValue });
      expect(errors?.map(({ message }) => message)).toEqual([
        'Cannot return null for non-nullable field Query.list.',
      ]);
    });
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
    ['a name that means something else to objects', '{ __proto__: tree { __proto__: id } }', undefined],
    ['a mutation with such a name', 'mutation { __proto__: grow { id } }', undefined],
  ])('answers %s as graphql-js', async (_what, text, operationName) => {
    const given = { ...ask(parse(text), schemaOf(['value']), {}), ...(operationName && { operationName }) };
    expect(await told(execute(given))).toEqual(await told(executeReference(given)));
  });
});
