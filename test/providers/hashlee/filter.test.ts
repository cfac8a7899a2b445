/** Conditions, and the filters that mean the same to Hashlee. */

import { expect, test } from 'vitest';
import { type Condition, TRANSFER_STATUSES, type WithdrawalField } from '../../../src/domain.ts';
import { InvalidInputError } from '../../../src/errors.ts';
import { toFilters } from '../../../src/providers/hashlee/filter.ts';

type When = Condition<WithdrawalField>;

function filterOf(field: When['field'], operator: When['operator'], value: When['value']) {
  const filters = toFilters([{ field, operator, value }]);
  if (filters === null) return 'nothing';
  return filters.length === 0
    ? 'everything'
    : filters.flatMap((each) => [each.field, each.operation, each.value]);
}

test.each([
  ['hash', 'eq', 'h', ['hash', '=', 'h']],
  ['hash', 'in', ['h', 'i'], ['hash', 'in', ['h', 'i']]],
  ['rawStatus', 'eq', 'REVERSED', ['status', '=', 'REVERSED']],
  ['rawStatus', 'nin', ['OPEN'], ['status', 'nin', ['OPEN']]],
  ['currency', 'ne', 'BTC', ['currency', '<>', 'BTC']],
  ['amount', 'gt', '0.10', ['amount', '>', '0.10']],
  ['fee', 'gte', '1', ['fee', '>=', '1']],
  ['netAmount', 'lt', '100', ['net_amount', '<', '100']],
  ['netAmount', 'lte', '5.00', ['net_amount', '<=', '5.00']],
  ['externalReference', 'eq', 'r', ['identify', '=', 'r']],
  ['updatedAt', 'gt', new Date('2018-06-26T14:38:56Z'), ['updated_at', '>', '2018-06-26T11:38:56-03:00']],
  ['finishedAt', 'lt', new Date('2018-01-01T00:00:00Z'), ['finished_at', '<', '2017-12-31T21:00:00-03:00']],
  ['amount', 'in', [], 'nothing'],
  ['amount', 'nin', [], 'everything'],
] as const)('%s %s %j is %j', (field, operator, value, expected) => {
  expect(filterOf(field, operator, value)).toEqual(expected);
});

test.each([
  ['eq', '56.000', ['=', 56]],
  ['eq', '56.001', 'nothing'],
  ['ne', '56.000', ['<>', 56]],
  ['ne', '56.001', 'everything'],
  ['gt', '56.000', ['>', 56]],
  ['gt', '56.001', ['>', 56]],
  ['gte', '56.000', ['>=', 56]],
  ['gte', '56.001', ['>=', 57]],
  ['lt', '56.000', ['<', 56]],
  ['lt', '56.001', ['<', 57]],
  ['lte', '56.000', ['<=', 56]],
  ['lte', '56.999', ['<=', 56]],
] as const)('createdAt %s second %s selects the same whole seconds as %j', (operator, second, expected) => {
  const filter = filterOf('createdAt', operator, new Date(`2018-06-26T14:38:${second}Z`));
  const wanted =
    typeof expected === 'string'
      ? expected
      : ['created_at', expected[0], `2018-06-26T11:38:${expected[1]}-03:00`];
  expect(filter).toEqual(wanted);
});

const KNOWN = ['OPEN', 'PENDING', 'EXPORTED', 'FINISHED', 'CANCELED', 'CANCELLED'];

test.each([
  ['eq', 'PENDING', ['=', 'OPEN']],
  ['eq', 'PROCESSING', ['in', ['PENDING', 'EXPORTED']]],
  ['eq', 'SUCCEEDED', ['=', 'FINISHED']],
  ['eq', 'CANCELED', ['in', ['CANCELED', 'CANCELLED']]],
  ['eq', 'FAILED', 'nothing'],
  ['eq', 'UNRECOGNIZED', ['nin', KNOWN]],
  ['ne', 'SUCCEEDED', ['nin', ['FINISHED']]],
  ['ne', 'FAILED', 'everything'],
  ['ne', 'UNRECOGNIZED', ['in', KNOWN]],
  ['in', ['PENDING', 'SUCCEEDED', 'FAILED'], ['in', ['OPEN', 'FINISHED']]],
  ['in', ['UNRECOGNIZED', 'PENDING'], ['nin', ['PENDING', 'EXPORTED', 'FINISHED', 'CANCELED', 'CANCELLED']]],
  ['in', [], 'nothing'],
  ['in', TRANSFER_STATUSES, 'everything'],
  ['nin', ['UNRECOGNIZED', 'CANCELED'], ['in', ['OPEN', 'PENDING', 'EXPORTED', 'FINISHED']]],
  ['nin', ['PENDING', 'PROCESSING'], ['nin', ['OPEN', 'PENDING', 'EXPORTED']]],
  ['nin', [], 'everything'],
  ['nin', TRANSFER_STATUSES, 'nothing'],
] as const)('status %s %j is %j', (operator, value, expected) => {
  expect(filterOf('status', operator, value)).toEqual(
    typeof expected === 'string' ? expected : ['status', ...expected],
  );
});

test('refuses to rank statuses', () => {
  expect(() => filterOf('status', 'gt', 'PENDING')).toThrow(InvalidInputError);
});

test('keeps every condition, and selects nothing as soon as one of them does', () => {
  const conditions: When[] = [
    { field: 'amount', operator: 'gte', value: '1' },
    { field: 'amount', operator: 'lt', value: '2' },
    { field: 'status', operator: 'eq', value: 'PENDING' },
  ];
  expect(toFilters(conditions)).toHaveLength(3);
  expect(toFilters([...conditions, { field: 'status', operator: 'eq', value: 'FAILED' }])).toBeNull();
});
