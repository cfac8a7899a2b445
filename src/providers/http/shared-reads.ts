/** Reads of one account that are under way, each for everybody who asks for the same meanwhile. One goes on while
 * anybody waits for it, and is canceled when the last one has gone or has no more time. */

import type { Call } from '../http.ts';
import type { Asker } from '../provider.ts';
import { NOWHERE, type Watch, type Watched } from './watch.ts';

/** Told once how a call ended. */
export interface Done<Answer> {
  answered(answer: Answer): void;
  failed(error: unknown): void;
}

interface Waiter<Answer> extends Done<Answer> {
  readonly asker: Asker;
  /** What they are told when they go before it ends. */
  readonly late: () => Error;
}

export interface SharedReads {
  /** The answer of the read that is under way, or of one that `begin` begins, which returns what cancels it. */
  ask<Answer>(
    call: Call<Answer>,
    asker: Asker,
    late: () => Error,
    begin: (done: Done<Answer>, dueAt: () => number) => () => void,
  ): Promise<Answer>;
  /** What is asked from now on joins none of those that are under way. */
  cutOff(): void;
}

export function createSharedReads(watch: Watch): SharedReads {
  /** By operation, then by what tells two of one operation apart. */
  const underWay = new Map<string, Map<string, SharedRead<unknown>>>();

  function readsOf(operation: string): Map<string, SharedRead<unknown>> {
    let reads = underWay.get(operation);
    if (!reads) {
      reads = new Map();
      underWay.set(operation, reads);
    }
    return reads;
  }

  return {
    ask(call, asker, late, begin) {
      if (hasGone(asker, performance.now())) return Promise.reject(late());
      const key = call.body === undefined ? call.path : `${call.path}\n${call.body}`;
      const reads = readsOf(call.operation);
      return new Promise((answered, failed) => {
        const waiter = { asker, late, answered, failed };
        const running = reads.get(key);
        if (running) return running.join(waiter as Waiter<unknown>);
        const read = new SharedRead(waiter, watch, () => {
          if (reads.get(key) === read) reads.delete(key);
        });
        reads.set(key, read as SharedRead<unknown>);
        read.begin(begin);
      });
    },
    cutOff: () => underWay.clear(),
  };
}

/** Holds nothing any more when it has ended: a `Map` that changes all the time leaves a chain of old tables, which keep
 * what was in them until all memory is looked through. */
class SharedRead<Answer> implements Watched, Done<Answer> {
  place = NOWHERE;
  #waiters: Waiter<Answer>[];
  #cancel = nothing;
  #onEnd: () => void;
  readonly #watch: Watch;

  constructor(first: Waiter<Answer>, watch: Watch, onEnd: () => void) {
    this.#waiters = [first];
    this.#watch = watch;
    this.#onEnd = onEnd;
  }

  begin(begin: (done: Done<Answer>, dueAt: () => number) => () => void) {
    this.#watch.add(this);
    const cancel = begin(this, () => this.#dueAt());
    if (this.#waiters.length > 0) this.#cancel = cancel;
  }

  join(waiter: Waiter<Answer>) {
    this.#waiters.push(waiter);
  }

  answered(answer: Answer) {
    for (const waiter of this.#end()) waiter.answered(answer);
  }

  failed(error: unknown) {
    for (const waiter of this.#end()) waiter.failed(error);
  }

  check(now: number) {
    const gone = this.#waiters.filter(({ asker }) => hasGone(asker, now));
    if (gone.length === 0) return;
    this.#waiters = this.#waiters.filter((waiter) => !gone.includes(waiter));
    for (const { failed, late } of gone) failed(late());
    if (this.#waiters.length > 0) return;
    const cancel = this.#cancel;
    this.#end();
    cancel();
  }

  /** When the last of those who wait has no more time. */
  #dueAt(): number {
    return this.#waiters.reduce((latest, { asker }) => Math.max(latest, asker.dueAt ?? Infinity), 0);
  }

  #end(): readonly Waiter<Answer>[] {
    const waiters = this.#waiters;
    this.#watch.delete(this);
    this.#onEnd();
    this.#waiters = [];
    this.#cancel = nothing;
    this.#onEnd = nothing;
    return waiters;
  }
}

function nothing() {}

function hasGone({ isGone, dueAt }: Asker, now: number): boolean {
  return (dueAt !== undefined && now >= dueAt) || isGone === true;
}
