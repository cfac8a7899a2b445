/** Callers out of JWTs: who is trusted to sign them, what they must say, and what is remembered of them. */

import { createPublicKey, createSecretKey } from 'node:crypto';
import {
  createLocalJWKSet,
  createRemoteJWKSet,
  errors,
  type JWTPayload,
  type JWTVerifyGetKey,
  jwtVerify,
} from 'jose';
import { ANONYMOUS, type Caller, NOBODY } from '../caller.ts';
import type { JwtConfig, JwtKeys } from './access-config.ts';
import { badToken, NO_KEYS, type Refusal } from './refusal.ts';
import { createCaller, parseScope } from './scopes.ts';

type Verdict = Caller | Refusal;

/** The caller of a token, at once when it was seen before; `digest` is what it is remembered by. */
export type ReadJwt = (token: string, digest: string) => Verdict | Promise<Verdict>;

const CLOCK_TOLERANCE_S = 5;
const FETCH_MS = 5_000;
/** How long a key that was withdrawn may still be trusted: keys, and tokens that were checked, are kept no longer. */
const TRUST_MS = 600_000;
const REMEMBERED = 10_000;
/** It goes into the ledger and into logs. */
const NAME = /^[^\p{Cc}\p{Surrogate}]{1,255}$/u;

/** Thrown when it cannot be known whether a token is good. */
class KeysMissing extends Error {}

/** A token may not call itself one of `taken`: in the ledger, a name is one caller. */
export function createJwtReader(
  { keys, algorithms, issuer, audience }: JwtConfig,
  accounts: ReadonlySet<string>,
  taken: ReadonlySet<string>,
): ReadJwt {
  const keyOf = keyFinder(keys);
  const remembered = new Map<string, { readonly caller: Caller; readonly untilMs: number }>();

  async function check(token: string, digest: string): Promise<Verdict> {
    try {
      const { payload } = await jwtVerify(token, keyOf, {
        algorithms: [...algorithms],
        issuer,
        audience,
        requiredClaims: ['exp', 'sub'],
        clockTolerance: CLOCK_TOLERANCE_S,
      });
      const caller = callerOf(payload, accounts);
      if (!caller || isReserved(caller.name)) return badToken(CLAIM_REFUSED('sub'));
      remember(digest, caller, payload.exp ?? 0);
      return caller;
    } catch (error) {
      return refusalFor(error);
    }
  }

  function isReserved(name: string): boolean {
    return taken.has(name) || name === ANONYMOUS.name || name === NOBODY.name;
  }

  function remember(digest: string, caller: Caller, exp: number): void {
    if (remembered.size >= REMEMBERED) remembered.delete(remembered.keys().next().value!);
    remembered.set(digest, { caller, untilMs: Math.min(exp * 1000, Date.now() + TRUST_MS) });
  }

  return (token, digest) => {
    const seen = remembered.get(digest);
    if (seen && Date.now() < seen.untilMs) return seen.caller;
    if (seen) remembered.delete(digest);
    return check(token, digest);
  };
}

function keyFinder(keys: JwtKeys): JWTVerifyGetKey {
  if ('url' in keys) {
    const remote = createRemoteJWKSet(new URL(keys.url), {
      timeoutDuration: FETCH_MS,
      cacheMaxAge: TRUST_MS,
    });
    return async (header, token) => {
      try {
        return await remote(header, token);
      } catch (error) {
        throw isAboutToken(error) ? error : new KeysMissing();
      }
    };
  }
  const [only, ...others] = keys.list;
  // A file that holds one key needs no name for it.
  if (others.length > 0 || !only) return createLocalJWKSet({ keys: [...keys.list] });
  const key =
    only.kty === 'oct'
      ? createSecretKey(Buffer.from(only.k ?? '', 'base64url'))
      : createPublicKey({ key: only, format: 'jwk' });
  return () => key;
}

/** Whether a token asks for a key that is not there, or more than one: the keys themselves are fine. */
function isAboutToken(error: unknown): boolean {
  return (
    error instanceof errors.JWKSNoMatchingKey ||
    error instanceof errors.JWKSMultipleMatchingKeys ||
    error instanceof errors.JOSENotSupported
  );
}

const CLAIM_REFUSED = (claim: string) => `The claim ${claim} of the token is not accepted.`;

/** Claims are looked at after the signature, so that only who may sign is told what is wrong. */
function refusalFor(error: unknown): Refusal {
  if (error instanceof KeysMissing) return NO_KEYS;
  if (error instanceof errors.JWTExpired) return badToken('The token has expired.');
  if (error instanceof errors.JWTClaimValidationFailed) return badToken(CLAIM_REFUSED(error.claim));
  return badToken();
}

/** Scopes that are not known, and those for accounts that are not, are ignored: the issuer may serve others too. */
function callerOf({ sub, scope, scopes }: JWTPayload, accounts: ReadonlySet<string>): Caller | undefined {
  if (typeof sub !== 'string' || !NAME.test(sub)) return undefined;
  const texts = [
    ...(typeof scope === 'string' ? scope.split(' ') : []),
    ...(Array.isArray(scopes) ? scopes : []),
  ];
  const grants = texts.flatMap((text: unknown) => (typeof text === 'string' ? (parseScope(text) ?? []) : []));
  return createCaller(
    sub,
    grants.filter(({ account }) => account === null || accounts.has(account)),
  );
}
