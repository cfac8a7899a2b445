/** The log: which lines there are, what is in them, and in which form they come. */

import { readFileSync } from 'node:fs';
import { sql } from 'drizzle-orm';
import { beforeEach, describe, expect, test } from 'vitest';
import { loadConfig } from '../../src/config.ts';
import { createLog } from '../../src/telemetry/log.ts';
import { startProduct, UPSTREAM } from '../support/app.ts';
import { ROOT, tokensFile } from '../support/tokens.ts';
import { byHash, NEW_CARD_PAYOUT, openHash, operationOf, write } from '../support/writes.ts';
import { COMMON, type Line, watched } from './watched.ts';

const READ = `query Mine { payout(by: { orderId: { account: "repay", orderId: "0001" } }) { status } }`;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

describe('of a running server', async () => {
  const product = await startProduct();
  const { sandbox, database } = product;
  const { telemetry, lines, clear } = watched();
  const guards = { queue: 100, breakAfter: 2, breakMs: 60_000, maxPauseMs: 600_000 };
  const accounts = product.openAccounts(undefined, undefined, telemetry.reporter);
  const { ask, post, get, services } = product.serve(accounts, { telemetry, onBug: telemetry.bug });
  /** The one line about requests, which is written when the answer is out. */
  async function request(): Promise<Line> {
    await expect.poll(() => lines('request'), { interval: 5 }).toHaveLength(1);
    return lines('request')[0]!;
  }
  beforeEach(clear);

  /** A server whose Repay account is broken in a way that nobody planned. */
  function broken(error: unknown) {
    const provider = (account: (typeof accounts)[number]) => ({
      ...account.provider,
      get payouts(): never {
        throw error;
      },
    });
    const others = accounts.map((account) => ({ ...account, provider: provider(account) }));
    return product.serve(others, { telemetry, onBug: telemetry.bug });
  }

  test('has a line for a request: who asked what, how it ended, and what it cost', async () => {
    await ask(READ);
    expect(await request()).toMatchObject({
      level: 'info',
      request: expect.stringMatching(/^[\w-]{8,}$/),
      caller: 'anonymous',
      kind: 'query',
      operationName: 'Mine',
      outcome: 'ok',
      status: 200,
      calls: 1,
      ms: expect.any(Number),
    });
    expect(lines('call')).toMatchObject([
      {
        level: 'debug',
        request: (await request()).request,
        account: 'repay',
        call: 'readPayout',
        attempt: 1,
      },
    ]);
  });

  test('has the codes of what went wrong, and a line for each failed call under the same request', async () => {
    sandbox.inject({ kind: 'server-error', provider: 'repay' });
    await ask(READ);
    const line = await request();
    expect(line).toMatchObject({ outcome: 'errors', codes: ['UNAVAILABLE'], calls: sandbox.calls.length });
    const failed = lines('failed call');
    expect(failed.map(({ attempt }) => attempt)).toEqual([1, 2, 3]);
    for (const call of failed) {
      expect(call).toMatchObject({
        ...{ level: 'warn', request: line.request, result: 'UNAVAILABLE', status: 500, outcome: 'REJECTED' },
      });
    }
  });

  test('does not take a payout that is not there for a failure', async () => {
    await ask(`{ payout(by: { orderId: { account: "repay", orderId: "none" } }) { status } }`);
    expect(lines('failed call')).toMatchObject([{ level: 'debug', result: 'NOT_FOUND' }]);
  });

  test('says that a document was refused, and nothing of what was in it', async () => {
    await ask('query { secret4242 }');
    const line = await request();
    expect(line).toMatchObject({ kind: 'none', outcome: 'refused', codes: ['GRAPHQL_VALIDATION_FAILED'] });
    expect(JSON.stringify(line)).not.toContain('4242');
  });

  test('cuts the name of an operation short', async () => {
    await ask(`query ${'N'.repeat(5000)} { accounts { name } }`);
    expect((await request()).operationName).toBe('N'.repeat(64));
  });

  test('says when a client left before it was answered', async () => {
    const release = sandbox.hold({ provider: 'repay' });
    const leaving = new AbortController();
    const address = (await get('/health/live')).url;
    const asked = fetch(new URL('/graphql', address), {
      ...{ method: 'POST', body: JSON.stringify({ query: READ }), signal: leaving.signal },
      headers: { 'content-type': 'application/json' },
    });
    await expect.poll(() => sandbox.calls.length, { interval: 5 }).toBe(1);
    clear();
    leaving.abort();
    await expect(asked).rejects.toThrow();
    expect(await request()).toMatchObject({ outcome: 'gone' });
    release();
  });

  test('is silent about pages and checks unless it is asked for everything', async () => {
    await get('/health/live');
    expect(await request()).toMatchObject({ level: 'debug', kind: 'none', outcome: 'ok' });
  });

  test('has a line for a write, with its id in the ledger, and one for what reading found later', async () => {
    sandbox.inject({ kind: 'drop-after', times: 1 });
    const result = await write(ask, 'cancelWithdrawal', { withdrawal: byHash(openHash(sandbox)) });
    const shown = Buffer.from(operationOf(result).id, 'base64url').toString();
    const id = lines('write')[0]!.operation;
    expect(id).toMatch(UUID);
    expect(shown).toContain(id);
    expect(lines('write')).toMatchObject([
      {
        ...{ level: 'warn', operation: id, caller: 'anonymous', action: 'CANCEL_WITHDRAWAL' },
        ...{ account: 'hashlee', state: 'UNKNOWN', failure: 'UNAVAILABLE', settledBy: null },
      },
    ]);
    expect(lines('failed call')).toMatchObject([{ level: 'warn', outcome: 'UNKNOWN' }]);

    await database.db.execute(sql`update operations set next_check_at = now()`);
    await services.reconciler.round();
    expect(lines('settlement')).toMatchObject([
      { level: 'info', operation: id, state: 'SUCCEEDED', settledBy: 'READING', checks: 1 },
    ]);
  });

  test('has a bug with its place and its request, and an answer has neither', async () => {
    const answer = await broken(new Error('a bug of the test')).ask(READ);
    expect(JSON.stringify(answer)).not.toMatch(/bug of the test|\.ts/);
    const line = await request();
    expect(line).toMatchObject({ level: 'error', outcome: 'failed', codes: ['INTERNAL_SERVER_ERROR'] });
    const [bug] = lines('bug');
    expect(bug).toMatchObject({
      ...{ level: 'error', request: line.request },
      error: { type: 'Error', message: 'a bug of the test' },
    });
    expect(bug!.error.stack[0]).toContain('log.test.ts');
  });

  test.each([['a text'], [undefined], [{ password: 'hunter2' }], [Object.create(null)]])(
    'stands a bug that throws %o',
    (thrown) => {
      telemetry.bug(thrown);
      expect(lines('bug')).toHaveLength(1);
      expect(JSON.stringify(lines('bug'))).not.toContain('hunter2');
    },
  );

  /** Calls until a breaker opens and a provider asks for a pause, and one more of each. */
  async function guarded(): Promise<void> {
    const others = product.openAccounts({ ...UPSTREAM, guards }, undefined, telemetry.reporter);
    const server = product.serve(others, { telemetry });
    sandbox.inject({ kind: 'server-error', provider: 'repay' });
    sandbox.inject({ kind: 'rate-limit', provider: 'hashlee' });
    const withdrawal = `{ withdrawal(by: { hash: { account: "hashlee", hash: "${openHash(sandbox)}" } }) { status } }`;
    for (const query of [READ, READ, READ, withdrawal, withdrawal]) await server.ask(query);
    sandbox.clearFaults();
  }

  test('says when calls are held back, once, and which were', async () => {
    await guarded();
    expect(lines('breaker')).toMatchObject([{ level: 'warn', account: 'repay', effect: 'read', to: 'OPEN' }]);
    expect(lines('pause')).toMatchObject([{ level: 'warn', account: 'hashlee', effect: 'read' }]);
    expect(lines('refused call')).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ account: 'repay', call: 'readPayout', result: 'UNAVAILABLE' }),
        expect.objectContaining({ account: 'hashlee', call: 'readWithdrawal', result: 'RATE_LIMITED' }),
      ]),
    );
  });

  test('has the lines and the fields that docs/telemetry.md lists, and no others', async () => {
    const page = readFileSync(new URL('../../docs/telemetry.md', import.meta.url), 'utf8');
    const documented = Object.fromEntries(
      [...page.matchAll(/^\| `([a-z ]+)` \| (?:trace|debug|info|warn|error|fatal).*? \| (.*) \|$/gm)].map(
        ([, msg, fields]) => [msg!, [...fields!.matchAll(/`(\w+)`/g)].map(([, name]) => name!).sort()],
      ),
    );

    await ask(READ);
    await ask(`{ payout(by: { orderId: { account: "repay", orderId: "none" } }) { status } }`);
    await ask('{ nothing }');
    await write(ask, 'createPayout', NEW_CARD_PAYOUT);
    sandbox.inject({ kind: 'drop-after', times: 2 });
    await write(ask, 'cancelWithdrawal', { withdrawal: byHash(openHash(sandbox)) });
    await write(ask, 'blockWallet', { wallet: { orderId: { account: 'cryptomus', orderId: 'none' } } });
    await database.db.execute(sql`update operations set next_check_at = now() where state = 'UNKNOWN'`);
    await services.reconciler.round();
    await broken(new Error('a bug of the test')).ask(READ);
    await guarded();
    telemetry.orphaned(2);
    const away = () => Promise.reject(new Error('the database is away'));
    telemetry.keeps({ accounts: services.accounts, unsettled: away });
    await telemetry.metrics.text();
    const place = { url: 'http://127.0.0.1:4000/graphql', accounts: ['repay'], database: 'memory' };
    telemetry.started({ ...place, mode: 'LIVE' });
    telemetry.stopping('SIGTERM');
    telemetry.stopped();
    telemetry.crashed(new Error('out of order'));
    await expect.poll(() => lines('request')).toHaveLength(12);

    const written: Record<string, string[]> = {};
    for (const msg of Object.keys(documented)) {
      const names = lines(msg).flatMap((line) => Object.keys(line));
      written[msg] = [...new Set(names)]
        .filter((name) => !(COMMON as readonly string[]).includes(name))
        .sort();
      for (const line of lines(msg)) expect(Object.keys(line)).toEqual(expect.arrayContaining([...COMMON]));
    }
    expect(written).toEqual(documented);
  });

  test('is not written below its level', async () => {
    const quiet = watched({ level: 'warn' });
    const server = product.serve(product.openAccounts(undefined, undefined, quiet.telemetry.reporter), {
      telemetry: quiet.telemetry,
    });
    await server.ask(READ);
    await write(server.ask, 'createPayout', NEW_CARD_PAYOUT);
    expect(quiet.text()).toBe('');
    quiet.telemetry.orphaned(1);
    expect(quiet.lines('orphaned')).toHaveLength(1);
  });

  test('is written when no document is posted, as a refusal', async () => {
    await post({});
    expect(await request()).toMatchObject({ level: 'info', kind: 'none', outcome: 'refused' });
  });
});

