/** Making a payout at either brand: the request to the byte, every answer, and both pretend platforms. */

import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { SANDBOX_CREDENTIALS, type Sandbox, startSandbox } from '../../../sandbox/index.ts';
import type { PayoutRequest, Requisites } from '../../../src/domain.ts';
import { sign } from '../../../src/providers/cryptomus/sign.ts';
import type { Provider } from '../../../src/providers/provider.ts';
import { fixture, startUpstream } from '../../documents/upstream.ts';
import { createAsker, failureOf } from '../../support/calls.ts';
import { CONFIG, openAccount } from './account.ts';

const UUID = 'a7c0caec-a594-4aaa-b1c4-77d511857594';
const ADDRESS = 'TDD97yguPESTpcrJMqU6h2ozZbibv4Vaqm';
const CALLBACK = 'https://your.site/callback';
const TO = { type: 'CRYPTO_ADDRESS', value: ADDRESS, network: 'TRON', memo: null } as const;
/** The documented request. */
const REQUEST: PayoutRequest = {
  orderId: '1',
  amount: { amount: '5', currency: 'USDT' },
  requisites: TO,
  feePayer: 'MERCHANT',
  payCurrency: null,
  fromCurrency: null,
  callbackUrl: CALLBACK,
};
const TAKEN = {
  code: 'INVALID_REQUEST',
  outcome: 'REJECTED',
  operation: 'createPayout',
  issues: [{ field: 'order_id', rule: 'taken' }],
  message: 'shop: createPayout failed: the order id belongs to another payout.',
};
const closing: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function stage(status: number, body: string, provider: 'CRYPTOMUS' | 'HELEKET' = 'CRYPTOMUS') {
  const upstream = await startUpstream(() => ({ status, body }));
  const account = openAccount(provider, upstream.url);
  closing.push(account.close, upstream.close);
  return {
    requests: upstream.requests,
    create: (change: Partial<PayoutRequest> = {}) =>
      account.payouts!.create({ ...REQUEST, ...change }, createAsker()),
  };
}

/** The documented answer, about the documented request. */
function answer(change: object = {}): string {
  const { result } = JSON.parse(fixture('cryptomus/payout.json'));
  return JSON.stringify({ state: 0, result: { ...result, amount: '5', address: ADDRESS, ...change } });
}

test('sends the documented request, signed with the payout key', async () => {
  const { requests, create } = await stage(200, answer());
  await create();
  const body =
    `{"amount":"5","currency":"USDT","network":"TRON","order_id":"1","address":"${ADDRESS}",` +
    `"url_callback":"${CALLBACK}","is_subtract":true}`;
  expect(requests).toHaveLength(1);
  expect(requests).toMatchObject([
    {
      method: 'POST',
      path: '/v1/payout',
      body,
      headers: { merchant: CONFIG.merchant, sign: sign(body, CONFIG.payoutKey) },
    },
  ]);
});

test.each([
  ['takes the fee from the balance', { feePayer: 'MERCHANT' }, '"is_subtract":true}'],
  ['takes the fee from the amount', { feePayer: 'RECIPIENT' }, '"is_subtract":false}'],
  ['pays in another coin', { payCurrency: 'USDT' }, '"is_subtract":true,"to_currency":"USDT"}'],
  ['pays from another balance', { fromCurrency: 'USDT' }, '"is_subtract":true,"from_currency":"USDT"}'],
  ['adds a memo', { requisites: { ...TO, memo: 'Memo 7' } }, '"is_subtract":true,"memo":"Memo 7"}'],
] as const)('%s where that is asked for', async (_, change, end) => {
  const { requests, create } = await stage(200, answer());
  await create({ callbackUrl: null, ...change });
  expect(requests[0]!.body).toBe(
    `{"amount":"5","currency":"USDT","network":"TRON","order_id":"1","address":"${ADDRESS}",${end}`,
  );
});

test('leaves the network out where there is a single one, and every digit of the amount in', async () => {
  const amount = '0.123456789012345678901234567890';
  const { requests, create } = await stage(200, answer({ amount, currency: 'BTC', network: 'btc' }));
  await create({ amount: { amount, currency: 'BTC' }, requisites: { ...TO, network: null } });
  expect(requests[0]!.body).toContain(`{"amount":"${amount}","currency":"BTC","order_id":"1",`);
});

