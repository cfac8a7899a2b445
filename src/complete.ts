/** How the values of fields become those of the answer, by the types of the schema. */

import {
  defaultTypeResolver,
  type GraphQLAbstractType,
  GraphQLError,
  type GraphQLObjectType,
  type GraphQLOutputType,
  isAbstractType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql';
import { inspect } from 'graphql/jsutils/inspect.js';
import { type Asked, failed, fieldPath, infoOf, isPromise, later, type Path, type Run } from './run.ts';

/** The value of a field, or of an item of its list, as the answer has it. `path` is missing for plain fields. */
export type Complete = (run: Run, value: unknown, path: Path | undefined) => unknown;

/** The objects of one type in one field. */
export type Open = (
  type: GraphQLObjectType,
  field: Asked,
) => {
  /** Finds which fields they have, or throws what is wrong with asking for them. */
  readonly select: (run: Run) => void;
  readonly complete: Complete;
};

/** How values of a field of that type are completed; `open` completes objects, once it is known that they are of their type. */
export function completion(type: GraphQLOutputType, field: Asked, open: Open): Complete {
  if (isNonNullType(type)) {
    const inner = completion(type.ofType, field, open);
    return (run, value, path) => {
      const completed = inner(run, value, path);
      if (completed !== null) return completed;
      throw new Error(
        `Cannot return null for non-nullable field ${field.parentType.name}.${field.definition.name}.`,
      );
    };
  }
  const present = completionOfPresent(type, field, open);
  return (run, value, path) => {
    if (value instanceof Error) throw value;
    return value == null ? null : present(run, value, path);
  };
}

function completionOfPresent(
  type: Exclude<GraphQLOutputType, { ofType: never }>,
  field: Asked,
  open: Open,
): Complete {
  if (isListType(type)) return completionOfList(type.ofType, field, open);
  if (isObjectType(type)) return completionOfObject(type, field, open);
  if (isAbstractType(type)) return completionOfAbstract(type, field, open);
  if (!isLeafType(type)) throw new Error(`no value can be of ${type}`);
  return (_run, value) => {
    const serialized = type.serialize(value);
    if (serialized == null) {
      const call = `${inspect(type)}.serialize(${inspect(value)})`;
      const returned = inspect(serialized);
      throw new Error(`Expected \`${call}\` to return non-nullable value, returned: ${returned}`);
    }
    return serialized;
  };
}

function completionOfList(itemType: GraphQLOutputType, field: Asked, open: Open): Complete {
  const complete = completion(itemType, field, open);
  return (run, list, listPath) => {
    if (typeof list !== 'object' || typeof (list as Iterable<unknown>)[Symbol.iterator] !== 'function') {
      const place = `${field.parentType.name}.${field.definition.name}`;
      throw new GraphQLError(`Expected Iterable, but did not find one for field "${place}".`);
    }
    const items: unknown[] = [];
    let waits = false;
    try {
      for (const item of list as Iterable<unknown>) {
        const path = { prev: listPath, key: items.length, typename: undefined };
        const completed = completedItem(run, item, path);
        items.push(completed);
        waits ||= isPromise(completed);
      }
    } catch (error) {
      // Whatever the others come to is heard, and told nobody.
      if (waits) void Promise.allSettled(items);
      throw error;
    }
    return waits ? Promise.all(items) : items;
  };

  function completedItem(run: Run, item: unknown, path: Path): unknown {
    const fail = (error: unknown) => failed(run, field, itemType, path, error);
    if (isPromise(item)) return later(item, (resolved) => complete(run, resolved, path), fail);
    try {
      const completed = complete(run, item, path);
      return isPromise(completed) ? completed.then(undefined, fail) : completed;
    } catch (error) {
      return fail(error);
    }
  }
}

function completionOfObject(type: GraphQLObjectType, field: Asked, open: Open): Complete {
  const { isTypeOf } = type;
  const { select, complete } = open(type, field);

  function check(is: boolean, value: unknown): void {
    if (is) return;
    throw new GraphQLError(`Expected value of type "${type.name}" but got: ${inspect(value)}.`, {
      nodes: field.nodes,
    });
  }

  if (!isTypeOf) return complete;
  return (run, value, path) => {
    select(run);
    const is = isTypeOf(value, run.contextValue, infoOf(run, field, fieldPath(path!)));
    if (isPromise(is)) {
      return is.then((resolved) => {
        check(resolved, value);
        return complete(run, value, path);
      });
    }
    check(is, value);
    return complete(run, value, path);
  };
}

function completionOfAbstract(type: GraphQLAbstractType, field: Asked, open: Open): Complete {
  const resolveType = type.resolveType ?? defaultTypeResolver;
  const completions = new Map<GraphQLObjectType, Complete>();
  return (run, value, path) => {
    const completed = (name: string | undefined) => {
      const runtimeType = typeof name === 'string' ? run.schema.getType(name) : undefined;
      if (!isObjectType(runtimeType) || !run.schema.isSubType(type, runtimeType)) {
        const place = `${field.parentType.name}.${field.definition.name}`;
        const message =
          name == null
            ? `Abstract type "${type.name}" must resolve to an Object type at runtime for field "${place}". Either the "${type.name}" type should provide a "resolveType" function or each possible type should provide an "isTypeOf" function.`
            : `Runtime Object type "${name}" is not a possible type for "${type.name}".`;
        throw new GraphQLError(message, { nodes: field.nodes });
      }
      const complete = completions.get(runtimeType) ?? completionOfObject(runtimeType, field, open);
      completions.set(runtimeType, complete);
      return complete(run, value, path);
    };
    const name = resolveType(value, run.contextValue, infoOf(run, field, fieldPath(path!)), type);
    return isPromise(name) ? name.then(completed) : completed(name);
  };
}
