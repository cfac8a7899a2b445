/** Places between the rows of one list, from where it can be walked on in either direction. */

import { z } from 'zod';
import { InvalidInputError } from './errors.ts';
import type { Direction, Position } from './providers/provider.ts';

/** At an end, right after or right before a row, or on one. At an end and at a row: nothing lies further on there, and
 * the row is for whoever turns around. */
export type Place = {
  readonly at?: 'start' | 'end';
  readonly on?: Position;
  readonly after?: Position;
  readonly before?: Position;
};

/** How a list is read from a place. */
export interface Entry {
  readonly from: Position | null;
  readonly inclusive: boolean;
}

const position = z.custom<Position>((value) => typeof value === 'object' && value !== null);
const placeWire = z.strictObject({
  at: z.enum(['start', 'end']).exactOptional(),
  on: position.exactOptional(),
  after: position.exactOptional(),
  before: position.exactOptional(),
});

/** The end of a list that a walk comes to. */
export function farEnd(direction: Direction): 'start' | 'end' {
  return direction === 'forward' ? 'end' : 'start';
}

/** The end of a list that a walk begins at. */
export function nearEnd(direction: Direction): 'start' | 'end' {
  return direction === 'forward' ? 'start' : 'end';
}

/** The place on the far side of a row, in walking direction. */
export function beyond(position: Position, direction: Direction): Place {
  return direction === 'forward' ? { after: position } : { before: position };
}

/** The place on the near side of a row. */
export function upTo(position: Position, direction: Direction): Place {
  return direction === 'forward' ? { before: position } : { after: position };
}

/** Whether a place is not tied to any row: ends move when rows arrive. */
export function isUntied({ after, before }: Place): boolean {
  return !after && !before;
}

/** Where to begin at a place that a cursor names; on a row is next to it. Throws `InvalidInputError`. */
export function parsePlace(value: unknown, direction: Direction): Place {
  const { data: place } = placeWire.safeParse(value);
  if (!place) throw new InvalidInputError([{ path: [], message: 'the cursor names no place in this list' }]);
  if (!place.on) return place;
  return { ...beyond(place.on, direction), ...(place.at === farEnd(direction) && { at: place.at }) };
}

/** How to enter a list at a place; undefined where nothing follows. */
export function entryOf({ at, after, before }: Place, direction: Direction): Entry | undefined {
  const forward = direction === 'forward';
  if (at === farEnd(direction)) return undefined;
  if (after) return { from: after, inclusive: !forward };
  if (before) return { from: before, inclusive: forward };
  return { from: null, inclusive: false };
}
