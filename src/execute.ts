/** Executes documents as graphql-js does, from a plan that is made once for each: which fields each type has there, and how their
 * values are completed. What a plan does not cover is left to graphql-js. Why not a library: docs/decisions. */

import {
  defaultFieldResolver,
  type ExecutionArgs,
  type ExecutionResult,
  execute as executeUnplanned,
  type FieldNode,
  type GraphQLError,
  type GraphQLField,
  type GraphQLFieldResolver,
  type GraphQLObjectType,
  getVariableValues,
  isLeafType,
  isNonNullType,
  TypeNameMetaFieldDef,
} from 'graphql';
import { collectFields, collectSubfields } from 'graphql/execution/collectFields.js';
import { type Complete, completion } from './complete.ts';
import { argumentsOf, type CoerceArguments } from './inputs.ts';
import { planOf } from './plan.ts';
import { type Asked, failed, infoOf, isPromise, later, type Path, pathTo, type Run, record } from './run.ts';

type Value = unknown;

export interface Field extends Asked {
  /** Missing where the field is a property of the object that it belongs to. */
  readonly resolve: GraphQLFieldResolver<unknown, unknown> | undefined;
  readonly args: CoerceArguments;
  readonly complete: Complete;
  /** Whether nothing lies below it and nothing is told where it is. */
  readonly isPlain: boolean;
}

/** The fields of an object of one type. */
export interface Selection {
  readonly fields: readonly Field[];
  /** An object with all of them. A copy has its final shape from the start, and is not moved as it grows. */
  readonly blank: Readonly<Record<string, Value>>;
}

/** In place of the function of the same name in graphql-js. */
export function execute(args: ExecutionArgs): ExecutionResult | Promise<ExecutionResult> {
  const { schema, document, operationName, rootValue, contextValue, fieldResolver, typeResolver } = args;
  const plan = planOf(schema, document, operationName ?? undefined);
  if (!plan || plan.schema !== schema || fieldResolver || typeResolver) return executeUnplanned(args);
  const { operation, rootType, conditions, roots } = plan;
  const sent = args.variableValues ?? {};
  const coerced =
    plan.variables(sent) ?? getVariableValues(schema, operation.variableDefinitions ?? [], sent).coerced;
  if (!coerced || conditions.some((name) => typeof coerced[name] !== 'boolean'))
    return executeUnplanned(args);

  const variant = conditions.map((name) => (coerced[name] ? 1 : 0)).join('');
  const run: Run = {
    ...plan,
    variableValues: coerced,
    rootValue,
    contextValue,
    errors: [],
  };
  let selection = roots.get(variant);
  if (!selection) {
    const collected = collectFields(schema, plan.fragments, coerced, rootType, operation.selectionSet);
    selection = selectionOf(rootType, collected);
    roots.set(variant, selection);
  }
  const answer = (data: Value): ExecutionResult =>
    (run.errors.length === 0 ? { data } : { errors: run.errors, data }) as ExecutionResult;
  const spoiled = (error: unknown) => {
    record(run, error as GraphQLError, undefined);
    return answer(null);
  };
  try {
    const data =
      operation.operation === 'mutation'
        ? inTurn(run, selection, rootValue)
        : allOf(run, selection, rootValue, undefined);
    return isPromise(data) ? data.then(answer, spoiled) : answer(data);
  } catch (error) {
    return spoiled(error);
  }
}

function selectionOf(
  parentType: GraphQLObjectType,
  collected: ReadonlyMap<string, readonly FieldNode[]>,
): Selection {
  const fields: Field[] = [];
  for (const [name, nodes] of collected) {
    const definition = definitionOf(parentType, nodes[0]!.name.value);
    if (!definition) continue;
    fields.push(createField(name, nodes, parentType, definition));
  }
  return { fields, blank: Object.fromEntries(fields.map(({ name }) => [name, null])) };
}

function definitionOf(type: GraphQLObjectType, name: string): GraphQLField<unknown, unknown> | undefined {
  return name === TypeNameMetaFieldDef.name ? TypeNameMetaFieldDef : type.getFields()[name];
}

function createField(
  name: string,
  nodes: readonly FieldNode[],
  parentType: GraphQLObjectType,
  definition: GraphQLField<unknown, unknown>,
): Field {
  const { type, resolve } = definition;
  const isPlain = !resolve && isLeafType(isNonNullType(type) ? type.ofType : type);
  const asked = { name, nodes, parentType, definition };
  const args = argumentsOf(definition, nodes[0]!);
  return { ...asked, resolve, args, isPlain, complete: completion(type, asked, objects) };
}

/** Which fields an object of that type has is found when there is the first one. */
function objects(type: GraphQLObjectType, field: Asked): Complete {
  let selection: Selection | undefined;
  return (run, value, path) => {
    const { schema, fragments, variableValues } = run;
    selection ??= selectionOf(type, collectSubfields(schema, fragments, variableValues, type, field.nodes));
    return allOf(run, selection, value, path);
  };
}

/** All fields of an object. A promise when one of them is. */
function allOf(run: Run, { fields, blank }: Selection, source: Value, path: Path | undefined): Value {
  const results: Record<string, Value> = { ...blank };
  let waiting = 0;
  let last = '';
  try {
    for (const field of fields) {
      const value = executeField(run, field, source, path);
      results[field.name] = value;
      if (!isPromise(value)) continue;
      waiting++;
      last = field.name;
    }
  } catch (error) {
    if (waiting === 0) throw error;
    // Whatever the others are doing is waited for.
    return settled(results).finally(() => {
      throw error;
    });
  }
  if (waiting === 0) return results;
  if (waiting > 1) return settled(results);
  return (results[last] as Promise<Value>).then((value) => {
    results[last] = value;
    return results;
  });
}

/** The fields of a mutation, one after another. */
async function inTurn(run: Run, { fields }: Selection, source: Value): Promise<Value> {
  const results: Record<string, Value> = {};
  for (const field of fields) results[field.name] = await executeField(run, field, source, undefined);
  return results;
}

async function settled(results: Record<string, Value>): Promise<Record<string, Value>> {
  const values = await Promise.all(Object.values(results));
  let index = 0;
  for (const name of Object.keys(results)) results[name] = values[index++];
  return results;
}

function executeField(run: Run, field: Field, source: Value, parentPath: Path | undefined): Value {
  const { isPlain, complete } = field;
  const path = isPlain ? undefined : pathTo(field, parentPath);
  try {
    const value = read(run, field, source, parentPath, path);
    if (isPromise(value)) {
      return later(
        value,
        (resolved) => complete(run, resolved, path),
        (error) => failedField(run, field, path ?? pathTo(field, parentPath), error),
      );
    }
    const completed = complete(run, value, path);
    if (!isPromise(completed)) return completed;
    return completed.then(undefined, (error) =>
      failedField(run, field, path ?? pathTo(field, parentPath), error),
    );
  } catch (error) {
    return failedField(run, field, path ?? pathTo(field, parentPath), error);
  }
}

function failedField(run: Run, field: Field, path: Path, error: unknown): null {
  return failed(run, field, field.definition.type, path, error);
}

function read(
  run: Run,
  field: Field,
  source: Value,
  parentPath: Path | undefined,
  path: Path | undefined,
): Value {
  const { definition, resolve, args } = field;
  if (!resolve && typeof source === 'object' && source !== null) {
    const value = (source as Record<string, Value>)[definition.name];
    if (typeof value !== 'function') return value;
  }
  const info = infoOf(run, field, path ?? pathTo(field, parentPath));
  return (resolve ?? defaultFieldResolver)(source, args(run.variableValues), run.contextValue, info);
}
