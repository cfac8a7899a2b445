/** The numbers that Prometheus collects: what they count, what their labels may be, and who may read them. */

import { readFileSync } from 'node:fs';
import { sql } from 'drizzle-orm';
import { beforeEach, describe, expect, test } from 'vitest';
import { createMetricsPage } from '../../src/telemetry/metrics-page.ts';
import { createTelemetry } from '../../src/telemetry/telemetry.ts';
import { startProduct, UPSTREAM } from '../support/app.ts';
import { byHash, NEW_CARD_PAYOUT, NEW_PAYOUT, openHash, write } from '../support/writes.ts';
import { watched } from './watched.ts';

const product = await startProduct();
const { sandbox, database, openAccounts, serve } = product;

/** A server that is watched from its first request on. */
function start(token?: string) {
  const { telemetry } = watched();
  const accounts = openAccounts(undefined, undefined, telemetry.reporter);
  const metrics = createMetricsPage(telemetry, { token, openHere: token === undefined });
  const server = serve(accounts, { telemetry, metrics, onBug: telemetry.bug });
  /** The values of one metric, by their labels as they are written. */
  async function read(name: string): Promise<Record<string, number>> {
    const text = await (await server.get('/metrics')).text();
    const lines = text.matchAll(new RegExp(`^${name}(?:\\{(.*)\\})? (\\S+)$`, 'gm'));
    return Object.fromEntries([...lines].map(([, labels, value]) => [labels ?? '', Number(value)]));
  }
  return { ...server, telemetry, accounts, read };
}

const READ = `query Secret4242 { payout(by: { orderId: { account: "repay", orderId: "0001" } }) { status } }`;

