import { describe, expect, it } from 'vitest';
import { merchantCall, useSandbox } from './ask.ts';

const sandbox = useSandbox();
const FIRST = 'fcc40793-39f9-4fa9-85b2-93148039a72b';
const SECOND = '87961ae5-80c5-413a-a4fe-d38199894940';
const ADDRESS = 'TDD97yguPESTpcrJMqU6h2ozZbibv4Vaqm';

const wallet = (path: string, input: unknown) =>
  merchantCall(sandbox(), 'cryptomus', `/v1/wallet${path}`, input);
const block = (input: unknown) => wallet('/block-address', input);
const refund = (input: unknown) => wallet('/blocked-address-refund', input);
const effects = () => sandbox().effects.map(({ kind, target }) => [kind, target]);

describe('create', () => {
  const input = {
    currency: 'USDT',
    network: 'TRON',
    order_id: 'shop_7',
    url_callback: 'https://your.site/cb',
  };

  it('answers with the documented members and nothing else', async () => {
    const { json } = await wallet('', input);
    expect(Object.keys(json.result)).toEqual([
      'wallet_uuid',
      'uuid',
      'address',
      'network',
      'currency',
      'url',
    ]);
    expect(json.result).toMatchObject({ network: 'tron', currency: 'USDT' });
    expect(json.result.url).toMatch(/^https:\/\/pay\.cryptomus\.com\/wallet\//);
  });

  it('carries order_id at Heleket', async () => {
    const { json } = await merchantCall(sandbox(), 'heleket', '/v1/wallet', input);
    expect(json.result.order_id).toBe('shop_7');
  });

  it('gives the first wallet again for the same order id, and adds no effect', async () => {
    const first = await wallet('', input);
    const again = await wallet('', { ...input, currency: 'BTC', network: 'btc' });
    expect(again.json).toEqual(first.json);
    expect(effects()).toEqual([['CREATE_WALLET', first.json.result.uuid]]);
  });

  it('knows the documented wallet', async () => {
    const { json } = await wallet('', { ...input, order_id: '2' });
    expect(json.result).toMatchObject({ uuid: SECOND, address: 'TTEtddVZyNtLD9wbq4PzomjBhtxenSMXbb' });
  });

  it('names every field that is missing or wrong', async () => {
    const { status, json } = await wallet('', {
      currency: null,
      network: '',
      order_id: 'a b',
      url_callback: 'x',
    });
    expect(status).toBe(422);
    expect(json).toEqual({
      state: 1,
      errors: {
        currency: ['validation.required'],
        network: ['validation.required'],
        order_id: ['validation.alpha_dash'],
        url_callback: ['validation.min.string', 'validation.url'],
      },
    });
  });

  it('does not read a body that is not announced as JSON', async () => {
    const { json } = await merchantCall(sandbox(), 'cryptomus', '/v1/wallet', input, {
      'content-type': 'text/plain',
    });
    expect(json.errors.currency).toEqual(['validation.required']);
  });

  it('has no service for a coin that is down', async () => {
    const { json } = await wallet('', { ...input, currency: 'DASH', network: 'dash' });
    expect(json).toEqual({ state: 1, message: 'The service was not found' });
  });
});

describe('qr', () => {
  it.each(['wallet_address_uuid', 'merchant_payment_uuid'])('draws a PNG by %s', async (name) => {
    const { json } = await wallet('/qr', { [name]: FIRST });
    const [, data] = /^data:image\/png;base64,(.+)$/.exec(json.result.image)!;
    const png = Buffer.from(data!, 'base64');
    expect(png.subarray(1, 4).toString()).toBe('PNG');
    expect(png.subarray(-8, -4).toString()).toBe('IEND');
  });
});

describe('block', () => {
  it('is idempotent and takes effect once', async () => {
    const expected = { state: 0, result: { uuid: FIRST, status: 'blocked' } };
    expect((await block({ order_id: '1' })).json).toEqual(expected);
    expect((await block({ uuid: FIRST })).json).toEqual(expected);
    expect(effects()).toEqual([['BLOCK', FIRST]]);
  });

  it('lets order_id decide when both ids are sent', async () => {
    const { json } = await block({ uuid: FIRST, order_id: '2' });
    expect(json.result.uuid).toBe(SECOND);
  });

  it('answers an unknown wallet with a bare state', async () => {
    const { status, text } = await block({ order_id: 'nobody' });
    expect([status, text]).toEqual([422, '{"state":1}']);
  });

  it('leaves an inactive wallet as it is', async () => {
    const { json } = await block({ order_id: 'inactive' });
    expect(json.result.status).toBe('in_active');
    expect(effects()).toEqual([]);
  });

  it.each([
    [{}, { uuid: ['validation.required_without'], order_id: ['validation.required_without'] }],
    [{ order_id: 1 }, { order_id: ['validation.string'] }],
    [{ uuid: 'no' }, { uuid: ['validation.uuid'] }],
    [{ order_id: 'x'.repeat(33) }, { order_id: ['validation.max.string'] }],
    [{ order_id: '1', is_force_refund: 'perhaps' }, { is_force_refund: ['validation.boolean'] }],
  ])('refuses %j', async (input, errors) => {
    const answer = await block(input);
    expect([answer.status, answer.json]).toEqual([422, { state: 1, errors }]);
  });

  it('takes longer order ids when the switch says so', async () => {
    sandbox().set({ shortOrderIds: false });
    expect((await block({ order_id: 'x'.repeat(33) })).text).toBe('{"state":1}');
  });

  it('ignores is_refund unless the switch makes it an alias', async () => {
    await block({ order_id: '1', is_refund: true });
    expect((await refund({ order_id: '1', address: ADDRESS })).status).toBe(200);
    sandbox().set({ isRefundAlias: true });
    await block({ order_id: '2', is_refund: true });
    expect((await refund({ order_id: '2', address: ADDRESS })).json.message).toBe(
      'You can withdraw only once',
    );
  });
});

describe('refund', () => {
  it('pays out once', async () => {
    await block({ order_id: '1' });
    const first = await refund({ order_id: '1', address: ADDRESS });
    expect([first.status, first.text]).toEqual([
      200,
      '{"state":0,"result":{"commission":"0.50","amount":"9.50"}}',
    ]);
    const second = await refund({ order_id: '1', address: ADDRESS });
    expect([second.status, second.json]).toEqual([422, { state: 1, message: 'You can withdraw only once' }]);
    expect(effects()).toEqual([
      ['BLOCK', FIRST],
      ['REFUND', FIRST],
    ]);
  });

  it('is used up by a forced refund', async () => {
    await block({ order_id: '1', is_force_refund: 'true' });
    expect((await refund({ order_id: '1', address: ADDRESS })).json.message).toBe(
      'You can withdraw only once',
    );
  });

  it('lets uuid decide when both ids are sent', async () => {
    await block({ order_id: '1' });
    expect((await refund({ uuid: FIRST, order_id: 'nobody', address: ADDRESS })).status).toBe(200);
  });

  it.each([
    ['nobody', 'Not found'],
    ['1', 'Not found'],
    ['refunded', 'You can withdraw only once'],
    ['refund-running', 'Refund is in process'],
    ['no-service', 'The service was not found'],
  ])('refuses wallet %s with %j', async (orderId, message) => {
    const { status, json } = await refund({ order_id: orderId, address: ADDRESS });
    expect([status, json]).toEqual([422, { state: 1, message }]);
  });

  it.each([
    ['empty', 'Nothing to withdraw'],
    ['dust', 'The amount is too small'],
  ])('refuses wallet %s after blocking with %j', async (orderId, message) => {
    await block({ order_id: orderId });
    expect((await refund({ order_id: orderId, address: ADDRESS })).json.message).toBe(message);
  });

  it('keeps every digit of a huge amount', async () => {
    const { json } = await refund({ order_id: 'huge', address: ADDRESS });
    expect(json.result).toEqual({
      commission: '0.000800000000000000',
      amount: '123456789012.344878901234567890',
    });
  });

  it('credits deposits before the block and none after it', async () => {
    sandbox().deposit('cryptomus', 'empty', '5.25');
    await block({ order_id: 'empty' });
    sandbox().deposit('cryptomus', 'empty', '100');
    expect((await refund({ order_id: 'empty', address: ADDRESS })).json.result.amount).toBe('4.75');
  });

  it('can be in process until the clock has moved on', async () => {
    sandbox().set({ slowRefunds: true });
    await block({ order_id: '1' });
    await refund({ order_id: '1', address: ADDRESS });
    expect((await refund({ order_id: '1', address: ADDRESS })).json.message).toBe('Refund is in process');
    sandbox().advance(60_000);
    expect((await refund({ order_id: '1', address: ADDRESS })).json.message).toBe(
      'You can withdraw only once',
    );
  });

  it('is forbidden while payouts are', async () => {
    sandbox().set({ payoutsForbidden: true });
    await block({ order_id: '1' });
    expect((await refund({ order_id: '1', address: ADDRESS })).json.message).toBe('You are forbidden');
  });

  it.each([
    [undefined, ['validation.required']],
    ['short', ['validation.min.string']],
    ['TK8.......', ['validation.alpha_dash']],
    [`T${'x'.repeat(128)}`, ['validation.max.string']],
  ])('refuses the address %s', async (address, tokens) => {
    expect((await refund({ order_id: '1', address })).json).toEqual({
      state: 1,
      errors: { address: tokens },
    });
  });

  it('uses the status of the switch for refusals', async () => {
    sandbox().set({ businessStatus: 200 });
    const { status, json } = await refund({ order_id: 'nobody', address: ADDRESS });
    expect([status, json]).toEqual([200, { state: 1, message: 'Not found' }]);
  });
});
