/** Who may use Paygraph, as it is configured: static tokens by their digests, and whose JWTs are believed. No message
 * ever contains a value. */

import { createPublicKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { JWK } from 'jose';
import { z } from 'zod';
import { describe, type Environment, readJsonList } from '../account-config.ts';
import { ANONYMOUS, NOBODY } from '../caller.ts';
import { isLoopback } from '../loopback.ts';
import { type Grant, parseScope } from './scopes.ts';

export interface TokenConfig {
  /** The caller's name. Several tokens may have it, with the same scopes. */
  readonly name: string;
  /** Of the token, in lower-case hexadecimal digits. */
  readonly sha256: string;
  readonly grants: readonly Grant[];
}

/** Where the keys are fetched, or the keys themselves: one secret, or any number of public ones. */
export type JwtKeys = { readonly url: string } | { readonly list: readonly JWK[] };

export interface JwtConfig {
  readonly keys: JwtKeys;
  readonly algorithms: readonly string[];
  readonly issuer: string;
  readonly audience: string;
}

export interface AccessConfig {
  readonly tokens: readonly TokenConfig[];
  readonly jwt: JwtConfig | null;
}

const VARIABLES = [
  'TOKENS_FILE',
  'JWT_JWKS_URL',
  'JWT_KEY_FILE',
  'JWT_ISSUER',
  'JWT_AUDIENCE',
  'JWT_ALGORITHMS',
] as const;

export const callerName = /^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}$/;

/** Null when nothing is configured. Scopes may name these accounts; undefined when they are not known. */
export function readAccess(
  env: Environment,
  accounts: ReadonlySet<string> | undefined,
  problems: string[],
): AccessConfig | null {
  if (VARIABLES.every((variable) => env[variable] === undefined)) return null;
  const tokens = env.TOKENS_FILE ? readTokens(env.TOKENS_FILE, accounts, problems) : [];
  return { tokens, jwt: readJwt(env, problems) };
}

const tokenSchema = z.strictObject({
  name: z
    .string()
    .regex(callerName, 'must be 1 to 64 letters, digits and . _ @ -, a letter or digit first')
    .refine((name) => name !== ANONYMOUS.name && name !== NOBODY.name, 'is taken'),
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/i, 'must be the SHA-256 of a token: 64 hexadecimal digits')
    .transform((digest) => digest.toLowerCase()),
  scopes: z.array(z.string()).min(1, 'must hold at least one scope'),
});

function readTokens(path: string, accounts: ReadonlySet<string> | undefined, problems: string[]) {
  const tokens: TokenConfig[] = [];
  for (const [index, entry] of readJsonList('TOKENS_FILE', path, 'token', problems).entries()) {
    const place = `TOKENS_FILE[${index}]`;
    const token = tokenSchema.safeParse(entry);
    if (!token.success) {
      problems.push(...describe(token.error, (at) => [place, ...at.map(String)].join('.')));
      continue;
    }
    const { name, sha256, scopes } = token.data;
    const grants = scopes.flatMap((text, at) => {
      const grant = parseScope(text);
      if (!grant) problems.push(`${place}.scopes.${at}: is no scope`);
      else if (grant.account !== null && accounts && !accounts.has(grant.account)) {
        problems.push(`${place}.scopes.${at}: is for an account that is not configured`);
      }
      return grant ?? [];
    });
    if (tokens.some((other) => other.sha256 === sha256)) problems.push(`${place}.sha256: is used twice`);
    if (tokens.some((other) => other.name === name && !isSame(other.grants, grants))) {
      problems.push(`${place}.name: is used twice, with other scopes`);
    }
    tokens.push({ name, sha256, grants });
  }
  return tokens;
}

function isSame(some: readonly Grant[], others: readonly Grant[]): boolean {
  const all = (grants: readonly Grant[]) =>
    [...new Set(grants.map((grant) => JSON.stringify(grant)))].sort().join();
  return all(some) === all(others);
}

