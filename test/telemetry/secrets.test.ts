/** Secrets are sent along every way there is, into everything that this server writes down or answers, and looked for in
 * all of it, at the most talkative level. */

import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { trace } from '@opentelemetry/api';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { sql } from 'drizzle-orm';
import { afterAll, describe, expect, inject, test } from 'vitest';
import { SANDBOX_CREDENTIALS } from '../../sandbox/index.ts';
import { startProduct, UPSTREAM } from '../support/app.ts';
import { preparedDatabase } from '../support/prepared-database.ts';
import { startMain } from '../support/start.ts';
import { bearer, ROOT, tokensFile } from '../support/tokens.ts';
import {
  ADDRESS,
  byHash,
  byOrderId,
  NEW_CARD_PAYOUT,
  NEW_PAYOUT,
  NEW_WALLET,
  NEW_WITHDRAWAL,
  openHash,
} from '../support/writes.ts';
import { watched } from './watched.ts';

const { cryptomus, heleket, repay, hashlee } = SANDBOX_CREDENTIALS;
/** What this server holds, and nobody may be told. */
const KEYS = [
  ...[cryptomus, heleket].flatMap(({ merchant, paymentKey, payoutKey }) => [merchant, paymentKey, payoutKey]),
  ...[repay.apiKey, hashlee.token],
];
/** What a client sends, and is nobody else's business. */
const SENT = {
  code: '918273',
  signature: 'signature-of-somebody',
  card: '2202098765432109',
  phone: '+79031234567',
  bankAccount: '40817810099910004312',
  jwt: 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJzb21lYm9keSJ9.c2lnbmF0dXJlLW9mLWEtand0',
  apiToken: 'pgt_0123456789abcdefghij',
  cookie: 'session-of-somebody',
  literal: 'literal-in-a-query',
  parameter: 'parameter-of-an-address',
};
/** What a provider says. */
const SAID = 'words-of-a-provider';
const HEADERS = {
  authorization: `Bearer ${SENT.jwt}`,
  'x-api-key': SENT.apiToken,
  cookie: `sid=${SENT.cookie}`,
  'x-two-factor': SENT.code,
};

/** Those of the secrets that a text holds, also as digits, in hexadecimal and in base64. */
function found(text: string, secrets: readonly string[]): string[] {
  return secrets.filter((secret) =>
    [
      secret,
      secret.replace(/\D/g, '').padStart(6, '?'),
      Buffer.from(secret).toString('hex'),
      Buffer.from(secret).toString('base64').replace(/=+$/, ''),
    ].some((form) => text.includes(form)),
  );
}

