/** What an operation costs in upstream calls at most: worked out from what fields declare, once per document as far as
 * it does not depend on variables. */

import {
  type FieldNode,
  type GraphQLNamedType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isInterfaceType,
  isListType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
  type ValueNode,
  valueFromASTUntyped,
} from 'graphql';
import type { Account } from '../accounts.ts';
import type { Asked, Count, Upstream } from '../schema/upstream.ts';

type Variables = Readonly<Record<string, unknown>>;
type Amount = number | ((variables: Variables) => number);

/** The bound of an operation, for the variables that come with it as they were sent. */
export type Bound = (variables: Variables | null | undefined) => number;

export interface PricedOperation {
  readonly bound: Bound;
  /** Writes that a provider carries out, under as many names as they have in the answer. */
  readonly writes: number;
}

/** Longest list of which nothing else is declared. */
const LIST = 100;

/** Prices an operation of a document that is valid, small, and may use these fragments. */
export function price(
  schema: GraphQLSchema,
  operation: OperationDefinitionNode,
  fragments: ReadonlyMap<string, SelectionSetNode & { readonly on: string }>,
  accounts: ReadonlyMap<string, Account>,
): PricedOperation {
  const root = schema.getRootType(operation.operation)!;
  const writes = new Set<string>();

  function selection(set: SelectionSetNode, parent: GraphQLNamedType | undefined, rows: Amount): Amount {
    let sum: Amount = 0;
    for (const node of set.selections) sum = plus(sum, ifIncluded(node, one(node, parent, rows)));
    return sum;
  }

  function one(node: SelectionNode, parent: GraphQLNamedType | undefined, rows: Amount): Amount {
    if (node.kind === Kind.FIELD) return field(node, parent, rows);
    if (node.kind === Kind.INLINE_FRAGMENT) {
      const { typeCondition } = node;
      return selection(
        node.selectionSet,
        typeCondition ? schema.getType(typeCondition.name.value) : parent,
        rows,
      );
    }
    const fragment = fragments.get(node.name.value);
    return fragment ? selection(fragment, schema.getType(fragment.on), rows) : 0;
  }

  function field(node: FieldNode, parent: GraphQLNamedType | undefined, outer: Amount): Amount {
    const fields = isObjectType(parent) || isInterfaceType(parent) ? parent.getFields() : undefined;
    const definition = fields?.[node.name.value];
    if (!definition) return 0;
    const { calls = 0, rows, isWrite } = (definition.extensions.upstream ?? {}) as Upstream;
    if (isWrite) writes.add((node.alias ?? node.name).value);
    const own = amountOf(calls, node);
    if (!node.selectionSet) return own;
    const inner = rows === undefined ? outer : amountOf(rows, node);
    const below = selection(node.selectionSet, getNamedType(definition.type), inner);
    return plus(own, isList(definition.type) ? times(inner, below) : below);
  }

  function amountOf(count: Count, node: FieldNode): Amount {
    if (typeof count === 'number') return count;
    const values = new Map(node.arguments?.map(({ name, value }) => [name.value, value]));
    const asked = (variables: Variables): Asked => ({
      accounts,
      arg: (name) => {
        const value = values.get(name);
        return value && valueFromASTUntyped(value, variables);
      },
    });
    return [...values.values()].some(hasVariable) ? (variables) => count(asked(variables)) : count(asked({}));
  }

  const amount = selection(operation.selectionSet, root, LIST);
  return { bound: boundOf(amount, operation), writes: writes.size };
}

function boundOf(amount: Amount, operation: OperationDefinitionNode): Bound {
  if (typeof amount === 'number') {
    const bound = Math.floor(amount);
    return () => bound;
  }
  const defaults = Object.create(null) as Record<string, unknown>;
  for (const { variable, defaultValue } of operation.variableDefinitions ?? []) {
    if (defaultValue) defaults[variable.name.value] = valueFromASTUntyped(defaultValue);
  }
  return (variables) => Math.floor(amount(Object.assign(Object.create(null), defaults, variables)));
}

function plus(left: Amount, right: Amount): Amount {
  if (right === 0) return left;
  if (left === 0) return right;
  if (typeof left === 'number' && typeof right === 'number') return left + right;
  return (variables) => evaluate(left, variables) + evaluate(right, variables);
}

function times(left: Amount, right: Amount): Amount {
  if (right === 0) return 0;
  if (typeof left === 'number' && typeof right === 'number') return left * right;
  return (variables) => evaluate(left, variables) * evaluate(right, variables);
}

function evaluate(amount: Amount, variables: Variables): number {
  return typeof amount === 'number' ? amount : amount(variables);
}

/** Nothing for what `@skip` and `@include` leave out. What they cannot mean is refused later. */
function ifIncluded(node: SelectionNode, amount: Amount): Amount {
  if (amount === 0) return 0;
  let result = amount;
  for (const { name, arguments: given } of node.directives ?? []) {
    const value = given?.[0]?.value;
    const leftOut = name.value === 'skip' ? true : name.value === 'include' ? false : undefined;
    if (value === undefined || leftOut === undefined) continue;
    if (value.kind === Kind.BOOLEAN && value.value === leftOut) return 0;
    if (value.kind !== Kind.VARIABLE) continue;
    const kept = result;
    result = (variables) => (variables[value.name.value] === leftOut ? 0 : evaluate(kept, variables));
  }
  return result;
}

function isList(type: GraphQLOutputType): boolean {
  return isListType(getNullableType(type));
}

function hasVariable(value: ValueNode): boolean {
  if (value.kind === Kind.VARIABLE) return true;
  if (value.kind === Kind.LIST) return value.values.some(hasVariable);
  return value.kind === Kind.OBJECT && value.fields.some((field) => hasVariable(field.value));
}
