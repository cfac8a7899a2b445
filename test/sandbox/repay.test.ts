import { describe, expect, it } from 'vitest';
import { ask, DEALS, repayCall, useSandbox } from './ask.ts';

const sandbox = useSandbox();
const INPUT = {
  amount: 1000,
  bank_id: 'bd02ced3-36a5-4aad-b0af-bf1f86065a79',
  requisites: '2202098765432109',
  requisites_type: 'card_number',
  webhook_url: 'https://domain.com/webhook',
  order_id: 'shop-1',
  payload: { user_id: 'bd01ced4-36a4-4aad-b0af-bf1f86095a79' },
};
const create = (input: object = {}) => repayCall(sandbox(), '', { ...INPUT, ...input });
const read = (id: string) => repayCall(sandbox(), id);

describe('read', () => {
  it('answers the documented deal byte for byte', async () => {
    const { status, text } = await read('0001');
    expect(status).toBe(200);
    expect(text).toBe(
      '{"status_code":200,"id":"20f8286a-b181-4bb0-9e3b-f87ca4926dc9","order_id":"0001","amount":"1000",' +
        '"recipient_type":"card_number","recipient":"2202********3722","state":"completed",' +
        '"created_at":"2024-09-25T12:00:00Z","updated_at":"2024-09-25T13:00:00Z"}',
    );
  });

  it('takes the system id too, after the order id', async () => {
    expect((await read('20f8286a-b181-4bb0-9e3b-f87ca4926dc9')).json.order_id).toBe('0001');
    const { json } = await create({ order_id: '20f8286a-b181-4bb0-9e3b-f87ca4926dc9' });
    expect((await read('20f8286a-b181-4bb0-9e3b-f87ca4926dc9')).json.id).toBe(json.payload.id);
  });

  it('sends some amounts as numbers', async () => {
    const texts = await Promise.all(
      sandbox()
        .rows.payouts('repay')
        .map(async (row) => (await read(row.order_id)).text),
    );
    expect(texts.filter((text) => /"amount":\d/.test(text)).length).toBeGreaterThan(0);
  });

  it.each(['a%20b', '%D1%91', 'x'.repeat(65), '%E0%A4'])('calls %s malformed', async (id) => {
    const { status, json } = await read(id);
    expect([status, json]).toEqual([400, { status_code: 400, error: 'Invalid merchant_deal_id' }]);
  });

  it('does not find what is not there', async () => {
    const expected = [404, { status_code: 404, error: 'Not Found' }];
    for (const answer of [await read('nobody'), await read('0001/'), await read('0001/x')]) {
      expect([answer.status, answer.json]).toEqual(expected);
    }
  });

  it('wants the api-key', async () => {
    const answer = await ask(`${sandbox().urls.repay}${DEALS}0001`, { headers: { 'api-key': 'no' } });
    expect([answer.status, answer.json]).toEqual([401, { status_code: 401, error: 'Unauthorized' }]);
  });
});

describe('create', () => {
  it('answers enveloped, with the id and nothing more', async () => {
    const { status, json } = await create();
    expect(status).toBe(200);
    expect(json).toEqual({ status_code: 200, error: {}, payload: { id: expect.any(String) } });
    expect((await read('shop-1')).json).toMatchObject({
      id: json.payload.id,
      amount: '1000',
      recipient: '2202********2109',
      state: 'processing',
    });
    expect(sandbox().effects).toEqual([
      { provider: 'repay', kind: 'CREATE_PAYOUT', target: 'shop-1', at: 0 },
    ]);
  });

  it('keeps the digits of an amount that is a number', async () => {
    const body = JSON.stringify(INPUT).replace('1000', '12345678901234567890.10');
    await ask(`${sandbox().urls.repay}${DEALS}`, {
      method: 'POST',
      body,
      headers: { 'api-key': 'sandbox-repay-api-key' },
    });
    expect((await read('shop-1')).json.amount).toBe('12345678901234567890.10');
  });

  it('takes an order id once', async () => {
    await create();
    const { status, json } = await create();
    expect([status, json]).toEqual([
      400,
      { status_code: 400, error: { order_id: 'has already been taken' }, payload: {} },
    ]);
    expect(sandbox().effects).toHaveLength(1);
  });

  it('names what is missing', async () => {
    const { json } = await create({ amount: 0, requisites: '', requisites_type: 'cheque', order_id: 'a b' });
    expect(Object.keys(json.error)).toEqual(['amount', 'requisites', 'requisites_type', 'order_id']);
  });

  it('needs the slash at the end', async () => {
    const url = sandbox().urls.repay + DEALS.slice(0, -1);
    const answer = await ask(url, { method: 'POST', body: '{}' });
    expect([answer.status, sandbox().calls[0]!.endpoint]).toEqual([404, 'unknown']);
  });
});

describe('the state of a new deal', () => {
  it.each([
    [201, 'completed'],
    [202, 'rejected'],
  ])('with amount %i ends as %s at the third read', async (amount, final) => {
    await create({ amount });
    const states = [await read('shop-1'), await read('shop-1'), await read('shop-1')].map(
      ({ json }) => json.state,
    );
    expect(states).toEqual(['processing', 'processing', final]);
  });

  it('ends after five seconds of sandbox time', async () => {
    await create({ amount: '202' });
    sandbox().advance(5000);
    expect((await read('shop-1')).json).toMatchObject({
      state: 'rejected',
      updated_at: '2026-01-15T12:00:05Z',
    });
  });

  it('stays where a test puts it', async () => {
    await create();
    sandbox().setPayoutStatus('repay', 'shop-1', 'proceedings2');
    sandbox().advance(60_000);
    expect((await read('shop-1')).json.state).toBe('proceedings2');
  });
});
