/** Making a static wallet at either brand: the request to the byte, every answer, and both pretend platforms. */

import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { SANDBOX_CREDENTIALS, type Sandbox, startSandbox } from '../../../sandbox/index.ts';
import type { WalletRequest } from '../../../src/domain.ts';
import { sign } from '../../../src/providers/cryptomus/sign.ts';
import type { Provider } from '../../../src/providers/provider.ts';
import { fixture, startUpstream } from '../../documents/upstream.ts';
import { createAsker, failureOf } from '../../support/calls.ts';
import { CONFIG, openAccount } from './account.ts';

const UUID = '87961ae5-80c5-413a-a4fe-d38199894940';
const CALLBACK = 'https://your.site/callback';
/** The documented request. */
const REQUEST: WalletRequest = { orderId: '1', currency: 'USDT', network: 'tron', callbackUrl: CALLBACK };
const TAKEN = {
  code: 'INVALID_REQUEST',
  outcome: 'REJECTED',
  operation: 'createStaticWallet',
  issues: [{ field: 'order_id', rule: 'taken' }],
  message: 'shop: createStaticWallet failed: the order id belongs to another static wallet.',
};
const closing: (() => Promise<void>)[] = [];

afterEach(async () => {
  vi.useRealTimers();
  for (const close of closing.splice(0)) await close();
});

async function stage(status: number, body: string, provider: 'CRYPTOMUS' | 'HELEKET' = 'CRYPTOMUS') {
  const upstream = await startUpstream(() => ({ status, body }));
  const account = openAccount(provider, upstream.url);
  closing.push(account.close, upstream.close);
  return {
    requests: upstream.requests,
    create: (change: Partial<WalletRequest> = {}) =>
      account.wallets!.create({ ...REQUEST, ...change }, createAsker()),
  };
}

test('sends the documented request, signed with the payment key', async () => {
  const { requests, create } = await stage(200, fixture('cryptomus/wallet.json'));
  await create();
  const body = `{"currency":"USDT","network":"tron","order_id":"1","url_callback":"${CALLBACK}"}`;
  expect(requests).toHaveLength(1);
  expect(requests).toMatchObject([
    {
      method: 'POST',
      path: '/v1/wallet',
      body,
      headers: {
        merchant: CONFIG.merchant,
        sign: sign(body, CONFIG.paymentKey),
        'content-type': 'application/json',
      },
    },
  ]);
});

test('says nothing of a callback where none is wanted', async () => {
  const { requests, create } = await stage(200, fixture('cryptomus/wallet.json'));
  await create({ callbackUrl: null });
  expect(requests[0]!.body).toBe('{"currency":"USDT","network":"tron","order_id":"1"}');
});

test.each([
  ['CRYPTOMUS', 'cryptomus'],
  ['HELEKET', 'heleket'],
] as const)('tells the wallet from the documented answer of %s', async (provider, host) => {
  vi.useFakeTimers({ toFake: ['Date'], now: new Date('2026-01-02T03:04:05Z') });
  const { create } = await stage(200, fixture(`${host}/wallet.json`), provider);
  expect(await create()).toEqual({
    kind: 'StaticWallet',
    account: 'shop',
    uuid: UUID,
    orderId: '1',
    address: 'TTEtddVZyNtLD9wbq4PzomjBhtxenSMXbb',
    network: 'tron',
    currency: 'USDT',
    paymentUrl: `https://pay.${host}.com/wallet/3901446a-4b74-4796-b50a-14e14dafe3ed`,
    status: 'ACTIVE',
    rawStatus: null,
    refund: null,
    refundSpent: false,
    origin: 'CREATE_ANSWER',
    learnedAt: new Date('2026-01-02T03:04:05Z'),
    updatedAt: new Date('2026-01-02T03:04:05Z'),
  });
});

test('reads the older answer, which has an order id and no page to pay on', async () => {
  const { create } = await stage(200, fixture('cryptomus/wallet-2022.json'));
  expect(await create()).toMatchObject({ orderId: '1', paymentUrl: null, network: 'tron' });
});

