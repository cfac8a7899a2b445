/** Reading payouts at the pretend Repay, and what may come back that is not the payout asked for. */

import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { SANDBOX_CREDENTIALS, type Sandbox, startSandbox } from '../../../sandbox/index.ts';
import type { Payouts, Provider } from '../../../src/providers/provider.ts';
import { fixture, startUpstream } from '../../documents/upstream.ts';
import { createAsker, failureOf } from '../../support/calls.ts';
import { openAccount } from './account.ts';

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
  return { requests: upstream.requests, payouts: staged.payouts };
}

test('reads every payout by its order id with one call each', async () => {
  const asker = createAsker();
  const rows = sandbox.rows.payouts('repay').slice(0, 40);
  for (const row of rows) {
    const payout = await account.payouts.byKey({ orderId: row.order_id }, asker);
    expect(payout).toMatchObject({
      uuid: row.id,
      key: { orderId: row.order_id },
      amount: { amount: row.amount, currency: 'RUB' },
    });
  }
  expect(asker.operations).toEqual(rows.map(() => 'readPayout'));
});

test('answers null for an order id that does not exist', async () => {
  expect(await account.payouts.byKey({ orderId: 'nowhere' }, createAsker())).toBeNull();
});

test('keeps a state that nobody has heard of', async () => {
  sandbox.setPayoutStatus('repay', '0001', 'proceedings7');
  expect(await account.payouts.byKey({ orderId: '0001' }, createAsker())).toMatchObject({
    status: 'UNRECOGNIZED',
    rawStatus: 'proceedings7',
    isFinal: false,
  });
});

test('offers reading by order id and no list', () => {
  expect(account.payouts.keys).toEqual(['orderId']);
  expect(account.payouts).not.toHaveProperty('list');
  expect(account).not.toHaveProperty('wallets');
  expect(account).not.toHaveProperty('withdrawals');
});

test('refuses to read by uuid without a call', async () => {
  const asker = createAsker();
  const reading = account.payouts.byKey({ uuid: '20f8286a-b181-4bb0-9e3b-f87ca4926dc9' }, asker);
  expect(await failureOf(reading)).toMatchObject({ code: 'UNSUPPORTED', outcome: 'REJECTED' });
  expect(asker.operations).toEqual([]);
});

test.each(['', '.', '..', 'half \ud83d'])(
  'refuses the order id %j, which no path can name, without a call',
  async (orderId) => {
    const asker = createAsker();
    expect(await failureOf(account.payouts.byKey({ orderId }, asker))).toMatchObject({
      code: 'INVALID_REQUEST',
      issues: [{ field: 'merchant_deal_id', rule: 'invalid' }],
    });
    expect(asker.operations).toEqual([]);
  },
);

test.each([
  ['../../balance', '..%2F..%2Fbalance'],
  ['a b?c=d#e', 'a%20b%3Fc%3Dd%23e'],
  ['заказ/%', '%D0%B7%D0%B0%D0%BA%D0%B0%D0%B7%2F%25'],
])('keeps the order id %s inside its segment of the path', async (orderId, segment) => {
  const { requests, payouts } = await stage(404, '{"status_code":404,"error":"Not Found"}');
  expect(await payouts.byKey({ orderId }, createAsker())).toBeNull();
  expect(requests.map(({ path }) => path)).toEqual([`/payout_api/v1/external/payout_deals/${segment}`]);
});

test('does not take another payout for the one that was asked for', async () => {
  const { payouts } = await stage(200, fixture('repay/payout.json'));
  expect(await failureOf(payouts.byKey({ orderId: '0002' }, createAsker()))).toMatchObject({
    code: 'BAD_RESPONSE',
  });
});

test('names the payout by its order id when it was found by the id of Repay', async () => {
  const { payouts } = await stage(200, fixture('repay/payout.json'));
  const payout = await payouts.byKey({ orderId: '20f8286a-b181-4bb0-9e3b-f87ca4926dc9' }, createAsker());
  expect(payout?.key).toEqual({ orderId: '0001' });
});

test('keeps every digit of an amount that comes as a JSON number', async () => {
  const amount = '123456789012345678901234567890.10';
  const { payouts } = await stage(200, fixture('repay/payout.json').replace('"1000"', amount));
  expect((await payouts.byKey({ orderId: '0001' }, createAsker()))?.amount.amount).toBe(amount);
});

test.each([
  ['an HTML page that says 404', 404, '<h1>Not Found</h1>', 'BAD_RESPONSE'],
  ["a stranger's JSON that says 404", 404, '{"error":"Not Found"}', 'REJECTED'],
  ['an HTML page that says 200', 200, '<h1>Welcome</h1>', 'BAD_RESPONSE'],
  ['an empty object', 200, '{}', 'BAD_RESPONSE'],
  ['an envelope without its payout', 200, '{"status_code":200,"error":{},"payload":{}}', 'BAD_RESPONSE'],
  ['an amount that is no number', 200, fixture('repay/payout.json').replace('1000', 'ten'), 'BAD_RESPONSE'],
])('does not take %s for an answer', async (_, status, body, code) => {
  const { payouts } = await stage(status, body);
  expect(await failureOf(payouts.byKey({ orderId: '0001' }, createAsker()))).toMatchObject({ code });
});

test('passes on how long to wait when Repay says so', async () => {
  const { payouts } = await stage(429, '{"status_code":429,"error":"Slow down"}', { 'retry-after': '60' });
  expect(await failureOf(payouts.byKey({ orderId: '0001' }, createAsker()))).toMatchObject({
    code: 'RATE_LIMITED',
    retryAfterMs: 60_000,
  });
});
