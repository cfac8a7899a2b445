import { describe, expect, it } from 'vitest';
import { merchantCall, useSandbox } from './ask.ts';

const sandbox = useSandbox();
const INPUT = {
  amount: '5',
  currency: 'USDT',
  network: 'TRON',
  order_id: 'p-1',
  address: 'TDD97yguPESTpcrJMqU6h2ozZbibv4Vaqm',
  is_subtract: '1',
};
const create = (input: object) => merchantCall(sandbox(), 'cryptomus', '/v1/payout', { ...INPUT, ...input });
const info = (input: object) => merchantCall(sandbox(), 'cryptomus', '/v1/payout/info', input);

describe('create', () => {
  it('answers in the documented shape and takes the money', async () => {
    const { status, json } = await create({});
    expect(status).toBe(200);
    expect(json.result).toEqual({
      uuid: expect.any(String),
      amount: '5',
      currency: 'USDT',
      network: 'TRON',
      address: INPUT.address,
      txid: null,
      status: 'process',
      is_final: false,
      balance: 249_994,
      payer_currency: 'USDT',
      payer_amount: 5,
    });
  });

  it('takes the fee out of the amount when is_subtract is false', async () => {
    const { json } = await create({ is_subtract: false });
    expect(json.result).toMatchObject({ balance: 249_995, payer_amount: 4 });
  });

  it.each([true, false, 1, 0, '1', '0', 'true', 'false'])('takes %j for is_subtract', async (given) => {
    expect((await create({ is_subtract: given })).status).toBe(200);
  });

  it('pays once per order id', async () => {
    const first = await create({});
    const again = await create({ amount: '7' });
    expect(again.json).toEqual(first.json);
    expect(sandbox().effects).toEqual([
      { provider: 'cryptomus', kind: 'CREATE_PAYOUT', target: first.json.result.uuid, at: 0 },
    ]);
  });

  it('converts an amount in fiat', async () => {
    const { json } = await create({ amount: '250', currency: 'EUR', to_currency: 'LTC', network: 'LTC' });
    expect(json.result).toMatchObject({ currency: 'EUR', payer_currency: 'LTC', payer_amount: 2.75 });
  });

  it.each([
    [{ currency: 'ABC' }, 'The currency was not found'],
    [{ network: 'BTC' }, 'The service was not found'],
    [{ currency: 'DASH', network: 'DASH' }, 'The service was not found'],
    [{ currency: 'USD', to_currency: 'USDT', network: 'LTC' }, 'Not found service to_currency'],
    [{ currency: 'USD', to_currency: 'XMR', network: 'XMR' }, 'Error convert to_currency'],
    [{ amount: '0.4' }, 'Minimum amount 0.5 USDT'],
    [{ amount: '10000000.01' }, 'Maximum amount 10000000 USDT'],
    [{ amount: '0.7', is_subtract: '0' }, 'The withdrawal amount is too small'],
    [{ currency: 'XMR', network: 'XMR' }, 'Wallet not found'],
    [{ amount: '249999.01' }, 'Not enough funds'],
    [
      { amount: '9000', currency: 'LTC', network: 'LTC', from_currency: 'USDT' },
      'Not enough balance for convert USDT to LTC',
    ],
  ])('refuses %j with %j', async (input, message) => {
    const { status, json } = await create(input);
    expect([status, json]).toEqual([422, { state: 1, message }]);
    expect(sandbox().effects).toEqual([]);
  });

  it.each([
    [{ amount: undefined }, { amount: ['validation.required'] }],
    [{ amount: 'much' }, { amount: ['validation.regex'] }],
    [{ currency: 'USD' }, { to_currency: ['validation.required'] }],
    [{ is_subtract: 'maybe' }, { is_subtract: ['validation.boolean'] }],
    [{ priority: 'urgent' }, { priority: ['validation.in'] }],
    [{ order_id: 'x'.repeat(101) }, { order_id: ['validation.max.string'] }],
    [{ memo: 'x'.repeat(31) }, { memo: ['validation.max.string'] }],
  ])('refuses the fields of %j', async (input, errors) => {
    expect((await create(input)).json).toEqual({ state: 1, errors });
  });

  it('is forbidden while payouts are', async () => {
    sandbox().set({ payoutsForbidden: true });
    expect((await create({})).json).toEqual({ state: 1, message: 'You are forbidden' });
  });
});