test.each(['javascript:alert(1)', 'data:text/html,x', 'somewhere', ''])(
  'hands out no page to pay on that is no web page: %s',
  async (url) => {
    const { create } = await stage(200, fixture('cryptomus/wallet.json').replace(/https:[^"]+/, url));
    expect(await create()).toMatchObject({ uuid: UUID, paymentUrl: null });
  },
);

test('does not mind the case in which currency and network come back', async () => {
  const { create } = await stage(200, fixture('cryptomus/wallet.json').replace('"tron"', '"TRON"'));
  expect(await create({ currency: 'usdt', network: 'Tron' })).toMatchObject({
    network: 'tron',
    currency: 'USDT',
  });
});

test.each([
  ['another currency', { currency: 'TRX' }],
  ['another network', { network: 'bsc' }],
])('calls an order id taken whose wallet has %s', async (_, change) => {
  const { requests, create } = await stage(200, fixture('cryptomus/wallet.json'));
  expect(await failureOf(create(change))).toMatchObject(TAKEN);
  expect(requests).toHaveLength(1);
});

test.each([
  ['', 'required'],
  ['x'.repeat(101), 'max.string'],
  ['order 1', 'alpha_dash'],
  ['заказ', 'alpha_dash'],
  ['a\n', 'alpha_dash'],
])('refuses the order id %j without asking', async (orderId, rule) => {
  const { requests, create } = await stage(200, fixture('cryptomus/wallet.json'));
  expect(await failureOf(create({ orderId }))).toMatchObject({
    code: 'INVALID_REQUEST',
    outcome: 'REJECTED',
    operation: 'createStaticWallet',
    issues: [{ field: 'order_id', rule }],
  });
  expect(requests).toEqual([]);
});

test('takes an order id of 100 characters, which is more than it can be named by later', async () => {
  const orderId = '-_Az0'.repeat(20);
  const { create } = await stage(200, fixture('cryptomus/wallet.json'));
  expect(await create({ orderId })).toMatchObject({ orderId });
});

test.each([
  ['a field is missing', fixture('cryptomus/currency-required.json'), 'INVALID_REQUEST'],
  ['it is forbidden', '{"state":1,"message":"You are forbidden"}', 'FORBIDDEN'],
  ['there is no such service', '{"state":1,"message":"The service was not found"}', 'INVALID_REQUEST'],
  ['there is no terminal', '{"state":1,"message":"The terminal was not found"}', 'UNAVAILABLE'],
  ['there is no wallet', '{"state":1,"message":"Wallet not found"}', 'UNAVAILABLE'],
  ['its server fails', '{"state":1,"message":"Server error"}', 'UNAVAILABLE'],
  ['so, and no more', '{"state":1}', 'REJECTED'],
])('reports that nothing was made when the platform says that %s', async (_, body, code) => {
  const { requests, create } = await stage(422, body);
  expect(await failureOf(create())).toMatchObject({
    code,
    outcome: 'REJECTED',
    operation: 'createStaticWallet',
    issues:
      code === 'INVALID_REQUEST' && body.includes('errors') ? [{ field: 'currency', rule: 'required' }] : [],
  });
  expect(requests).toHaveLength(1);
});

const documented = fixture('cryptomus/wallet.json');
test.each([
  ['a server error', 500, fixture('cryptomus/server-error.json'), 'UNAVAILABLE'],
  ['no result', 200, '{"state":0}', 'BAD_RESPONSE'],
  ['a list', 200, '{"state":0,"result":[]}', 'BAD_RESPONSE'],
  ['no state', 200, documented.replace('"state":0,', ''), 'BAD_RESPONSE'],
  ['no address', 200, documented.replace('TTEtddVZyNtLD9wbq4PzomjBhtxenSMXbb', ''), 'BAD_RESPONSE'],
  ['another order id', 200, documented.replace('"uuid"', '"order_id":"2","uuid"'), 'BAD_RESPONSE'],
  ['a web page', 200, '<p>done</p>', 'BAD_RESPONSE'],
])('does not claim to know what happened after %s', async (_, status, body, code) => {
  const { requests, create } = await stage(status, body);
  expect(await failureOf(create(), ['TTEtdd', CALLBACK])).toMatchObject({ code, outcome: 'UNKNOWN' });
  expect(requests).toHaveLength(1);
});

describe.each(['cryptomus', 'heleket'] as const)('at the pretend %s', (name) => {
  let sandbox: Sandbox;
  let account: Provider;
  const asker = createAsker();
  const create = (change: Partial<WalletRequest> = {}) =>
    account.wallets!.create({ ...REQUEST, orderId: 'client-new', ...change }, asker);

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

  test('makes a wallet with one call, and the same one the second time', async () => {
    const wallet = await create();
    expect(asker.operations).toEqual(['createStaticWallet']);
    const row = sandbox.rows.wallets(name).at(-1)!;
    expect(wallet).toMatchObject({
      uuid: row.uuid,
      orderId: row.order_id,
      address: row.address,
      network: row.network,
      currency: row.currency,
      paymentUrl: row.url,
    });
    expect(await create({ callbackUrl: null })).toMatchObject({ uuid: wallet.uuid });
    expect(sandbox.effects).toHaveLength(1);
  });

  test('makes nothing under an order id that has another wallet', async () => {
    await create();
    expect(await failureOf(create({ currency: 'TRX' }))).toMatchObject(TAKEN);
    expect(await failureOf(create({ network: 'bsc' }))).toMatchObject(TAKEN);
    expect(sandbox.effects).toHaveLength(1);
  });

  test.each([
    [{ currency: 'NOPE' }, []],
    [{ network: 'nowhere' }, []],
    [{ currency: '' }, [{ field: 'currency', rule: 'required' }]],
    [
      { callbackUrl: 'x://' },
      [
        { field: 'url_callback', rule: 'min.string' },
        { field: 'url_callback', rule: 'url' },
      ],
    ],
  ])('is told what is wrong with %j', async (change, issues) => {
    expect(await failureOf(create(change))).toMatchObject({
      code: 'INVALID_REQUEST',
      outcome: 'REJECTED',
      issues,
    });
    expect(sandbox.effects).toEqual([]);
  });

  test.each(['drop-after', 'error-after', 'cut-json', 'empty'] as const)(
    'says UNKNOWN after %s, and has the wallet by asking again',
    async (kind) => {
      sandbox.inject({ kind, times: 1 });
      expect(await failureOf(create())).toMatchObject({ outcome: 'UNKNOWN' });
      expect(asker.take()).toBe(1);
      expect(await create()).toMatchObject({ uuid: sandbox.rows.wallets(name).at(-1)!.uuid });
      expect(sandbox.effects).toHaveLength(1);
    },
  );
});
