/** How many calls are under way at once, and how many may wait for their turn: what one slow provider can hold. */

import type { FailureCode } from '../../errors.ts';

/** Why a call does not go out. */
export interface Refused {
  readonly code: Extract<FailureCode, 'UNAVAILABLE' | 'RATE_LIMITED'>;
  readonly retryAfterMs: number;
  readonly sentence: string;
}

/** A call that wants to go out. */
export interface Turn {
  /** It has a place now, and gives it back with `leave`. */
  start(): void;
  /** It need not wait any longer: nothing goes out at present. */
  turnAway(refused: Refused): void;
}

export interface Bulkhead {
  /** Starts it, now or when its turn comes, or turns it away when there is no room to wait. */
  enter(turn: Turn): void;
  /** Takes back one that waits. */
  withdraw(turn: Turn): void;
  leave(): void;
  /** Turns everyone away who waits. */
  clear(refused: Refused): void;
  readonly inFlight: number;
  readonly waiting: number;
}

const FULL: Refused = {
  code: 'UNAVAILABLE',
  retryAfterMs: 1000,
  sentence: 'too many calls wait for the provider already',
};

export function createBulkhead(places: number, room: number): Bulkhead {
  const waiting: Turn[] = [];
  let inFlight = 0;
  let isFilling = false;

  /** A turn that ends while it starts makes room for the next one here, not deeper on the stack. */
  function fill() {
    if (isFilling) return;
    isFilling = true;
    while (inFlight < places && waiting.length > 0) {
      inFlight++;
      waiting.shift()!.start();
    }
    isFilling = false;
  }

  return {
    enter(turn) {
      if (inFlight < places && waiting.length === 0) {
        inFlight++;
        turn.start();
      } else if (waiting.length < room) {
        waiting.push(turn);
      } else {
        turn.turnAway(FULL);
      }
    },
    withdraw(turn) {
      const at = waiting.indexOf(turn);
      if (at !== -1) waiting.splice(at, 1);
    },
    leave() {
      inFlight--;
      if (waiting.length > 0) fill();
    },
    clear(refused) {
      for (const turn of waiting.splice(0)) turn.turnAway(refused);
    },
    get inFlight() {
      return inFlight;
    },
    get waiting() {
      return waiting.length;
    },
  };
}
