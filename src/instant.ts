/** Instants as RFC 3339 text. Almost all are written to the second and lie between the years 1000 and 9999; these are read
 * and written here, exactly as JavaScript would, at a fraction of the cost. */

import { z } from 'zod';

// Date itself takes the 30th of February for the 1st of March.
const RFC3339 = z.iso.datetime({ offset: true });
const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const TWO_DIGITS = Array.from({ length: 100 }, (_, value) => String(value).padStart(2, '0'));
const MINUTE_MS = 60_000;

/** The instant that a text with an offset names; undefined when it names none. */
export function instantOf(text: string): Date | undefined {
  const common = commonInstant(text);
  if (common !== undefined) return new Date(common);
  return RFC3339.safeParse(text).success ? new Date(text) : undefined;
}

/** In UTC, such as `2023-06-21T14:25:55Z`; with milliseconds where there are any. */
export function instantText(instant: Date): string {
  const year = instant.getUTCFullYear();
  if (!(year >= 1000 && year <= 9999)) return instant.toISOString().replace('.000Z', 'Z');
  const date = `${year}-${TWO_DIGITS[instant.getUTCMonth() + 1]}-${TWO_DIGITS[instant.getUTCDate()]}`;
  const minutes = `${TWO_DIGITS[instant.getUTCHours()]}:${TWO_DIGITS[instant.getUTCMinutes()]}`;
  const ms = instant.getUTCMilliseconds();
  const fraction = ms === 0 ? '' : `.${String(ms).padStart(3, '0')}`;
  return `${date}T${minutes}:${TWO_DIGITS[instant.getUTCSeconds()]}${fraction}Z`;
}

/** Of `2023-06-21T17:25:55+03:00` or `2023-06-21T14:25:55Z`, in milliseconds; undefined for texts of any other form. */
function commonInstant(text: string): number | undefined {
  const isUtc = text.length === 20 && text[19] === 'Z';
  if (!isUtc && !(text.length === 25 && text[22] === ':')) return undefined;
  if (text[4] !== '-' || text[7] !== '-' || text[10] !== 'T' || text[13] !== ':' || text[16] !== ':')
    return undefined;
  const century = twoDigits(text, 0);
  const year = century * 100 + twoDigits(text, 2);
  const month = twoDigits(text, 5);
  const day = twoDigits(text, 8);
  const hour = twoDigits(text, 11);
  const minute = twoDigits(text, 14);
  const second = twoDigits(text, 17);
  if (
    century < 10 ||
    year - century * 100 > 99 ||
    year > 9999 ||
    month < 1 ||
    month > 12 ||
    day < 1 ||
    day > daysIn(year, month)
  )
    return undefined;
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  const offset = isUtc ? 0 : offsetMinutes(text);
  if (offset === undefined) return undefined;
  const minutes = (daysTo(year, month, day) * 24 + hour) * 60 + minute - offset;
  return minutes * MINUTE_MS + second * 1000;
}

function offsetMinutes(text: string): number | undefined {
  const hours = twoDigits(text, 20);
  const minutes = twoDigits(text, 23);
  if (hours > 23 || minutes > 59) return undefined;
  if (text[19] === '+') return hours * 60 + minutes;
  return text[19] === '-' ? -(hours * 60 + minutes) : undefined;
}

/** From the first day of 1970. */
function daysTo(year: number, month: number, day: number): number {
  // Years that begin in March end with the day that only some of them have.
  const marches = month > 2 ? year : year - 1;
  const monthsSince = month > 2 ? month - 3 : month + 9;
  const leapDays = Math.floor(marches / 4) - Math.floor(marches / 100) + Math.floor(marches / 400);
  return marches * 365 + leapDays + Math.floor((153 * monthsSince + 2) / 5) + day - 719_469;
}

function daysIn(year: number, month: number): number {
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return month === 2 && isLeap ? 29 : DAYS[month - 1]!;
}

/** The number of two digits; greater than any where one of them is none. */
function twoDigits(text: string, at: number): number {
  const tens = text.charCodeAt(at) - 48;
  const ones = text.charCodeAt(at + 1) - 48;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : 1_000;
}
