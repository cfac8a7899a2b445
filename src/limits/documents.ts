/** What is known of each document, found out once: parsed, held against the limits, validated, priced. Bounded. */

import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  getOperationAST,
  Kind,
  type SelectionSetNode,
  validate,
} from 'graphql';
import type { Account } from '../accounts.ts';
import { type PricedOperation, price } from './cost.ts';
import { DOCUMENT_LIMITS, overLimit } from './limit.ts';
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
  /** The operation that would be executed, priced for somebody who may see these accounts and no others, so that a price
   * tells of none that is hidden; undefined when the name fits none. Only of a valid document. */
  operation(name: string | null | undefined, accounts: Accounts): PricedOperation | undefined;
}

type Accounts = ReadonlyMap<string, Account>;

export interface Documents {
  /** What is known of a text; it is remembered for the next time. */
  read(text: string): Known;
  /** What is known of what was read. */
  of(document: DocumentNode): KnownDocument | undefined;
  /** Texts that are remembered, and their characters. */
  readonly size: { readonly texts: number; readonly characters: number };
}

const MAX_TEXTS = 1_000;
const MAX_CHARACTERS = 500_000;

export function createDocuments(schema: GraphQLSchema): Documents {
  const texts = new Map<string, Known>();
  const byDocument = new WeakMap<DocumentNode, KnownDocument>();
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
      if (remembered) {
        // The last one asked for is the last one that is forgotten.
        texts.delete(text);
        texts.set(text, remembered);
        return remembered;
      }
      const known = examine(text, schema);
      if (!(known instanceof GraphQLError)) byDocument.set(known.document, known);
      remember(text, known);
      return known;
    },
    of: (document) => byDocument.get(document),
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

  const errors = validate(schema, document);
  const fragments = fragmentsOf(document);
  // Accounts are found once for each caller, and prices are forgotten with them.
  const prices = new WeakMap<Accounts, Map<unknown, PricedOperation>>();
  return {
    document,
    errors,
    introspects: shape.introspects,
    operation(name, accounts) {
      const operation = getOperationAST(document, name);
      if (!operation) return undefined;
      const priced = prices.get(accounts) ?? new Map<unknown, PricedOperation>();
      prices.set(accounts, priced);
      const known = priced.get(operation) ?? price(schema, operation, fragments, accounts);
      priced.set(operation, known);
      return known;
    },
  };
}

function fragmentsOf(document: DocumentNode) {
  const fragments = new Map<string, SelectionSetNode & { readonly on: string }>();
  for (const node of document.definitions) {
    if (node.kind !== Kind.FRAGMENT_DEFINITION) continue;
    fragments.set(node.name.value, { ...node.selectionSet, on: node.typeCondition.name.value });
  }
  return fragments;
}
