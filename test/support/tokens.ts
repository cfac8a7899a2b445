/** Static tokens for a test: what callers send, and the file that lets them in. */

import { createHash } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Caller, SCOPES } from '../../src/caller.ts';

export interface TestToken {
  readonly name: string;
  readonly token: string;
  readonly scopes: readonly string[];
}

/** One that may do everything. */
export const ROOT: TestToken = { name: 'root', token: 'paygraph_root', scopes: SCOPES };

/** The entry of a token in `TOKENS_FILE`. */
export function entryOf({ name, token, scopes }: TestToken) {
  return { name, sha256: createHash('sha256').update(token).digest('hex'), scopes };
}

/** The path of a new `TOKENS_FILE`. */
export function tokensFile(...tokens: readonly TestToken[]): string {
  const path = join(mkdtempSync(join(tmpdir(), 'paygraph-tokens-')), 'tokens.json');
  writeFileSync(path, JSON.stringify(tokens.map(entryOf)));
  return path;
}

/** The header that a token is sent in. */
export function bearer({ token }: Pick<TestToken, 'token'>) {
  return { authorization: `Bearer ${token}` };
}

/** The name of whoever was let in, or the code and status with which they were not. */
export function told(verdict: Caller | { readonly code: string; readonly status: number }): string {
  return 'status' in verdict ? `${verdict.status} ${verdict.code}` : verdict.name;
}