describe('a server that is asked for everything', async () => {
  const exporter = new InMemorySpanExporter();
  trace.setGlobalTracerProvider(
    new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }),
  );
  afterAll(() => trace.disable());

  const product = await startProduct(UPSTREAM, { clock: 'running' });
  const { sandbox, database } = product;
  const log = watched({ secrets: KEYS });
  const { telemetry } = log;
  const accounts = product.openAccounts(undefined, undefined, telemetry.reporter);
  const { post, services } = product.serve(accounts, { telemetry, onBug: telemetry.bug });
  const answers: string[] = [];

  async function ask(query: string, variables?: object): Promise<void> {
    const answer = await post({ query, variables }, HEADERS);
    answers.push(JSON.stringify([...answer.headers]), await answer.text());
  }

  /** Every mutation and every kind of read, with a secret wherever one fits. */
  async function everything(): Promise<void> {
    const mutate = (name: string, input: object) => {
      const type = `${name[0]!.toUpperCase()}${name.slice(1)}Input`;
      return ask(
        `mutation ($input: ${type}!) {
          result: ${name}(input: $input) { __typename ... on Error { message code } }
        }`,
        { input: { idempotencyKey: randomUUID(), ...input } },
      );
    };
    const bank = (orderId: string, destination: object) =>
      mutate('createPayout', { ...NEW_CARD_PAYOUT, orderId, destination });
    await Promise.all([
      mutate('createWithdrawal', { ...NEW_WITHDRAWAL, code: SENT.code }),
      mutate('createWithdrawal', {
        ...NEW_WITHDRAWAL,
        netAmount: '1.00',
        code: null,
        signature: SENT.signature,
      }),
      mutate('cancelWithdrawal', { withdrawal: byHash(openHash(sandbox)) }),
      bank('card', { card: { number: SENT.card, bankId: 'bank-7' } }),
      bank('phone', { phone: { number: SENT.phone, bankId: '100000000004' } }),
      bank('account', { bankAccount: { number: SENT.bankAccount, bankId: 'bank-7' } }),
      mutate('createPayout', NEW_PAYOUT),
      mutate('createStaticWallet', NEW_WALLET),
      mutate('blockWallet', { wallet: byOrderId('cryptomus', 'none') }),
      mutate('refundBlocked', { wallet: byOrderId('cryptomus', 'none'), address: ADDRESS }),
      ask(
        `query Literal { payout(by: { orderId: { account: "repay", orderId: "${SENT.literal}" } }) { status } }`,
      ),
      ask(`{ withdrawal(by: { hash: { account: "hashlee", hash: "${openHash(sandbox)}" } }) { status } }`),
      ask(`{ payouts(account: "cryptomus") { nodes { status } } }`),
      ask('{ accounts { name } operations(first: 100) { nodes { input targetId failure { message } } } }'),
      ask(`{ ${SENT.cookie.replaceAll('-', '_')} "${SENT.literal}`),
    ]);
  }

  /** All that was written down anywhere. */
  async function written(): Promise<string> {
    const spans = exporter.getFinishedSpans().map(({ name, attributes, events, status, links }) => ({
      ...{ name, attributes, events, status, links },
    }));
    const tables = ['operations', 'static_wallets', 'payouts'].map((name) =>
      database.db.execute(sql`select t::text as text from ${sql.identifier(name)} as t`),
    );
    return [
      log.text(),
      await telemetry.metrics.text(),
      JSON.stringify(spans),
      JSON.stringify(await Promise.all(tables)),
    ].join('\n');
  }

  /** What may not be where: the ledger holds order ids, among them the literal of the query that was looked up. */
  async function expectNoSecrets(): Promise<void> {
    const all = await written();
    expect(all).toContain('"msg":"request"');
    expect(all).toContain('CREATE_WITHDRAWAL');
    expect(found(all, [...KEYS, ...Object.values(SENT), SAID])).toEqual([]);
    expect(found(log.text(), [ADDRESS, '127.0.0.1', 'http://'])).toEqual([]);
    expect(answers.length).toBeGreaterThan(10);
    const { literal: _echoed, ...others } = SENT;
    expect(found(answers.join('\n'), [...KEYS, ...Object.values(others), SAID])).toEqual([]);
  }

  test('keeps them when all goes well', async () => {
    await everything();
    expect(sandbox.effects.length).toBeGreaterThan(6);
    await expectNoSecrets();
  });

  test.each([
    'refusal',
    'unauthorized',
    'rate-limit',
    'server-error',
    'html',
    'cut-json',
    'drop-after',
  ] as const)('keeps them when every call fails by %s, and its outcome is looked for', async (kind) => {
    const text = [SAID, ...KEYS, ...Object.values(SENT)].join(' ');
    sandbox.inject({ kind, text });
    await everything();
    expect(log.lines('failed call').length).toBeGreaterThan(3);
    await database.db.execute(sql`update operations set next_check_at = now() where state = 'UNKNOWN'`);
    await services.reconciler.round();
    await expectNoSecrets();
  });

  test('keeps them when the database fails, and its driver prints what it was given', async () => {
    await database.db.execute(sql`alter table operations rename to elsewhere`);
    await everything();
    await database.db.execute(sql`alter table elsewhere rename to operations`);
    const told = JSON.stringify(log.lines('bug'));
    expect(told).toContain('Failed query: insert into');
    expect(told).toContain('42P01');
    expect(told).not.toContain('anonymous');
    await expectNoSecrets();
  });

  test('keeps them when code is wrong, whatever its error says', async () => {
    const all = [...KEYS, ...Object.values(SENT), SAID];
    const errors = all.flatMap((secret) => [
      new SyntaxError(`Unexpected token 'w', "${secret}" is not valid JSON`),
      new Error(`cannot represent value: "${secret}\\" and more`),
      Object.assign(new Error('failed'), {
        headers: { authorization: secret },
        config: secret,
        code: 'EFAIL',
      }),
      new Error('outer', { cause: new Error(`"${secret}"`) }),
      secret,
    ]);
    const bare = [...KEYS, SENT.jwt, SENT.card, SENT.phone, SENT.bankAccount].flatMap((secret) => [
      new Error(`what is ${secret}?`),
      new Error(`Bearer ${secret}`),
      new Error(`GET https://example.com/${secret}?key=${secret}`),
      Object.assign(new Error('failed'), { name: `Name of ${secret}`, code: secret }),
      new Error(`first line\n    at ${secret} (/file.ts:1:1)`),
    ]);
    for (const error of [...errors, ...bare]) telemetry.bug(error);
    telemetry.crashed(errors[0]);
    expect(log.lines('bug').length).toBeGreaterThan(100);
    await expectNoSecrets();
  });
});

