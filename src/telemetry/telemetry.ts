/** Everything that this server tells about itself while it runs: the log, the numbers, the spans. One function for
 * each thing that can happen, which takes what is known of it and picks what is told. */

import { AsyncLocalStorage } from 'node:async_hooks';
import type { Answered } from '../http/listener.ts';
import type { Operation } from '../operation.ts';
import type { CallReport, Reporter } from '../providers/http.ts';
import { createLog, type LogOptions } from './log.ts';
import { createMetrics, type Kept, type Metrics } from './metrics.ts';
import { watchStanding } from './standing.ts';
import { createErrorTeller } from './told-error.ts';
import { createTraces, type Traces } from './traces.ts';

export interface TelemetryOptions {
  readonly log: LogOptions;
  /** Texts that no line may hold, such as the keys of the accounts. */
  readonly secrets?: readonly string[];
  /** Whether the metrics hold those of the process; they cannot be taken back while it lives. */
  readonly ofProcess?: boolean;
}

/** What is told at the start. */
export interface Started {
  readonly url: string;
  readonly accounts: readonly string[];
  readonly mode: 'LIVE' | 'SANDBOX';
  readonly database: string;
}

export interface Telemetry {
  readonly metrics: Pick<Metrics, 'names' | 'contentType' | 'text'>;
  /** Undefined when no tracing is registered. */
  readonly traces: Traces | undefined;
  answered(request: Answered): void;
  /** For the clients of all accounts. */
  readonly reporter: Reporter;
  /** Sends a write by `write`, and tells how it ended. */
  writing(operation: Operation, write: () => Promise<Operation>): Promise<Operation>;
  /** Reading has told, or has given up telling, what became of an operation. */
  settled(operation: Operation): void;
  /** Operations that a process which is gone was sending, and whose outcome is not known now. */
  orphaned(count: number): void;
  /** An error that no client may see. The request is told where it is known, here or by `blame`. */
  bug(error: unknown, request?: string): void;
  /** Takes what is looked at, and not told. */
  keeps(kept: Kept): void;
  started(facts: Started): void;
  stopping(signal: string): void;
  stopped(): void;
  /** The process ends by this error. The line is written when this returns. */
  crashed(error: unknown): void;
  /** Writes what is still held back, before it returns. */
  flush(): void;
}

export function createTelemetry({
  log: logOptions,
  secrets = [],
  ofProcess = false,
}: TelemetryOptions): Telemetry {
  const log = createLog(logOptions);
  const metrics = createMetrics({ ofProcess });
  const traces = createTraces();
  const told = createErrorTeller(secrets);
  let standing: ReturnType<typeof watchStanding> | undefined;

  function recorded(event: string, operation: Operation): void {
    metrics.recorded(operation);
    const { id, caller, action, account, state, settledBy, sends, checks, failure } = operation;
    const level = state === 'UNKNOWN' || state === 'NEEDS_REVIEW' ? 'warn' : 'info';
    log.line(level, event, {
      operation: id,
      caller,
      action,
      account,
      state,
      settledBy,
      sends,
      checks,
      failure: failure?.code,
    });
  }

  function called(call: CallReport): void {
    metrics.called(call);
    traces?.called(call);
    standing?.(call);
    const level = levelOf(call);
    if (!log.writes(level)) return;
    const { asker, account, operation, result, outcome, status, attempt, ms } = call;
    const event = attempt === 0 ? 'refused call' : outcome ? 'failed call' : 'call';
    const wasSent = attempt > 0;
    log.line(level, event, {
      request: asker.request,
      account,
      call: operation,
      result,
      outcome: wasSent ? (outcome ?? undefined) : undefined,
      status: status ?? undefined,
      attempt: wasSent ? attempt : undefined,
      ms: wasSent ? rounded(ms) : undefined,
    });
  }

  return {
    metrics,
    traces,

    answered(request) {
      const { inbound, status, ms } = request;
      const { executed } = inbound;
      const kind = executed?.kind ?? 'none';
      const outcome = outcomeOf(request);
      metrics.requested({ kind, outcome, status, ms });
      const level = outcome === 'failed' ? 'error' : kind === 'none' && outcome === 'ok' ? 'debug' : 'info';
      if (!log.writes(level)) return;
      log.line(level, 'request', {
        request: inbound.id,
        caller: inbound.caller.name,
        kind,
        operationName: executed?.name ?? undefined,
        outcome,
        status,
        ms: rounded(ms),
        calls: executed?.calls?.total ?? 0,
        codes: executed?.codes.length ? executed.codes : undefined,
      });
    },

    // A call may end where nothing is known any more of who began it.
    reporter: () => (traces ? AsyncLocalStorage.bind(called) : called),

    keeps(kept) {
      standing = watchStanding(kept.accounts, (change) => {
        const { account, effect } = change;
        if ('pauseMs' in change) log.line('warn', 'pause', { account, effect, ms: rounded(change.pauseMs) });
        else log.line(change.to === 'OPEN' ? 'warn' : 'info', 'breaker', { account, effect, to: change.to });
      });
      metrics.keeps({
        ...kept,
        async unsettled() {
          try {
            return await kept.unsettled();
          } catch (error) {
            log.line('warn', 'ledger unread', { error: told(error) });
            throw error;
          }
        },
      });
    },

    async writing(operation, write) {
      const written = await (traces ? traces.writing(operation, write) : write());
      recorded('write', written);
      return written;
    },

    settled: (operation) => recorded('settlement', operation),

    orphaned(count) {
      if (count > 0) log.line('warn', 'orphaned', { operations: count });
    },

    bug(error, request) {
      metrics.bug();
      log.line('error', 'bug', { request, error: told(error) });
    },

    started(facts) {
      const { url, accounts, mode, database } = facts;
      log.line('info', 'started', { address: url, accounts, mode, database });
      log.flush();
    },
    stopping: (signal) => log.line('info', 'stopping', { signal }),
    stopped() {
      log.line('info', 'stopped', {});
      log.flush();
    },
    crashed(error) {
      log.line('fatal', 'crash', { error: told(error) });
      log.flush();
    },
    flush: log.flush,
  };
}

/** Refused: not executed, by a mistake of whoever asks. Errors: executed, and not all of it went well. */
function outcomeOf({ inbound: { executed }, method, status, isCutOff }: Answered): string {
  if (isCutOff) return 'gone';
  if (executed?.codes.includes('INTERNAL_SERVER_ERROR')) return 'failed';
  if (status === 429) return 'limited';
  if (status === 503) return 'shed';
  if (status >= 500) return 'failed';
  // Whoever posts wants a document executed.
  const executes = executed ? executed.kind !== 'none' : method !== 'POST';
  if (status >= 400 || !executes) return 'refused';
  return executed?.codes.length ? 'errors' : 'ok';
}

/** A provider that fails is worth a warning. One that says no, or that there is no such thing, works. */
function levelOf({ result, outcome, effect }: CallReport): 'debug' | 'info' | 'warn' {
  if (outcome === null) return 'debug';
  if (outcome === 'UNKNOWN' || FAULTS.has(result)) return 'warn';
  return effect === 'read' ? 'debug' : 'info';
}

const FAULTS: ReadonlySet<string> = new Set([
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'RATE_LIMITED',
  'TIMEOUT',
  'UNAVAILABLE',
  'BAD_RESPONSE',
]);

function rounded(ms: number): number {
  return Math.round(ms * 100) / 100;
}
