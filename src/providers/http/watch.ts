/** Keeps time for everything that is under way with one timer that runs while there is any: a timer and a listener for
 * each call would cost more than the rest of what is done for it. */

export interface Watched {
  /** Called every few milliseconds with the time of `performance.now()`. */
  check(now: number): void;
}

export interface Watch {
  add(watched: Watched): void;
  delete(watched: Watched): void;
}

const EVERY_MS = 10;
/** A process that stood still for so long first reads what arrived meanwhile, before it calls anything too late. One that
 * does all the time has to do without. */
const STALLED_MS = 100;

export function createWatch(): Watch {
  const all = new Set<Watched>();
  let timer: NodeJS.Timeout | undefined;
  let checkedAt = 0;
  let hasWaited = false;

  function check() {
    const now = performance.now();
    hasWaited = !hasWaited && now - checkedAt > STALLED_MS;
    checkedAt = now;
    if (all.size === 0) {
      clearInterval(timer);
      timer = undefined;
    } else if (!hasWaited) {
      for (const watched of all) watched.check(now);
    }
  }

  return {
    add(watched) {
      all.add(watched);
      if (timer) return;
      checkedAt = performance.now();
      timer = setInterval(check, EVERY_MS);
    },
    delete: (watched) => all.delete(watched),
  };
}
