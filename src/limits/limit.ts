/** The limits of a request, and the one way in which it is told that it goes beyond one. */

import { GraphQLError } from 'graphql';

/** Limits of what a document may be, whoever sends it. Fragments count wherever they are spread. */
export const DOCUMENT_LIMITS = {
  /** Words and signs of the text; what is beyond them is not read. */
  tokens: 4_000,
  /** Comments, which are no tokens. */
  comments: 1_000,
  /** Brackets within brackets of any kind. */
  nesting: 64,
  /** Fields within fields. */
  depth: 12,
  /** Fields in all. */
  fields: 2_000,
  /** Fields of one operation that are not below another one. */
  rootFields: 100,
  aliases: 200,
  directives: 100,
  /** Fragments that are defined. */
  fragments: 200,
  /** Fields within fields of `__schema` and `__type`. */
  introspectionDepth: 20,
  /** Fields that introspection would answer, roughly. The usual query has about a third of this. */
  introspectionSize: 600_000,
} as const;

export type DocumentLimit = keyof typeof DOCUMENT_LIMITS;

/** Limits of what an operation may do. */
export interface OperationLimits {
  /** Upstream calls in the worst case. */
  readonly cost: number;
  /** Writes that a provider carries out. */
  readonly moneyMutations: number;
}

export const OPERATION_LIMITS: OperationLimits = { cost: 250, moneyMutations: 5 };

const SENTENCES: Record<DocumentLimit | keyof OperationLimits, string> = {
  tokens: 'The document is too long',
  comments: 'The document has too many comments',
  nesting: 'Brackets are nested too deeply',
  depth: 'Fields are nested too deeply',
  fields: 'The document selects too many fields',
  rootFields: 'An operation has too many fields of its own',
  aliases: 'The document has too many aliases',
  directives: 'The document has too many directives',
  fragments: 'The document has too many fragments',
  introspectionDepth: 'Introspection is nested too deeply',
  introspectionSize: 'Introspection asks for too much',
  cost: 'In the worst case this takes too many upstream calls',
  moneyMutations: 'Too many writes are asked for at once',
};

/** The refusal of what goes beyond a limit. `found` is at least what there is: counting may stop early. */
export function overLimit(limit: keyof typeof SENTENCES, max: number, found: number): GraphQLError {
  return refusal(`${SENTENCES[limit]}: ${found}, and the limit is ${max}.`, {
    code: 'LIMIT_EXCEEDED',
    limit,
    max,
    found,
  });
}

/** An error before execution. Its status is told where the answer's media type has one for it. */
export function refusal(
  message: string,
  extensions: Record<string, unknown>,
  place: Partial<Pick<GraphQLError, 'nodes' | 'source' | 'positions'>> = {},
): GraphQLError {
  const { nodes, source, positions } = place;
  return new GraphQLError(message, {
    nodes: nodes ?? null,
    source: source ?? null,
    positions: positions ?? null,
    extensions: { http: { spec: true, status: 400 }, ...extensions },
  });
}