describe('a process', () => {
  const folder = mkdtempSync(join(tmpdir(), 'paygraph-secrets-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const secrets = {
    CRYPTOMUS_PAYMENT_KEY: 'payment-key-of-cryptomus',
    CRYPTOMUS_PAYOUT_KEY: 'payout-key-of-cryptomus',
    REPAY_API_KEY: 'api-key-of-repay',
    HASHLEE_TOKEN: 'token-of-hashlee',
    METRICS_TOKEN: 'token-of-the-metrics',
  };
  const CRYPTOMUS_MERCHANT = '7d8a1c9e-52b7-4d10-9f3c-6a1be2d4f809';
  const all = [...Object.values(secrets), CRYPTOMUS_MERCHANT, ROOT.token];
  const TOKENS_FILE = tokensFile(ROOT);

  test('keeps them from its start to its crash, before a provider that repeats what it is told', async () => {
    const echo = createServer((request, response) => {
      request
        .setEncoding('utf8')
        .toArray()
        .then((body) => {
          const said = `${JSON.stringify(request.headers)} ${body.join('')}`;
          response
            .writeHead(500, { 'content-type': 'application/json' })
            .end(JSON.stringify({ message: said, error: said }));
        });
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => echo.once('listening', resolve));
    const url = `http://127.0.0.1:${(echo.address() as AddressInfo).port}/path-of-an-address`;
    // Making a new database would take seconds.
    const loadDataDir = preparedDatabase(inject('preparedDatabase'));
    await (await PGlite.create({ dataDir: join(folder, 'postgres'), loadDataDir })).close();
    const crash = join(folder, 'crash.mjs');
    writeFileSync(
      crash,
      `process.on('SIGUSR2', () => {
        throw Object.assign(new Error('out of order: ' + process.env.REPAY_API_KEY), { key: process.env.HASHLEE_TOKEN });
      });`,
    );
    const started = startMain({
      ...secrets,
      ...{ CRYPTOMUS_MERCHANT, CRYPTOMUS_URL: url, REPAY_URL: url, HASHLEE_URL: url, HASHLEE_UNIT: 'vojvzo' },
      ...{ NODE_ENV: 'production', LOG_LEVEL: 'trace', DATA_DIR: folder, TOKENS_FILE },
      NODE_OPTIONS: `--import ${crash}`,
    });
    const address = await started.url;
    const answers: string[] = [];
    for (const query of [
      '{ accounts { name } payouts(account: "cryptomus") { nodes { status } } }',
      '{ payout(by: { orderId: { account: "repay", orderId: "1" } }) { status } }',
      `{ withdrawal(by: { hash: { account: "hashlee", hash: "${randomUUID()}" } }) { status } }`,
    ]) {
      const answer = await fetch(address, {
        ...{ method: 'POST', body: JSON.stringify({ query }) },
        headers: { ...HEADERS, 'content-type': 'application/json', ...bearer(ROOT) },
      });
      answers.push(await answer.text());
    }
    expect(answers.join('')).toContain('"code":"UNAVAILABLE"');
    const refused = await fetch(`${address}?key=${SENT.parameter}`, { headers: HEADERS });
    expect(refused.status).toBe(401);
    answers.push(await refused.text());
    const page = (authorization: string) =>
      fetch(new URL('/metrics', address), { headers: { authorization } });
    expect((await page('Bearer wrong')).status).toBe(404);
    answers.push(await (await page(`Bearer ${secrets.METRICS_TOKEN}`)).text());
    expect(answers.at(-1)).toContain('paygraph_upstream_call_duration_seconds_count{account="repay"');

    expect(await started.stop('SIGUSR2')).toBe(1);
    echo.close();
    const { stdout, stderr } = started.output();
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines[0]).toMatchObject({ msg: 'started', mode: 'LIVE', address });
    const requests = lines.filter(({ msg }) => msg === 'request');
    expect(requests.map(({ caller, status }) => `${caller} ${status}`)).toEqual(
      expect.arrayContaining(['root 200', 'nobody 401']),
    );
    expect(requests).toHaveLength(6);
    expect(lines.at(-1)).toMatchObject({
      msg: 'crash',
      level: 'fatal',
      error: { message: 'out of order: [secret]' },
    });
    expect(
      found([stdout, stderr, ...answers].join('\n'), [...all, ...Object.values(SENT), 'path-of-an-address']),
    ).toEqual([]);
  }, 60_000);

  test('that cannot start keeps them', async () => {
    const outputs = await Promise.all(
      [
        { DATABASE_URL: 'postgres://user:hunter2hunter2@127.0.0.1:9/db' },
        { DATABASE_URL: 'postgres://user:hunter2/hunter2@127.0.0.1/db' },
        { METRICS_TOKEN: 'hunter2', LOG_LEVEL: 'hunter2', HASHLEE_TOKEN: 'hunter2\n' },
      ].map(async (settings) => {
        const started = startMain({
          ...{ ...secrets, CRYPTOMUS_MERCHANT, HASHLEE_UNIT: 'vojvzo', LOG_LEVEL: 'trace', TOKENS_FILE },
          ...settings,
        });
        expect(await started.exitCode).toBe(1);
        return started.output();
      }),
    );
    for (const { stdout, stderr } of outputs) {
      expect(stderr).toMatch(/^(?:Paygraph cannot open its database|The configuration has)/m);
      expect(found(stdout + stderr, [...all, 'hunter2'])).toEqual([]);
    }
  }, 60_000);
});
