/** Keeps time for everything that is under way with one timer that runs while there is any: a timer and a listener for
 * each call would cost more than the rest of what is done for it. */

export interface Watched {
  /** Called every so often with the time of `performance.now()`. */
  check(now: number): void;
  /** Where the watch keeps it; nobody else's. */
  place: number;
}

export interface Watch {
  add(watched: Watched): void;
  /** Takes out what is watched; what is not may be named too. */
  delete(watched: Watched): void;
}

/** The place of what is not watched. */
export const NOWHERE = -1;

/** How late a call is found to be too late, at most: thousands may be under way, and each is looked at. */
export const EVERY_MS = 25;
/** A process that stood still for so long first reads what arrived meanwhile, before it calls anything too late. One that
 * does all the time has to do without. */
const STALLED_MS = 100;

export function createWatch(): Watch {
  // No `Set`: one that changes all the time leaves a chain of old tables, each with what was in it, from which the
  // collector of young objects concludes that all of it is still needed.
  const all: Watched[] = [];
  let timer: NodeJS.Timeout | undefined;
  let checkedAt = 0;
  let hasWaited = false;

  function check() {
    const now = performance.now();
    hasWaited = !hasWaited && now - checkedAt > STALLED_MS;
    checkedAt = now;
    if (all.length === 0) {
      clearInterval(timer);
      timer = undefined;
    } else if (!hasWaited) {
      for (const watched of [...all]) if (watched.place !== NOWHERE) watched.check(now);
    }
  }

  return {
    add(watched) {
      watched.place = all.length;
      all.push(watched);
      if (timer) return;
      checkedAt = performance.now();
      timer = setInterval(check, EVERY_MS);
    },
    delete(watched) {
      const { place } = watched;
      if (place === NOWHERE) return;
      watched.place = NOWHERE;
      const last = all.pop()!;
      if (last === watched) return;
      all[place] = last;
      last.place = place;
    },
  };
}
