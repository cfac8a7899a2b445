// The sandbox as a test or a demo holds it: four pretend providers on ports of their own, one control port, and
// one object that shows and steers them.
import type { Server } from 'node:http';
import { type Call, createCallLog } from './calls.ts';
import { control } from './control.ts';
import type { MerchantKey } from './cryptomus/profile.ts';
import { createMerchantProvider, type MerchantPayoutRow, type WalletRow } from './cryptomus/provider.ts';
import type { Effect } from './effects.ts';
import { createFaults, type FaultRule } from './faults.ts';
import { createHashleeProvider, type WithdrawalRow } from './hashlee/provider.ts';
import { createHolds, type HoldRule } from './holds.ts';
import { PROVIDER_KEYS, type Provider, type ProviderKey } from './provider.ts';
import { createRepayProvider, type RepayPayoutRow } from './repay/provider.ts';
import { listen, portOf, serve, stop } from './server.ts';
import { DEFAULT_SWITCHES, type Switches } from './switches.ts';
import { createWorld } from './world.ts';

export type { Call } from './calls.ts';
export { SANDBOX_CREDENTIALS } from './credentials.ts';
export type { MerchantPayoutRow, WalletRow } from './cryptomus/provider.ts';
export type { Effect, EffectKind } from './effects.ts';
export type { Fault, FaultKind, FaultRule } from './faults.ts';
export type { WithdrawalRow } from './hashlee/provider.ts';
export type { ProviderKey } from './provider.ts';
export type { RepayPayoutRow } from './repay/provider.ts';
export type { Switches } from './switches.ts';
export { SANDBOX_START } from './time.ts';

type Door = ProviderKey | 'control';
const DOORS: readonly Door[] = [...PROVIDER_KEYS, 'control'];

export interface SandboxOptions {
  /** The same seed gives the same data, byte for byte; there is a fixed one by default. */
  seed?: number;
  /** How many payouts of each provider and withdrawals there are at the start, the newest ones; all when absent. */
  newest?: number;
  /** A port that is absent or 0 is chosen by the system. */
  ports?: Partial<Record<Door, number>>;
  /** `127.0.0.1` when absent. */
  host?: string;
  /** `still`, the default, moves only through advance(); `running` follows the wall clock, for demos. */
  clock?: 'still' | 'running';
}

/** The shape of one payout row per provider. */
export interface PayoutRows {
  cryptomus: MerchantPayoutRow;
  heleket: MerchantPayoutRow;
  repay: RepayPayoutRow;
}
export type PayoutProvider = keyof PayoutRows;

export interface Sandbox {
  /** Origins, without a slash at the end. */
  readonly urls: Readonly<Record<Door, string>>;
  /** Every request received, in order of arrival, since the last clearCalls(); a live array. */
  readonly calls: readonly Call[];
  clearCalls(): void;
  /** The greatest number of requests in flight at once since clearCalls(). */
  peak(provider: ProviderKey): number;
  /** Makes matching requests misbehave until the returned function is called. */
  inject(rule: FaultRule): () => void;
  faults(): FaultRule[];
  clearFaults(): void;
  /** Keeps matching requests unanswered, and without effect, until the returned function is called. */
  hold(rule: HoldRule): () => void;
  /** Every write that took effect since the start or the last reset; a live array. */
  readonly effects: readonly Effect[];
  readonly rows: {
    /** Newest first, as listed. */
    payouts<P extends PayoutProvider>(provider: P): readonly PayoutRows[P][];
    /** By id descending. */
    withdrawals(unit: string): readonly WithdrawalRow[];
    /** In order of creation. */
    wallets(provider: MerchantKey): readonly WalletRow[];
  };
  /** New rows, newer than all others. */
  addPayouts(provider: PayoutProvider, count: number): void;
  addWithdrawals(unit: string, count: number): void;
  /** Throws when there is no such row. */
  setPayoutStatus(provider: PayoutProvider, uuidOrOrderId: string, status: string): void;
  setWithdrawalStatus(unit: string, hash: string, status: string): void;
  /** A payment to a static wallet; like the real thing, a blocked one is not credited. Throws when unknown. */
  deposit(provider: MerchantKey, uuidOrOrderId: string, amount: string): void;
  /** Changes how the pretend world works until the next reset. */
  set(switches: Partial<Switches>): void;
  readonly switches: Readonly<Switches>;
  /** Moves the sandbox's clock. */
  advance(ms: number): void;
  /** Back to the seed, with faults, holds, calls, effects and switches cleared. */
  reset(): void;
  /** Ends at once, whatever still hangs on a connection. */
  close(): Promise<void>;
}