describe('info', () => {
  it('knows the documented payout by either id, and order_id decides', async () => {
    const documented = await info({ uuid: 'a7c0caec-a594-4aaa-b1c4-77d511857594' });
    expect(documented.text).toBe(
      '{"state":0,"result":{"uuid":"a7c0caec-a594-4aaa-b1c4-77d511857594","amount":"3","currency":"USDT",' +
        '"network":"TRON","address":"TJ...","txid":null,"status":"process","is_final":false,"balance":129,' +
        '"payer_currency":"USD","payer_amount":3}}',
    );
    const both = await info({ uuid: 'a7c0caec-a594-4aaa-b1c4-77d511857594', order_id: '129359' });
    expect(both.json.result.uuid).toBe('2b852d86-3cf1-43fb-b1bb-36f0b7d12151');
  });

  it('prints numbers with more digits than a double has', async () => {
    const precise = sandbox()
      .rows.payouts('cryptomus')
      .find((row) => /\.\d{17}[1-9]$/.test(row.balance))!;
    expect((await info({ uuid: precise.uuid })).text).toContain(`"balance":${precise.balance},`);
    sandbox().set({ numericBalances: false });
    expect((await info({ uuid: precise.uuid })).json.result.balance).toBe(precise.balance);
  });

  it('shows more at Heleket', async () => {
    const { json } = await merchantCall(sandbox(), 'heleket', '/v1/payout/info', { order_id: '129359' });
    expect(json.result).toMatchObject({
      order_id: '129359',
      commission: '0.30000000',
      merchant_amount: '207.30000000',
      created_at: '2024-02-06T11:03:12+03:00',
    });
  });

  it('refuses what it does not know', async () => {
    expect((await info({ order_id: 'nobody' })).json).toEqual({ state: 1, message: 'Not found' });
    expect((await info({ order_id: 'x'.repeat(33) })).json.errors.order_id).toEqual([
      'validation.max.string',
    ]);
    expect((await info({})).json.errors).toEqual({
      uuid: ['validation.required_without'],
      order_id: ['validation.required_without'],
    });
  });

  it('moves a new payout on with the clock', async () => {
    const states: unknown[] = [];
    for (const ms of [0, 10_000, 20_000]) {
      await create({});
      sandbox().advance(ms);
      const { result } = (await info({ order_id: 'p-1' })).json;
      states.push([result.status, result.is_final, result.txid !== null]);
    }
    expect(states).toEqual([
      ['process', false, false],
      ['check', false, false],
      ['paid', true, true],
    ]);
  });

  it('shows the status that a test sets', async () => {
    sandbox().setPayoutStatus('cryptomus', '129359', 'fail');
    expect((await info({ order_id: '129359' })).json.result).toMatchObject({
      status: 'fail',
      is_final: true,
    });
  });
});

describe('fee preview', () => {
  const quoted = { amount: '100', currency: 'USDT', network: 'tron', is_subtract: true };

  it('wants an address on the documented path', async () => {
    const calc = (input: object) => merchantCall(sandbox(), 'heleket', '/v1/payout/calc', input);
    expect((await calc(quoted)).json.errors).toEqual({ address: ['validation.required'] });
    expect((await calc({ ...quoted, address: INPUT.address })).json.result).toEqual({
      commission: '1.00',
      merchant_amount: '101.00',
      payout_amount: '100',
    });
  });

  it('wants none on the path that official SDKs use', async () => {
    const { json } = await merchantCall(sandbox(), 'heleket', '/v1/payout/calculate', quoted);
    expect(json.result).toEqual({
      commission: '1.00',
      merchant_amount: '101.00',
      amount: '100',
      network: 'TRON',
      currency: 'USDT',
    });
    expect(sandbox().effects).toEqual([]);
  });
});
