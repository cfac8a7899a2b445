/** The document "Refund payments on blocked address" of Cryptomus, replayed: its request to the byte, its answers
 * one by one. */

import { afterEach, expect, test, vi } from 'vitest';
import type { ObjectKey } from '../../src/domain.ts';
import { sign } from '../../src/providers/cryptomus/sign.ts';
import { CONFIG, openAccount } from '../providers/cryptomus/account.ts';
import { createAsker, failureOf } from '../support/calls.ts';
import { fixture, startUpstream } from './upstream.ts';

const WALLET = 'fcc40793-39f9-4fa9-85b2-93148039a72b';
const closing: (() => Promise<void>)[] = [];

afterEach(async () => {
  vi.useRealTimers();
  for (const close of closing.splice(0)) await close();
});

async function stage(status: number, body: string) {
  const upstream = await startUpstream(() => ({ status, body }));
  const account = openAccount('CRYPTOMUS', upstream.url);
  closing.push(account.close, upstream.close);
  return {
    requests: upstream.requests,
    refund: (key: ObjectKey) => account.wallets!.refund(key, 'TK8...', createAsker()),
  };
}

test.each([
  ['the documented order id', { orderId: '1' }, '{"order_id":"1","address":"TK8..."}'],
  ['a uuid', { uuid: WALLET }, `{"uuid":"${WALLET}","address":"TK8..."}`],
] as const)('sends %s as documented, signed over the bytes that it sends', async (_, key, body) => {
  const { requests, refund } = await stage(200, fixture('cryptomus/refund-answer.json'));
  await refund(key);
  expect(requests).toMatchObject([
    {
      method: 'POST',
      path: '/v1/wallet/blocked-address-refund',
      body,
      headers: {
        merchant: CONFIG.merchant,
        sign: sign(body, CONFIG.paymentKey),
        'content-type': 'application/json',
      },
    },
  ]);
});

test.each([
  ['order id', { orderId: '1' }, { orderId: '1', uuid: null }],
  ['uuid', { uuid: WALLET }, { orderId: null, uuid: WALLET }],
] as const)('tells a refunded wallet by its %s from the documented answer', async (_, key, known) => {
  vi.useFakeTimers({ toFake: ['Date'], now: new Date('2026-01-02T03:04:05Z') });
  const { refund } = await stage(200, fixture('cryptomus/refund-answer.json'));
  expect(await refund(key)).toEqual({
    kind: 'StaticWallet',
    account: 'shop',
    ...known,
    address: null,
    network: null,
    currency: null,
    paymentUrl: null,
    status: 'BLOCKED',
    rawStatus: null,
    refund: {
      amount: '9.50',
      commission: '0.50',
      toAddress: 'TK8...',
      requestedAt: new Date('2026-01-02T03:04:05Z'),
    },
    refundSpent: true,
    origin: 'REFUND_ANSWER',
    learnedAt: new Date('2026-01-02T03:04:05Z'),
    updatedAt: new Date('2026-01-02T03:04:05Z'),
  });
});

test.each([
  ['refund-not-found', 'NOT_FOUND'],
  ['refund-only-once', 'ALREADY_DONE'],
  ['refund-in-process', 'IN_PROGRESS'],
  ['refund-forbidden', 'FORBIDDEN'],
  ['refund-nothing', 'NOTHING_TO_REFUND'],
  ['refund-too-small', 'AMOUNT_TOO_SMALL'],
  ['refund-technical-work', 'UNAVAILABLE'],
  ['refund-no-service', 'UNAVAILABLE'],
])('reports %s as %s, and that it did not happen', async (name, code) => {
  const { requests, refund } = await stage(422, fixture(`cryptomus/${name}.json`));
  expect(await failureOf(refund({ orderId: '1' }))).toMatchObject({
    code,
    outcome: 'REJECTED',
    issues: [],
    account: 'shop',
    provider: 'CRYPTOMUS',
    operation: 'refundBlocked',
  });
  expect(requests).toHaveLength(1);
});

test('reports which ids were missing', async () => {
  const { refund } = await stage(422, fixture('cryptomus/required-without.json'));
  expect(await failureOf(refund({ orderId: '1' }))).toMatchObject({
    code: 'INVALID_REQUEST',
    outcome: 'REJECTED',
    issues: [
      { field: 'uuid', rule: 'required_without' },
      { field: 'order_id', rule: 'required_without' },
    ],
  });
});

test.each([
  ['a server error', 500, fixture('cryptomus/server-error.json'), 'UNAVAILABLE'],
  ['an answer without a result', 200, '{"state":0}', 'BAD_RESPONSE'],
  ['an answer without a state', 200, '{"result":{"commission":"0.50","amount":"9.50"}}', 'BAD_RESPONSE'],
])('does not claim to know what happened after %s', async (_, status, body, code) => {
  const { requests, refund } = await stage(status, body);
  expect(await failureOf(refund({ orderId: '1' }))).toMatchObject({ code, outcome: 'UNKNOWN' });
  expect(requests).toHaveLength(1);
});