test('tells the payout from the documented answer, which does not repeat the order id', async () => {
  const { create } = await stage(200, answer());
  expect(await create()).toEqual({
    key: { uuid: UUID },
    payout: {
      kind: 'Payout',
      account: 'shop',
      key: { uuid: UUID },
      uuid: UUID,
      reference: '1',
      amount: { amount: '5', currency: 'USDT' },
      fee: null,
      netAmount: null,
      debitedAmount: null,
      paidAmount: { amount: '3', currency: 'USD' },
      remainingBalance: '129',
      destination: { type: 'CRYPTO_ADDRESS', value: ADDRESS, network: 'tron' },
      txid: null,
      status: 'PROCESSING',
      rawStatus: 'process',
      isFinal: false,
      createdAt: null,
      updatedAt: null,
    },
  });
});

test('tells what only Heleket answers', async () => {
  const { create } = await stage(200, fixture('heleket/payout.json'), 'HELEKET');
  const value = '0x52908400098527886E0F7030069857D2E4169EE7';
  const created = await create({
    orderId: '129359',
    amount: { amount: '207', currency: 'USDT' },
    requisites: { ...TO, value, network: 'BSC' },
  });
  expect(created.payout).toMatchObject({
    reference: '129359',
    fee: { amount: '0.30000000', currency: 'USDT' },
    createdAt: new Date('2023-06-21T14:25:55Z'),
  });
});

test.each([
  ['more zeros', { amount: '5.00000000' }, {}],
  ['a number for an amount', { amount: 5 }, {}],
  ['other letters', { currency: 'usdt', network: 'tron' }, {}],
  ['no network', { network: null }, {}],
  ['the network that it chose', {}, { requisites: { ...TO, network: null } }],
  [
    'a hex address in other letters',
    { address: '0x52908400098527886E0F7030069857D2E4169EE7' },
    { requisites: { ...TO, value: '0x52908400098527886e0f7030069857d2e4169ee7' } },
  ],
  [
    'the amount in fiat',
    { amount: '100.00', currency: 'USD', payer_amount: '1.02', payer_currency: 'LTC' },
    { amount: { amount: '100', currency: 'USD' }, payCurrency: 'LTC' },
  ],
  [
    'the amount in the coin of a conversion, and the fiat beside it',
    { amount: '1.02', currency: 'LTC', payer_amount: 100, payer_currency: 'USD' },
    { amount: { amount: '100', currency: 'USD' }, payCurrency: 'LTC' },
  ],
] as const)('takes an answer with %s for the payout that was asked for', async (_, answered, asked) => {
  const { create } = await stage(200, answer(answered));
  expect(await create(asked as Partial<PayoutRequest>)).toMatchObject({ key: { uuid: UUID } });
});

test.each([
  ['amount', { amount: '5.00000001' }],
  ['currency', { currency: 'TRX' }],
  ['address', { address: 'TJnotYours1111111111111111111111111' }],
  ['network', { network: 'bsc' }],
  ['amount, whatever was paid', { amount: '6', payer_amount: '5', payer_currency: 'USDT' }],
])('calls an order id taken whose payout has another %s', async (_, change) => {
  const { requests, create } = await stage(200, answer(change));
  expect(await failureOf(create(), [ADDRESS, 'TJnot', CALLBACK])).toMatchObject(TAKEN);
  expect(requests).toHaveLength(1);
});

test('calls an order id taken when neither side of a conversion is what was asked for', async () => {
  const { create } = await stage(200, answer({ payer_amount: '101', payer_currency: 'USD' }));
  const asked = { amount: { amount: '100', currency: 'USD' }, payCurrency: 'USDT' };
  expect(await failureOf(create(asked))).toMatchObject(TAKEN);
});

test.each([
  ['no order id', { orderId: '' }, [{ field: 'order_id', rule: 'required' }]],
  ['an order id too long', { orderId: 'x'.repeat(101) }, [{ field: 'order_id', rule: 'max.string' }]],
  ['an order id with a blank', { orderId: 'a b' }, [{ field: 'order_id', rule: 'alpha_dash' }]],
  ['nobody to pay the fee', { feePayer: null }, [{ field: 'is_subtract', rule: 'required' }]],
  ['an empty memo', { requisites: { ...TO, memo: '' } }, [{ field: 'memo', rule: 'min.string' }]],
  [
    'a memo too long',
    { requisites: { ...TO, memo: 'é'.repeat(31) } },
    [{ field: 'memo', rule: 'max.string' }],
  ],
  [
    'more than one thing wrong',
    { orderId: '', feePayer: null },
    [
      { field: 'order_id', rule: 'required' },
      { field: 'is_subtract', rule: 'required' },
    ],
  ],
])('refuses %s without asking', async (_, change, issues) => {
  const { requests, create } = await stage(200, answer());
  expect(await failureOf(create(change))).toMatchObject({
    code: 'INVALID_REQUEST',
    outcome: 'REJECTED',
    operation: 'createPayout',
    issues,
  });
  expect(requests).toEqual([]);
});

