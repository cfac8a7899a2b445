/** Trusted documents: the only ones that run, each named by its hash. */

import { GraphQLError } from 'graphql';
import { schema } from '../schema/index.ts';
import { createDocuments, type Documents, type Known } from './documents.ts';
import { refusal } from './limit.ts';
import { hashIn, type Manifest } from './manifest.ts';

/** What a client says of the document that it wants: its text, which is empty when it is named by its hash. */
export interface Named {
  readonly query: string;
  readonly documentId?: unknown;
  readonly extensions?: Readonly<Record<string, unknown>> | null | undefined;
}

/** The hash that a request names: `documentId`, or `extensions.persistedQuery.sha256Hash`. */
function namedHash({ documentId, extensions }: Omit<Named, 'query'>): string | undefined {
  const persisted = extensions?.persistedQuery as { readonly sha256Hash?: unknown } | null | undefined;
  const named = documentId ?? persisted?.sha256Hash;
  return typeof named === 'string' ? hashIn(named) : undefined;
}

/** The text in the parameters of a request, as it came; empty when it names a document by its hash instead, where that is
 * taken. */
export function textIn(
  params: Omit<Named, 'query'> & { readonly query?: unknown },
  takesHashes: boolean,
): unknown {
  return takesHashes && params.query == null && namedHash(params) ? '' : params.query;
}

/** The documents that do not fit, each with the reason. */
export function unfitDocuments(manifest: Manifest): string[] {
  const documents = createDocuments(schema);
  const problems: string[] = [];
  for (const [id, text] of manifest) {
    const known = documents.read(text);
    const [error] = known instanceof GraphQLError ? [known] : known.errors;
    if (error) problems.push(`TRUSTED_DOCUMENTS_FILE: ${id}: ${error.message}`);
  }
  return problems;
}

const NOT_LISTED = refusal('No document with this hash is in the list of trusted documents.', {
  code: 'PERSISTED_QUERY_NOT_FOUND',
});
const ONLY_LISTED = refusal(
  'Only trusted documents run here, named by their hashes and without their texts.',
  { code: 'PERSISTED_QUERY_ONLY' },
);

/** The listed document that a request names, or why none is run. Its text is not looked at: it must not have one. */
export function trustedDocument(manifest: Manifest, documents: Documents, named: Named): Known {
  const hash = namedHash(named);
  if (named.query !== '' || hash === undefined) return ONLY_LISTED;
  const listed = manifest.get(hash);
  return listed === undefined ? NOT_LISTED : documents.read(listed);
}
