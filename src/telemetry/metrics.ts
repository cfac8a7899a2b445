/** The numbers that Prometheus collects. Every label has a bounded set of values: nothing that a client makes up is
 * ever one. */

import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { unlessLate } from '../in-time.ts';
import type { Operation } from '../operation.ts';
import type { CallReport } from '../providers/http.ts';
import type { Provider } from '../providers/provider.ts';
import type { Unsettled } from '../store/unsettled.ts';

/** How a request ended, as far as its kind of ending is concerned. */
export interface RequestFacts {
  readonly kind: string;
  readonly outcome: string;
  readonly status: number;
  readonly ms: number;
}

export interface Metrics {
  requested(request: RequestFacts): void;
  called(call: CallReport): void;
  recorded(operation: Operation): void;
  bug(): void;
  /** Takes what is looked at when somebody asks. */
  keeps(kept: Kept): void;
  /** Names of Paygraph's own metrics, in the order in which they are shown. */
  readonly names: readonly string[];
  readonly contentType: string;
  /** In Prometheus's text form. */
  text(): Promise<string>;
}

/** What has a state of its own, apart from what is told. */
export interface Kept {
  /** By name. */
  readonly accounts: ReadonlyMap<string, { readonly provider: Pick<Provider, 'health'> }>;
  /** The operations that are not settled. */
  unsettled(): Promise<readonly Unsettled[]>;
}

const REQUEST_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
const CALL_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
/** However often it is asked, the ledger is read once in this time. */
const LEDGER_MS = 10_000;
const LEDGER_WAIT_MS = 2_000;
const BREAKER = { CLOSED: 0, HALF_OPEN: 1, OPEN: 2 } as const;
const OPEN_STATES = ['PENDING', 'UNKNOWN', 'NEEDS_REVIEW'] as const;

/** A registry of its own. `ofProcess` adds what Node tells of the process: memory, event loop, garbage collection. */
export function createMetrics({ ofProcess }: { readonly ofProcess: boolean }): Metrics {
  const registry = new Registry();
  const registers = [registry];
  let kept: Kept | undefined;

  const requests = new Histogram({
    name: 'paygraph_request_duration_seconds',
    help: 'Requests that were answered, by kind of GraphQL operation, outcome and HTTP status.',
    labelNames: ['kind', 'outcome', 'status'],
    buckets: REQUEST_SECONDS,
    registers,
  });
  const calls = new Histogram({
    name: 'paygraph_upstream_call_duration_seconds',
    help: 'Attempts of calls to providers, waiting for their turn included, by account, operation and outcome.',
    labelNames: ['account', 'operation', 'outcome'],
    buckets: CALL_SECONDS,
    registers,
  });
  const recorded = new Counter({
    name: 'paygraph_operations_total',
    help: 'Outcomes of writes that were recorded, by account, action, state and what told it.',
    labelNames: ['account', 'action', 'state', 'settled_by'],
    registers,
  });
  const bugs = new Counter({ name: 'paygraph_bugs_total', help: 'Errors that were masked.', registers });
  const refused = new Counter({
    name: 'paygraph_upstream_refused_total',
    help: 'Calls that were not made, to spare a provider in trouble or those who wait, by account, operation and outcome.',
    labelNames: ['account', 'operation', 'outcome'],
    registers,
  });
  const breaker = new Gauge({
    name: 'paygraph_breaker_state',
    help: 'Circuit breaker for the reads or writes of an account: 0 closed, 1 half open, 2 open.',
    labelNames: ['account', 'effect'],
    registers,
  });
  const paused = new Gauge({
    name: 'paygraph_paused_seconds',
    help: 'For how much longer the provider wants no calls.',
    labelNames: ['account', 'effect'],
    registers,
  });
  const inFlight = new Gauge({
    name: 'paygraph_upstream_in_flight',
    help: 'Calls of an account that are being made.',
    labelNames: ['account', 'effect'],
    registers,
  });
  const queued = new Gauge({
    name: 'paygraph_upstream_queued',
    help: 'Calls of an account that wait for their turn.',
    labelNames: ['account', 'effect'],
    registers,
  });

  const open = new Gauge({
    name: 'paygraph_ledger_operations',
    help: 'Operations in the ledger that are not settled, by state; counted up to 10000.',
    labelNames: ['state'],
    registers,
  });
  const ages = new Gauge({
    name: 'paygraph_ledger_oldest_seconds',
    help: 'Age of the oldest operation that is not settled, by state: for UNKNOWN, how far reconciling lags behind.',
    labelNames: ['state'],
    registers,
  });
  const databaseUp = new Gauge({
    name: 'paygraph_database_up',
    help: 'Whether the ledger could be read for these numbers.',
    registers,
  });
  const names = registry.getMetricsAsArray().map(({ name }) => name);
  if (ofProcess) collectDefaultMetrics({ register: registry });

  const ledger = cached(async () => (await kept?.unsettled()) ?? [], LEDGER_MS);

  /** What is only looked up when somebody asks. */
  async function lookUp(): Promise<void> {
    for (const [account, { provider }] of kept?.accounts ?? []) {
      const { reads, writes } = provider.health();
      for (const [effect, lane] of Object.entries({ read: reads, write: writes })) {
        const labels = { account, effect };
        breaker.set(labels, BREAKER[lane.breaker]);
        paused.set(labels, Math.max(0, ((lane.pausedUntil?.getTime() ?? 0) - Date.now()) / 1000));
        inFlight.set(labels, lane.inFlight);
        queued.set(labels, lane.waiting);
      }
    }
    const rows = await ledger();
    databaseUp.set(rows ? 1 : 0);
    for (const gauge of [open, ages]) gauge.reset();
    for (const state of rows ? OPEN_STATES : []) {
      const row = rows?.find((one) => one.state === state);
      open.set({ state }, row?.count ?? 0);
      ages.set({ state }, row?.oldestSeconds ?? 0);
    }
  }

  return {
    names,
    requested: ({ kind, outcome, status, ms }) => requests.observe({ kind, outcome, status }, ms / 1000),
    called({ account, operation, result: outcome, attempt, ms }) {
      if (attempt === 0) refused.inc({ account, operation, outcome });
      else calls.observe({ account, operation, outcome }, ms / 1000);
    },
    recorded: ({ account, action, state, settledBy }) =>
      recorded.inc({ account, action, state, settled_by: settledBy ?? 'nothing' }),
    bug: () => bugs.inc(),
    keeps(told) {
      kept = told;
    },
    contentType: registry.contentType,
    async text() {
      await lookUp();
      return registry.metrics();
    },
  };
}

/** The value of at most `ms` ago, read by one caller for all; undefined when it cannot be had soon. */
function cached<Value>(read: () => Promise<Value>, ms: number): () => Promise<Value | undefined> {
  let value: Promise<Value | undefined> | undefined;
  let until = 0;
  return () => {
    if (value && Date.now() < until) return value;
    until = Date.now() + ms;
    value = unlessLate(
      read().catch(() => undefined),
      LEDGER_WAIT_MS,
      undefined,
    );
    return value;
  };
}
