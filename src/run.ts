/** One execution of a plan: where its values are, what resolvers are told of that, and what failed. */

import {
  type FieldNode,
  type GraphQLError,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLResolveInfo,
  isNonNullType,
  locatedError,
  responsePathAsArray,
} from 'graphql';
import type { Plan } from './plan.ts';

export type Path = GraphQLResolveInfo['path'];

export interface Run extends Plan {
  readonly variableValues: Record<string, unknown>;
  readonly rootValue: unknown;
  readonly contextValue: unknown;
  readonly errors: GraphQLError[];
  /** Places that are null because of an error at or below them; none yet when it is missing. */
  nulled?: Set<Path | undefined>;
}

/** A field of the document, in one of the types that it is asked of. */
export interface Asked {
  /** As the answer calls it. */
  readonly name: string;
  readonly nodes: readonly FieldNode[];
  readonly parentType: GraphQLObjectType;
  readonly definition: GraphQLField<unknown, unknown>;
}

export function pathTo({ name, parentType }: Asked, prev: Path | undefined): Path {
  return { prev, key: name, typename: parentType.name };
}

/** The place of the field that an item of its list is at. */
export function fieldPath(path: Path): Path {
  return typeof path.key === 'number' ? fieldPath(path.prev!) : path;
}

/** What a resolver is told of where it stands. */
export function infoOf(run: Run, { definition, nodes, parentType }: Asked, path: Path): GraphQLResolveInfo {
  return {
    fieldName: definition.name,
    fieldNodes: nodes,
    returnType: definition.type,
    parentType,
    path,
    schema: run.schema,
    fragments: run.fragments,
    rootValue: run.rootValue,
    operation: run.operation,
    variableValues: run.variableValues,
  };
}

/** Null in place of what failed, or the error itself where null may not be. */
export function failed(run: Run, { nodes }: Asked, type: GraphQLOutputType, path: Path, raw: unknown): null {
  const error = locatedError(raw, nodes, responsePathAsArray(path));
  if (isNonNullType(type)) throw error;
  record(run, error, path);
  return null;
}

/** An error in a place that is null already is not told. */
export function record(run: Run, error: GraphQLError, path: Path | undefined): void {
  run.nulled ??= new Set();
  for (let at = path; at; at = at.prev) if (run.nulled.has(at)) return;
  if (run.nulled.has(undefined)) return;
  run.nulled.add(path);
  run.errors.push(error);
}

export function isPromise(value: unknown): value is Promise<unknown> {
  // Texts and numbers, which most values are, are not looked into.
  return (
    typeof value === 'object' && value !== null && typeof (value as Promise<unknown>).then === 'function'
  );
}

/** A value that is on its way, as it is completed when it is there, or what `fail` makes of its failing. */
export function later(
  value: Promise<unknown>,
  complete: (resolved: unknown) => unknown,
  fail: (error: unknown) => unknown,
): Promise<unknown> {
  return value.then((resolved) => {
    try {
      const completed = complete(resolved);
      return isPromise(completed) ? completed.then(undefined, fail) : completed;
    } catch (error) {
      return fail(error);
    }
  }, fail);
}