const asymmetric = [
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
  ...['ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'],
];
const symmetric = ['HS256', 'HS384', 'HS512'];

function readJwt(env: Environment, problems: string[]): JwtConfig | null {
  const { JWT_JWKS_URL: url, JWT_KEY_FILE: file, JWT_ISSUER: issuer, JWT_AUDIENCE: audience } = env;
  const set = VARIABLES.filter((variable) => variable.startsWith('JWT_') && env[variable] !== undefined);
  if (set.length === 0) return null;
  const wrong = (problem: string) => void problems.push(problem);

  if (url && file) wrong('JWT_KEY_FILE: is not used with JWT_JWKS_URL; unset one of them');
  if (!url && !file)
    wrong(`JWT_JWKS_URL: is missing, and so is JWT_KEY_FILE (${set[0]} is set, so one is needed)`);
  if (!issuer) wrong(`JWT_ISSUER: is missing (${set[0]} is set, so it is needed)`);
  if (!audience) wrong(`JWT_AUDIENCE: is missing (${set[0]} is set, so it is needed)`);
  if (url && !isSafeUrl(url)) {
    wrong('JWT_JWKS_URL: must be an https:// address; http:// is for this machine only');
  }
  const list = file && !url ? readKeys(file, wrong) : [];

  const isSecret = list.some(({ kty }) => kty === 'oct');
  const possible = isSecret ? symmetric : asymmetric;
  const named = env.JWT_ALGORITHMS?.split(/[\s,]+/).filter(Boolean);
  const algorithms = named ?? (isSecret ? [list[0]?.alg ?? 'HS256'] : possible);
  if (algorithms.length === 0 || algorithms.some((algorithm) => !possible.includes(algorithm))) {
    wrong(`JWT_ALGORITHMS: must be some of ${possible.join(', ')}`);
  }
  return { keys: url ? { url } : { list }, algorithms, issuer: issuer ?? '', audience: audience ?? '' };
}

function isSafeUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, username, password } = new URL(text);
  if (username || password) return false;
  return protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname));
}

/** The keys of a file: a public key as PEM, a JWK, or a set of them. */
function readKeys(path: string, wrong: (problem: string) => void): JWK[] {
  let text: string;
  try {
    text = readFileSync(path, 'utf8').trim();
  } catch {
    wrong('JWT_KEY_FILE: cannot be read');
    return [];
  }
  try {
    const list = text.startsWith('{') ? jwksOf(JSON.parse(text)) : [jwkOfPem(text)];
    if (list.length > 0 && list.every((jwk) => isUsable(jwk, list.length === 1))) return list;
  } catch {
    // What is wrong with a key must not be told by showing it.
  }
  wrong(
    'JWT_KEY_FILE: must hold a public key (RSA of at least 2048 bits, EC or Ed25519) as PEM, JWK or JWK Set, or one ' +
      'secret key of at least 256 bits as JWK',
  );
  return [];
}

function jwksOf(json: { keys?: JWK[] } & JWK): JWK[] {
  return json.keys ?? [json];
}

function jwkOfPem(pem: string): JWK {
  if (pem.includes('PRIVATE KEY')) throw new Error('A private key is for who signs.');
  return createPublicKey(pem).export({ format: 'jwk' }) as JWK;
}

function isUsable(jwk: JWK, isAlone: boolean): boolean {
  if (jwk.kty === 'oct') return isAlone && Buffer.from(jwk.k ?? '', 'base64url').length >= 32;
  if (jwk.d !== undefined) return false;
  const { asymmetricKeyType, asymmetricKeyDetails } = createPublicKey({ key: jwk, format: 'jwk' });
  if (asymmetricKeyType === 'rsa') return (asymmetricKeyDetails?.modulusLength ?? 0) >= 2048;
  return asymmetricKeyType === 'ec' || asymmetricKeyType === 'ed25519';
}
