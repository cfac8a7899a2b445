/** Stops asking a provider that fails: closed while it works; open, for longer each time, when too many of the last calls
 * failed; half open when one call is let through to see. */

import type { BreakerState } from '../provider.ts';

/** How a call went out: while all may, or as the one that finds out. */
export type Pass = 'normal' | 'probe';

export interface Breaker {
  state(now: number): BreakerState;
  /** Milliseconds until a call may go out; 0 when one may now. */
  waitMs(now: number): number;
  /** A call goes out, which `waitMs` allowed. It ends as one of the three below. */
  pass(): Pass;
  succeeded(pass: Pass): void;
  failed(pass: Pass, now: number): void;
  /** It ended without telling anything of the provider. */
  saidNothing(pass: Pass): void;
}

export interface BreakerOptions {
  /** Opens when so many of the last twice as many calls failed, within a minute; 0 is never. */
  readonly breakAfter: number;
  /** How long it stays open the first time; doubled each time that the one call fails, 32-fold at most. */
  readonly breakMs: number;
}

const MEMORY_MS = 60_000;
const MOST_DOUBLINGS = 5;

export function createBreaker({ breakAfter, breakMs }: BreakerOptions): Breaker {
  /** When each of the last calls failed, 0 for one that did not; a ring. */
  const failures = new Float64Array(2 * breakAfter);
  let next = 0;
  let openUntil: number | null = null;
  let openings = 0;
  let isProbing = false;

  function remember(failedAt: number) {
    failures[next] = failedAt;
    next = (next + 1) % failures.length;
  }

  function open(now: number) {
    openUntil = now + breakMs * 2 ** Math.min(openings, MOST_DOUBLINGS);
    openings++;
    isProbing = false;
  }

  return {
    state: (now) => (openUntil === null ? 'CLOSED' : now < openUntil ? 'OPEN' : 'HALF_OPEN'),
    waitMs(now) {
      if (openUntil === null) return 0;
      if (now < openUntil) return openUntil - now;
      return isProbing ? breakMs : 0;
    },
    pass() {
      if (openUntil === null) return 'normal';
      isProbing = true;
      return 'probe';
    },
    succeeded(pass) {
      if (pass === 'probe') {
        openUntil = null;
        openings = 0;
        isProbing = false;
        failures.fill(0);
      } else if (breakAfter > 0 && openUntil === null) {
        remember(0);
      }
    },
    failed(pass, now) {
      if (pass === 'probe') return open(now);
      // What was sent before it opened tells nothing new.
      if (breakAfter === 0 || openUntil !== null) return;
      remember(now);
      const recent = failures.filter((at) => at > 0 && at > now - MEMORY_MS).length;
      if (recent >= breakAfter) open(now);
    },
    saidNothing(pass) {
      if (pass === 'probe') isProbing = false;
    },
  };
}
