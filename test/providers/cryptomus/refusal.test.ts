import { expect, test } from 'vitest';
import { type Operation, refusalOf } from '../../../src/providers/cryptomus/map.ts';

const ANYWHERE = [
  ['Invalid Sign.', 'UNAUTHENTICATED'],
  ['Wrong key', 'UNAUTHENTICATED'],
  ['You are forbidden', 'FORBIDDEN'],
  ['Too Many Attempts.', 'RATE_LIMITED'],
  ['Server error', 'UNAVAILABLE'],
  ['Server error, #1', 'UNAVAILABLE'],
  ['The terminal was not found', 'UNAVAILABLE'],
  ['Error convert to_currency', 'UNAVAILABLE'],
  ['Not found', 'NOT_FOUND'],
  ['Not found payment', 'NOT_FOUND'],
  ['Not found wallet', 'NOT_FOUND'],
  ['Not found payout', 'NOT_FOUND'],
  ['Payment was not found', 'NOT_FOUND'],
  ['Payment not found', 'NOT_FOUND'],
  ['Notification not found', 'NOT_FOUND'],
  ['Merchant wallet not found', 'INVALID_REQUEST'],
  ['Undefined merchant wallet', 'INVALID_REQUEST'],
  ['No found user wallet', 'INVALID_REQUEST'],
  ['You can withdraw only once', 'ALREADY_DONE'],
  ['Too much resend', 'ALREADY_DONE'],
  ['Refund is in process', 'IN_PROGRESS'],
  ['Nothing to withdraw', 'NOTHING_TO_REFUND'],
  ['The amount is too small', 'AMOUNT_TOO_SMALL'],
  ['The withdrawal amount is too small', 'AMOUNT_TOO_SMALL'],
  ['Minimum amount 0.5 USDT', 'AMOUNT_TOO_SMALL'],
  ['Minimum amount 12 TRX', 'AMOUNT_TOO_SMALL'],
  ['Maximum amount 10000000 USDT', 'INVALID_REQUEST'],
  ['The refund amount should not be more than the amount paid', 'INVALID_REQUEST'],
  ['The currency was not found', 'INVALID_REQUEST'],
  ['The network was not found', 'INVALID_REQUEST'],
  ['Not found service to_currency', 'INVALID_REQUEST'],
  ['Payment service not found', 'INVALID_REQUEST'],
  ['Payout service not found', 'INVALID_REQUEST'],
  ['Not enough funds', 'INSUFFICIENT_FUNDS'],
  ['Not enough balance for convert USDT to LTC', 'INSUFFICIENT_FUNDS'],
  ['Refunds are made only for completed payments', 'REJECTED'],
] as const;

const SOMEWHERE: readonly (readonly [Operation, string, string])[] = [
  ['refundBlocked', 'The service was not found', 'UNAVAILABLE'],
  ['blockWallet', 'The service was not found', 'INVALID_REQUEST'],
  ['refundBlocked', 'Wallet not found', 'NOT_FOUND'],
  ['blockWallet', 'Wallet not found', 'NOT_FOUND'],
  ['walletQrCode', 'Wallet not found', 'NOT_FOUND'],
  ['readPayout', 'Wallet not found', 'INVALID_REQUEST'],
];

test.each(ANYWHERE)('takes "%s" for %s', (message, code) => {
  for (const operation of ['refundBlocked', 'readPayout', 'blockWallet'] as const) {
    expect(refusalOf(operation, 422, { state: 1, message })).toEqual({ code });
    // Authentication and server failures have no state, and some accounts refuse with HTTP 200.
    expect(refusalOf(operation, 401, { message })).toEqual({ code });
    expect(refusalOf(operation, 200, { state: 1, message })).toEqual({ code });
  }
});

test.each(SOMEWHERE)('takes, for %s, "%s" for %s', (operation, message, code) => {
  expect(refusalOf(operation, 422, { state: 1, message })).toEqual({ code });
});

test.each([
  ['no text', { state: 1 }],
  ['a text nobody has seen', { state: 1, message: 'Come back on Monday' }],
  ['a known text in other letters', { state: 1, message: 'not found' }],
  ['a known text with more to it', { state: 1, message: 'You are forbidden, TK8abc' }],
  ['no errors in particular', { state: 1, errors: {} }],
])('takes a refusal with %s for REJECTED, unless the HTTP status says more', (_, body) => {
  expect(refusalOf('blockWallet', 200, body)).toEqual({ code: 'REJECTED' });
  expect(refusalOf('blockWallet', 422, body)).toBeUndefined();
  expect(refusalOf('blockWallet', 500, body)).toBeUndefined();
});

test('names fields and rules, and passes on nothing else', () => {
  const errors = {
    uuid: ['validation.uuid'],
    order_id: ['validation.max.string', 'validation.alpha_dash'],
    date_from: 'validation.regex',
    currency: ['The currency field is required.'],
    'Secret <b>': ['validation.required'],
    address: [{ rule: 'x' }, null],
  };
  expect(refusalOf('readPayout', 422, { state: 1, errors })).toEqual({
    code: 'INVALID_REQUEST',
    issues: [
      { field: 'uuid', rule: 'uuid' },
      { field: 'order_id', rule: 'max.string' },
      { field: 'order_id', rule: 'alpha_dash' },
      { field: 'date_from', rule: 'regex' },
    ],
  });
});

test.each([[{ state: 0, result: {} }], [{ state: 0, result: [], message: 'Not found' }]])(
  'sees no refusal in %j',
  (body) => {
    expect(refusalOf('readPayout', 200, body)).toBeUndefined();
  },
);

test.each([[null], ['text'], [[]], [42], [{}]])('leaves %j to the HTTP status', (body) => {
  expect(refusalOf('readPayout', 422, body)).toBeUndefined();
});
