/** Hashlee's words in Paygraph's: statuses, amounts, relations, and every way of saying no. */

import { parse } from 'lossless-json';
import { expect, test } from 'vitest';
import { WITHDRAWAL_RELATIONS } from '../../../src/domain.ts';
import { cancelRefusalOf, refusalOf, toWithdrawal } from '../../../src/providers/hashlee/map.ts';
import { canceledAnswer, withdrawalAnswer } from '../../../src/providers/hashlee/wire.ts';
import { Unreadable } from '../../../src/providers/wire.ts';
import { fixture } from '../../documents/upstream.ts';

const documented = JSON.parse(fixture('hashlee/withdrawal.json')).data;

function withdrawalOf(change: object, include = WITHDRAWAL_RELATIONS.slice(0, 0)) {
  return toWithdrawal('unit', withdrawalAnswer({ data: { ...documented, ...change } }).data, include);
}

test('tells a withdrawal from the documented answer to a creation', () => {
  const { data } = withdrawalAnswer(JSON.parse(fixture('hashlee/created.json')));
  expect(toWithdrawal('unit', data, [])).toEqual({
    kind: 'Withdrawal',
    account: 'unit',
    hash: 'eea55e84-33e9-4bf1-a6ea-a6f853c801c7',
    reference: null,
    amount: { amount: '105.00000000', currency: 'BRL' },
    fee: { amount: '5.00000000', currency: 'BRL' },
    netAmount: { amount: '100.00000000', currency: 'BRL' },
    status: 'PENDING',
    rawStatus: 'OPEN',
    isFinal: false,
    unitId: 'vojvzo',
    userId: 'jqozmk',
    receiptId: null,
    targetAccountId: 'jqozmk',
    profileId: 'jqozmk',
    externalReference: null,
    description: null,
    verifiedAt: null,
    finishedAt: null,
    createdAt: new Date('2018-06-28T15:44:30Z'),
    updatedAt: new Date('2018-06-28T15:44:30Z'),
    cancelable: true,
    relations: {},
  });
});

test.each([
  ['OPEN', 'PENDING', false, true],
  ['PENDING', 'PROCESSING', false, false],
  ['EXPORTED', 'PROCESSING', false, false],
  ['FINISHED', 'SUCCEEDED', true, false],
  ['CANCELED', 'CANCELED', true, false],
  ['CANCELLED', 'CANCELED', true, false],
  ['REVERSED', 'UNRECOGNIZED', false, false],
  ['open', 'UNRECOGNIZED', false, false],
  ['constructor', 'UNRECOGNIZED', false, false],
])('reads the status %s as %s', (rawStatus, status, isFinal, cancelable) => {
  expect(withdrawalOf({ status: rawStatus })).toMatchObject({ status, rawStatus, isFinal, cancelable });
});

test('passes amounts through, whether or not they add up', () => {
  const { amount, fee, netAmount } = withdrawalOf({
    amount: '123456789012345678901234567890.00000001',
    fee: 5,
    net_amount: '0.10',
  });
  expect([amount, fee, netAmount].map((money) => money.amount)).toEqual([
    '123456789012345678901234567890.00000001',
    '5',
    '0.10',
  ]);
});

test('attaches the relations that were asked for, wrapped or bare, and keeps what is in them', () => {
  const relations = {
    unit: { data: { id: 'vojvzo', limits: { day: '100.10' } } },
    user: { id: 'oqrwgk' },
    account: null,
    receipt: { data: [] },
    transfers: { data: [{ id: 't1' }, { id: 't2' }] },
    transactions: [],
  };
  expect(withdrawalOf(relations, [...WITHDRAWAL_RELATIONS]).relations).toEqual({
    unit: { id: 'vojvzo', limits: { day: '100.10' } },
    user: { id: 'oqrwgk' },
    transfers: [{ id: 't1' }, { id: 't2' }],
    transactions: [],
  });
  expect(withdrawalOf(relations, ['user']).relations).toEqual({ user: { id: 'oqrwgk' } });
  expect(withdrawalOf({ transfers: { data: null } }, ['transfers', 'unit']).relations).toEqual({});
});

