import { request } from 'node:http';
import { describe, expect, it } from 'vitest';
import { type FaultKind, SANDBOX_CREDENTIALS, startSandbox } from '../../sandbox/index.ts';
import { hashleeCall, merchantCall, repayCall, useSandbox } from './ask.ts';

const sandbox = useSandbox();
const OPEN = 'eea55e84-33e9-4bf1-a6ea-a6f853c801c7';
const FAULT = 'x-sandbox-fault';

const show = () => hashleeCall(sandbox(), `vojvzo/withdrawals/${OPEN}`);
const cancel = (fault?: string) =>
  hashleeCall(sandbox(), `vojvzo/withdrawals/${OPEN}/cancel`, {
    method: 'PATCH',
    headers: fault === undefined ? {} : { [FAULT]: fault },
  });
const services = (headers = {}) => merchantCall(sandbox(), 'cryptomus', '/v1/payout/services', {}, headers);
const cancelled = () => sandbox().effects.length === 1;
const statuses = () => sandbox().calls.map((call) => call.status);

describe('the words of each provider', () => {
  const merchant = (kind: string) => services({ [FAULT]: kind });
  const repay = (kind: string) => repayCall(sandbox(), '0001', undefined, { [FAULT]: kind });
  const hashlee = cancel;

  it.each([
    ['rate-limit', 429, { message: 'Too Many Attempts.' }],
    ['server-error', 500, { message: 'Server error, #1', code: 500, error: null }],
    ['error-after', 500, { message: 'Server error, #1', code: 500, error: null }],
    ['bare-failure', 422, { state: 1 }],
    ['forbidden', 422, { state: 1, message: 'You are forbidden' }],
    ['unauthorized', 401, { message: 'Invalid Sign.' }],
    ['empty', 200, { state: 0 }],
    ['refusal;text=The terminal was not found', 422, { state: 1, message: 'The terminal was not found' }],
  ])('Cryptomus says %s', async (kind, status, json) => {
    const answer = await merchant(kind);
    expect([answer.status, answer.json]).toEqual([status, json]);
  });

  it.each([
    ['rate-limit', 429, { status_code: 429, error: 'Too Many Requests' }],
    ['server-error', 500, { status_code: 500, error: 'Server Error' }],
    ['bare-failure', 400, { status_code: 400 }],
    ['forbidden', 403, { status_code: 403, error: 'Forbidden' }],
    ['unauthorized', 401, { status_code: 401, error: 'Unauthorized' }],
    ['empty', 200, {}],
    ['refusal;text=No bank', 400, { status_code: 400, error: 'No bank' }],
  ])('Repay says %s', async (kind, status, json) => {
    const answer = await repay(kind);
    expect([answer.status, answer.json]).toEqual([status, json]);
  });

  it.each([
    ['rate-limit', 429, { message: 'Exceeded the limit of attempts. Wait for 5 minutes for another try.' }],
    ['server-error', 500, { message: 'Server Error' }],
    ['bare-failure', 400, {}],
    ['forbidden', 403, { message: 'Unauthorized' }],
    ['unauthorized', 401, { message: 'Unauthorized' }],
    ['empty', 200, {}],
    ['refusal;text=No balance', 400, { message: 'No balance' }],
  ])('Hashlee says %s', async (kind, status, json) => {
    const answer = await hashlee(kind);
    expect([answer.status, answer.json]).toEqual([status, json]);
  });

  it('says when to come back where Laravel does', async () => {
    expect((await merchant('rate-limit')).headers.get('retry-after')).toBe('60');
  });

  it.each([
    ['html', 200],
    ['bad-gateway', 502],
  ])('%s is a page', async (kind, status) => {
    for (const answer of [await merchant(kind), await repay(kind), await hashlee(kind)]) {
      expect(answer.status).toBe(status);
      expect(answer.text).toMatch(/^<!DOCTYPE html>/);
    }
  });

  it('unknown-status replaces the status and nothing else', async () => {
    const info = await merchantCall(
      sandbox(),
      'cryptomus',
      '/v1/payout/info',
      { order_id: '1' },
      { [FAULT]: 'unknown-status' },
    );
    expect(info.json).toMatchObject({ state: 0, result: { status: 'quarantined', is_final: false } });
    expect((await repay('unknown-status;text=proceedings3')).json.state).toBe('proceedings3');
  });
});