test('asks with an order id of 100 characters and a memo of 30', async () => {
  const { requests, create } = await stage(200, answer());
  await create({ orderId: 'x'.repeat(100), requisites: { ...TO, memo: '𝟙'.repeat(30) } });
  expect(requests).toHaveLength(1);
});

test.each(['CARD', 'PHONE', 'BANK_ACCOUNT'] as const)('offers no payout to a %s', async (type) => {
  const { requests, create } = await stage(200, answer());
  const requisites: Requisites = { type, value: '2202098765432109', bankId: null };
  expect(await failureOf(create({ requisites }), ['2202098765432109'])).toMatchObject({
    code: 'UNSUPPORTED',
    outcome: 'REJECTED',
    operation: 'createPayout',
  });
  expect(requests).toEqual([]);
});

/** The documented refusals. */
const REFUSALS = [
  ['You are forbidden', 'FORBIDDEN'],
  ['The currency was not found', 'INVALID_REQUEST'],
  ['The service was not found', 'INVALID_REQUEST'],
  ['The withdrawal amount is too small', 'AMOUNT_TOO_SMALL'],
  ['Wallet not found', 'INVALID_REQUEST'],
  ['Not enough funds', 'INSUFFICIENT_FUNDS'],
  ['Not found service to_currency', 'INVALID_REQUEST'],
  ['Error convert to_currency', 'UNAVAILABLE'],
  ['Minimum amount 0.5 USDT', 'AMOUNT_TOO_SMALL'],
  ['Maximum amount 10000000 USDT', 'INVALID_REQUEST'],
  ['Not enough balance for convert USDT to LTC', 'INSUFFICIENT_FUNDS'],
  ['The terminal was not found', 'UNAVAILABLE'],
] as const;

test.each(REFUSALS)('reports "%s" as %s, and that nothing was paid', async (message, code) => {
  for (const status of [422, 200]) {
    const { requests, create } = await stage(status, JSON.stringify({ state: 1, message }));
    expect(await failureOf(create(), [message])).toMatchObject({
      code,
      outcome: 'REJECTED',
      operation: 'createPayout',
      issues: [],
    });
    expect(requests).toHaveLength(1);
  }
});

test('reports which field was missing', async () => {
  const { create } = await stage(422, fixture('cryptomus/currency-required.json'));
  expect(await failureOf(create())).toMatchObject({
    code: 'INVALID_REQUEST',
    outcome: 'REJECTED',
    issues: [{ field: 'currency', rule: 'required' }],
  });
});

test.each([
  ['a server error', 500, fixture('cryptomus/server-error.json'), 'UNAVAILABLE'],
  ['no result', 200, '{"state":0}', 'BAD_RESPONSE'],
  ['no state', 200, answer().replace('"state":0,', ''), 'BAD_RESPONSE'],
  ['no uuid', 200, answer({ uuid: undefined }), 'BAD_RESPONSE'],
  ['an amount that is no number', 200, answer({ amount: 'five' }), 'BAD_RESPONSE'],
  ['another order id', 200, answer({ order_id: '2' }), 'BAD_RESPONSE'],
  ['a web page', 502, '<p>Bad Gateway</p>', 'UNAVAILABLE'],
])('does not claim to know what happened after %s', async (_, status, body, code) => {
  const { requests, create } = await stage(status, body);
  expect(await failureOf(create(), [ADDRESS, CALLBACK])).toMatchObject({ code, outcome: 'UNKNOWN' });
  expect(requests).toHaveLength(1);
});

