import { afterEach, expect, test } from 'vitest';
import { sign } from '../../../src/providers/cryptomus/sign.ts';
import { fixture, startUpstream } from '../../documents/upstream.ts';
import { createAsker, failureOf } from '../../support/calls.ts';
import { CONFIG, openAccount } from './account.ts';

const UUID = 'a7c0caec-a594-4aaa-b1c4-77d511857594';
const closing: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function stage(body: string, status = 200) {
  const upstream = await startUpstream(() => ({ status, body }));
  const account = openAccount('CRYPTOMUS', upstream.url);
  const asker = createAsker();
  closing.push(account.close, upstream.close);
  return {
    requests: upstream.requests,
    asker,
    payouts: account.payouts!,
    wallets: account.wallets!,
    byUuid: () => account.payouts!.byKey({ uuid: UUID }, asker),
  };
}

test('reads the documented payout, and signs with the payout key', async () => {
  const { requests, payouts, asker } = await stage(fixture('cryptomus/payout.json'));
  expect(await payouts.byKey({ orderId: '1' }, asker)).toEqual({
    kind: 'Payout',
    account: 'shop',
    key: { uuid: UUID },
    uuid: UUID,
    reference: '1',
    amount: { amount: '3', currency: 'USDT' },
    fee: null,
    netAmount: null,
    debitedAmount: null,
    paidAmount: { amount: '3', currency: 'USD' },
    remainingBalance: '129',
    destination: { type: 'CRYPTO_ADDRESS', value: 'TJ...', network: 'tron' },
    txid: null,
    status: 'PROCESSING',
    rawStatus: 'process',
    isFinal: false,
    createdAt: null,
    updatedAt: null,
  });
  const body = '{"order_id":"1"}';
  expect(requests).toMatchObject([
    { path: '/v1/payout/info', body, headers: { sign: sign(body, CONFIG.payoutKey) } },
  ]);
  expect(asker.take()).toBe(1);
});

test('reads the older documented shape, which has texts for numbers and names no paid coin', async () => {
  const { requests, byUuid } = await stage(fixture('cryptomus/payout-2022.json'));
  expect(await byUuid()).toMatchObject({
    reference: null,
    amount: { amount: '3.00000000', currency: 'USDT' },
    paidAmount: null,
    remainingBalance: '129.00000000',
  });
  expect(requests[0]!.body).toBe(`{"uuid":"${UUID}"}`);
});

test.each([
  ['process', 'PROCESSING'],
  ['check', 'PROCESSING'],
  ['paid', 'SUCCEEDED'],
  ['fail', 'FAILED'],
  ['system_fail', 'FAILED'],
  ['cancel', 'CANCELED'],
  ['on_hold', 'UNRECOGNIZED'],
  ['toString', 'UNRECOGNIZED'],
])('reads the status %s as %s and keeps the provider’s word on finality', async (rawStatus, status) => {
  const body = fixture('cryptomus/payout.json').replace('"process"', `"${rawStatus}"`);
  const { byUuid } = await stage(body);
  expect(await byUuid()).toMatchObject({ status, rawStatus, isFinal: false });
});

test.each([
  ['129', '129'],
  ['"129.00000000"', '129.00000000'],
  ['0.100000000000000000', '0.100000000000000000'],
  ['12345678901234567890.123456789', '12345678901234567890.123456789'],
  ['1e-7', '0.0000001'],
  ['null', null],
  ['{"USDT":"129"}', null],
  ['[]', null],
  ['"n/a"', null],
])('reads the balance %s as %s', async (token, remainingBalance) => {
  const { byUuid } = await stage(
    fixture('cryptomus/payout.json').replace('"balance":129', `"balance":${token}`),
  );
  expect(await byUuid()).toMatchObject({ remainingBalance });
});

test('answers null for a payout that the provider does not have', async () => {
  const { byUuid } = await stage('{"state":1,"message":"Not found"}', 422);
  expect(await byUuid()).toBeNull();
});

test.each([
  ['', 'required'],
  ['x'.repeat(33), 'max.string'],
  ['order 1', 'alpha_dash'],
  ['заказ', 'alpha_dash'],
])('refuses the order id "%s" without asking', async (orderId, rule) => {
  const { requests, payouts, wallets, asker } = await stage(fixture('cryptomus/payout.json'));
  const attempts = {
    readPayout: async () => payouts.byKey({ orderId }, asker),
    blockWallet: async () => wallets.block({ orderId }, false, asker),
    refundBlocked: async () => wallets.refund({ orderId }, 'TK8abcdefghij', asker),
  };
  for (const [operation, attempt] of Object.entries(attempts)) {
    expect(await failureOf(attempt())).toMatchObject({
      operation,
      code: 'INVALID_REQUEST',
      outcome: 'REJECTED',
      issues: [{ field: 'order_id', rule }],
    });
  }
  expect(requests).toHaveLength(0);
});

test('asks for an order id of 32 characters', async () => {
  const { payouts, asker } = await stage(fixture('cryptomus/payout.json'));
  const orderId = '-_'.repeat(16);
  expect(await payouts.byKey({ orderId }, asker)).toMatchObject({ reference: orderId });
});

test('never hands out another payout than the one that was asked for', async () => {
  const { payouts, asker } = await stage(
    fixture('cryptomus/payout.json').replace('"amount"', '"order_id":"2","amount"'),
  );
  expect(await failureOf(payouts.byKey({ orderId: '1' }, asker))).toMatchObject({ code: 'BAD_RESPONSE' });
  const other = { uuid: '00000000-0000-4000-8000-000000000000' };
  expect(await failureOf(payouts.byKey(other, asker))).toMatchObject({ code: 'BAD_RESPONSE' });
  expect(await payouts.byKey({ uuid: UUID.toUpperCase() }, asker)).toMatchObject({ reference: '2' });
});

test.each([
  ['invalid-sign', 401, 'UNAUTHENTICATED'],
  ['too-many-attempts', 429, 'RATE_LIMITED'],
  ['required-without', 422, 'INVALID_REQUEST'],
  ['block-bare-failure', 422, 'REJECTED'],
])('reports %s once', async (name, status, code) => {
  const { requests, byUuid } = await stage(fixture(`cryptomus/${name}.json`), status);
  expect(await failureOf(byUuid())).toMatchObject({ code, operation: 'readPayout', outcome: 'REJECTED' });
  expect(requests).toHaveLength(1);
});

test('asks for the picture of a static wallet under its documented name', async () => {
  const { requests, wallets, asker } = await stage(fixture('cryptomus/qr-code.json'));
  expect(await wallets.qrCode(UUID, asker)).toBe('data:image/png;base64,iVBORw0KGgoAAA...');
  const body = `{"wallet_address_uuid":"${UUID}"}`;
  expect(requests).toMatchObject([
    { path: '/v1/wallet/qr', body, headers: { sign: sign(body, CONFIG.paymentKey) } },
  ]);
});

test('takes nothing but an image for a picture', async () => {
  const { wallets, asker } = await stage('{"state":0,"result":{"image":"https://elsewhere.example/a.png"}}');
  expect(await failureOf(wallets.qrCode(UUID, asker))).toMatchObject({ code: 'BAD_RESPONSE' });
});
