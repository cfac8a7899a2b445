/** Making a payout at Repay: the documented request to the byte, every way of answering it, and the pretend Repay. */

import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { SANDBOX_CREDENTIALS, type Sandbox, startSandbox } from '../../../sandbox/index.ts';
import type { PayoutRequest } from '../../../src/domain.ts';
import type { Payouts, Provider } from '../../../src/providers/provider.ts';
import { createRefusalOf } from '../../../src/providers/repay/map.ts';
import { fixture, startUpstream } from '../../documents/upstream.ts';
import { createAsker, failureOf } from '../../support/calls.ts';
import { openAccount } from './account.ts';

const CARD = '2202098765432109';
const BANK = 'bd02ced3-36a5-4aad-b0af-bf1f86065a79';
const CALLBACK = 'https://domain.com/webhook';
/** The documented request. */
const REQUEST: PayoutRequest = {
  orderId: '0001',
  amount: { amount: '1000', currency: 'RUB' },
  requisites: { type: 'CARD', value: CARD, bankId: BANK },
  feePayer: null,
  payCurrency: null,
  fromCurrency: null,
  callbackUrl: CALLBACK,
};

let sandbox: Sandbox;
let account: Provider & { payouts: Payouts };
const closing: (() => Promise<void>)[] = [];

beforeAll(async () => {
  sandbox = await startSandbox();
  account = openAccount(sandbox.urls.repay, SANDBOX_CREDENTIALS.repay.apiKey);
});
afterEach(async () => {
  sandbox.reset();
  for (const close of closing.splice(0)) await close();
});
afterAll(async () => {
  await account.close();
  await sandbox.close();
});

async function stage(status: number, body: string, headers = {}) {
  const upstream = await startUpstream(() => ({ status, body, headers }));
  const staged = openAccount(upstream.url);
  closing.push(staged.close, upstream.close);
  return {
    requests: upstream.requests,
    create: (change: Partial<PayoutRequest> = {}) =>
      staged.payouts.create({ ...REQUEST, ...change }, createAsker()),
  };
}

const created = (change: object) =>
  JSON.stringify({ ...JSON.parse(fixture('repay/created.json')), ...change });

test('sends the documented request, the amount as text', async () => {
  const { requests, create } = await stage(200, fixture('repay/created.json'));
  await create();
  expect(requests).toHaveLength(1);
  expect(requests[0]).toMatchObject({
    method: 'POST',
    path: '/payout_api/v1/external/payout_deals/',
    headers: {
      'api-key': 'secret-api-key',
      'content-type': 'application/json',
      accept: 'application/json',
    },
    body:
      `{"amount":"1000","bank_id":"${BANK}","requisites":"${CARD}","requisites_type":"card_number",` +
      `"webhook_url":"${CALLBACK}","order_id":"0001"}`,
  });
});

test.each([
  ['CARD', null, '"requisites":"79"', 'card_number'],
  ['CARD', '1', '"bank_id":"1","requisites":"79"', 'card_number'],
  ['PHONE', '1', '"option_id":"1","requisites":"79"', 'phone_number'],
  ['BANK_ACCOUNT', '1', '"bank_id":"1","requisites":"79"', 'account_number'],
] as const)('says for a %s with the bank %s where the money goes', async (type, bankId, where, name) => {
  const { requests, create } = await stage(200, fixture('repay/created.json'));
  const amount = { amount: '123456789012345678901234567890.01', currency: 'RUB' };
  await create({ amount, requisites: { type, value: '79', bankId }, callbackUrl: null });
  expect(requests[0]!.body).toBe(
    `{"amount":"123456789012345678901234567890.01",${where},"requisites_type":"${name}","order_id":"0001"}`,
  );
});

test.each([
  ['the documented answer', 200, fixture('repay/created.json')],
  ['texts for numbers', 201, created({ status_code: '200', payload: { id: 7, order_id: '0001' } })],
  ['no error', 200, created({ error: undefined })],
  ['an error that is null', 200, created({ error: null })],
  ['an error without text', 200, created({ error: '' })],
  ['an empty error as PHP has it', 200, created({ error: [] })],
])('names the payout by its order id after %s', async (_, status, body) => {
  const { create } = await stage(status, body);
  expect(await create()).toEqual({ key: { orderId: '0001' }, payout: null });
});

