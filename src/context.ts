/** What a resolver may use: the accounts, what is kept, the way to write, the loaders of this request, and the count
 * of its upstream calls. */

import type { Allowed } from './access/allowed.ts';
import type { Account } from './accounts.ts';
import type { Caller } from './caller.ts';
import type { Payout } from './domain.ts';
import type { Inbound } from './inbound.ts';
import { createLoaders, type Loaders } from './loaders.ts';
import type { Operation } from './operation.ts';
import type { Asker } from './providers/provider.ts';
import type { Store } from './store/store.ts';
import type { Write, Writer } from './write.ts';

/** What all requests share. */
export interface Services {
  /** By name, in the order of configuration. */
  readonly accounts: ReadonlyMap<string, Account>;
  /** What somebody may see of them. */
  readonly allowed: (caller: Caller) => Allowed;
  readonly store: Store;
  readonly writer: Writer;
  /** How long a list waits for one of its accounts, in milliseconds. */
  readonly listWaitMs: number;
  /** How long a request may take, in milliseconds. */
  readonly requestMs: number;
  /** Told of every error that no client may see, and of the request where it is known: each one is a bug. */
  readonly onBug: (error: unknown, request?: string) => void;
}

/** Of the accounts it has those that whoever asks may see: no other exists for them. */
export interface Context extends Omit<Services, 'allowed'>, Allowed {
  /** The HTTP request, and who sent it. */
  readonly inbound: Inbound;
  readonly loaders: Loaders;
  readonly asker: Asker;
  /** Calls made for this request so far, by account. A call that another request began is that request's. */
  readonly calls: ReadonlyMap<string, number>;
  /** Writes on behalf of whoever asks. */
  write(write: Omit<Write, 'caller'>): Promise<Operation>;
}

/** A context for one request. */
export function createContext(services: Services, inbound: Inbound): Context {
  const { allowed, ...shared } = services;
  const { store, writer, onBug, requestMs } = services;
  const calls = new Map<string, number>();
  const asker: Asker = {
    request: inbound.id,
    signal: inbound.signal,
    dueAt: performance.now() + requestMs,
    called: (account) => calls.set(account, (calls.get(account) ?? 0) + 1),
  };

  /** A payout that can be found again only by who remembers it is remembered. A read does not fail over that. */
  const learn = (payout: Payout) =>
    store.directory.learnPayout(payout, 'READ').catch((error) => onBug(error, inbound.id));

  return {
    ...shared,
    ...allowed(inbound.caller),
    inbound,
    asker,
    calls,
    loaders: createLoaders(asker, learn),
    write: (write) => writer.perform({ ...write, caller: inbound.caller.name }, asker),
  };
}