describe('what a write has done', () => {
  it.each<[FaultKind, boolean]>([
    ['slow', true],
    ['rate-limit', false],
    ['server-error', false],
    ['error-after', true],
    ['html', false],
    ['bad-gateway', false],
    ['cut', true],
    ['cut-json', true],
    ['drop-before', false],
    ['drop-after', true],
    ['empty', true],
    ['bare-failure', false],
    ['unauthorized', false],
  ])('%s: %s', async (kind, applied) => {
    await cancel(`${kind};ms=1`).catch(() => {});
    expect(cancelled()).toBe(applied);
    expect((await show()).json.data.status).toBe(applied ? 'CANCELED' : 'OPEN');
  });

  it('can be said by the rule', async () => {
    await cancel('html;applied=true');
    expect(cancelled()).toBe(true);
  });
});

describe('broken connections', () => {
  it.each(['cut', 'drop-before', 'drop-after'])('%s gives no whole answer', async (kind) => {
    await expect(cancel(kind)).rejects.toThrow();
    expect(statuses()).toEqual([null]);
  });

  it('cut promises more than it sends', async () => {
    const received = await new Promise<{ promised: number; got: number; failed: boolean }>((resolve) => {
      const url = `${sandbox().urls.hashlee}/v1/gateway-units/vojvzo/withdrawals`;
      const headers = { authorization: SANDBOX_CREDENTIALS.hashlee.token, [FAULT]: 'cut' };
      request(url, { headers }, (response) => {
        let got = 0;
        const promised = Number(response.headers['content-length']);
        response.on('data', (chunk: Buffer) => {
          got += chunk.length;
        });
        response.on('error', () => resolve({ promised, got, failed: true }));
        response.on('end', () => resolve({ promised, got, failed: false }));
      }).end();
    });
    expect(received.failed).toBe(true);
    expect(received.got).toBe(Math.floor(received.promised / 2));
  });

  it('cut-json is a whole answer of half a text', async () => {
    const answer = await services({ [FAULT]: 'cut-json' });
    expect([answer.status, answer.json]).toEqual([200, undefined]);
    expect(answer.text).toMatch(/^\{"state":0/);
  });

  it('redirect leads elsewhere', async () => {
    const headers = { authorization: `Bearer ${SANDBOX_CREDENTIALS.hashlee.token}`, [FAULT]: 'redirect' };
    const response = await fetch(`${sandbox().urls.hashlee}/v1/gateway-units/vojvzo/withdrawals`, {
      headers,
      redirect: 'manual',
    });
    expect([response.status, response.headers.get('location')]).toEqual([302, '/elsewhere']);
  });

  it('huge sends as much as it is told', async () => {
    const { text } = await services({ [FAULT]: 'huge;megabytes=2' });
    expect(text.length).toBeGreaterThan(2 * 1024 * 1024);
  });

  it('huge stops when nobody listens any more', async () => {
    const controller = new AbortController();
    const response = await fetch(`${sandbox().urls.repay}/`, {
      headers: { [FAULT]: 'huge' },
      signal: controller.signal,
    });
    await response.body!.getReader().read();
    controller.abort();
    expect((await repayCall(sandbox(), '0001')).status).toBe(200);
  });
});

describe('rules', () => {
  it('match by provider and endpoint, as often as they say', async () => {
    sandbox().inject({ kind: 'server-error', provider: 'hashlee', endpoint: 'W2', times: 2 });
    const seen = [await show(), await services(), await show(), await show()].map(({ status }) => status);
    expect(seen).toEqual([500, 200, 500, 200]);
    expect(sandbox().faults()).toEqual([]);
  });

  it('end when they are removed', async () => {
    const remove = sandbox().inject({ kind: 'server-error' });
    sandbox().inject({ kind: 'rate-limit' });
    expect((await show()).status).toBe(500);
    remove();
    expect((await show()).status).toBe(429);
    sandbox().clearFaults();
    expect((await show()).status).toBe(200);
  });

  it('hit the same share of requests after every reset', async () => {
    const hits = async () => {
      sandbox().reset();
      sandbox().inject({ kind: 'server-error', fraction: 0.3 });
      const seen: number[] = [];
      for (let i = 0; i < 40; i++) seen.push((await show()).status);
      return seen;
    };
    const first = await hits();
    expect(await hits()).toEqual(first);
    const failures = first.filter((status) => status === 500).length;
    expect(failures).toBeGreaterThan(4);
    expect(failures).toBeLessThan(20);
  });

  it('let slowness come with another fault', async () => {
    const { status } = await services({ [FAULT]: 'slow;ms=5, server-error' });
    expect(status).toBe(500);
  });

  it.each(['explode', 'slow;ms=soon', 'slow;colour=red', 'server-error;fraction=2'])(
    'explain what is wrong with %j',
    async (header) => {
      const { status, json } = await services({ [FAULT]: header });
      expect(status).toBe(400);
      expect(json.sandbox).toBeTypeOf('string');
    },
  );
});

describe('waiting', () => {
  it('holds matching requests without effect until they are let go', async () => {
    const release = sandbox().hold({ provider: 'hashlee', endpoint: 'W4' });
    const held = [cancel(), cancel(), cancel()];
    while (sandbox().calls.length < 3) await new Promise((resolve) => setImmediate(resolve));
    expect((await show()).json.data.status).toBe('OPEN');
    expect([statuses(), sandbox().effects]).toEqual([[null, null, null, 200], []]);
    release();
    expect((await Promise.all(held)).map(({ status }) => status).sort()).toEqual([200, 400, 400]);
    expect(sandbox().peak('hashlee')).toBe(4);
  });

  it('throws away what is held when it is reset', async () => {
    sandbox().hold({});
    const failure = expect(cancel()).rejects.toThrow();
    while (sandbox().calls.length === 0) await new Promise((resolve) => setImmediate(resolve));
    sandbox().reset();
    await failure;
    expect((await show()).json.data.status).toBe('OPEN');
    expect(sandbox().effects).toEqual([]);
  });

  it('counts the peak anew after the calls are cleared', async () => {
    const release = sandbox().hold({ provider: 'hashlee' });
    const held = [show(), show(), show()];
    while (sandbox().calls.length < 3) await new Promise((resolve) => setImmediate(resolve));
    release();
    await Promise.all(held);
    expect(sandbox().peak('hashlee')).toBe(3);
    sandbox().clearCalls();
    await show();
    expect([sandbox().peak('hashlee'), sandbox().peak('repay'), sandbox().calls.length]).toEqual([1, 0, 1]);
  });

  it.each(['hang', 'slow;ms=60000'])('closes at once while a request is %s', async (fault) => {
    const other = await startSandbox();
    const lost = fetch(`${other.urls.repay}/`, { headers: { [FAULT]: fault } });
    const failure = expect(lost).rejects.toThrow();
    while (other.calls.length === 0) await new Promise((resolve) => setImmediate(resolve));
    await other.close();
    await failure;
    expect(other.calls[0]!.status).toBe(null);
  });
});

it('does what was asked even when the client hangs up', async () => {
  const release = sandbox().hold({ endpoint: 'W4' });
  const controller = new AbortController();
  const path = `vojvzo/withdrawals/${OPEN}/cancel`;
  const lost = hashleeCall(sandbox(), path, { method: 'PATCH', signal: controller.signal });
  const failure = expect(lost).rejects.toThrow();
  while (sandbox().calls.length === 0) await new Promise((resolve) => setImmediate(resolve));
  controller.abort();
  await failure;
  release();
  expect((await show()).json.data.status).toBe('CANCELED');
});

it('writes down every request as it arrived', async () => {
  await hashleeCall(sandbox(), 'vojvzo/withdrawals?limit=1&filters[]=%7B%7D');
  await repayCall(sandbox(), '', { amount: 1 });
  const [first, second] = sandbox().calls;
  expect(first).toMatchObject({
    provider: 'hashlee',
    endpoint: 'W1',
    method: 'GET',
    path: '/v1/gateway-units/vojvzo/withdrawals?limit=1&filters[]=%7B%7D',
    status: 422,
  });
  expect(second).toMatchObject({ provider: 'repay', endpoint: 'R2', method: 'POST', status: 400 });
  expect(second!.headers['api-key']).toBe(SANDBOX_CREDENTIALS.repay.apiKey);
  expect(second!.body.toString()).toBe('{"amount":1}');
});
