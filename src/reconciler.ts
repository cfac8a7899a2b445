/** Finds out what became of operations whose outcome is not known, by reading only. What reading cannot tell is left
 * to a person: silence never becomes a refusal. */

import type { Account } from './accounts.ts';
import type { Payout, Withdrawal } from './domain.ts';
import { ProviderError } from './errors.ts';
import { compareDecimals } from './money.ts';
import type { ActionName, Operation, Outcome } from './operation.ts';
import type { Asker } from './providers/provider.ts';
import type { Store } from './store/store.ts';

export interface ReconcilerOptions {
  readonly store: Store;
  readonly accounts: ReadonlyMap<string, Account>;
  /** Checks after which a person is asked. */
  readonly maxChecks: number;
  /** Milliseconds between two rounds. */
  readonly everyMs: number;
  readonly onBug: (error: unknown) => void;
  /** Told of what reading has settled, or given up. */
  readonly onSettled?: ((operation: Operation) => void) | undefined;
  /** Told how many operations a process that is gone has left behind. */
  readonly onOrphaned?: ((count: number) => void) | undefined;
}

export interface Reconciler {
  /** One round: every operation that is due is looked for once. Returns how many were. */
  round(): Promise<number>;
  /** Begins to do rounds by itself. */
  start(): void;
  /** Does no more rounds; resolves when the one that runs is done. */
  stop(): Promise<void>;
}

const BATCH = 20;
/** Nobody reads here on behalf of a request. */
const NOBODY: Asker = { called: () => {} };

export function createReconciler(options: ReconcilerOptions): Reconciler {
  const { store, accounts, maxChecks, everyMs, onBug, onSettled, onOrphaned } = options;
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<unknown> = Promise.resolve();
  let stopped = false;

  async function lookFor(operation: Operation): Promise<void> {
    const { id, failure, checks } = operation;
    const account = accounts.get(operation.account);
    const outcome = account && (await outcomeOf(operation, account, store));
    const told = outcome ?? (checks >= maxChecks ? { state: 'NEEDS_REVIEW' as const, failure } : undefined);
    if (!told) return;
    const settled = await store.ledger.settle(id, told);
    onSettled?.(settled);
  }

  async function round(): Promise<number> {
    const orphans = await store.ledger.orphan();
    if (orphans > 0) onOrphaned?.(orphans);
    const due = await store.ledger.claimDue(BATCH);
    await Promise.all(due.map((operation) => lookFor(operation).catch(onBug)));
    return due.length;
  }

  function schedule() {
    if (stopped) return;
    timer = setTimeout(() => {
      running = round().catch(onBug).finally(schedule);
    }, everyMs);
    timer.unref();
  }

  return {
    round,
    start: schedule,
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await running;
    },
  };
}

/** What reading tells; undefined when it may tell more later. */
async function outcomeOf(operation: Operation, account: Account, store: Store): Promise<Outcome | undefined> {
  const { failure } = operation;
  const read = READERS[operation.action];
  if (!read) return { state: 'NEEDS_REVIEW', failure };
  try {
    return await read(operation, account, store);
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    const cannot = error.failure.code === 'INVALID_REQUEST' || error.failure.code === 'UNSUPPORTED';
    return cannot ? { state: 'NEEDS_REVIEW', failure } : undefined;
  }
}

type Reader = (operation: Operation, account: Account, store: Store) => Promise<Outcome | undefined>;

// A wallet can be neither read nor listed, so what was done to one is not in this table.
const READERS: Partial<Record<ActionName, Reader>> = {
  CANCEL_WITHDRAWAL: async ({ object, failure }, { provider }) => {
    if (object?.kind !== 'Withdrawal') return { state: 'NEEDS_REVIEW', failure };
    const withdrawal = await provider.withdrawals?.byHash(object.hash, [], NOBODY);
    if (withdrawal?.status === 'CANCELED') return { state: 'SUCCEEDED', settledBy: 'READING', object };
    // Only an open withdrawal can be canceled: one that went another way will not be by a request that is late.
    const wentOn = withdrawal?.status === 'PROCESSING' || withdrawal?.status === 'SUCCEEDED';
    if (!wentOn) return undefined;
    const facts = { code: 'NOT_CANCELABLE', provider: provider.name, operation: 'cancelWithdrawal' } as const;
    const refusal = new ProviderError({ ...facts, account: provider.account });
    return { state: 'REJECTED', settledBy: 'READING', failure: refusal.failure };
  },

  CREATE_PAYOUT: async ({ object, input, failure }, { provider }, { directory }) => {
    if (object?.kind !== 'Payout') return { state: 'NEEDS_REVIEW', failure };
    const payout = await provider.payouts?.byKey(object.key, NOBODY);
    if (!payout) return undefined;
    if (!isPayout(payout, input)) return { state: 'NEEDS_REVIEW', failure };
    await directory.learnPayout(payout, 'CREATED');
    return { state: 'SUCCEEDED', settledBy: 'READING', object: { kind: 'Payout', key: payout.key } };
  },

  CREATE_WITHDRAWAL: async (operation, { provider }, { ledger }) => {
    const { account, input, sentAt } = operation;
    if (!provider.withdrawals) return undefined;
    const query = {
      accountType: null,
      orderBy: { field: 'createdAt', direction: 'desc' } as const,
      conditions: [
        { field: 'createdAt', operator: 'gte', value: new Date(sentAt.getTime() - CLOCKS_MS) },
        { field: 'currency', operator: 'eq', value: String(input.currency) },
        { field: 'netAmount', operator: 'eq', value: String(input.netAmount) },
      ] as const,
    };
    const { rows, end } = await provider.withdrawals.list(query, []).read(null, 'forward', MATCHES, NOBODY);
    // Two that ask for the same cannot be told apart. Asked after the list: whatever made a row of it is here by now.
    if ((await ledger.rivals(operation)) > 0) return undefined;
    const made = await ledger.withdrawalsMade(account);
    const fresh = rows.map(({ row }) => row).filter((row) => !made.has(row.hash) && isWithdrawal(row, input));
    const [found, another] = fresh;
    if (!found || another || !end) return undefined;
    return { state: 'SUCCEEDED', settledBy: 'READING', object: { kind: 'Withdrawal', hash: found.hash } };
  },
};

/** How far the provider's clock may be behind ours. */
const CLOCKS_MS = 60_000;
/** More than this many withdrawals of one amount are not told apart. */
const MATCHES = 50;

function isPayout(payout: Payout, input: Operation['input']): boolean {
  const { amount, currency, address } = input;
  return (
    compareDecimals(payout.amount.amount, String(amount)) === 0 &&
    payout.amount.currency === currency &&
    (address == null || payout.destination.value === address)
  );
}

function isWithdrawal(withdrawal: Withdrawal, input: Operation['input']): boolean {
  const { currency, netAmount, description } = input;
  return (
    withdrawal.netAmount.currency === currency &&
    compareDecimals(withdrawal.netAmount.amount, String(netAmount)) === 0 &&
    (withdrawal.description ?? '') === (description ?? '')
  );
}
