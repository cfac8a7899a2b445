/** What the calls of one kind, reads or writes of one account, may do at present: whether any may go out, how many do at
 * once, how many wait, and what became of the last ones. */

import type { Guards } from '../http.ts';
import type { LaneHealth } from '../provider.ts';
import { type Breaker, createBreaker, type Pass } from './breaker.ts';
import { type Bulkhead, createBulkhead, type Refused } from './bulkhead.ts';
import { createTally, type Tally } from './tally.ts';

export interface Lane {
  readonly bulkhead: Bulkhead;
  readonly breaker: Breaker;
  readonly tally: Tally;
  /** Undefined when a call may go out. */
  refusal(now: number): Refused | undefined;
  /** Lets nothing go out for a while. */
  pause(now: number, ms: number): void;
  /** A call has failed as one does whose provider is down. */
  failed(pass: Pass, now: number): void;
  health(now: number): LaneHealth;
}

export function createLane(places: number, guards: Guards): Lane {
  const bulkhead = createBulkhead(places, guards.queue);
  const breaker = createBreaker(guards);
  const tally = createTally();
  let pausedUntil = 0;

  function refusal(now: number): Refused | undefined {
    if (now < pausedUntil) {
      const sentence =
        'the provider wants fewer calls, so none is made until the pause that it asked for is over';
      return { code: 'RATE_LIMITED', retryAfterMs: Math.ceil(pausedUntil - now), sentence };
    }
    const waitMs = breaker.waitMs(now);
    if (waitMs <= 0) return undefined;
    const sentence = 'the provider kept failing, so it is not asked for a moment';
    return { code: 'UNAVAILABLE', retryAfterMs: Math.ceil(waitMs), sentence };
  }

  /** Whoever waits is told at once what the next one would be told. */
  function turnAway(now: number) {
    const refused = refusal(now);
    if (refused) bulkhead.clear(refused);
  }

  return {
    bulkhead,
    breaker,
    tally,
    refusal,
    pause(now, ms) {
      pausedUntil = Math.max(pausedUntil, now + Math.min(ms, guards.maxPauseMs));
      turnAway(now);
    },
    failed(pass, now) {
      breaker.failed(pass, now);
      turnAway(now);
    },
    health: (now) => ({
      breaker: breaker.state(now),
      refusedUntil: breaker.state(now) === 'OPEN' ? wallClock(now, now + breaker.waitMs(now)) : null,
      pausedUntil: now < pausedUntil ? wallClock(now, pausedUntil) : null,
      inFlight: bulkhead.inFlight,
      waiting: bulkhead.waiting,
      recent: tally.recent(now),
    }),
  };
}

/** A time of `performance.now()` as a date. */
export function wallClock(now: number, at: number): Date {
  return new Date(Date.now() + at - now);
}
