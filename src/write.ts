/** One write from asking to knowing: recorded before it is sent, sent at most once unless the provider makes a
 * second time harmless, and its outcome recorded whatever becomes of whoever asked. */

import { createHash } from 'node:crypto';
import type { Account } from './accounts.ts';
import { IdempotencyConflictError, ProviderError } from './errors.ts';
import { unlessLate } from './in-time.ts';
import type { ActionName, Operation, OperationInput, OperationObject, Outcome } from './operation.ts';
import type { Asker } from './providers/provider.ts';
import type { Ledger } from './store/ledger.ts';

/** A write that somebody asks for. */
export interface Write {
  readonly idempotencyKey: string;
  readonly caller: string;
  readonly action: ActionName;
  readonly account: Account;
  /** What is asked for; a repetition must say the same. No secrets: it is kept. */
  readonly input: OperationInput;
  /** What it is about, where that is known before the answer. */
  readonly object: OperationObject | null;
  /** What no other operation may be about while this one is unsettled; null for none. */
  readonly target: string | null;
  /** Whether the target stays taken until it is certain that this did not happen. */
  readonly exclusive: boolean;
  /** How often the same key, sent again while the outcome is not known, may send the write in all. */
  readonly sendLimit: number;
  /** Sends it. Throws `ProviderError`. */
  send(asker: Asker): Promise<Sent>;
  /** What follows if this refusal of a second send means that the first one did it; undefined if it does not. */
  inferred?(error: ProviderError, operation: Operation): Promise<Sent | undefined>;
}

/** What is known once a write happened. */
export interface Sent {
  readonly object: OperationObject | null;
  /** Keeps what the answer told. */
  learn(): Promise<unknown>;
}

export interface Writer {
  /** The operation as it stands after this: new, or the one that has its key; `PENDING` when it is still being sent as
   * time is up for the asker. Throws, without sending anything, `IdempotencyConflictError`, or `ProviderError` when
   * time was up before. */
  perform(write: Write, asker: Asker): Promise<Operation>;
  /** Resolves when nothing is being sent or recorded any more. */
  idle(): Promise<void>;
}

export interface WriterOptions {
  readonly ledger: Ledger;
  /** Told of what should never happen; the operation stays unknown then. */
  readonly onBug: (error: unknown) => void;
  /** Does `write`, which sends the operation and records its outcome, as a part of what is told of this server. */
  readonly watched?:
    | ((operation: Operation, write: () => Promise<Operation>) => Promise<Operation>)
    | undefined;
}

const RECORD_RETRY_MS = 250;

export function createWriter({
  ledger,
  onBug,
  watched = (_operation, write) => write(),
}: WriterOptions): Writer {
  const running = new Set<Promise<unknown>>();

  /** Carries on to the end even when nobody waits for it. */
  function tracked<Value>(work: Promise<Value>): Promise<Value> {
    const settled = work.catch(() => {}).finally(() => running.delete(settled));
    running.add(settled);
    return work;
  }

  async function outcomeOf(write: Write, operation: Operation, asker: Asker): Promise<Outcome> {
    try {
      return await succeeded(await write.send(asker), 'ANSWER');
    } catch (error) {
      if (!(error instanceof ProviderError)) {
        onBug(error);
        return { state: 'UNKNOWN', failure: null };
      }
      const { failure } = error;
      if (operation.sends > 1) {
        // What the provider says of a second send tells nothing of the first, with one exception.
        const sent = await write.inferred?.(error, operation);
        return sent
          ? succeeded(sent, 'INFERRED')
          : { state: 'UNKNOWN', failure: { ...failure, outcome: 'UNKNOWN' } };
      }
      return failure.outcome === 'UNKNOWN'
        ? { state: 'UNKNOWN', failure }
        : { state: 'REJECTED', settledBy: 'ANSWER', failure };
    }
  }

  /** What happened has happened, even if what it told cannot be kept. */
  async function succeeded({ object, learn }: Sent, settledBy: 'ANSWER' | 'INFERRED'): Promise<Outcome> {
    await learn().catch(onBug);
    return { state: 'SUCCEEDED', settledBy, object };
  }

  /** An outcome that is known must not be lost because the database is away for a moment. */
  async function record(operation: Operation, outcome: Outcome): Promise<Operation> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await ledger.answer(operation, outcome);
      } catch (error) {
        if (attempt % 20 === 1) onBug(error);
        await new Promise((resolve) => setTimeout(resolve, RECORD_RETRY_MS));
      }
    }
  }

  async function sendAndRecord(write: Write, operation: Operation, asker: Asker): Promise<Operation> {
    return watched(operation, async () => record(operation, await outcomeOf(write, operation, asker)));
  }

  async function perform(write: Write, asker: Asker): Promise<Operation> {
    const { account, target, sendLimit } = write;
    const hold = target && `${account.name}/${target}`;
    const { kind, operation } = await ledger.begin({
      idempotencyKey: write.idempotencyKey,
      caller: write.caller,
      action: write.action,
      account: account.name,
      input: write.input,
      fingerprint: fingerprintOf(write),
      object: write.object,
      hold,
      exclusive: write.exclusive,
    });
    if (kind === 'KEY_REUSED' || kind === 'TARGET_BUSY') {
      throw new IdempotencyConflictError(kind, operation, account.name);
    }
    if (kind === 'NEW') return inHand(write, operation, asker);

    const unsettled = operation.state === 'UNKNOWN' || operation.state === 'NEEDS_REVIEW';
    if (!unsettled || operation.sends >= sendLimit) return operation;
    const reclaimed = await ledger.reclaim(operation, hold);
    if (!reclaimed) return (await ledger.find(operation.id)) ?? operation;
    return inHand(write, reclaimed, asker);
  }

  /** Sends it, and tells how it stands when the asker must be answered. It goes on to the end all the same. */
  function inHand(write: Write, operation: Operation, asker: Asker): Promise<Operation> {
    const sending = tracked(sendAndRecord(write, operation, asker));
    if (asker.dueAt === undefined) return sending;
    // A timer has whole milliseconds, and may be early by one: what comes next in the request must find time up.
    return unlessLate(sending, Math.ceil(asker.dueAt - performance.now()) + 1, operation);
  }

  return {
    async perform(write, asker) {
      if (asker.dueAt !== undefined && performance.now() >= asker.dueAt) throw tooLate(write);
      return tracked(perform(write, asker));
    },
    async idle() {
      while (running.size > 0) await Promise.all(running);
    },
  };
}

/** Of a request whose writes before this one took all of its time. */
function tooLate({ account, action }: Write): ProviderError {
  return new ProviderError({
    code: 'TIMEOUT',
    account: account.name,
    provider: account.provider.name,
    operation: action.toLowerCase().replace(/_(.)/g, (_, letter: string) => letter.toUpperCase()),
    sentence: 'the time for this request was over before it was sent',
  });
}

function fingerprintOf({ action, account, input, object }: Write): string {
  const fields = Object.entries(input).sort(([one], [other]) => (one < other ? -1 : 1));
  return createHash('sha256')
    .update(JSON.stringify([action, account.name, object, fields]))
    .digest('hex');
}
