import { describe, expect, it } from 'vitest';
import { ask, hashleeCall, merchantCall, repayCall, useSandbox } from './ask.ts';

const sandbox = useSandbox();
const control = (method: string, path: string, body?: unknown) =>
  ask(sandbox().urls.control + path, {
    method,
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });

it('explains itself', async () => {
  const { headers, text } = await control('GET', '/');
  expect(headers.get('content-type')).toContain('text/plain');
  for (const path of ['/calls', '/faults', '/payouts', '/advance', '/reset', 'x-sandbox-fault'])
    expect(text).toContain(path);
});

it('shows and forgets calls', async () => {
  await repayCall(sandbox(), '', { amount: 'ё' });
  const { json } = await control('GET', '/calls');
  expect(json).toMatchObject([{ provider: 'repay', endpoint: 'R2', status: 400, body: '{"amount":"ё"}' }]);
  expect((await control('DELETE', '/calls')).json).toEqual({ ok: true });
  expect((await control('GET', '/calls')).json).toEqual([]);
});

it('injects and removes faults', async () => {
  const rule = { kind: 'rate-limit', provider: 'repay', times: 2 };
  expect((await control('POST', '/faults', rule)).json).toEqual([rule]);
  expect((await repayCall(sandbox(), '0001')).status).toBe(429);
  expect((await control('GET', '/faults')).json).toEqual([{ ...rule, times: 1 }]);
  await control('DELETE', '/faults');
  expect((await repayCall(sandbox(), '0001')).status).toBe(200);
});

it('adds rows, sets statuses, pays in, and lists effects', async () => {
  await control('POST', '/payouts', { provider: 'repay', count: 2 });
  await control('POST', '/withdrawals', { unit: 'kqzprd', count: 3 });
  expect(sandbox().rows.payouts('repay')).toHaveLength(302);
  const [newest] = sandbox().rows.withdrawals('kqzprd');
  await control('POST', '/status', { unit: 'kqzprd', id: newest!.hash, status: 'LOST' });
  expect((await hashleeCall(sandbox(), `kqzprd/withdrawals/${newest!.hash}`)).json.data.status).toBe('LOST');
  await control('POST', '/status', { provider: 'repay', id: '0001', status: 'rejected' });
  expect((await repayCall(sandbox(), '0001')).json.state).toBe('rejected');
  await control('POST', '/deposit', { provider: 'heleket', wallet: 'empty', amount: '3' });
  await merchantCall(sandbox(), 'heleket', '/v1/wallet/block-address', { order_id: 'empty' });
  const input = { order_id: 'empty', address: 'TDD97yguPESTpcrJMqU6h2ozZbibv4Vaqm' };
  const { json } = await merchantCall(sandbox(), 'heleket', '/v1/wallet/blocked-address-refund', input);
  expect(json.result).toEqual({ commission: '0.50', amount: '2.50' });
  expect((await control('GET', '/effects')).json.map((effect: { kind: string }) => effect.kind)).toEqual([
    'BLOCK',
    'REFUND',
  ]);
});

it('moves the clock, turns switches, and starts over', async () => {
  await control('POST', '/switches', { slowRefunds: true });
  await control('POST', '/advance', { ms: 5000 });
  expect((await control('GET', '/switches')).json.slowRefunds).toBe(true);
  sandbox().addPayouts('repay', 1);
  expect(sandbox().rows.payouts('repay')[0]!.created_at).toBe('2026-01-15T12:00:06Z');
  await control('POST', '/reset');
  expect((await control('GET', '/switches')).json.slowRefunds).toBe(false);
  expect(sandbox().rows.payouts('repay')).toHaveLength(300);
});

describe('bad input', () => {
  it.each([
    ['/faults', { kind: 'explode' }],
    ['/faults', { kind: 'slow', ms: 'long' }],
    ['/faults', { kind: 'slow', provider: 'stripe' }],
    ['/faults', { kind: 'slow', endpoint: 'W9' }],
    ['/faults', { kind: 'slow', times: 0 }],
    ['/faults', 'no json'],
    ['/faults', []],
    ['/payouts', { provider: 'hashlee', count: 1 }],
    ['/payouts', { provider: 'cryptomus', count: -1 }],
    ['/withdrawals', { unit: 'nowhere', count: 1 }],
    ['/status', { provider: 'repay', id: 'nobody', status: 'x' }],
    ['/deposit', { provider: 'cryptomus', wallet: '1', amount: '-5' }],
    ['/switches', { colour: 'red' }],
    ['/switches', { businessStatus: 500 }],
    ['/advance', {}],
  ])('%s %j is answered with 400 and a reason', async (path, body) => {
    const { status, json } = await control('POST', path, body);
    expect(status).toBe(400);
    expect(json.error.length).toBeGreaterThan(5);
  });

  it('says where to look when there is nothing', async () => {
    const { status, json } = await control('GET', '/nothing');
    expect([status, json.error]).toEqual([404, 'no GET /nothing here; GET / lists what there is']);
  });
});
