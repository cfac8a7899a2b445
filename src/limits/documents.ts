/** What is known of each document, found out once: parsed, held against the limits, validated, priced. Bounded. */

import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  getOperationAST,
  Kind,
  type OperationTypeNode,
  type SelectionSetNode,
  validate,
} from 'graphql';
import type { Account } from '../accounts.ts';
import { type PricedOperation, price } from './cost.ts';
import { DOCUMENT_LIMITS, overLimit, refusal } from './limit.ts';
import { type Shape, shapeOf } from './shape.ts';
import { parseWithin } from './text.ts';

/** A document that can be parsed and is within the limits; or why not. */
export type Known = KnownDocument | GraphQLError;

export interface KnownDocument {
  readonly document: DocumentNode;
  /** What validation found, for whoever may see the schema. */
  readonly errors: readonly GraphQLError[];
  /** Whether `__schema` or `__type` is anywhere in it. */
  readonly introspects: boolean;
  /** The operation that is meant by a name, or by none; undefined when that fits none or several. */
  operation(name: string | null | undefined): KnownOperation | undefined;
}

export interface KnownOperation {
  readonly kind: OperationTypeNode;
  readonly name: string | null;
  /** What it costs somebody who may see these accounts and no others: a price tells of none that is hidden. Only of a
   * valid document. */
  price(accounts: Accounts): PricedOperation;
}

type Accounts = ReadonlyMap<string, Account>;

export interface Documents {
  /** What is known of a text; it is remembered for the next time. */
  read(text: string): Known;
  /** Texts that are remembered, and their characters. */
  readonly size: { readonly texts: number; readonly characters: number };
}

const MAX_TEXTS = 1_000;
const MAX_CHARACTERS = 500_000;

export function createDocuments(schema: GraphQLSchema): Documents {
  const texts = new Map<string, Known>();
  let last: Known | undefined;
  let characters = 0;

  function remember(text: string, known: Known): void {
    if (text.length > MAX_CHARACTERS) return;
    texts.set(text, known);
    characters += text.length;
    for (const [oldest] of texts) {
      if (texts.size <= MAX_TEXTS && characters <= MAX_CHARACTERS) return;
      texts.delete(oldest);
      characters -= oldest.length;
    }
  }

  return {
    read(text) {
      const remembered = texts.get(text);
      if (remembered && remembered === last) return remembered;
      last = remembered ?? examine(text, schema);
      if (remembered) {
        // The last one asked for is the last one that is forgotten.
        texts.delete(text);
        texts.set(text, remembered);
      } else {
        remember(text, last);
      }
      return last;
    },
    get size() {
      return { texts: texts.size, characters };
    },
  };
}

/** Everything about a text that depends on nothing else. */
function examine(text: string, schema: GraphQLSchema): Known {
  const document = parseWithin(text);
  if (document instanceof GraphQLError) return document;
  const shape = shapeOf(document);
  const broken = (Object.keys(shape.sizes) as (keyof Shape['sizes'])[]).find(
    (limit) => shape.sizes[limit] > DOCUMENT_LIMITS[limit],
  );
  if (broken) return overLimit(broken, DOCUMENT_LIMITS[broken], shape.sizes[broken]);

  const fragments = fragmentsOf(document);
  const operations = new Map<string | null | undefined, KnownOperation>();
  return {
    document,
    errors: validate(schema, document).map(invalid),
    introspects: shape.introspects,
    operation(name) {
      const known = operations.get(name);
      if (known) return known;
      const node = getOperationAST(document, name);
      if (!node) return undefined;
      const operation: KnownOperation = {
        kind: node.operation,
        name: node.name?.value ?? null,
        price: priceFor((accounts) => price(schema, node, fragments, accounts)),
      };
      operations.set(name, operation);
      return operation;
    },
  };
}

/** Accounts are found once for each caller, and prices are forgotten with them. */
function priceFor(price: (accounts: Accounts) => PricedOperation): KnownOperation['price'] {
  const prices = new WeakMap<Accounts, PricedOperation>();
  return (accounts) => {
    let priced = prices.get(accounts);
    if (!priced) {
      priced = price(accounts);
      prices.set(accounts, priced);
    }
    return priced;
  };
}

function invalid({ message, nodes, source, positions }: GraphQLError): GraphQLError {
  return refusal(message, { code: 'GRAPHQL_VALIDATION_FAILED' }, { nodes, source, positions });
}

function fragmentsOf(document: DocumentNode) {
  const fragments = new Map<string, SelectionSetNode & { readonly on: string }>();
  for (const node of document.definitions) {
    if (node.kind !== Kind.FRAGMENT_DEFINITION) continue;
    fragments.set(node.name.value, { ...node.selectionSet, on: node.typeCondition.name.value });
  }
  return fragments;
}
