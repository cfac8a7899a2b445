/** Reads of one account that are under way, each for everybody who asks for the same meanwhile. One goes on while
 * anybody waits for it, and is canceled when the last one has gone or has no more time. */

import type { Call } from '../http.ts';
import type { Asker } from '../provider.ts';
import type { Watch, Watched } from './watch.ts';

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

interface SharedRead<Answer = unknown> extends Watched {
  join(waiter: Waiter<Answer>): void;
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
  const underWay = new Map<string, Map<string, SharedRead>>();

  function readsOf(operation: string): Map<string, SharedRead> {
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
        const read = createSharedRead(waiter, begin, watch, () => {
          if (reads.get(key) === read) reads.delete(key);
        });
        reads.set(key, read as SharedRead);
        read.begin();
      });
    },
    cutOff: () => underWay.clear(),
  };
}

function createSharedRead<Answer>(
  first: Waiter<Answer>,
  begin: (done: Done<Answer>, dueAt: () => number) => () => void,
  watch: Watch,
  onEnd: () => void,
) {
  let waiters = [first];
  let cancel = () => {};

  function end(tell: (waiter: Waiter<Answer>) => void) {
    watch.delete(read);
    onEnd();
    for (const waiter of waiters) tell(waiter);
  }

  /** When the last of those who wait has no more time. */
  function dueAt(): number {
    return waiters.reduce((latest, { asker }) => Math.max(latest, asker.dueAt ?? Infinity), 0);
  }

  const read = {
    begin() {
      watch.add(read);
      cancel = begin(
        {
          answered: (answer) => end((waiter) => waiter.answered(answer)),
          failed: (error) => end((waiter) => waiter.failed(error)),
        },
        dueAt,
      );
    },
    join(waiter: Waiter<Answer>) {
      waiters.push(waiter);
    },
    check(now: number) {
      const gone = waiters.filter(({ asker }) => hasGone(asker, now));
      if (gone.length === 0) return;
      waiters = waiters.filter((waiter) => !gone.includes(waiter));
      for (const { failed, late } of gone) failed(late());
      if (waiters.length > 0) return;
      end(() => {});
      cancel();
    },
  };
  return read;
}

function hasGone({ signal, dueAt }: Asker, now: number): boolean {
  return (dueAt !== undefined && now >= dueAt) || signal?.aborted === true;
}
