/** How many repetitions an account may afford: a share of what is asked, so that a provider that fails is not asked
 * several times as much as one that works. */

export interface RetryBudget {
  /** A read is asked for the first time. */
  earn(): void;
  /** Whether one may be repeated; counts it. */
  spend(now: number): boolean;
}

/** Repetitions for each read that is asked for. */
const SHARE = 0.2;
/** For those who ask little. */
const PER_SECOND = 1;
const MOST = 20;

/** For whoever wants none. */
export const UNLIMITED: RetryBudget = { earn: () => {}, spend: () => true };

export function createRetryBudget(): RetryBudget {
  let left = MOST;
  let countedAt = performance.now();
  return {
    earn() {
      left = Math.min(MOST, left + SHARE);
    },
    spend(now) {
      left = Math.min(MOST, left + ((now - countedAt) / 1000) * PER_SECOND);
      countedAt = now;
      if (left < 1) return false;
      left--;
      return true;
    },
  };
}
