import { expect, test } from 'vitest';
import { OPERATORS, type Operator, type PayoutField } from '../../../src/domain.ts';
import type { ProviderError } from '../../../src/errors.ts';
import { rangeOf } from '../../../src/providers/cryptomus/range.ts';
import { createAsker } from '../../support/calls.ts';
import { openAccount } from './account.ts';

const at = (operator: Operator, time: string) =>
  ({ field: 'createdAt', operator, value: new Date(time) }) as const;

test.each([
  ['gte', '2023-05-03T21:00:00Z', { date_from: '2023-05-04 00:00:00' }],
  ['gte', '2023-05-03T21:00:00.001Z', { date_from: '2023-05-04 00:00:01' }],
  ['gt', '2023-05-03T21:00:00Z', { date_from: '2023-05-04 00:00:01' }],
  ['gt', '2023-05-03T21:00:00.999Z', { date_from: '2023-05-04 00:00:01' }],
  ['lte', '2023-05-16T20:59:59Z', { date_to: '2023-05-16 23:59:59' }],
  ['lte', '2023-05-16T20:59:59.999Z', { date_to: '2023-05-16 23:59:59' }],
  ['lt', '2023-05-16T20:59:59Z', { date_to: '2023-05-16 23:59:58' }],
  ['lt', '2023-05-16T20:59:59.001Z', { date_to: '2023-05-16 23:59:59' }],
] as const)('writes %s %s in UTC+3 and whole seconds', (operator, time, range) => {
  expect(rangeOf([at(operator, time)])).toEqual(range);
});

test('keeps the narrowest of several bounds', () => {
  const conditions = [
    at('gte', '2023-01-01T00:00:00Z'),
    at('gt', '2023-02-01T00:00:00Z'),
    at('lt', '2023-04-01T00:00:00Z'),
    at('lte', '2023-03-01T00:00:00Z'),
  ];
  expect(rangeOf(conditions)).toEqual({ date_from: '2023-02-01 03:00:01', date_to: '2023-03-01 03:00:00' });
});

test('leaves out bounds that no payout can miss', () => {
  expect(rangeOf([])).toEqual({});
  expect(rangeOf([at('gt', '-000044-03-15T12:00:00Z'), at('lt', '+012345-01-01T00:00:00Z')])).toEqual({});
});

test.each([
  ['contradict each other', [at('gt', '2023-02-01T00:00:00Z'), at('lt', '2023-01-01T00:00:00Z')]],
  ['leave no whole second', [at('gt', '2023-02-01T00:00:00.2Z'), at('lt', '2023-02-01T00:00:00.9Z')]],
  ['leave nothing between', [at('gt', '2023-02-01T00:00:00Z'), at('lt', '2023-02-01T00:00:01Z')]],
  ['lie before all time', [at('lt', '-000044-03-15T12:00:00Z')]],
  ['lie after all time', [at('gt', '+012345-01-01T00:00:00Z')]],
])('asks nothing for bounds that %s', async (_, conditions) => {
  expect(rangeOf(conditions)).toBeNull();
  // Nobody listens here: a call would fail.
  const account = openAccount('CRYPTOMUS', 'http://127.0.0.1:9');
  const source = account.payouts!.list!({ conditions });
  for (const direction of ['forward', 'backward'] as const) {
    expect(await source.read(null, direction, 15, createAsker())).toEqual({ rows: [], end: true });
  }
  await account.close();
});

const SUPPORTED: readonly Operator[] = ['gt', 'gte', 'lt', 'lte'];

test.each([
  ...OPERATORS.filter((operator) => !SUPPORTED.includes(operator)).map((operator) =>
    at(operator, '2023-02-01T00:00:00Z'),
  ),
  at('gt', 'no time at all'),
  { field: 'createdAt', operator: 'gt', value: '2023-02-01' } as const,
  { field: 'status' as PayoutField, operator: 'gt', value: new Date(0) } as const,
])('says that it does not support %o', async (condition) => {
  const account = openAccount('CRYPTOMUS', 'http://127.0.0.1:9');
  try {
    account.payouts!.list!({ conditions: [condition] });
    expect.fail('it was accepted');
  } catch (error) {
    expect((error as ProviderError).failure).toMatchObject({
      code: 'UNSUPPORTED',
      outcome: 'REJECTED',
      operation: 'listPayouts',
    });
  }
  await account.close();
});
