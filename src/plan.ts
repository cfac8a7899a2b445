/** What of a document can be known before it is executed, found once for each: Yoga gives equal texts one document. */

import {
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLObjectType,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  visit,
} from 'graphql';
import type { Selection } from './execute.ts';
import { type CoerceVariables, variablesOf } from './inputs.ts';

/** Of one document and one operation in it. */
export interface Plan {
  readonly schema: GraphQLSchema;
  readonly operation: OperationDefinitionNode;
  readonly rootType: GraphQLObjectType;
  readonly variables: CoerceVariables;
  readonly fragments: Record<string, FragmentDefinitionNode>;
  /** Variables that decide which fields there are. */
  readonly conditions: readonly string[];
  /** The fields at the root, for each way in which those variables turn out. */
  readonly roots: Map<string, Selection>;
}

const plans = new WeakMap<DocumentNode, Map<string | undefined, Plan | null>>();

/** Null for what is left to graphql-js: subscriptions, and documents that cannot be executed. */
export function planOf(schema: GraphQLSchema, document: DocumentNode, name: string | undefined): Plan | null {
  let known = plans.get(document);
  if (!known) {
    known = new Map();
    plans.set(document, known);
  }
  let plan = known.get(name);
  if (plan === undefined) {
    plan = createPlan(schema, document, name);
    // Names come from whoever asks; those of no operation would be kept without end.
    if (plan) known.set(name, plan);
  }
  return plan;
}

function createPlan(schema: GraphQLSchema, document: DocumentNode, name: string | undefined): Plan | null {
  const fragments: Record<string, FragmentDefinitionNode> = Object.create(null);
  const operations: OperationDefinitionNode[] = [];
  const conditions = new Set<string>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments[definition.name.value] = definition;
    if (definition.kind !== Kind.OPERATION_DEFINITION) continue;
    if (name === undefined || definition.name?.value === name) operations.push(definition);
  }
  visit(document, {
    Directive: ({ arguments: given }) => {
      for (const { value } of given ?? []) if (value.kind === Kind.VARIABLE) conditions.add(value.name.value);
    },
  });
  const [operation] = operations;
  const rootType = operation && schema.getRootType(operation.operation);
  if (!rootType || operations.length > 1 || operation.operation === 'subscription') return null;
  return {
    schema,
    operation,
    rootType,
    variables: variablesOf(schema, operation),
    fragments,
    conditions: [...conditions],
    roots: new Map(),
  };
}
