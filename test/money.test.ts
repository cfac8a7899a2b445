import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compareDecimals, decimalText } from '../src/money.ts';

const digits = fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: 1, maxLength: 40 });
const decimal = fc
  .tuple(fc.constantFrom('', '-'), digits, fc.option(digits))
  .map(([sign, whole, fraction]) => `${sign}${whole}${fraction === null ? '' : `.${fraction}`}`);

test('a plain decimal goes through untouched, however many digits it has', () => {
  fc.assert(
    fc.property(decimal, (text) => {
      expect(decimalText(text)).toBe(text);
    }),
  );
});

test.each([
  ['1e3', '1000'],
  ['1.5e3', '1500'],
  ['1.5E-3', '0.0015'],
  ['-2e-8', '-0.00000002'],
  ['123456789.123456789e4', '1234567891234.56789'],
  ['12e0', '12'],
  ['0.00012e2', '0.012'],
])('writes the exponent of %s out', (scientific, plain) => {
  expect(decimalText(scientific)).toBe(plain);
});

test.each(['', ' 1', '1 ', '1,000', 'NaN', 'Infinity', '0x10', '1.', '.5', '+1', '1e9999', '--1'])(
  'does not take %j for a number',
  (text) => {
    expect(decimalText(text)).toBeUndefined();
  },
);

test('compares by value and not by text', () => {
  expect(compareDecimals('10', '9')).toBe(1);
  expect(compareDecimals('0.10', '0.1')).toBe(0);
  expect(compareDecimals('-1', '0.5')).toBe(-1);
  expect(compareDecimals('-0.50', '-0.6')).toBe(1);
});

test('orders decimals as whole numbers of their smallest unit', () => {
  const scaled = fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n });
  const place = (value: bigint) => {
    const text = String(value < 0n ? -value : value).padStart(19, '0');
    return `${value < 0n ? '-' : ''}${text.slice(0, -18)}.${text.slice(-18)}`;
  };
  fc.assert(
    fc.property(scaled, scaled, (left, right) => {
      expect(compareDecimals(place(left), place(right))).toBe(left < right ? -1 : left > right ? 1 : 0);
    }),
  );
});
