/** What the calls of the last minute came to. */

import type { RecentCalls } from '../provider.ts';

export interface Tally {
  /** A call that went out has ended, after so many milliseconds. */
  count(now: number, ms: number, failed: boolean): void;
  recent(now: number): RecentCalls;
}

const SLOTS = 6;
const SLOT_MS = 10_000;

export function createTally(): Tally {
  const slots = Array.from({ length: SLOTS }, () => ({ at: -1, calls: 0, failures: 0, ms: 0, slowestMs: 0 }));

  return {
    count(now, ms, failed) {
      const at = Math.floor(now / SLOT_MS);
      const slot = slots[at % SLOTS]!;
      if (slot.at !== at) Object.assign(slot, { at, calls: 0, failures: 0, ms: 0, slowestMs: 0 });
      slot.calls++;
      if (failed) slot.failures++;
      slot.ms += ms;
      if (ms > slot.slowestMs) slot.slowestMs = ms;
    },
    recent(now) {
      const oldest = Math.floor(now / SLOT_MS) - SLOTS + 1;
      let [calls, failures, ms, slowestMs] = [0, 0, 0, 0];
      for (const slot of slots) {
        if (slot.at < oldest) continue;
        calls += slot.calls;
        failures += slot.failures;
        ms += slot.ms;
        slowestMs = Math.max(slowestMs, slot.slowestMs);
      }
      return calls === 0
        ? { calls, failures, meanMs: null, slowestMs: null }
        : { calls, failures, meanMs: Math.round(ms / calls), slowestMs: Math.round(slowestMs) };
    },
  };
}
