/** The one order of a list, from both ends. */

import { expect, test } from 'vitest';
import { createOrder } from '../../../src/providers/hashlee/order.ts';

test.each([
  ['createdAt', '2018-06-26T11:38:56-03:00', '2018-06-26T14:38:57Z'],
  ['createdAt', '2018-06-26T23:00:00-03:00', '2018-06-27T00:00:00-03:00'],
  ['createdAt', '2018-06-26T11:38:56.1234-03:00', '2018-06-26T11:38:56.1235-03:00'],
  ['amount', '9.5', '10'],
  ['fee', '-1', '0.00000000'],
  ['netAmount', '123456789012345678901234567890.1', '123456789012345678901234567890.11'],
] as const)('by %s, %s comes before %s, and after it in the other direction', (field, less, more) => {
  const [early, late] = [
    { value: less, hash: 'z' },
    { value: more, hash: 'a' },
  ];
  for (const [direction, walk, sign] of [
    ['asc', 'forward', -1],
    ['asc', 'backward', 1],
    ['desc', 'forward', 1],
    ['desc', 'backward', -1],
  ] as const) {
    const order = createOrder({ field, direction }, walk);
    expect(Math.sign(order.compare(early, late))).toBe(sign);
    expect(Math.sign(order.compare(late, early))).toBe(-sign);
    expect(order.direction).toBe(sign < 0 ? 'asc' : 'desc');
  }
});

test.each([
  ['createdAt', '2018-06-26T11:38:56-03:00', '2018-06-26T14:38:56.000Z'],
  ['amount', '5.10', '5.1'],
] as const)('by %s, %s and %s tie and are told apart by hash', (field, left, right) => {
  const order = createOrder({ field, direction: 'asc' }, 'forward');
  expect(order.compareValues(left, right)).toBe(0);
  expect(order.compare({ value: left, hash: 'b' }, { value: right, hash: 'a' })).toBeGreaterThan(0);
  expect(order.compare({ value: left, hash: 'a' }, { value: right, hash: 'a' })).toBe(0);
});
