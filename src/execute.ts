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
  type GraphQLSchema,
  getVariableValues,
  isLeafType,
  isNonNullType,
  SchemaMetaFieldDef,
  TypeMetaFieldDef,
  TypeNameMetaFieldDef,
} from 'graphql';
import { collectFields, collectSubfields } from 'graphql/execution/collectFields.js';
import { type Complete, completion, type Open } from './complete.ts';
import { argumentsOf, type CoerceArguments } from './inputs.ts';
import { planOf } from './plan.ts';
import { type Asked, failed, infoOf, isPromise, later, type Path, pathTo, type Run, record } from './run.ts';

type Value = unknown;

/** More conditions make more combinations of fields than are worth keeping. */
const MAX_KEPT_CONDITIONS = 5;

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
  /** An object with all of them. A copy has its final shape from the start, is not moved as it grows, and takes a field that a client
   * calls `__proto__` as any other. */
  readonly blank: Readonly<Record<string, Value>>;
}

/** In place of the function of the same name in graphql-js. */
export function execute(args: ExecutionArgs): ExecutionResult | Promise<ExecutionResult> {
  const { schema, document, operationName, rootValue, contextValue, fieldResolver, typeResolver } = args;
  const plan = planOf(schema, document, operationName ?? undefined);
  if (!plan || plan.schema !== schema || fieldResolver || typeResolver) return executeUnplanned(args);
  const { operation, variables } = plan;
  const sent = args.variableValues ?? {};
  const coerced =
    variables(sent) ?? getVariableValues(schema, operation.variableDefinitions ?? [], sent).coerced;
  if (!coerced) return executeUnplanned(args);
  const run: Run = { ...plan, variableValues: coerced, rootValue, contextValue, errors: [] };
  const answer = (data: Value): ExecutionResult =>
    (run.errors.length === 0 ? { data } : { errors: run.errors, data }) as ExecutionResult;
  const spoiled = (error: unknown) => {
    record(run, error as GraphQLError, undefined);
    return answer(null);
  };
  try {
    const selection = rootSelection(run);
    const data =
      operation.operation === 'mutation'
        ? inTurn(run, selection, rootValue)
        : allOf(run, selection, rootValue, undefined);
    return isPromise(data) ? data.then(answer, spoiled) : answer(data);
  } catch (error) {
    return spoiled(error);
  }
}

function rootSelection({
  schema,
  fragments,
  rootType,
  operation,
  conditions,
  roots,
  variableValues,
}: Run): Selection {
  const turnedOut = conditions.map((name) => variableValues[name]);
  const variant = turnedOut.join();
  const known = roots.get(variant);
  if (known) return known;
  const collected = collectFields(schema, fragments, variableValues, rootType, operation.selectionSet);
  const selection = selectionOf(schema, rootType, collected);
  if (conditions.length <= MAX_KEPT_CONDITIONS) roots.set(variant, selection);
  return selection;
}

function selectionOf(
  schema: GraphQLSchema,
  parentType: GraphQLObjectType,
  collected: ReadonlyMap<string, readonly FieldNode[]>,
): Selection {
  const fields: Field[] = [];
  for (const [name, nodes] of collected) {
    const definition = definitionOf(schema, parentType, nodes[0]!.name.value);
    if (!definition) continue;
    fields.push(createField(name, nodes, parentType, definition));
  }
  return { fields, blank: Object.fromEntries(fields.map(({ name }) => [name, null])) };
}

function definitionOf(
  schema: GraphQLSchema,
  type: GraphQLObjectType,
  name: string,
): GraphQLField<unknown, unknown> | undefined {
  if (name === TypeNameMetaFieldDef.name) return TypeNameMetaFieldDef;
  if (type === schema.getQueryType()) {
    if (name === SchemaMetaFieldDef.name) return SchemaMetaFieldDef;
    if (name === TypeMetaFieldDef.name) return TypeMetaFieldDef;
  }
  return type.getFields()[name];
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
function objects(type: GraphQLObjectType, field: Asked): ReturnType<Open> {
  let selection: Selection | undefined;
  function select({ schema, fragments, variableValues }: Run): Selection {
    selection ??= selectionOf(
      schema,
      type,
      collectSubfields(schema, fragments, variableValues, type, field.nodes),
    );
    return selection;
  }
  return { select, complete: (run, value, path) => allOf(run, select(run), value, path) };
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
async function inTurn(run: Run, { fields, blank }: Selection, source: Value): Promise<Value> {
  const results: Record<string, Value> = { ...blank };
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
