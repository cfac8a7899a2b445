/** The document "Block static wallet" of Cryptomus, replayed: its request to the byte, its answers one by one. */

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
    block: (key: ObjectKey, forceRefund = false) => account.wallets!.block(key, forceRefund, createAsker()),
  };
}

test('sends the documented request, signed over the bytes that it sends', async () => {
  const { requests, block } = await stage(200, fixture('cryptomus/block-answer.json'));
  await block({ orderId: '1' });
  expect(requests).toHaveLength(1);
  const [request] = requests;
  expect(request).toMatchObject({ method: 'POST', path: '/v1/wallet/block-address' });
  expect(request!.body).toBe('{"order_id":"1"}');
  expect(request!.headers).toMatchObject({
    merchant: CONFIG.merchant,
    sign: sign(request!.body, CONFIG.paymentKey),
    'content-type': 'application/json',
    accept: 'application/json',
  });
});

test.each([
  ['by uuid', { uuid: WALLET }, false, `{"uuid":"${WALLET}"}`],
  ['with the order to refund', { orderId: '1' }, true, '{"order_id":"1","is_force_refund":true}'],
] as const)('names the wallet once and says only what was asked for: %s', async (_, key, force, body) => {
  const { requests, block } = await stage(200, fixture('cryptomus/block-answer.json'));
  await block(key, force);
  expect(requests.map((request) => request.body)).toEqual([body]);
});

test('tells a blocked wallet from the documented answer', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: new Date('2026-01-02T03:04:05Z') });
  const { block } = await stage(200, fixture('cryptomus/block-answer.json'));
  expect(await block({ orderId: '1' })).toEqual({
    kind: 'StaticWallet',
    account: 'shop',
    uuid: WALLET,
    orderId: '1',
    address: null,
    network: null,
    currency: null,
    paymentUrl: null,
    status: 'BLOCKED',
    rawStatus: 'blocked',
    refund: null,
    refundSpent: false,
    origin: 'BLOCK_ANSWER',
    learnedAt: new Date('2026-01-02T03:04:05Z'),
    updatedAt: new Date('2026-01-02T03:04:05Z'),
  });
});

test.each([
  ['blocked', 'BLOCKED', true],
  ['active', 'ACTIVE', false],
  ['in_active', 'INACTIVE', false],
  ['constructor', 'UNKNOWN', false],
])('reads the status %s as %s', async (rawStatus, status, refundSpent) => {
  const { block } = await stage(200, fixture('cryptomus/block-answer.json').replace('blocked', rawStatus));
  expect(await block({ uuid: WALLET }, true)).toMatchObject({
    status,
    rawStatus,
    refundSpent,
    orderId: null,
  });
});

test.each([
  ['a refusal without a reason', 422, 'block-bare-failure', 'REJECTED', 'REJECTED', []],
  [
    'that neither id was given',
    422,
    'required-without',
    'INVALID_REQUEST',
    'REJECTED',
    [
      { field: 'uuid', rule: 'required_without' },
      { field: 'order_id', rule: 'required_without' },
    ],
  ],
  ['a server error', 500, 'server-error', 'UNAVAILABLE', 'UNKNOWN', []],
])('reports %s and sends no second time', async (_, status, name, code, outcome, issues) => {
  const { requests, block } = await stage(status, fixture(`cryptomus/${name}.json`));
  expect(await failureOf(block({ orderId: '1' }))).toMatchObject({
    code,
    outcome,
    issues,
    account: 'shop',
    provider: 'CRYPTOMUS',
    operation: 'blockWallet',
  });
  expect(requests).toHaveLength(1);
});

test('does not take the answer about another wallet for success', async () => {
  const { block } = await stage(200, fixture('cryptomus/block-answer.json'));
  const failure = await failureOf(block({ uuid: '00000000-0000-4000-8000-000000000000' }));
  expect(failure).toMatchObject({ code: 'BAD_RESPONSE', outcome: 'UNKNOWN' });
});