describe('counted are', () => {
  let server: ReturnType<typeof start>;
  beforeEach(() => {
    server = start();
  });

  test('requests by kind, outcome and status', async () => {
    const { ask, post, read } = server;
    await ask(READ);
    await ask('{ nothing }');
    await ask('{');
    await post({ query: READ }, { 'content-type': 'text/plain' });
    sandbox.inject({ kind: 'server-error', provider: 'repay' });
    await ask(READ);
    await write(ask, 'createPayout', NEW_PAYOUT);
    await expect
      .poll(() => read('paygraph_request_duration_seconds_count'))
      .toEqual({
        'kind="query",outcome="ok",status="200"': 1,
        'kind="none",outcome="refused",status="200"': 2,
        'kind="none",outcome="refused",status="415"': 1,
        'kind="query",outcome="errors",status="200"': 1,
        'kind="mutation",outcome="ok",status="200"': 1,
      });
  });

  test('a request without a document as refused', async () => {
    await server.post({});
    await expect
      .poll(async () => Object.keys(await server.read('paygraph_request_duration_seconds_count')))
      .toEqual([expect.stringContaining('kind="none",outcome="refused"')]);
  });

  test('a request whose error was masked as failed, and as a bug', async () => {
    const { read, accounts, telemetry } = server;
    const broken = accounts.map((account) => ({
      ...account,
      provider: {
        ...account.provider,
        get payouts(): never {
          throw new Error('a bug of the test');
        },
      },
    }));
    const { ask } = serve(broken, { telemetry, onBug: telemetry.bug });
    const { errors } = await ask(READ);
    expect(errors![0]!.extensions).toEqual({ code: 'INTERNAL_SERVER_ERROR' });
    await expect
      .poll(() => read('paygraph_request_duration_seconds_count'))
      .toEqual({ 'kind="query",outcome="failed",status="200"': 1 });
    expect(await read('paygraph_bugs_total')).toEqual({ '': 1 });
  });

  test('calls by account, operation and outcome, each repetition too', async () => {
    const { ask, read } = server;
    await ask(READ);
    sandbox.inject({ kind: 'server-error', provider: 'repay', times: 1 });
    await ask(READ);
    await ask(
      `{ withdrawal(by: { hash: { account: "hashlee", hash: "${openHash(sandbox)}" } }) { status } }`,
    );
    expect(sandbox.calls).toHaveLength(4);
    expect(await read('paygraph_upstream_call_duration_seconds_count')).toEqual({
      'account="repay",operation="readPayout",outcome="OK"': 2,
      'account="repay",operation="readPayout",outcome="UNAVAILABLE"': 1,
      'account="hashlee",operation="readWithdrawal",outcome="OK"': 1,
    });
  });

  test('calls that are being made, and calls that wait for their turn', async () => {
    const { telemetry } = watched();
    const accounts = openAccounts(
      { connections: 1, attemptMs: 5_000, budgetMs: 5_000 },
      undefined,
      telemetry.reporter,
    );
    const { ask, get } = serve(accounts, {
      telemetry,
      metrics: createMetricsPage(telemetry, { token: undefined, openHere: true }),
    });
    const value = async (name: string) =>
      new RegExp(`^paygraph_upstream_${name}\\{account="repay",effect="read"\\} (\\d+)$`, 'm').exec(
        await (await get('/metrics')).text(),
      )?.[1];
    expect([await value('in_flight'), await value('queued')]).toEqual(['0', '0']);

    const release = sandbox.hold({ provider: 'repay' });
    const asked = ['0001', '0002', '0003'].map((orderId) =>
      ask(`{ payout(by: { orderId: { account: "repay", orderId: "${orderId}" } }) { status } }`),
    );
    await expect.poll(() => value('queued'), { interval: 5 }).toBe('2');
    expect(await value('in_flight')).toBe('1');
    release();
    await Promise.all(asked);
    expect([await value('in_flight'), await value('queued')]).toEqual(['0', '0']);
  });

  test('outcomes of writes, and what told them', async () => {
    const { ask, read, services } = server;
    await write(ask, 'createPayout', NEW_CARD_PAYOUT);
    sandbox.inject({ kind: 'drop-after', times: 1 });
    await write(ask, 'cancelWithdrawal', { withdrawal: byHash(openHash(sandbox)) });
    await database.db.execute(
      sql`update operations set next_check_at = now() where next_check_at is not null`,
    );
    await services.reconciler.round();
    expect(await read('paygraph_operations_total')).toEqual({
      'account="repay",action="CREATE_PAYOUT",state="SUCCEEDED",settled_by="ANSWER"': 1,
      'account="hashlee",action="CANCEL_WITHDRAWAL",state="UNKNOWN",settled_by="nothing"': 1,
      'account="hashlee",action="CANCEL_WITHDRAWAL",state="SUCCEEDED",settled_by="READING"': 1,
    });
  });

  test('operations that are not settled, with the age of the oldest', async () => {
    const { ask, read } = server;
    sandbox.inject({ kind: 'drop-after', times: 1 });
    await write(ask, 'cancelWithdrawal', { withdrawal: byHash(openHash(sandbox)) });
    await database.db.execute(sql`update operations set created_at = now() - interval '1 hour'`);
    expect(await read('paygraph_ledger_operations')).toEqual({
      'state="PENDING"': 0,
      'state="UNKNOWN"': 1,
      'state="NEEDS_REVIEW"': 0,
    });
    const ages = await read('paygraph_ledger_oldest_seconds');
    expect(Math.floor(ages['state="UNKNOWN"']! / 100)).toBe(36);
    expect(await read('paygraph_database_up')).toEqual({ '': 1 });
  });

  test('a breaker by its state, a pause by what is left of it, and calls that they keep back', async () => {
    const { telemetry } = watched();
    const guards = { queue: 100, breakAfter: 2, breakMs: 60_000, maxPauseMs: 600_000 };
    const accounts = openAccounts({ ...UPSTREAM, guards }, undefined, telemetry.reporter);
    const metrics = createMetricsPage(telemetry, { token: undefined, openHere: true });
    const { ask, get } = serve(accounts, { telemetry, metrics });
    const value = async (series: string) =>
      (await (await get('/metrics')).text()).split(`${series} `)[1]?.split('\n')[0];
    const repay = 'paygraph_breaker_state{account="repay",effect="read"}';
    const hashlee = 'paygraph_paused_seconds{account="hashlee",effect="read"}';
    const readWithdrawal = `{ withdrawal(by: { hash: { account: "hashlee", hash: "${openHash(sandbox)}" } }) { status } }`;
    await ask(READ);
    expect([await value(repay), await value(hashlee)]).toEqual(['0', '0']);

    sandbox.inject({ kind: 'server-error', provider: 'repay' });
    sandbox.inject({ kind: 'rate-limit', provider: 'hashlee' });
    for (const query of [READ, READ, READ, readWithdrawal, readWithdrawal]) await ask(query);
    expect(await value(repay)).toBe('2');
    expect(Number(await value(hashlee))).toBeGreaterThan(0.1);
    for (const refused of [
      'repay",operation="readPayout",outcome="UNAVAILABLE"',
      'hashlee",operation="readWithdrawal",outcome="RATE_LIMITED"',
    ]) {
      expect(Number(await value(`paygraph_upstream_refused_total{account="${refused}}`))).toBeGreaterThan(0);
    }
  });

  test('nothing under a name that a client gave', async () => {
    const { ask, get } = server;
    await ask(READ);
    await ask('query Other4242 { accounts { name } }', undefined, { 'x-request-id': 'id4242' });
    const text = await (await get('/metrics')).text();
    expect(text).toContain('paygraph_request_duration_seconds_count');
    expect(text).not.toContain('4242');
  });
});

