// Sandbox time and the ways in which providers write it down. By default the clock stands still and moves only
// through advance(), so that tests repeat exactly; a demo may let it follow the wall clock.

export interface Clock {
  /** Milliseconds since 1970, always a whole second: no provider prints fractions. */
  now(): number;
  advance(ms: number): void;
  reset(): void;
}

/** Where a standing clock stands. All seeded rows are older. */
export const SANDBOX_START = Date.UTC(2026, 0, 15, 12, 0, 0);

/** A running clock never shows a time before SANDBOX_START, even on a machine whose own clock is wrong. */
export function createClock(kind: 'still' | 'running'): Clock {
  let advanced = 0;
  return {
    now() {
      const base = kind === 'running' ? Math.max(Date.now(), SANDBOX_START) : SANDBOX_START;
      return Math.floor((base + advanced) / 1000) * 1000;
    },
    advance(ms) {
      advanced += ms;
    },
    reset() {
      advanced = 0;
    },
  };
}

/** `2023-06-21T17:25:55+03:00` for an offset of 3 hours. */
export function withOffset(ms: number, hours: number): string {
  const sign = hours < 0 ? '-' : '+';
  const local = new Date(ms + hours * 3_600_000).toISOString().slice(0, 19);
  return `${local}${sign}${String(Math.abs(hours)).padStart(2, '0')}:00`;
}

/** `2024-09-25T12:00:00Z`. */
export function zulu(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}

const WRITTEN =
  /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?)?(Z|[+-]\d{2}:?\d{2})?$/;

/** Reads a date with or without time and zone; null for anything that is not a real moment. */
export function readTime(text: string, hoursWithoutZone: number): number | null {
  const match = WRITTEN.exec(text);
  if (!match) return null;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map((part) => Number(part ?? 0)) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  if (hour > 23 || minute > 59 || second > 59) return null;
  const local = Date.UTC(year, month - 1, day, hour, minute, second);
  const read = new Date(local);
  if (read.getUTCMonth() !== month - 1 || read.getUTCDate() !== day) return null;
  return local - offsetMinutes(match[7], hoursWithoutZone) * 60_000;
}

function offsetMinutes(zone: string | undefined, hoursWithoutZone: number): number {
  if (zone === undefined) return hoursWithoutZone * 60;
  if (zone === 'Z') return 0;
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(-2));
  return zone.startsWith('-') ? -minutes : minutes;
}