test.each([
  ['a crypto address', { requisites: { type: 'CRYPTO_ADDRESS', value: 'T', network: null, memo: null } }],
  ['somebody to pay the fee', { feePayer: 'MERCHANT' }],
  ['a coin to pay in', { payCurrency: 'USDT' }],
  ['a balance to pay from', { fromCurrency: 'USDT' }],
] as const)('does not offer %s, and does not ask', async (_, change) => {
  const { requests, create } = await stage(200, fixture('repay/created.json'));
  expect(await failureOf(create(change))).toMatchObject({
    code: 'UNSUPPORTED',
    outcome: 'REJECTED',
    operation: 'createPayout',
  });
  expect(requests).toEqual([]);
});

test.each([
  ['another currency than the cash desk has', { amount: { amount: '1', currency: 'USD' } }, 'currency'],
  ['no order id', { orderId: '' }, 'order_id'],
  ['an order id that no path can name', { orderId: '..' }, 'order_id'],
  ['half a character', { orderId: 'half \ud83d' }, 'order_id'],
])('refuses %s without asking', async (_, change, field) => {
  const { requests, create } = await stage(200, fixture('repay/created.json'));
  expect(await failureOf(create(change))).toMatchObject({
    code: 'INVALID_REQUEST',
    outcome: 'REJECTED',
    operation: 'createPayout',
    issues: [{ field, rule: 'invalid' }],
  });
  expect(requests).toEqual([]);
});

const field = (name: string) => [{ field: name, rule: 'invalid' }];

test.each([
  [400, { status_code: 400, error: { requisites: 'wrong' } }, 'INVALID_REQUEST', field('requisites')],
  [422, { status_code: 422, error: { order_id: ['taken'] } }, 'INVALID_REQUEST', field('order_id')],
  [400, { status_code: 400, error: 'Invalid amount' }, 'INVALID_REQUEST', field('amount')],
  [400, { status_code: 400, error: { message: 'Invalid bank_id' } }, 'INVALID_REQUEST', field('bank_id')],
  [200, { status_code: '400', error: 'Invalid amount' }, 'INVALID_REQUEST', field('amount')],
  [
    400,
    JSON.parse(fixture('repay/invalid-merchant-deal-id.json')),
    'INVALID_REQUEST',
    field('merchant_deal_id'),
  ],
  [400, { status_code: 400, error: 'Something else' }, 'REJECTED', undefined],
  [400, { status_code: 400, error: { reason: 'x' } }, 'REJECTED', undefined],
  [400, { status_code: 400, error: ['amount'] }, 'REJECTED', undefined],
  [400, { status_code: 400 }, 'REJECTED', undefined],
  [401, { status_code: 401, error: 'Unauthorized' }, 'UNAUTHENTICATED', undefined],
  [403, { status_code: 403, error: { amount: 'too much' } }, 'FORBIDDEN', undefined],
  [404, { status_code: 404, error: 'Not Found' }, 'REJECTED', undefined],
  [409, { status_code: 409, error: {} }, 'REJECTED', undefined],
  [429, { status_code: 429, error: 'Too Many Requests' }, 'RATE_LIMITED', undefined],
])('reads HTTP %i with %j, answered to a creation, as %s', async (status, body, code, issues) => {
  expect(createRefusalOf(status, body)).toEqual(issues ? { code, issues } : { code });
  const { requests, create } = await stage(status, JSON.stringify(body));
  expect(await failureOf(create(), [CARD, BANK, CALLBACK])).toMatchObject({
    code,
    outcome: 'REJECTED',
    issues: issues ?? [],
  });
  expect(requests).toHaveLength(1);
});