test('the ledger is read once for many who ask, and not waited for when it is away', async () => {
  const { telemetry } = watched();
  let reads = 0;
  telemetry.keeps({
    accounts: new Map(),
    async unsettled() {
      reads++;
      throw new Error('the database is away');
    },
  });
  const texts = await Promise.all([1, 2, 3].map(() => telemetry.metrics.text()));
  expect(reads).toBe(1);
  for (const text of texts) {
    expect(text).toContain('\npaygraph_database_up 0\n');
    expect(text).not.toContain('paygraph_ledger_operations{');
  }
});

test('two servers in one process count apart', async () => {
  const [one, other] = [start(), start()];
  await one.ask('{ accounts { name } }');
  await expect
    .poll(() => one.read('paygraph_request_duration_seconds_count'))
    .toEqual({ 'kind="query",outcome="ok",status="200"': 1 });
  expect(await other.read('paygraph_request_duration_seconds_count')).toEqual({});
});

describe('/metrics', () => {
  const TOKEN = 'a-token-of-some-length';

  test('is there for whoever has the token, and for nobody else', async () => {
    const { get } = start(TOKEN);
    const status = async (authorization?: string) =>
      (await get('/metrics', authorization === undefined ? {} : { authorization })).status;
    expect(await status(`Bearer ${TOKEN}`)).toBe(200);
    for (const wrong of [
      undefined,
      '',
      'Bearer',
      `Bearer ${TOKEN}x`,
      `Basic ${TOKEN}`,
      TOKEN,
      `bearer ${TOKEN}`,
    ]) {
      expect(await status(wrong), wrong).toBe(404);
    }
  });

  test('is not there over real accounts when no token is set, not even on this machine', async () => {
    const { telemetry, accounts } = start();
    const { get } = serve(accounts, {
      metrics: createMetricsPage(telemetry, { token: undefined, openHere: false }),
    });
    expect((await get('/metrics')).status).toBe(404);
  });

  test('is in the form that Prometheus reads, and is not kept anywhere', async () => {
    const answer = await start().get('/metrics');
    expect(answer.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(answer.headers.get('cache-control')).toBe('no-store');
    for (const line of (await answer.text()).split('\n')) {
      expect(line).toMatch(/^$|^# (?:HELP|TYPE) \w+ \S.*$|^\w+(?:\{(?:\w+="[^"]*",?)+\})? [-+\w.]+$/);
    }
  });

  test('tells of the process too', async () => {
    const telemetry = createTelemetry({
      log: { level: 'silent', form: 'json', to: { write: () => {} } },
      ofProcess: true,
    });
    const text = await telemetry.metrics.text();
    for (const name of [
      'nodejs_eventloop_lag_p99_seconds',
      'process_resident_memory_bytes',
      'process_open_fds',
    ]) {
      expect(text).toMatch(new RegExp(`^${name} `, 'm'));
    }
  });
});

test('every metric is in docs/telemetry.md, and every one there is a metric', () => {
  const page = readFileSync(new URL('../../docs/telemetry.md', import.meta.url), 'utf8');
  const documented = [...page.matchAll(/^\| `(paygraph_\w+)` \|/gm)].map(([, name]) => name!);
  expect(documented.sort()).toEqual([...watched().telemetry.metrics.names].sort());
});
