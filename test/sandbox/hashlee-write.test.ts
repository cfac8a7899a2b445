import { describe, expect, it } from 'vitest';
import { hashleeCall, useSandbox } from './ask.ts';

const sandbox = useSandbox();
const INPUT = { gateway_unit_account_id: 'jqozmk', currency: 'BRL', net_amount: '100.00', description: '' };
const OPEN = 'eea55e84-33e9-4bf1-a6ea-a6f853c801c7';
const FINISHED = '70e00550-06f2-4a37-84bb-8d7f30dc1eac';

const asJson = (input: object): RequestInit => ({
  body: JSON.stringify(input),
  headers: { 'content-type': 'application/json', signature: 'any' },
});
const create = (init: RequestInit) =>
  hashleeCall(sandbox(), 'vojvzo/withdrawals', { method: 'POST', ...init });
const cancel = (hash: string, unit = 'vojvzo') =>
  hashleeCall(sandbox(), `${unit}/withdrawals/${hash}/cancel`, { method: 'PATCH' });
const show = (hash: string) => hashleeCall(sandbox(), `vojvzo/withdrawals/${hash}`);

describe('show', () => {
  it('answers the documented withdrawal', async () => {
    expect((await show(FINISHED)).json).toEqual({
      data: {
        hash: FINISHED,
        gateway_unit_id: 'vojvzo',
        user_id: 'oqrwgk',
        receipt_id: null,
        currency: 'BTC',
        amount: '259180.80032041',
        fee: '0.53333096',
        net_amount: '259181.33365137',
        status: 'FINISHED',
        identify: '9fc80af5-b845-427f-9064-e5eaed6e843f',
        description: 'Quia perspiciatis ab facere corrupti.',
        verified_at: null,
        finished_at: '2018-05-26T12:11:16-03:00',
        created_at: '2018-06-26T11:38:56-03:00',
        updated_at: '2018-06-26T11:38:56-03:00',
      },
    });
  });

  it('does not know a foreign hash', async () => {
    const { status, json } = await show('11111111-1111-4111-8111-111111111111');
    expect([status, json]).toEqual([404, { message: 'Invalid identifier to requested resource' }]);
  });
});

describe('create', () => {
  const form = new FormData();
  for (const [name, value] of Object.entries(INPUT)) form.set(name, value);

  it.each<[string, RequestInit]>([
    ['JSON', asJson(INPUT)],
    ['JSON with a number', asJson({ ...INPUT, net_amount: 100 })],
    ['urlencoded', { body: new URLSearchParams(INPUT), headers: { code: '123456' } }],
    ['multipart', { body: form, headers: { signature: 'any' } }],
  ])('takes %s', async (_encoding, init) => {
    const { status, json } = await create(init);
    expect(status).toBe(201);
    expect(json.data).toEqual({
      hash: expect.any(String),
      gateway_unit_id: 'vojvzo',
      user_id: 'jqozmk',
      receipt_id: null,
      withdrawal_profile_id: 'jqozmk',
      gateway_unit_account_id: 'jqozmk',
      currency: 'BRL',
      amount: '105.00000000',
      fee: '5.00000000',
      net_amount: '100.00000000',
      status: 'OPEN',
      identify: null,
      description: null,
      verified_at: null,
      finished_at: null,
      created_at: '2026-01-15T09:00:00-03:00',
      updated_at: '2026-01-15T09:00:00-03:00',
    });
  });

  it('makes a second one when it is sent twice', async () => {
    const [first, second] = [await create(asJson(INPUT)), await create(asJson(INPUT))];
    expect(second.json.data.hash).not.toBe(first.json.data.hash);
    expect(sandbox().effects.map(({ target }) => target)).toEqual([
      first.json.data.hash,
      second.json.data.hash,
    ]);
  });

  it('shows less once it is read again', async () => {
    const { hash } = (await create(asJson({ ...INPUT, description: 'rent é' }))).json.data;
    const { data } = (await show(hash)).json;
    expect(data.description).toBe('rent é');
    expect(data).not.toHaveProperty('withdrawal_profile_id');
    expect(data).not.toHaveProperty('gateway_unit_account_id');
  });

  it('wants a signature or a code', async () => {
    const init = { body: JSON.stringify(INPUT), headers: { 'content-type': 'application/json' } };
    const { status, json } = await create(init);
    expect([status, json]).toEqual([401, { message: 'Unauthorized' }]);
  });

  it('answers the documented validation', async () => {
    const { status, json } = await create(asJson({ gateway_unit_account_id: 'jqozmk' }));
    expect([status, json]).toEqual([
      422,
      {
        message: 'The given data was invalid.',
        errors: {
          currency: ['The currency field is required.'],
          net_amount: ['The net_amount field is required.'],
        },
      },
    ]);
  });

  it.each([
    [{ currency: 'USD' }, { currency: ['The selected currency is invalid.'] }],
    [{ net_amount: 'ten' }, { net_amount: ['The net_amount must be a number.'] }],
    [{ net_amount: '-1' }, { net_amount: ['The net_amount must be greater than 0.'] }],
    [{ net_amount: '0.000000001' }, { net_amount: ['The net_amount format is invalid.'] }],
    [
      { gateway_unit_account_id: 'x' },
      { gateway_unit_account_id: ['The selected gateway_unit_account_id is invalid.'] },
    ],
  ])('refuses %j', async (change, errors) => {
    expect((await create(asJson({ ...INPUT, ...change }))).json.errors).toEqual(errors);
    expect(sandbox().effects).toEqual([]);
  });
});

describe('cancel', () => {
  it('answers an empty object, once', async () => {
    const first = await cancel(OPEN);
    expect([first.status, first.text]).toEqual([200, '{}']);
    expect((await show(OPEN)).json.data.status).toBe('CANCELED');
    const second = await cancel(OPEN);
    expect([second.status, second.json]).toEqual([400, { message: 'Error on process your request' }]);
    expect(sandbox().effects).toEqual([{ provider: 'hashlee', kind: 'CANCEL', target: OPEN, at: 0 }]);
  });

  it.each(['PENDING', 'EXPORTED', 'REVERSED'])('refuses one that is %s', async (status) => {
    sandbox().setWithdrawalStatus('vojvzo', OPEN, status);
    expect((await cancel(OPEN)).status).toBe(400);
  });

  it('does not look into another unit', async () => {
    expect((await cancel(OPEN, 'kqzprd')).json).toEqual({
      message: 'Invalid identifier to requested resource',
    });
  });
});
