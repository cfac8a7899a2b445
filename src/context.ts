/** What a resolver may use: the accounts, what is kept, the way to write, the loaders of this request, and the count
 * of its upstream calls. */

import { contextCacheSymbol } from '@pothos/core';
import type { Allowed } from './access/allowed.ts';
import type { Account } from './accounts.ts';
import type { Caller } from './caller.ts';
import { Calls } from './calls.ts';
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
  /** What somebody may see of them; the same each time for one caller. */
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

/** Of one request. Of the accounts it has those that whoever asks may see: no other exists for them. */
export class Context implements Allowed {
  readonly accounts: Allowed['accounts'];
  readonly accountsFor: Allowed['accountsFor'];
  readonly store: Store;
  readonly listWaitMs: number;
  /** The HTTP request, and who sent it. */
  readonly inbound: Inbound;
  readonly asker: Asker;
  /** Calls made for this request. A call that another request began is that request's. */
  readonly calls = new Calls();
  /** Where plugin-scope-auth keeps what it has found: by caller, since it is the same for all their requests. */
  readonly [contextCacheSymbol]: Allowed;
  readonly #services: Services;
  #loaders: Loaders | undefined;

  constructor(services: Services, inbound: Inbound) {
    const allowed = services.allowed(inbound.caller);
    this.accounts = allowed.accounts;
    this.accountsFor = allowed.accountsFor;
    this.store = services.store;
    this.listWaitMs = services.listWaitMs;
    this.inbound = inbound;
    this.asker = new RequestAsker(inbound, this.calls, services.requestMs);
    this[contextCacheSymbol] = allowed;
    this.#services = services;
  }

  get loaders(): Loaders {
    this.#loaders ??= createLoaders(this.asker, (payout) => this.#learn(payout));
    return this.#loaders;
  }

  /** Writes on behalf of whoever asks. */
  write(write: Omit<Write, 'caller'>): Promise<Operation> {
    return this.#services.writer.perform({ ...write, caller: this.inbound.caller.name }, this.asker);
  }

  /** A payout that can be found again only by who remembers it is remembered. A read does not fail over that. */
  async #learn(payout: Payout): Promise<void> {
    try {
      await this.store.directory.learnPayout(payout, 'READ');
    } catch (error) {
      this.#services.onBug(error, this.inbound.id);
    }
  }
}

class RequestAsker implements Asker {
  readonly request: string;
  readonly dueAt: number;
  readonly #inbound: Inbound;
  readonly #calls: Calls;

  constructor(inbound: Inbound, calls: Calls, requestMs: number) {
    this.request = inbound.id;
    this.dueAt = performance.now() + requestMs;
    this.#inbound = inbound;
    this.#calls = calls;
  }

  get isGone(): boolean {
    return this.#inbound.isGone;
  }

  called(account: string): void {
    this.#calls.add(account);
  }
}
