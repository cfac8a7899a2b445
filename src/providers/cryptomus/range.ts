/** Conditions on the creation time, to the one filter that the platform has: two inclusive bounds in whole seconds,
 * written in its own zone (docs/providers.md 1.8). */

import type { Condition, PayoutField } from '../../domain.ts';

const ZONE_SECONDS = 3 * 60 * 60;
/** Nothing was paid out before 1970 or is after 9999, and the format has four digits for the year. */
const EARLIEST = 0;
const LATEST = Date.UTC(9999, 11, 31) / 1000;

/** The body that goes with every page of a list. */
export interface Range {
  readonly date_from?: string;
  readonly date_to?: string;
}

/** The same conditions as bounds; null when no time meets them, undefined when bounds cannot express them. */
export function rangeOf(conditions: readonly Condition<PayoutField>[]): Range | null | undefined {
  let from = EARLIEST;
  let to = LATEST;
  for (const { field, operator, value } of conditions) {
    if (field !== 'createdAt' || !(value instanceof Date) || Number.isNaN(value.getTime())) return undefined;
    // Creation times are whole seconds, so a bound between two of them is a bound at one of them.
    const seconds = value.getTime() / 1000;
    if (operator === 'gte') from = Math.max(from, Math.ceil(seconds));
    else if (operator === 'gt') from = Math.max(from, Math.floor(seconds) + 1);
    else if (operator === 'lte') to = Math.min(to, Math.floor(seconds));
    else if (operator === 'lt') to = Math.min(to, Math.ceil(seconds) - 1);
    else return undefined;
  }
  if (from > to) return null;
  return {
    ...(from > EARLIEST && { date_from: inZone(from) }),
    ...(to < LATEST && { date_to: inZone(to) }),
  };
}

function inZone(seconds: number): string {
  return new Date((seconds + ZONE_SECONDS) * 1000).toISOString().slice(0, 19).replace('T', ' ');
}
