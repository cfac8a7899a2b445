/** The accounts as somebody may see them: what a caller may not see does not exist for it. */

import type { Account } from '../accounts.ts';
import { type Caller, EVERY_ACCOUNT, SCOPES, type Scope } from '../caller.ts';

/** By name, in the order of configuration. */
export type Accounts = ReadonlyMap<string, Account>;

export interface Allowed {
  /** Those that they may do anything with. */
  readonly accounts: Accounts;
  /** Those that they may do this with. */
  accountsFor(scope: Scope): Accounts;
}

/** What each caller may see of `all`; found once for each. */
export function createAllowed(all: Accounts): (caller: Caller) => Allowed {
  const known = new WeakMap<Caller, Allowed>();

  function only(keeps: (account: string | typeof EVERY_ACCOUNT) => boolean): Accounts {
    return keeps(EVERY_ACCOUNT) ? all : new Map([...all].filter(([name]) => keeps(name)));
  }

  function find(caller: Caller): Allowed {
    const byScope = Object.fromEntries(
      SCOPES.map((scope) => [scope, only((account) => caller.may(scope, account))]),
    ) as Record<Scope, Accounts>;
    return {
      accounts: only((account) => SCOPES.some((scope) => caller.may(scope, account))),
      accountsFor: (scope) => byScope[scope],
    };
  }

  return (caller) => {
    let allowed = known.get(caller);
    if (!allowed) {
      allowed = find(caller);
      known.set(caller, allowed);
    }
    return allowed;
  };
}
