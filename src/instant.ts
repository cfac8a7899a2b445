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
  const year = digits(text, 0, 4);
  const month = digits(text, 5, 2);
  const day = digits(text, 8, 2);
  const hour = digits(text, 11, 2);
  const minute = digits(text, 14, 2);
  const second = digits(text, 17, 2);
  // What is no digit is not a number, which is in no range.
  const isDate = year >= 1000 && month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month);
  if (!isDate || !(hour <= 23 && minute <= 59 && second <= 59)) return undefined;
  const offset = isUtc ? 0 : offsetMinutes(text);
  if (Number.isNaN(offset)) return undefined;
  return Date.UTC(year, month - 1, day, hour, minute, second) - offset * MINUTE_MS;
}

function offsetMinutes(text: string): number {
  const sign = text[19] === '+' ? 1 : text[19] === '-' ? -1 : Number.NaN;
  const hours = digits(text, 20, 2);
  const minutes = digits(text, 23, 2);
  return hours <= 23 && minutes <= 59 ? sign * (hours * 60 + minutes) : Number.NaN;
}

function daysIn(year: number, month: number): number {
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return month === 2 && isLeap ? 29 : DAYS[month - 1]!;
}

function digits(text: string, from: number, count: number): number {
  let value = 0;
  for (let at = from; at < from + count; at++) {
    const digit = text.charCodeAt(at) - 48;
    if (digit < 0 || digit > 9) return Number.NaN;
    value = value * 10 + digit;
  }
  return value;
}
