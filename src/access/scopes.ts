/** Scopes as tokens spell them, and the caller that they make. */

import { type Caller, EVERY_ACCOUNT, SCHEMA_SCOPE, SCOPES, type Scope } from '../caller.ts';

/** One scope, for one account or for every one. */
export interface Grant {
  readonly scope: Scope | typeof SCHEMA_SCOPE;
  /** Null for every account. */
  readonly account: string | null;
}

/** `wallets:block`, or `wallets:block@cryptomus-eu`; undefined when there is no such scope. */
export function parseScope(text: string): Grant | undefined {
  if (text === SCHEMA_SCOPE) return { scope: SCHEMA_SCOPE, account: EVERY_ACCOUNT };
  const at = text.indexOf('@');
  const name = at === -1 ? text : text.slice(0, at);
  const scope = SCOPES.find((known) => known === name);
  return scope && { scope, account: at === -1 ? null : text.slice(at + 1) };
}

/** Whoever holds these grants. */
export function createCaller(name: string, grants: readonly Grant[]): Caller {
  const allowed = new Map<Grant['scope'], Set<string | null>>();
  for (const { scope, account } of grants) {
    allowed.set(scope, (allowed.get(scope) ?? new Set()).add(account));
  }
  return {
    name,
    may(scope, account) {
      const accounts = allowed.get(scope);
      return accounts !== undefined && (accounts.has(null) || accounts.has(account));
    },
  };
}
