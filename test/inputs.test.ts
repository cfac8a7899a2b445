/** Coerces whatever may be sent, and compares with graphql-js. */

import fc from 'fast-check';
import {
  type GraphQLField,
  type GraphQLInputType,
  getArgumentValues,
  getVariableValues,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  type OperationDefinitionNode,
  parse,
} from 'graphql';
import { describe, expect, test } from 'vitest';
import { argumentsOf, variablesOf } from '../src/inputs.ts';
import { schema } from '../src/schema/index.ts';

const RUNS = { numRuns: 100 };
const TYPES = Object.values(schema.getTypeMap()).filter(isInputObjectType);
const FIELDS = [schema.getQueryType()!, schema.getMutationType()!]
  .flatMap((type) => Object.values(type.getFields()))
  .filter(({ args }) => args.length > 0);

const TEXTS = ['12.50', 'fcc40793-39f9-4fa9-85b2-93148039a72b', 'cryptomus', ''];
/** What they take; the others take any text. */
const SCALARS: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  Boolean: fc.boolean(),
  Int: fc.integer({ min: -5, max: 200 }),
  DateTime: fc.constantFrom('2024-09-25T12:00:00Z', '2024-09-25T12:00:00.5+03:00'),
};

/** What fits a type, mostly. */
function likely(type: GraphQLInputType, depth = 0): fc.Arbitrary<unknown> {
  if (isNonNullType(type)) return likely(type.ofType, depth);
  const fits = fitting(type, depth);
  return fc.oneof({ weight: 20, arbitrary: fits }, { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 2 }) });
}

function fitting(type: GraphQLInputType, depth: number): fc.Arbitrary<unknown> {
  if (isListType(type)) return fc.array(likely(type.ofType, depth), { maxLength: 3 });
  if (isEnumType(type)) return fc.constantFrom(...type.getValues().map(({ name }) => name));
  if (!isInputObjectType(type)) {
    return SCALARS[type.name] ?? fc.oneof(fc.constantFrom(...TEXTS), fc.string());
  }
  const fields = Object.values(type.getFields());
  const { isOneOf } = type;
  if (isOneOf) {
    return fc.oneof(
      ...fields.map(({ name, type }) => likely(type, depth + 1).map((value) => ({ [name]: value }))),
    );
  }
  const members = Object.fromEntries(fields.map(({ name, type }) => [name, likely(type, depth + 1)]));
  const requiredKeys = fields.filter(({ type }) => isNonNullType(type)).map(({ name }) => name);
  const whole = fc.record(members, { requiredKeys });
  const extended = fc.tuple(whole, fc.string()).map(([value, name]) => ({ ...value, [name]: 1 }));
  return fc.oneof({ weight: 9, arbitrary: whole }, { weight: 1, arbitrary: extended });
}

function operationOf(text: string): OperationDefinitionNode {
  return parse(text).definitions[0] as OperationDefinitionNode;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/** Whether somewhere a list is sent as its only member, which is left to graphql-js. */
function isShort(type: GraphQLInputType, value: unknown): boolean {
  if (isNonNullType(type)) return isShort(type.ofType, value);
  if (value === null || value === undefined) return false;
  if (isListType(type)) {
    return !Array.isArray(value) || value.some((item) => isShort(type.ofType, item));
  }
  if (!isInputObjectType(type) || !isObject(value)) return false;
  return Object.values(type.getFields()).some(({ name, type: fieldType }) =>
    isShort(fieldType, (value as Record<string, unknown>)[name]),
  );
}

describe('variables', () => {
  test.each(TYPES.flatMap((type) => [`${type}`, `${type}!`, `[${type}!]`]).map((name) => [name]))(
    'of type %s are what graphql-js makes of them',
    (name) => {
      const operation = operationOf(`query ($value: ${name}) { __typename }`);
      const coerce = variablesOf(schema, operation);
      const definitions = operation.variableDefinitions!;
      const type = schema.getType(name.replaceAll(/[![\]]/g, '')) as GraphQLInputType;
      const one = likely(type);
      const sent = name.startsWith('[') ? fc.array(one, { maxLength: 2 }) : one;
      let fast = 0;
      fc.assert(
        fc.property(fc.option(sent, { freq: 20 }), (value) => {
          const { coerced, errors } = getVariableValues(schema, definitions, { value });
          const ours = coerce({ value });
          const isLeft = name.startsWith('[')
            ? !Array.isArray(value) || value.some((item) => isShort(type, item))
            : isShort(type, value);
          if (errors) expect(ours).toBeUndefined();
          else if (ours === undefined) expect(isLeft).toBe(true);
          else expect(ours).toEqual(coerced);
          if (ours) fast++;
        }),
        RUNS,
      );
      expect(fast).toBeGreaterThan(0);
    },
  );

  test.each([
    ['query ($a: Int = 3) { __typename }', {}, { a: 3 }],
    ['query ($a: Int = 3) { __typename }', { a: null }, { a: null }],
    ['query ($a: Int, $b: Int) { __typename }', { b: 1, c: 2 }, { b: 1 }],
    ['query ($toString: Int) { __typename }', {}, {}],
    ['query ($a: [Int]) { __typename }', { a: 1 }, undefined],
    ['query ($a: Int!) { __typename }', {}, undefined],
    ['query ($a: Int!) { __typename }', { a: null }, undefined],
    ['query ($a: Nothing) { __typename }', { a: 1 }, undefined],
    ['query ($a: Payout) { __typename }', { a: 1 }, undefined],
    ['query ($__proto__: Int) { __typename }', {}, undefined],
  ])('%s with %j is %j', (text, sent, coerced) => {
    expect(variablesOf(schema, operationOf(text))(sent)).toEqual(coerced);
  });
});

describe('arguments', () => {
  test.each(FIELDS.map((field) => [field.name, field] as const))(
    'of %s are what graphql-js makes of them',
    (_name, field) => {
      const text = field.args.map(({ name }) => `${name}: $${name}`).join(', ');
      check(field, `{ ${field.name}(${text}) }`);
      check(field, `{ ${field.name} }`);
      check(field, `{ ${field.name}(${text.replaceAll('$', '$not_')}) }`);
    },
  );

  test('that are written into the document are, too', () => {
    const { withdrawals } = schema.getQueryType()!.getFields();
    check(withdrawals!, '{ withdrawals(first: 3, accounts: $accounts, onGap: FAIL) }');
  });

  test('are not taken from what every object has', () => {
    const { withdrawals } = schema.getQueryType()!.getFields();
    check(withdrawals!, '{ withdrawals(first: $toString) }');
  });

  function check(field: GraphQLField<unknown, unknown>, text: string) {
    const node = operationOf(text).selectionSet.selections[0] as Parameters<typeof argumentsOf>[1];
    const ours = argumentsOf(field, node);
    const some = fc.record(Object.fromEntries(field.args.map(({ name }) => [name, fc.option(fc.string())])), {
      requiredKeys: [],
    });
    fc.assert(
      fc.property(some, (variables) => {
        expect(resultOf(() => ours(variables))).toEqual(
          resultOf(() => getArgumentValues(field, node, variables)),
        );
      }),
      RUNS,
    );
  }

  function resultOf(make: () => unknown): unknown {
    try {
      return make();
    } catch (error) {
      return String(error);
    }
  }
});
