/** The document "Блокуйте статичний гаманець" of Heleket, replayed: its request to the byte, its answers one by one. */

import { afterEach, expect, test } from 'vitest';
import type { ObjectKey } from '../../src/domain.ts';
import { sign } from '../../src/providers/cryptomus/sign.ts';
import { CONFIG, openAccount } from '../providers/cryptomus/account.ts';
import { createAsker, failureOf } from '../support/calls.ts';
import { fixture, startUpstream } from './upstream.ts';

const WALLET = 'fcc40793-39f9-4fa9-85b2-93148039a72b';
const closing: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function stage(status: number, body: string) {
  const upstream = await startUpstream(() => ({ status, body }));
  const account = openAccount('HELEKET', upstream.url);
  closing.push(account.close, upstream.close);
  return {
    requests: upstream.requests,
    block: (key: ObjectKey, forceRefund = false) => account.wallets!.block(key, forceRefund, createAsker()),
  };
}

test.each([
  ['the documented order id', { orderId: '1' }, false, '{"order_id":"1"}'],
  ['a uuid', { uuid: WALLET }, false, `{"uuid":"${WALLET}"}`],
  ['the order to refund', { orderId: '1' }, true, '{"order_id":"1","is_force_refund":true}'],
] as const)('sends %s as documented, signed over the bytes that it sends', async (_, key, force, body) => {
  const { requests, block } = await stage(200, fixture('heleket/block-answer.json'));
  await block(key, force);
  expect(requests).toMatchObject([
    {
      method: 'POST',
      path: '/v1/wallet/block-address',
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
  ['blocked', 'BLOCKED'],
  ['active', 'ACTIVE'],
  ['in_active', 'INACTIVE'],
])('tells a wallet that is %s from the documented answer', async (rawStatus, status) => {
  const { block } = await stage(200, fixture('heleket/block-answer.json').replace('blocked', rawStatus));
  expect(await block({ orderId: '1' })).toMatchObject({
    account: 'shop',
    uuid: WALLET,
    orderId: '1',
    status,
    rawStatus,
    refundSpent: false,
    origin: 'BLOCK_ANSWER',
  });
});

test('learns the order id of a wallet that was named by uuid when the answer repeats it', async () => {
  const answer = { state: 0, result: { uuid: WALLET, status: 'blocked', order_id: 'o-1' } };
  const { block } = await stage(200, JSON.stringify(answer));
  expect(await block({ uuid: WALLET })).toMatchObject({ uuid: WALLET, orderId: 'o-1' });
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
  const { requests, block } = await stage(status, fixture(`heleket/${name}.json`));
  const failure = await failureOf(block({ orderId: '1' }));
  expect(failure).toMatchObject({ code, outcome, issues, provider: 'HELEKET', operation: 'blockWallet' });
  expect(requests).toHaveLength(1);
});
