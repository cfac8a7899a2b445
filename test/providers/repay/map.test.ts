/** Repay's words in Paygraph's: states, destinations, amounts, and every way of saying no. */

import { expect, test } from 'vitest';
import { refusalOf, toPayout } from '../../../src/providers/repay/map.ts';
import { dealAnswer } from '../../../src/providers/repay/wire.ts';
import { fixture } from '../../documents/upstream.ts';

const documented = JSON.parse(fixture('repay/payout.json'));

function payoutOf(change: object) {
  return toPayout('desk', 'RUB', dealAnswer({ ...documented, ...change }));
}

test.each([
  ['created', 'PENDING', false],
  ['processing', 'PROCESSING', false],
  ['completed', 'SUCCEEDED', true],
  ['rejected', 'FAILED', true],
  ['reject_by_office', 'FAILED', true],
  ['rejected_timeout', 'FAILED', true],
  ['card_search', 'UNRECOGNIZED', false],
  ['COMPLETED', 'UNRECOGNIZED', false],
  ['constructor', 'UNRECOGNIZED', false],
  ['', 'UNRECOGNIZED', false],
])('reads the state "%s" as %s', (state, status, isFinal) => {
  expect(payoutOf({ state })).toMatchObject({ status, rawStatus: state, isFinal });
});

test.each([
  ['card_number', 'CARD'],
  ['phone_number', 'PHONE'],
  ['account_number', 'BANK_ACCOUNT'],
  ['wallet', 'UNRECOGNIZED'],
])('reads the recipient type %s as %s and leaves the recipient as it is', (recipient_type, type) => {
  expect(payoutOf({ recipient_type, recipient: '220200******3722' }).destination).toEqual({
    type,
    value: '220200******3722',
    network: null,
  });
});

test.each([
  ['text', '1000.50'],
  ['a number', 1000.5],
  ['a long text', '123456789012345678901234567890.01'],
])('passes an amount through that comes as %s', (_, amount) => {
  expect(payoutOf({ amount }).amount.amount).toBe(String(amount));
});

test('prefers the currency that the answer names', () => {
  expect(payoutOf({ currency: 'KZT' }).amount).toEqual({ amount: '1000', currency: 'KZT' });
});

test('reads an enveloped payout like a flat one', () => {
  const enveloped = { status_code: '200', error: {}, payload: documented };
  expect(refusalOf(200, enveloped)).toBeUndefined();
  expect(toPayout('desk', 'RUB', dealAnswer(enveloped))).toEqual(payoutOf({}));
});

const INVALID_ID = [{ field: 'merchant_deal_id', rule: 'invalid' }];

test.each([
  [400, { status_code: 400, error: 'Invalid merchant_deal_id' }, 'INVALID_REQUEST', INVALID_ID],
  [200, { status_code: '400', error: 'Invalid merchant_deal_id' }, 'INVALID_REQUEST', INVALID_ID],
  [200, { status_code: 200, error: 'Invalid merchant_deal_id' }, 'INVALID_REQUEST', INVALID_ID],
  [400, { status_code: 400, error: { message: 'Invalid merchant_deal_id' } }, 'INVALID_REQUEST', INVALID_ID],
  [400, { status_code: 400, error: 'Something else' }, 'REJECTED', undefined],
  [400, { status_code: 400 }, 'REJECTED', undefined],
  [401, { status_code: 401, error: 'Unauthorized' }, 'UNAUTHENTICATED', undefined],
  [200, { status_code: 401, error: 'Unauthorized' }, 'UNAUTHENTICATED', undefined],
  [403, { status_code: 403, error: 'Forbidden' }, 'FORBIDDEN', undefined],
  [404, { status_code: '404', error: 'Not Found' }, 'NOT_FOUND', undefined],
  [200, { status_code: 404, error: {} }, 'NOT_FOUND', undefined],
  [404, { status_code: 500, error: 'Server Error' }, 'BAD_RESPONSE', undefined],
  [404, { status_code: 200 }, 'BAD_RESPONSE', undefined],
  [429, { status_code: 429, error: 'Too Many Requests' }, 'RATE_LIMITED', undefined],
  [500, { status_code: 500, error: 'Server Error' }, 'UNAVAILABLE', undefined],
  [500, { status_code: 404, error: 'Not Found' }, 'UNAVAILABLE', undefined],
  [200, { status_code: '503', error: {} }, 'UNAVAILABLE', undefined],
  [200, { status_code: 200, error: 'Something else' }, 'REJECTED', undefined],
  [200, { status_code: 200, error: { bank: ['closed'] } }, 'REJECTED', undefined],
  [400, { status_code: 400, error: { message: { toString: 1 } } }, 'REJECTED', undefined],
  [200, { status_code: 700 }, 'REJECTED', undefined],
  [200, { status_code: 'failed' }, 'REJECTED', undefined],
])('reads HTTP %i with %j as %s', (status, body, code, issues) => {
  expect(refusalOf(status, body)).toEqual(issues ? { code, issues } : { code });
});

test.each([
  ['the documented payout', 200, documented],
  ['an empty error', 200, { ...documented, error: '' }],
  ['no error', 200, { ...documented, error: null }],
  ["a stranger's JSON", 404, { error: 'Not Found' }],
  ['a bare text', 404, 'Not Found'],
  ['null', 500, null],
])('sees no refusal of Repay in %s', (_, status, body) => {
  expect(refusalOf(status, body)).toBeUndefined();
});
