/** The document "Information about a payout" of Repay, replayed: its request to the byte, its answers one by one. */

import { afterEach, expect, test } from 'vitest';
import { openAccount } from '../providers/repay/account.ts';
import { createAsker, failureOf } from '../support/calls.ts';
import { fixture, startUpstream } from './upstream.ts';

const closing: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function stage(status: number, body: string) {
  const upstream = await startUpstream(() => ({ status, body }));
  const account = openAccount(upstream.url);
  closing.push(account.close, upstream.close);
  return {
    requests: upstream.requests,
    read: (orderId: string) => account.payouts.byKey({ orderId }, createAsker()),
  };
}

test('sends the documented request: the order id in the path, the key in its header, no body', async () => {
  const { requests, read } = await stage(200, fixture('repay/payout.json'));
  await read('0001');
  expect(requests).toHaveLength(1);
  expect(requests[0]).toMatchObject({
    method: 'GET',
    path: '/payout_api/v1/external/payout_deals/0001',
    headers: { 'api-key': 'secret-api-key', accept: 'application/json' },
    body: '',
  });
});

test('tells a payout from the documented answer', async () => {
  const { read } = await stage(200, fixture('repay/payout.json'));
  expect(await read('0001')).toEqual({
    kind: 'Payout',
    account: 'desk',
    key: { orderId: '0001' },
    uuid: '20f8286a-b181-4bb0-9e3b-f87ca4926dc9',
    reference: '0001',
    amount: { amount: '1000', currency: 'RUB' },
    fee: null,
    netAmount: null,
    debitedAmount: null,
    paidAmount: null,
    status: 'SUCCEEDED',
    rawStatus: 'completed',
    isFinal: true,
    destination: { type: 'CARD', value: '2202********3722', network: null },
    txid: null,
    remainingBalance: null,
    createdAt: new Date('2024-09-25T12:00:00Z'),
    updatedAt: new Date('2024-09-25T13:00:00Z'),
  });
});

test('reports the documented refusal of an order id, and which field it is about', async () => {
  const { requests, read } = await stage(400, fixture('repay/invalid-merchant-deal-id.json'));
  expect(await failureOf(read('0001'))).toEqual({
    code: 'INVALID_REQUEST',
    message: 'desk: readPayout failed: the provider does not accept these values.',
    account: 'desk',
    provider: 'REPAY',
    operation: 'readPayout',
    outcome: 'REJECTED',
    retryAfterMs: null,
    issues: [{ field: 'merchant_deal_id', rule: 'invalid' }],
  });
  expect(requests).toHaveLength(1);
});

test('answers null for 404 Not Found', async () => {
  const { requests, read } = await stage(404, '{"status_code": 404, "error": "Not Found"}');
  expect(await read('0002')).toBeNull();
  expect(requests).toHaveLength(1);
});

test.each([
  ['400 Bad Request', 400, 'Bad Request', 'REJECTED', 1],
  ['401 Unauthorized', 401, 'Unauthorized', 'UNAUTHENTICATED', 1],
  ['500 Server Error', 500, 'Server Error', 'UNAVAILABLE', 3],
])('reports %s, and asks again only where that may help', async (_, status, error, code, attempts) => {
  const { requests, read } = await stage(status, JSON.stringify({ status_code: status, error }));
  expect(await failureOf(read('0001'))).toMatchObject({ code, outcome: 'REJECTED', issues: [] });
  expect(requests).toHaveLength(attempts);
});
