/** The law of reading JSON: what comes out is what a parser gives that keeps every number as the text it was sent as,
 * where a double would show it otherwise. */

import fc from 'fast-check';
import { parse } from 'lossless-json';
import { expect, test } from 'vitest';
import { parseJson } from '../../src/providers/http/json.ts';

/** The slow and certain way. */
function exactly(text: string): unknown {
  return parse(text, undefined, (token) => (String(Number(token)) === token ? Number(token) : token));
}

const digits = (most: number) =>
  fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: 1, maxLength: most });
/** A number in any way that JSON allows. */
const number = fc
  .tuple(
    fc.constantFrom('', '-'),
    fc.oneof(
      fc.constant('0'),
      fc.tuple(fc.constantFrom(...'123456789'), digits(25)).map((parts) => parts.join('')),
      fc.constantFrom(...'123456789'),
    ),
    fc.option(
      digits(20).map((text) => `.${text}`),
      { nil: '' },
    ),
    fc.option(
      fc.tuple(fc.constantFrom('e', 'E', 'e+', 'e-'), digits(3)).map((parts) => parts.join('')),
      { nil: '' },
    ),
  )
  .map((parts) => parts.join(''));
/** Texts that look like numbers in their places. */
const text = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  number,
  fc.constantFrom(
    ':1.5,',
    '[1e3]',
    '2024-01-01T00:00:00.000000Z',
    '\\u0000',
    '"',
    '\\',
    ':12345678901234567890}',
  ),
);
const space = fc.string({ unit: fc.constantFrom(' ', '\t', '\n', '\r'), maxLength: 3 });

/** JSON as text, with space in every place that may have some. */
const json = fc.letrec<{ value: string; list: string; object: string }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    number,
    text.map((value) => JSON.stringify(value)),
    fc.constantFrom('true', 'false', 'null', '[]', '{}'),
    tie('list'),
    tie('object'),
  ),
  list: fc
    .array(
      fc.tuple(space, tie('value'), space).map((parts) => parts.join('')),
      { minLength: 1, maxLength: 5 },
    )
    .map((items) => `[${items.join(',')}]`),
  object: fc
    .uniqueArray(fc.tuple(text, space, tie('value'), space), {
      selector: ([name]) => name,
      minLength: 1,
      maxLength: 5,
    })
    .map((members) => {
      const written = members.map(
        ([name, before, value, after]) => `${JSON.stringify(name)}${before}:${before}${value}${after}`,
      );
      return `{${written.join(',')}}`;
    }),
})).value;

test('every number is what the certain way makes of it', () => {
  fc.assert(
    fc.property(json, space, (written, around) => {
      const whole = `${around}${written}${around}`;
      expect(parseJson(whole)).toEqual(exactly(whole));
    }),
    { numRuns: 3_000 },
  );
});

test.each([
  ['-0', '-0'],
  ['1.0', '1.0'],
  ['1e3', '1e3'],
  ['0.1', 0.1],
  ['12345678901234567', '12345678901234567'],
  ['123456789012345', 123456789012345],
  ['[-0 ]', ['-0']],
  ['{"a":\n1.50}', { a: '1.50' }],
  ['[1,2,3.10]', [1, 2, '3.10']],
  ['-1E5', '-1E5'],
])('%s is read with its digits', (written, read) => expect(parseJson(written)).toEqual(read));

test.each([
  '',
  '{',
  '[1,]',
  '{"a":1,}',
  '01',
  '1.',
  '.5',
  '+1',
  'NaN',
  '<html>',
  '{"a":1}{',
  "{'a':1}",
  '\ufeff{}',
])('%j is not JSON', (written) => expect(parseJson(written)).toBeUndefined());

test('of two members with one name the last one counts, whichever way it is read', () => {
  expect(parseJson('{"a":1,"a":2}')).toEqual({ a: 2 });
  expect(parseJson('{"a":1.50,"a":2.50}')).toEqual({ a: '2.50' });
});

test('a name that means something to JavaScript is a name like any other', () => {
  for (const written of ['{"__proto__":{"admin":true}}', '{"__proto__":{"admin":1.50}}']) {
    const read = parseJson(written) as object;
    expect(Object.keys(read)).toEqual(['__proto__']);
    expect(Object.getPrototypeOf(read)).toBe(Object.prototype);
  }
});

test('nesting without end is refused or read, and breaks nothing', () => {
  for (const inner of ['1', '1.50']) {
    const deep = `${'['.repeat(200_000)}${inner}${']'.repeat(200_000)}`;
    expect(['undefined', 'object']).toContain(typeof parseJson(deep));
  }
});