const DEFAULT_SEED = 20_180_704;

/** Resolves once all five ports answer; rejects with the system's error when a port can not be had. */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const { seed = DEFAULT_SEED, newest = Number.POSITIVE_INFINITY, host = '127.0.0.1', ports = {} } = options;
  const world = createWorld(seed, newest, options.clock ?? 'still');
  const merchants = {
    cryptomus: createMerchantProvider('cryptomus', world),
    heleket: createMerchantProvider('heleket', world),
  };
  const repay = createRepayProvider(world);
  const hashlee = createHashleeProvider(world);
  const payoutProviders = { ...merchants, repay };
  const payoutRows: { [P in PayoutProvider]: () => readonly PayoutRows[P][] } = {
    cryptomus: merchants.cryptomus.payoutRows,
    heleket: merchants.heleket.payoutRows,
    repay: repay.payoutRows,
  };
  const providers: Readonly<Record<ProviderKey, Provider>> = { ...payoutProviders, hashlee };

  const calls = createCallLog();
  const faults = createFaults(seed);
  const holds = createHolds();
  const closing = new AbortController();
  const around = { calls, faults, holds, closing: closing.signal };

  const sandbox: Omit<Sandbox, 'urls'> = {
    calls: calls.list,
    clearCalls: calls.clear,
    peak: calls.peak,
    inject: faults.inject,
    faults: faults.list,
    clearFaults: faults.clear,
    hold: holds.hold,
    effects: world.effects.list,
    rows: {
      payouts: (provider) => payoutRows[provider](),
      withdrawals: hashlee.withdrawalRows,
      wallets: (provider) => merchants[provider].walletRows(),
    },
    addPayouts: (provider, count) => payoutProviders[provider].addPayouts(count),
    addWithdrawals: hashlee.addWithdrawals,
    setPayoutStatus: (provider, named, status) => payoutProviders[provider].setPayoutStatus(named, status),
    setWithdrawalStatus: hashlee.setWithdrawalStatus,
    deposit: (provider, named, amount) => merchants[provider].deposit(named, amount),
    set: (switches) => void Object.assign(world.switches, switches),
    switches: world.switches,
    advance: world.clock.advance,
    reset() {
      holds.clear();
      faults.clear();
      calls.clear();
      world.effects.clear();
      world.clock.reset();
      Object.assign(world.switches, DEFAULT_SWITCHES);
      for (const provider of Object.values(providers)) provider.reset();
    },
    async close() {
      closing.abort();
      holds.clear();
      await Promise.all(servers.map(stop));
    },
  };

  const started = await Promise.allSettled(
    DOORS.map((door) => {
      const handler = door === 'control' ? control(sandbox) : serve(providers[door], around);
      return listen(handler, host, ports[door] ?? 0);
    }),
  );
  const servers: Server[] = started.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
  const failed = started.find((each) => each.status === 'rejected');
  if (failed) {
    await Promise.all(servers.map(stop));
    throw failed.reason;
  }
  const name = host.includes(':') ? `[${host}]` : host;
  const urls = Object.fromEntries(
    DOORS.map((door, index) => [door, `http://${name}:${portOf(servers[index]!)}`]),
  );
  return { ...sandbox, urls: urls as Record<Door, string> };
}
