/** Calls to one account's provider: each carried through by the parts in http/, reads shared with whoever asks for the
 * same meanwhile, writes always on their own. */

import type { ProviderName } from '../domain.ts';
import { type FailureCode, type FieldIssue, type Outcome, ProviderError } from '../errors.ts';
import { createCarrier } from './http/carry.ts';
import { createWire } from './http/send.ts';
import { createSharedReads } from './http/shared-reads.ts';
import { createStanding } from './http/standing.ts';
import { createWatch } from './http/watch.ts';
import type { Asker, Health } from './provider.ts';
import type { Reader } from './wire.ts';

export interface HttpOptions {
  readonly account: string;
  readonly provider: ProviderName;
  /** Origin with an optional path prefix, without a trailing slash. */
  readonly url: string;
  /** Most reads at once, and most writes at once; further ones wait. */
  readonly connections: number;
  /** How long one attempt of a read may take once it is being sent. */
  readonly attemptMs: number;
  /** How long a call may take in all: waiting for its turn, every attempt, every pause. */
  readonly budgetMs: number;
  /** Without them every call goes out, however the provider is, and every read that may work is repeated. */
  readonly guards?: Guards;
  /** Gives whoever is told of a call, when it begins, where it is known for whom. */
  readonly reporter?: Reporter;
}

/** What is held back to spare a provider that is in trouble, and those who wait for it. */
export interface Guards {
  /** Most reads that wait for their turn, and most writes; further ones are refused. */
  readonly queue: number;
  /** Calls are refused for a while when so many of the last twice as many failed; 0 is never. */
  readonly breakAfter: number;
  /** How long at first. */
  readonly breakMs: number;
  /** Longest pause that a provider can ask for. */
  readonly maxPauseMs: number;
}

/** Told of each attempt that ended, and of each call that was refused here before one began. */
export type OnCall = (report: CallReport) => void;
export type Reporter = () => OnCall;

export interface CallReport {
  readonly account: string;
  readonly provider: ProviderName;
  readonly operation: string;
  readonly effect: 'read' | 'write';
  readonly method: Call<unknown>['method'];
  /** Where it went. */
  readonly host: string;
  readonly port: number;
  /** For whom it was made first. */
  readonly asker: Asker;
  /** `CANCELED`: nobody waited for it any more. */
  readonly result: 'OK' | 'CANCELED' | FailureCode;
  /** Null where nothing failed. */
  readonly outcome: Outcome | null;
  /** From 1; 0 for a call that was refused here. */
  readonly attempt: number;
  /** Whether a byte may have left. */
  readonly sent: boolean;
  /** Of HTTP, where one arrived. */
  readonly status: number | null;
  readonly ms: number;
}

export interface Call<Answer> {
  readonly operation: string;
  /** A write is sent once, a read is repeated when it fails for want of an answer. */
  readonly effect: 'read' | 'write';
  readonly method: 'GET' | 'POST' | 'PATCH';
  /** Path and query, encoded, starting with a slash. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Sent as it stands: what was signed is what goes out. */
  readonly body?: string;
  /** The provider's own way of saying no; undefined when this answer is not a refusal. */
  readonly refusal: (status: number, body: unknown) => Refusal | undefined;
  readonly answer: Reader<Answer>;
}

export interface Refusal {
  readonly code: FailureCode;
  readonly issues?: readonly FieldIssue[];
  readonly retryAfterMs?: number;
}

export interface Http {
  exchange<Answer>(call: Call<Answer>, asker: Asker): Promise<Answer>;
  /** How the account's calls fare, from memory. */
  health(): Health;
  close(): Promise<void>;
}

const NO_GUARDS: Guards = { queue: Infinity, breakAfter: 0, breakMs: 0, maxPauseMs: 0 };

/** Opens the connections of one account. The caller closes it. */
export function createHttp(options: HttpOptions): Http {
  const { account, provider, connections, attemptMs, guards = NO_GUARDS } = options;
  const watch = createWatch();
  const standing = createStanding(connections, guards);
  const wire = createWire({ url: options.url, connectMs: attemptMs });
  const carry = createCarrier({ ...options, wire, watch, standing });
  const reads = createSharedReads(
    watch,
    carry,
    ({ operation }) => new ProviderError({ account, provider, operation, code: 'TIMEOUT' }),
  );

  return {
    exchange<Answer>(call: Call<Answer>, asker: Asker): Promise<Answer> {
      if (call.effect === 'read') return reads.ask(call, asker);
      // A read that began before a write must not answer for what is asked after it.
      reads.cutOff();
      // Whoever asked may go: it has its own time, and ends in the ledger.
      return new Promise<Answer>((answered, failed) => {
        carry(call, asker, { answered, failed, dueAt: () => Infinity });
      }).finally(reads.cutOff);
    },
    health: standing.health,
    close: wire.close,
  };
}
