/** Instants as text: what is read and written here is what JavaScript and zod make of it. */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { instantOf, instantText } from '../src/instant.ts';

const RFC3339 = z.iso.datetime({ offset: true });

/** By the libraries alone. */
function expected(text: string): number | undefined {
  return RFC3339.safeParse(text).success ? new Date(text).getTime() : undefined;
}

const pad = (value: number, length: number) => String(value).padStart(length, '0');
const part = (most: number, length = 2) => fc.nat(most).map((value) => pad(value, length));
const offset = fc.oneof(
  fc.constantFrom('Z', 'z', '', '+0300', '+3:00', '-00:00', '+24:00', '+23:60', '+00:00 '),
  fc.tuple(fc.constantFrom('+', '-'), part(25), part(61)).map(([sign, h, m]) => `${sign}${h}:${m}`),
);
const written = fc
  .tuple(part(9_999, 4), part(13), part(32), part(25), part(61), part(61), offset)
  .map(([y, mo, d, h, mi, s, zone]) => `${y}-${mo}-${d}T${h}:${mi}:${s}${zone}`);

describe('a text', () => {
  test('names the instant that the libraries read, or none', () => {
    fc.assert(
      fc.property(written, (text) => {
        expect(instantOf(text)?.getTime(), text).toBe(expected(text));
      }),
      { numRuns: 5_000 },
    );
  });

  test('with any one character changed does, too', () => {
    const texts = fc.constantFrom('2024-02-29T23:59:59Z', '2023-06-21T17:25:55+03:00');
    const character = fc.constantFrom(...'0123456789TZ:-+. ');
    fc.assert(
      fc.property(texts, fc.nat(25), character, (text, at, other) => {
        const changed = text.slice(0, at) + other + text.slice(at + 1);
        expect(instantOf(changed)?.getTime(), changed).toBe(expected(changed));
      }),
      { numRuns: 5_000 },
    );
  });

  test.each([
    '2024-02-29T00:00:00Z',
    '2023-02-29T00:00:00Z',
    '1900-02-29T00:00:00Z',
    '2000-02-29T00:00:00Z',
    '0099-01-01T00:00:00Z',
    '9999-12-31T23:59:59+00:00',
    '2024-01-01T24:00:00Z',
    '2024-01-01T23:59:60Z',
    '2024-01-01T10:00Z',
    '2024-01-01T10:00:00.123456Z',
    '2024-01-01 10:00:00Z',
    '',
  ])('is read as the libraries read it: %s', (text) => {
    expect(instantOf(text)?.getTime()).toBe(expected(text));
  });
});

describe('an instant', () => {
  test('is written as JavaScript writes it, without milliseconds where there are none', () => {
    fc.assert(
      fc.property(fc.date({ noInvalidDate: true }), fc.boolean(), (date, isWhole) => {
        const instant = isWhole ? new Date(Math.trunc(date.getTime() / 1000) * 1000) : date;
        expect(instantText(instant)).toBe(instant.toISOString().replace('.000Z', 'Z'));
      }),
      { numRuns: 5_000 },
    );
  });

  test('that is none is refused', () => {
    expect(() => instantText(new Date(Number.NaN))).toThrow(RangeError);
  });
});