test.each([
  ['a server error', 500, '{"status_code":500,"error":"Server Error"}', 'UNAVAILABLE'],
  [
    'a server error that blames the request',
    500,
    '{"status_code":400,"error":"Invalid amount"}',
    'UNAVAILABLE',
  ],
  ['a server error inside', 200, '{"status_code":503,"error":"Server Error"}', 'BAD_RESPONSE'],
  ['a server error inside, and an id', 200, created({ status_code: 500 }), 'BAD_RESPONSE'],
  ['a gateway that gave up', 408, '{"status_code":408,"error":"Request Timeout"}', 'TIMEOUT'],
  ['an error that says success', 200, created({ error: 'Something else' }), 'BAD_RESPONSE'],
  ['an error with members that says success', 200, created({ error: { amount: 'x' } }), 'BAD_RESPONSE'],
  ['the code of a callback', 200, created({ status_code: 700 }), 'BAD_RESPONSE'],
  ['a code that is no number', 200, created({ status_code: 'ok' }), 'BAD_RESPONSE'],
  ['no code', 200, created({ status_code: undefined }), 'BAD_RESPONSE'],
  ['no payload', 200, '{"status_code":200,"error":{}}', 'BAD_RESPONSE'],
  ['a payload without an id', 200, created({ payload: {} }), 'BAD_RESPONSE'],
  ['a payload with an empty id', 200, created({ payload: { id: '' } }), 'BAD_RESPONSE'],
  ['another order id', 200, created({ payload: { id: '1', order_id: '0002' } }), 'BAD_RESPONSE'],
  ['a redirection', 302, '{"status_code":302}', 'BAD_RESPONSE'],
  ['a web page', 200, '<h1>Welcome</h1>', 'BAD_RESPONSE'],
])('does not claim to know what happened after %s', async (_, status, body, code) => {
  const { requests, create } = await stage(status, body);
  expect(await failureOf(create(), [CARD, BANK, CALLBACK])).toMatchObject({
    code,
    outcome: 'UNKNOWN',
    operation: 'createPayout',
  });
  expect(requests).toHaveLength(1);
});

test('passes on how long to wait when Repay says so', async () => {
  const { create } = await stage(429, '{"status_code":429,"error":"Slow down"}', { 'retry-after': '60' });
  expect(await failureOf(create())).toMatchObject({ code: 'RATE_LIMITED', retryAfterMs: 60_000 });
});

const make = (change: Partial<PayoutRequest> = {}, asker = createAsker()) =>
  account.payouts.create({ ...REQUEST, orderId: 'new-1', ...change }, asker);

test.each([
  ['CARD', CARD],
  ['PHONE', '79001234567'],
  ['BANK_ACCOUNT', '40817810099910004312'],
] as const)('makes a payout to a %s with one call, which its key reads', async (type, value) => {
  const asker = createAsker();
  const { key } = await make({ requisites: { type, value, bankId: BANK } }, asker);
  expect(asker.operations).toEqual(['createPayout']);
  expect(await account.payouts.byKey(key, asker)).toMatchObject({
    reference: 'new-1',
    amount: { amount: '1000', currency: 'RUB' },
    destination: { type },
    status: 'PROCESSING',
  });
  expect(sandbox.effects).toHaveLength(1);
});

test('does not promise that an order id is honoured, and is refused one that exists', async () => {
  expect(account.payouts.honoursOrderId).toBe(false);
  await make();
  expect(await failureOf(make())).toMatchObject({
    code: 'INVALID_REQUEST',
    outcome: 'REJECTED',
    issues: field('order_id'),
  });
  expect(sandbox.effects).toHaveLength(1);
});

test.each(['drop-after', 'error-after', 'cut-json', 'empty'] as const)(
  'says UNKNOWN after %s, and the order id tells that there is a payout',
  async (kind) => {
    sandbox.inject({ kind, times: 1 });
    const asker = createAsker();
    expect(await failureOf(make({}, asker))).toMatchObject({ outcome: 'UNKNOWN' });
    expect(asker.operations).toEqual(['createPayout']);
    expect(await account.payouts.byKey({ orderId: 'new-1' }, asker)).toMatchObject({ reference: 'new-1' });
    expect(sandbox.effects).toHaveLength(1);
  },
);
