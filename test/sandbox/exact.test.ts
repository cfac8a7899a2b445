import { describe, expect, it } from 'vitest';
import {
  add,
  compare,
  divide,
  isDecimal,
  multiply,
  subtract,
  toScale,
  trimZeros,
  unitsAt,
} from '../../sandbox/decimal.ts';
import { numberText, numberToken, readJson, writeJson } from '../../sandbox/json.ts';
import { readTime, withOffset, zulu } from '../../sandbox/time.ts';

describe('decimals', () => {
  it('keep the larger scale', () => {
    expect(subtract('10.00', '0.50')).toBe('9.50');
    expect(subtract('0.1', '0.30')).toBe('-0.20');
    expect(add('123456789012345678901234.000000000000000001', '1')).toBe(
      '123456789012345678901235.000000000000000001',
    );
    expect(multiply('1.5', '-0.25')).toBe('-0.375');
    expect(add('2', '3')).toBe('5');
  });

  it('compare by value', () => {
    expect(compare('1.0', '1')).toBe(0);
    expect(compare('0.000000000000000001', '0')).toBeGreaterThan(0);
    expect(compare('-2', '-1.999')).toBeLessThan(0);
    expect(unitsAt('1.25', 4)).toBe(12_500n);
  });

  it('round only when asked', () => {
    expect(divide('1', '3', 8)).toBe('0.33333333');
    expect(toScale('1.239', 2)).toBe('1.23');
    expect(toScale('7', 3)).toBe('7.000');
    expect(trimZeros('129.00000000')).toBe('129');
    expect(trimZeros('0.50')).toBe('0.5');
    expect(trimZeros('100')).toBe('100');
  });

  it('are digits with at most one point', () => {
    expect(['1', '-1.5', '0.0'].every(isDecimal)).toBe(true);
    expect(['', '.5', '1.', '1e5', '+1', '1,5', ' 1'].some(isDecimal)).toBe(false);
  });
});

describe('JSON', () => {
  it('keeps the digits of numbers both ways', () => {
    const text = '{"a":129.123456789012345678,"b":["1",-0.50,1E+2,"x\\"1"],"c":null,"d":{"e":true}}';
    expect(writeJson(readJson(text)!)).toBe(text);
    expect(numberText(numberToken('1.10'))).toBe('1.10');
  });

  it('is undefined when it is not JSON', () => {
    for (const text of ['', '{', '{"a":01}', "{'a':1}"]) expect(readJson(text)).toBeUndefined();
  });

  it('leaves out what is undefined', () => {
    expect(writeJson({ a: undefined, b: 1 })).toBe('{"b":1}');
  });
});

describe('time', () => {
  it('is written in the zone of the provider', () => {
    const ms = Date.UTC(2023, 5, 21, 14, 25, 55);
    expect(withOffset(ms, 3)).toBe('2023-06-21T17:25:55+03:00');
    expect(withOffset(ms, -3)).toBe('2023-06-21T11:25:55-03:00');
    expect(zulu(ms)).toBe('2023-06-21T14:25:55Z');
  });

  it.each([
    ['2023-06-21T17:25:55+03:00', '2023-06-21T14:25:55Z'],
    ['2023-06-21 7:25:55', '2023-06-21T04:25:55Z'],
    ['2023-06-21T14:25:55.123Z', '2023-06-21T14:25:55Z'],
    ['2023-06-21', '2023-06-20T21:00:00Z'],
  ])('reads %s', (text, expected) => {
    expect(zulu(readTime(text, 3)!)).toBe(expected);
  });

  it.each(['2023-02-30', '2023-01-01 24:00:00', 'yesterday', ''])('does not read %j', (text) => {
    expect(readTime(text, 3)).toBe(null);
  });
});
