/** What a resolver may use: the accounts, the loaders of this request, and the count of its upstream calls. */

import type { Account } from './accounts.ts';
import { createLoaders, type Loaders } from './loaders.ts';
import type { Asker } from './providers/provider.ts';

export interface Context {
  /** By name, in the order of configuration. */
  readonly accounts: ReadonlyMap<string, Account>;
  readonly loaders: Loaders;
  readonly asker: Asker;
  /** Calls made for this request so far, by account. A call that another request began is that request's. */
  readonly calls: ReadonlyMap<string, number>;
}

/** A context for one request. */
export function createContext(accounts: ReadonlyMap<string, Account>): Context {
  const calls = new Map<string, number>();
  const asker: Asker = {
    called: (account) => calls.set(account, (calls.get(account) ?? 0) + 1),
  };
  return { accounts, asker, calls, loaders: createLoaders(asker) };
}