test('keeps amounts inside relations as the text that arrived', () => {
  const text = '{"transfers":{"data":[{"amount":12345678901234567890.10}]}}';
  const exact = parse(text, undefined, (token) => (String(Number(token)) === token ? Number(token) : token));
  expect(withdrawalOf(exact as object, ['transfers']).relations.transfers).toEqual([
    { amount: '12345678901234567890.10' },
  ]);
});

const throttled = JSON.parse(fixture('hashlee/limit-of-attempts.json'));
const unauthorized = JSON.parse(fixture('hashlee/unauthorized.json'));
const invalidIdentifier = JSON.parse(fixture('hashlee/invalid-identifier.json'));
const cancelError = JSON.parse(fixture('hashlee/cancel-error.json'));

test.each([
  [429, throttled, { code: 'RATE_LIMITED', retryAfterMs: 300_000 }],
  [200, throttled, { code: 'RATE_LIMITED', retryAfterMs: 300_000 }],
  [401, unauthorized, { code: 'UNAUTHENTICATED' }],
  [200, unauthorized, { code: 'UNAUTHENTICATED' }],
  [403, unauthorized, { code: 'FORBIDDEN' }],
  [404, invalidIdentifier, { code: 'NOT_FOUND' }],
  [422, invalidIdentifier, { code: 'NOT_FOUND' }],
  [400, cancelError, undefined],
  [404, { message: 'Not Found' }, undefined],
  [500, { message: 'Server Error' }, undefined],
  [200, { data: {} }, undefined],
  [200, [], undefined],
  [200, null, undefined],
])('reads HTTP %i with %j as %j', (status, body, refusal) => {
  expect(refusalOf(status, body)).toEqual(refusal);
});

test.each([
  [400, cancelError, { code: 'NOT_CANCELABLE' }],
  [200, cancelError, { code: 'NOT_CANCELABLE' }],
  [404, invalidIdentifier, { code: 'NOT_FOUND' }],
  [401, unauthorized, { code: 'UNAUTHENTICATED' }],
  [400, { message: 'Something else' }, undefined],
])('reads HTTP %i with %j, answered to a cancellation, as %j', (status, body, refusal) => {
  expect(cancelRefusalOf(status, body)).toEqual(refusal);
});

test('names the fields and rules of the documented validation error', () => {
  expect(refusalOf(422, JSON.parse(fixture('hashlee/invalid-data.json')))).toEqual({
    code: 'INVALID_REQUEST',
    issues: [
      { field: 'currency', rule: 'required' },
      { field: 'net_amount', rule: 'required' },
    ],
  });
});

test.each([
  [
    { net_amount: ['The net_amount must be at least 10.', 'The net_amount format is invalid.'] },
    ['net_amount invalid'],
  ],
  [
    { 'account.id': ['The account.id field is required.', 'It is wrong.'] },
    ['account.id required', 'account.id invalid'],
  ],
  [{ currency: 'The currency field is required.' }, ['currency required']],
  [{ '<b>x</b>': ['The x field is required.'], ['y'.repeat(65)]: ['no'] }, []],
  [{ fee: [{ toString: 1 }] }, ['fee invalid']],
  [['The given data was invalid.'], []],
  ['all of it', []],
  [undefined, []],
])('takes from the errors %j only names and rules: %j', (errors, expected) => {
  const refusal = refusalOf(422, { message: 'The given data was invalid.', errors });
  expect(refusal?.code).toBe('INVALID_REQUEST');
  expect(refusal?.issues?.map(({ field, rule }) => `${field} ${rule}`)).toEqual(expected);
});

test.each([
  ['the documented empty object', {}, true],
  ['the empty list that PHP makes of it', [], true],
  ['the canceled withdrawal', { data: documented }, true],
  ['a message in unknown words', { message: 'Something else' }, false],
  ['a list with something in it', [1], false],
  ['text', 'ok', false],
  ['nothing that could be read', undefined, false],
])('takes %s for a cancellation: %j is %s', (_, body, accepted) => {
  const reading = expect(() => canceledAnswer(body));
  if (accepted) reading.not.toThrow();
  else reading.toThrow(Unreadable);
});
