/** Puts together what all requests share, and takes it apart in the order in which nothing is lost. */

import { createAllowed } from './access/allowed.ts';
import type { Account } from './accounts.ts';
import type { Services } from './context.ts';
import { createReconciler, type Reconciler } from './reconciler.ts';
import type { Store } from './store/store.ts';
import type { Telemetry } from './telemetry/telemetry.ts';
import { createWriter } from './write.ts';

export interface ServiceOptions {
  readonly accounts: readonly Account[];
  readonly store: Store;
  /** Checks of an unknown outcome after which a person is asked. */
  readonly maxChecks?: number;
  /** How long a list waits for one of its accounts, in milliseconds. */
  readonly listWaitMs?: number;
  /** How long a request may take, in milliseconds. */
  readonly requestMs?: number;
  /** Milliseconds between two rounds of checks. */
  readonly reconcileEveryMs?: number;
  readonly onBug: Services['onBug'];
  /** Told of writes, settlements and what is not settled. */
  readonly telemetry?: Telemetry | undefined;
}

export interface RunningServices extends Services {
  readonly reconciler: Reconciler;
  /** Waits for the writes that are being sent, records them, then closes the accounts' clients and the store. */
  close(): Promise<void>;
}

/** Doubling from five seconds up to an hour, twenty checks look for an outcome for about half a day. */
const MAX_CHECKS = 20;
const RECONCILE_EVERY_MS = 2_000;
const LIST_WAIT_MS = 10_000;
const REQUEST_MS = 30_000;

/** Ready to serve; the caller starts the reconciler, and closes. */
export function createServices(options: ServiceOptions): RunningServices {
  const { store, onBug, telemetry, maxChecks = MAX_CHECKS } = options;
  const { listWaitMs = LIST_WAIT_MS, requestMs = REQUEST_MS } = options;
  const everyMs = options.reconcileEveryMs ?? RECONCILE_EVERY_MS;
  const accounts = new Map(options.accounts.map((account) => [account.name, account]));
  const writer = createWriter({ ledger: store.ledger, onBug, watched: telemetry?.writing });
  const reconciler = createReconciler({
    ...{ store, accounts, maxChecks, everyMs, onBug },
    onSettled: telemetry?.settled,
    onOrphaned: telemetry?.orphaned,
  });
  telemetry?.keeps({ accounts, unsettled: store.unsettled });
  return {
    accounts,
    allowed: createAllowed(accounts),
    store,
    writer,
    reconciler,
    listWaitMs,
    requestMs,
    onBug,
    async close() {
      await writer.idle();
      await reconciler.stop();
      await Promise.all([...accounts.values()].map(({ provider }) => provider.close()));
      await store.close();
    },
  };
}
