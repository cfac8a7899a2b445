/** Who sent a request: the caller that its bearer token stands for, or why it is not let in. */

import { hash } from 'node:crypto';
import type { Caller } from '../caller.ts';
import type { Inbound } from '../inbound.ts';
import type { AccessConfig } from './access-config.ts';
import { badToken, NO_TOKEN, type Refusal } from './refusal.ts';
import { createCaller } from './scopes.ts';

/** Answers at once, unless a JWT is seen for the first time. A header that came more than once is a list. */
export type Authenticate = (headers: Inbound['headers']) => Caller | Refusal | Promise<Caller | Refusal>;

/** RFC 6750, with a bound: no header that Node lets through by default is much longer. */
const BEARER = /^Bearer +([A-Za-z0-9\-._~+/]{1,8192}=*)$/i;

/** For these accounts: what a JWT says of others is ignored. */
export async function createAuthenticate(
  { tokens, jwt }: AccessConfig,
  accounts: readonly string[],
): Promise<Authenticate> {
  // Tokens of one name have the same scopes, and are one caller.
  const byName = new Map(tokens.map(({ name, grants }) => [name, createCaller(name, grants)]));
  // What is looked up is a digest, so that how long it takes tells nothing of a token.
  const byDigest = new Map(tokens.map(({ name, sha256 }) => [sha256, byName.get(name)!]));
  // Whoever believes no JWTs need not wait for their library.
  const readJwt =
    jwt && (await import('./jwt.ts')).createJwtReader(jwt, new Set(accounts), new Set(byName.keys()));

  return ({ authorization }) => {
    if (authorization === undefined) return NO_TOKEN;
    const [header, ...others] = typeof authorization === 'string' ? [authorization] : authorization;
    const token = others.length === 0 ? BEARER.exec(header ?? '')?.[1] : undefined;
    if (token === undefined) return badToken();
    const digest = hash('sha256', token);
    return byDigest.get(digest) ?? readJwt?.(token, digest) ?? badToken();
  };
}