describe.each(['cryptomus', 'heleket'] as const)('at the pretend %s', (name) => {
  let sandbox: Sandbox;
  let account: Provider;
  const asker = createAsker();
  const create = (change: Partial<PayoutRequest> = {}) =>
    account.payouts!.create({ ...REQUEST, orderId: 'payout-new', ...change }, asker);
  const spent = () => sandbox.effects.map(({ kind }) => kind);

  beforeAll(async () => {
    sandbox = await startSandbox();
    const brand = name === 'cryptomus' ? 'CRYPTOMUS' : 'HELEKET';
    account = openAccount(brand, sandbox.urls[name], { name: 'shop', ...SANDBOX_CREDENTIALS[name] });
  });
  afterEach(() => {
    sandbox.reset();
    asker.take();
  });
  afterAll(async () => {
    await account.close();
    await sandbox.close();
  });

  test('makes a payout with one call, which reads like it afterwards, and no second one', async () => {
    expect(account.payouts!.honoursOrderId).toBe(true);
    const { key, payout } = await create();
    expect(asker.operations).toEqual(['createPayout']);
    expect(payout).toMatchObject({ reference: 'payout-new', status: 'PROCESSING', isFinal: false });
    expect(await account.payouts!.byKey({ orderId: 'payout-new' }, asker)).toEqual(payout);
    expect(await create({ amount: { amount: '5.000', currency: 'USDT' } })).toMatchObject({ key });
    expect(spent()).toEqual(['CREATE_PAYOUT']);
  });

  test.each([
    ['MERCHANT', '5'],
    ['RECIPIENT', '4'],
  ] as const)('when the %s pays the fee of 1, the recipient gets %s', async (feePayer, amount) => {
    const { payout } = await create({ feePayer });
    expect(payout!.paidAmount).toEqual({ amount, currency: 'USDT' });
  });

  test('pays a fiat amount in a coin, and has the same payout by asking again', async () => {
    const change: Partial<PayoutRequest> = {
      amount: { amount: '100', currency: 'USD' },
      payCurrency: 'LTC',
      fromCurrency: 'USDT',
      requisites: { ...TO, network: null },
    };
    const { key, payout } = await create(change);
    expect(payout).toMatchObject({ amount: { amount: '100', currency: 'USD' } });
    expect(payout!.paidAmount?.currency).toBe('LTC');
    expect(await create(change)).toMatchObject({ key });
    expect(spent()).toEqual(['CREATE_PAYOUT']);
  });

  test.each([
    { amount: { amount: '6', currency: 'USDT' } },
    { amount: { amount: '5', currency: 'TRX' } },
    { requisites: { ...TO, value: 'TJnotYours1111111111111111111111111' } },
    { requisites: { ...TO, network: 'bsc' } },
  ])('makes nothing under an order id that has another payout: %j', async (change) => {
    await create();
    expect(await failureOf(create(change))).toMatchObject(TAKEN);
    expect(spent()).toEqual(['CREATE_PAYOUT']);
  });

  test.each([
    ['INSUFFICIENT_FUNDS', { amount: { amount: '900000', currency: 'USDT' } }],
    ['AMOUNT_TOO_SMALL', { amount: { amount: '0.1', currency: 'USDT' } }],
    ['INVALID_REQUEST', { amount: { amount: '10000001', currency: 'USDT' } }],
    ['INVALID_REQUEST', { amount: { amount: '5', currency: 'NOPE' } }],
    ['INVALID_REQUEST', { amount: { amount: '1', currency: 'XMR' }, requisites: { ...TO, network: null } }],
    ['INVALID_REQUEST', { amount: { amount: '5', currency: 'USD' } }],
    ['INVALID_REQUEST', { fromCurrency: 'BTC' }],
    ['INVALID_REQUEST', { callbackUrl: 'nowhere' }],
  ] as const)('is told %s for %j', async (code, change) => {
    expect(await failureOf(create(change))).toMatchObject({ code, outcome: 'REJECTED' });
    expect(spent()).toEqual([]);
  });

  test.each(['drop-after', 'error-after', 'cut-json', 'empty'] as const)(
    'says UNKNOWN after %s, and has the payout by asking again',
    async (kind) => {
      sandbox.inject({ kind, times: 1 });
      expect(await failureOf(create())).toMatchObject({ outcome: 'UNKNOWN' });
      expect(asker.take()).toBe(1);
      expect(await create()).toMatchObject({ payout: { reference: 'payout-new' } });
      expect(spent()).toEqual(['CREATE_PAYOUT']);
    },
  );
});
