/** The file that lists trusted documents, in the forms that client tools write. */

import { readFileSync } from 'node:fs';
import { z } from 'zod';

/** Texts by their hashes, in lower case. */
export type Manifest = ReadonlyMap<string, string>;

const HASH = /^(?:sha256:)?([0-9a-f]{64})$/i;
const hash = z.string().regex(HASH);

/** As GraphQL Code Generator and Relay write it, and as Apollo does. */
const manifestSchema = z.union([
  z
    .object({
      format: z.literal('apollo-persisted-query-manifest'),
      operations: z.array(z.object({ id: hash, body: z.string() })),
    })
    .transform(({ operations }) => operations.map(({ id, body }) => [id, body] as const)),
  z.record(hash, z.string()).transform((documents) => Object.entries(documents)),
]);

/** Reads a manifest. What is wrong with it is added to `problems`, each beginning with the variable's name. */
export function readManifest(path: string, problems: string[]): Manifest {
  const name = 'TRUSTED_DOCUMENTS_FILE';
  try {
    const parsed = manifestSchema.safeParse(JSON.parse(readFileSync(path, 'utf8')));
    if (parsed.success) return new Map(parsed.data.map(([id, text]) => [hashIn(id)!, text]));
    problems.push(`${name}: must hold a JSON object of documents by their SHA-256`);
  } catch (error) {
    problems.push(`${name}: ${error instanceof SyntaxError ? 'is not JSON' : `cannot be read (${path})`}`);
  }
  return new Map();
}

/** The hash in a text such as `sha256:ab12…`, with or without the name of the algorithm. */
export function hashIn(text: string): string | undefined {
  return HASH.exec(text)?.[1]?.toLowerCase();
}
