// What the four pretend providers share: one seed, one clock, one ledger of effects, one set of switches.
import { createEffects, type Effects } from './effects.ts';
import { DEFAULT_SWITCHES, type Switches } from './switches.ts';
import { type Clock, createClock } from './time.ts';

export interface World {
  readonly seed: number;
  /** How many seeded rows of a list there are at the start, its newest ones. */
  readonly newest: number;
  readonly clock: Clock;
  readonly effects: Effects;
  readonly switches: Switches;
}

export function createWorld(seed: number, newest: number, clock: 'still' | 'running'): World {
  const switches = { ...DEFAULT_SWITCHES };
  return { seed, newest, clock: createClock(clock), effects: createEffects(), switches };
}

/** The moments of rows that arrive at the head of a list: after the newest one, four to the second. */
export function burst(world: World, newest: number, count: number): number[] {
  const start = Math.max(world.clock.now(), newest) + 1000;
  return Array.from({ length: count }, (_, index) => start + Math.floor(index / 4) * 1000);
}
