/** How one account stands with its provider: what its reads and its writes may do at present, learned from every attempt
 * that ends. In memory, of this process alone. */

import type { Call, Guards } from '../http.ts';
import type { Health, LastFailure } from '../provider.ts';
import type { Ending } from './attempt.ts';
import type { Rejection } from './judge.ts';
import { createLane, type Lane, wallClock } from './lane.ts';

/** Of a provider that wants fewer calls and does not say for how long. */
const PAUSE_MS = 1_000;

export interface Standing {
  readonly lanes: Readonly<Record<Call<unknown>['effect'], Lane>>;
  /** An attempt ended; `rejection` is null when it was answered. */
  learn(call: Call<unknown>, ending: Ending, rejection: Rejection | null): void;
  /** An attempt ended in a way that tells nothing of the provider. */
  forget(call: Call<unknown>, ending: Ending): void;
  health(): Health;
}

export function createStanding(connections: number, guards: Guards): Standing {
  const lanes = { read: createLane(connections, guards), write: createLane(connections, guards) };
  let succeededAt: number | null = null;
  let failed: (Omit<LastFailure, 'at'> & { readonly at: number }) | null = null;

  return {
    lanes,
    learn({ effect, operation }, { at, ms, pass, isFair }, rejection) {
      if (pass === null) return;
      const isOutage = rejection?.isOutage === true;
      lanes[effect].tally.count(at, ms, isOutage);
      if (!isOutage) lanes[effect].breaker.succeeded(pass);
      else if (isFair) lanes[effect].failed(pass, at);
      else lanes[effect].breaker.saidNothing(pass);

      if (rejection === null) succeededAt = at;
      else failed = { code: rejection.code, operation, at };
      if (rejection?.code !== 'RATE_LIMITED') return;
      const pauseMs = rejection.retryAfterMs ?? PAUSE_MS;
      lanes.read.pause(at, pauseMs);
      // Writes are few and urgent: they rest only when one of them was refused.
      if (effect === 'write') lanes.write.pause(at, pauseMs);
    },
    forget({ effect }, { pass }) {
      if (pass) lanes[effect].breaker.saidNothing(pass);
    },
    health() {
      const now = performance.now();
      return {
        reads: lanes.read.health(now),
        writes: lanes.write.health(now),
        lastSuccessAt: succeededAt === null ? null : wallClock(now, succeededAt),
        lastFailure: failed && { ...failed, at: wallClock(now, failed.at) },
      };
    },
  };
}