describe('in its form', () => {
  test('for people is one line of text', () => {
    const written: string[] = [];
    const log = createLog({
      level: 'info',
      form: 'readable',
      to: { write: (line) => void written.push(line) },
    });
    log.line('warn', 'failed call', { account: 'repay', failure: 'TIMEOUT' });
    expect(written).toHaveLength(1);
    expect(written[0]).toMatch(
      /^\[\d\d:\d\d:\d\d\.\d+\] WARN: failed call \{"account":"repay","failure":"TIMEOUT"\}\n$/,
    );
  });

  test('for machines is written many lines at once, in order, and whole when it is flushed', () => {
    const written: string[] = [];
    const to = { write: (text: string) => void written.push(text) };
    const log = createLog({ level: 'info', form: 'json', to, batched: true });
    for (let count = 1; count <= 200; count++) log.line('info', 'request', { count });
    log.flush();
    log.flush();
    const lines = written.join('').trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line).count)).toEqual(
      Array.from({ length: 200 }, (_, at) => at + 1),
    );
    expect(written.length).toBeLessThan(20);
  });

  test('never prints what has the name of a secret, whoever passes it', () => {
    const written: string[] = [];
    const log = createLog({ level: 'info', form: 'json', to: { write: (line) => void written.push(line) } });
    for (const name of [
      'headers',
      'authorization',
      'body',
      'variables',
      'query',
      'code',
      'signature',
      'token',
    ]) {
      log.line('info', 'request', { [name]: { any: 'hunter2' } });
    }
    for (const name of ['params', 'query', 'detail', 'headers']) {
      log.line('info', 'bug', { error: { [name]: 'hunter2', cause: { [name]: 'hunter2' } } });
    }
    expect(written).toHaveLength(12);
    for (const line of written) expect(line).toContain('[Redacted]');
    expect(written.join('')).not.toContain('hunter2');
  });
});

describe('by its settings', () => {
  const LIVE = { REPAY_API_KEY: 'key', TOKENS_FILE: tokensFile(ROOT) };

  test('is quiet in the demo, and tells of requests over real accounts', () => {
    expect(loadConfig({}).log).toEqual({ level: 'warn', form: 'readable' });
    expect(loadConfig(LIVE).log).toEqual({ level: 'info', form: 'readable' });
    expect(loadConfig({ ...LIVE, NODE_ENV: 'production' }).log.form).toBe('json');
    expect(loadConfig({ LOG_LEVEL: 'trace' }).log.level).toBe('trace');
  });

  test.each([
    ['LOG_LEVEL', 'loud', 'must be one of trace, debug, info, warn, error, fatal, silent'],
    ['METRICS_TOKEN', 'hunter2', 'must be one word of at least 16 printable characters'],
  ])('refuses %s=%s', (name, value, reason) => {
    const problems = [`${name}: ${reason}`];
    expect(() => loadConfig({ [name]: value })).toThrow(expect.objectContaining({ problems }));
  });
});
