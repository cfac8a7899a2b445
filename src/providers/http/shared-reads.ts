/** Reads of one account that are under way, each for everybody who asks for the same meanwhile. One goes on while
 * anybody waits for it, and is canceled when the last one has gone or has no more time. */

import type { Call } from '../http.ts';
import type { Asker } from '../provider.ts';
import type { Awaited, Carried, Carry } from './carry.ts';
import { NOWHERE, type Watch, type Watched } from './watch.ts';

interface Waiter<Answer> {
  readonly asker: Asker;
  answered(answer: Answer): void;
  failed(error: unknown): void;
  /** What they are told when they go before it ends. */
  late(): Error;
}

export interface SharedReads {
  /** The answer of the read that is under way, or of one that begins now. */
  ask<Answer>(call: Call<Answer>, asker: Asker): Promise<Answer>;
  /** What is asked from now on joins none of those that are under way. */
  cutOff(): void;
}

/** `late` is what those are told who go before their read ends. */
export function createSharedReads(
  watch: Watch,
  carry: Carry,
  late: (call: Call<unknown>) => Error,
): SharedReads {
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
    ask(call, asker) {
      if (hasGone(asker, performance.now())) return Promise.reject(late(call));
      const key = call.body === undefined ? call.path : `${call.path}\n${call.body}`;
      const reads = readsOf(call.operation);
      return new Promise((answered, failed) => {
        const waiter = { asker, answered, failed, late: () => late(call) };
        const running = reads.get(key);
        if (running) return running.join(waiter as Waiter<unknown>);
        const read = new SharedRead(waiter, { reads, key, watch });
        reads.set(key, read as SharedRead<unknown>);
        read.begin((done) => carry(call, asker, done));
      });
    },
    cutOff: () => underWay.clear(),
  };
}

/** Holds nothing any more when it has ended: a `Map` that changes all the time leaves a chain of old tables, which keep
 * what was in them until all memory is looked through. */
class SharedRead<Answer> implements Watched, Awaited<Answer> {
  place = NOWHERE;
  #waiters: Waiter<Answer>[];
  #carried: Carried | undefined;
  readonly #home: Home;

  constructor(first: Waiter<Answer>, home: Home) {
    this.#waiters = [first];
    this.#home = home;
  }

  begin(carry: (done: Awaited<Answer>) => Carried) {
    this.#home.watch.add(this);
    const carried = carry(this);
    if (this.#waiters.length > 0) this.#carried = carried;
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
    if (!this.#anyHasGone(now)) return;
    const gone = this.#waiters.filter(({ asker }) => hasGone(asker, now));
    this.#waiters = this.#waiters.filter((waiter) => !gone.includes(waiter));
    for (const one of gone) one.failed(one.late());
    if (this.#waiters.length > 0) return;
    const carried = this.#carried;
    this.#end();
    carried?.cancel();
  }

  #anyHasGone(now: number): boolean {
    for (const { asker } of this.#waiters) if (hasGone(asker, now)) return true;
    return false;
  }

  dueAt(): number {
    return this.#waiters.reduce((latest, { asker }) => Math.max(latest, asker.dueAt ?? Infinity), 0);
  }

  #end(): readonly Waiter<Answer>[] {
    const waiters = this.#waiters;
    const { watch, reads, key } = this.#home;
    watch.delete(this);
    if (reads.get(key) === this) reads.delete(key);
    this.#waiters = [];
    this.#carried = undefined;
    return waiters;
  }
}

/** Where a read is kept. */
interface Home {
  readonly reads: Map<string, SharedRead<unknown>>;
  readonly key: string;
  readonly watch: Watch;
}

function hasGone({ isGone, dueAt }: Asker, now: number): boolean {
  return (dueAt !== undefined && now >= dueAt) || isGone === true;
}
