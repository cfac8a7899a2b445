import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { loadConfig } from '../src/config.ts';
import { startProduct } from './support/app.ts';
import { SETTINGS, type Started, startMain } from './support/start.ts';
import { bearer, ROOT as EVERYTHING, tokensFile } from './support/tokens.ts';

const ROOT = new URL('../', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, ROOT), 'utf8');

const readme = read('README.md');
const blocks = [...readme.matchAll(/^```(\w+)\n(.*?)^```$/gms)].map(([, language, body]) => ({
  language: language!,
  body: body!,
}));
const of = (language: string) =>
  blocks.filter((block) => block.language === language).map(({ body }) => body);

describe('the commands', () => {
  test('are the scripts of package.json', () => {
    const { scripts } = JSON.parse(read('package.json'));
    const named = [...readme.matchAll(/\bnpm (?:run )?(start|test|sandbox|[a-z]+)\b/g)]
      .map(([, name]) => name!)
      .filter((name) => name !== 'ci');

    expect(named.filter((name) => !(name in scripts))).toEqual([]);
    expect(named.slice(0, 2)).toEqual(['start', 'test']);
    expect(scripts.start).toBe('node start.js');
  });
});

describe('the queries', async () => {
  const product = await startProduct();
  const [twoProviders, everyAccount, cancel] = of('graphql') as [string, string, string];
  const answers = of('json').map((body) => JSON.parse(body));
  const [answer, answerOfAll, failedRead, answerWithGaps, lostAnswer, accounts] = answers;
  const [repayBroken, heleketBroken, answerLost] = of('sh').flatMap(
    (body) => /-d '(.*)'/.exec(body)?.[1] ?? [],
  );

  test('answer what is printed below them', async () => {
    expect(await product.ask(twoProviders)).toEqual(answer);
    expect(await product.ask(everyAccount)).toEqual(answerOfAll);
  });

  test('fail as printed when the provider fails', async () => {
    product.sandbox.inject(JSON.parse(repayBroken!));
    expect(await product.ask(twoProviders)).toEqual(failedRead);
  });

  test('have gaps as printed when an account fails', async () => {
    product.sandbox.inject(JSON.parse(heleketBroken!));
    expect(await product.ask(everyAccount)).toEqual(answerWithGaps);
  });

  test('are errors without gaps when nothing but all will do', async () => {
    product.sandbox.inject(JSON.parse(heleketBroken!));
    const { data, errors } = await product.ask(everyAccount.replace('first: 2', 'first: 2, onGap: FAIL'));
    expect(data).toEqual({ ...answerWithGaps.data, payouts: null });
    expect(errors).toMatchObject([{ path: ['payouts'], extensions: { code: 'UNAVAILABLE' } }]);
  });

  test('tell an outcome as printed when the answer to a write is lost', async () => {
    product.sandbox.inject(JSON.parse(answerLost!));
    expect(await product.ask(cancel)).toEqual(lostAnswer);
    expect(product.sandbox.effects).toHaveLength(1);
  });

  test('tell what they cost when the header asks', async () => {
    const { extensions } = await product.ask(twoProviders, undefined, { 'x-paygraph-upstream': '1' });
    expect(extensions).toEqual({ upstream: { calls: 2, byAccount: { repay: 1, hashlee: 1 } } });
  });

  test('the accounts file is one', () => {
    const folder = mkdtempSync(join(tmpdir(), 'paygraph-readme-'));
    const ACCOUNTS_FILE = join(folder, 'accounts.json');
    writeFileSync(ACCOUNTS_FILE, JSON.stringify(accounts));
    const secrets = Object.fromEntries(
      [...JSON.stringify(accounts).matchAll(/\{"env":"(\w+)"\}/g)].map(([, name]) => [name!, 'secret']),
    );
    const config = loadConfig({ ACCOUNTS_FILE, TOKENS_FILE: tokensFile(EVERYTHING), ...secrets });
    rmSync(folder, { recursive: true });

    expect(config.accounts.map(({ name }) => name)).toEqual(['cryptomus-eu', 'repay', 'unit-a', 'unit-b']);
  });
});

describe('the settings', () => {
  const files = [
    'src/config.ts',
    'src/account-config.ts',
    'src/access/access-config.ts',
    'src/http/settings.ts',
  ];
  const code = files.map(read).join('');
  const inCode = [...new Set(code.match(/\b(?:HOST|PORT|[A-Z]+(?:_[A-Z]+)+)\b/g))].sort();
  const inTable = [...readme.matchAll(/^\| `([A-Z_]+)` \|.*\| (?:`(.*)`|–) \|$/gm)];

  test('in the README are those in the code', () => {
    expect(inTable.map(([, name]) => name).sort()).toEqual(inCode);
  });

  test('in .env.example are those in the code', () => {
    expect([...SETTINGS].sort()).toEqual(inCode);
  });

  test('have the defaults that the README names', () => {
    const example = read('.env.example');
    for (const [, name, value] of inTable) {
      if (value !== undefined) expect(example).toContain(`#${name}=${value}\n`);
    }
    const defaults = new Map(inTable.map(([, name, value]) => [name!, value]));
    const { host, port, door, upstream, listWaitMs, requestMs, checkAfterMs } = loadConfig({});
    expect([host, String(port)]).toEqual([defaults.get('HOST'), defaults.get('PORT')]);
    expect([door.trustedProxies, door.maxRequests, door.shutdownMs]).toEqual(
      ['TRUST_PROXY', 'MAX_REQUESTS', 'SHUTDOWN_MS'].map((name) => Number(defaults.get(name))),
    );
    expect(upstream).toEqual({
      connections: Number(defaults.get('UPSTREAM_CONNECTIONS')),
      attemptMs: Number(defaults.get('UPSTREAM_TIMEOUT_MS')),
      budgetMs: Number(defaults.get('UPSTREAM_BUDGET_MS')),
      guards: {
        queue: Number(defaults.get('UPSTREAM_QUEUE')),
        breakAfter: Number(defaults.get('UPSTREAM_BREAK_AFTER')),
        breakMs: Number(defaults.get('UPSTREAM_BREAK_MS')),
        maxPauseMs: Number(defaults.get('UPSTREAM_MAX_PAUSE_MS')),
      },
    });
    expect(requestMs).toBe(Number(defaults.get('REQUEST_TIMEOUT_MS')));
    expect(listWaitMs).toBe(Number(defaults.get('LIST_WAIT_MS')));
    expect(checkAfterMs).toBe(Number(defaults.get('RECONCILE_AFTER_MS')));

    const necessary = [...defaults].filter(([, value]) => value === undefined).map(([name]) => name);
    const { accounts, database } = loadConfig({
      ...Object.fromEntries(necessary.map((name) => [name, 'x'])),
      ACCOUNTS_FILE: '',
      TOKENS_FILE: '',
      JWT_KEY_FILE: '',
      JWT_JWKS_URL: 'https://id.example/keys',
      JWT_ALGORITHMS: '',
      CORS_ORIGINS: '',
      TRUSTED_DOCUMENTS_FILE: '',
      DATABASE_URL: '',
      METRICS_TOKEN: '',
      NODE_ENV: '',
      TLS_CERT_FILE: '',
      TLS_KEY_FILE: '',
    });
    expect(database).toEqual({ kind: 'folder', path: defaults.get('DATA_DIR') });
    expect(accounts.map(({ name, url }) => [name, url])).toEqual(
      ['cryptomus', 'heleket', 'repay', 'hashlee'].map((name) => [
        name,
        defaults.get(`${name.toUpperCase()}_URL`),
      ]),
    );
  });
});

describe('npm start', () => {
  let started: Started | undefined;
  afterEach(async () => {
    await started?.stop('SIGKILL');
  });

  test('serves the sandbox without any setting, and stops on SIGTERM', async () => {
    started = startMain();
    const url = await started.url;
    const answer = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: 'http://localhost:5173' },
      body: JSON.stringify({ query: of('graphql')[0] }),
    });
    expect(await answer.json()).toEqual(JSON.parse(of('json')[0]!));
    expect(answer.headers.get('access-control-allow-origin')).toBe('http://localhost:5173');
    expect((await fetch(new URL('/health/live', url))).status).toBe(200);

    const output = started.output();
    await expect.poll(() => output.stdout, { timeout: 10_000 }).toMatch(/broken: http:\S+\n/);
    const [, control] = /broken: (http:\S+)\n/.exec(output.stdout)!;
    expect(await (await fetch(control!)).text()).toContain('/faults');

    expect(await started.stop()).toBe(0);
    expect(output.stdout).toContain('SANDBOX');
    expect(output.stdout).toContain('State: in memory, until this stops; set DATA_DIR to keep it\n');
    expect(output.stderr).toBe('');
  });

  test('with an account runs no sandbox, and lets no other origin read', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'paygraph-data-'));
    started = startMain({ REPAY_API_KEY: 'key', DATA_DIR: folder, TOKENS_FILE: tokensFile(EVERYTHING) });
    const url = await started.url;
    const question = {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: 'http://localhost:5173' },
      body: JSON.stringify({ query: '{ accounts { name mode } }' }),
    };
    expect((await fetch(url, question)).status).toBe(401);
    const answer = await fetch(url, { ...question, headers: { ...question.headers, ...bearer(EVERYTHING) } });
    expect(await answer.json()).toEqual({ data: { accounts: [{ name: 'repay', mode: 'LIVE' }] } });
    expect(answer.headers.get('access-control-allow-origin')).toBeNull();
    expect(await started.stop('SIGINT')).toBe(0);
    expect(started.output().stdout).not.toContain('SANDBOX');
    expect(started.output().stdout).toContain(`State: in ${folder}\n`);
    rmSync(folder, { recursive: true });
  });

  test('prints every mistake in the settings, and no value', async () => {
    started = startMain({ PORT: '70000', CRYPTOMUS_MERCHANT: 'hunter2', REPAY_URL: 'ftp://hunter2' });
    expect(await started.exitCode).toBe(1);
    const { stderr } = started.output();
    for (const name of [
      'PORT',
      'CRYPTOMUS_PAYMENT_KEY',
      'CRYPTOMUS_PAYOUT_KEY',
      'REPAY_API_KEY',
      'REPAY_URL',
    ]) {
      expect(stderr).toContain(`- ${name}: `);
    }
    expect(stderr).not.toMatch(/hunter2|70000/);
  });

  test('refuses the sandbox in production', async () => {
    started = startMain({ NODE_ENV: 'production' });
    expect(await started.exitCode).toBe(1);
    expect(started.output().stderr).toContain('no account is configured');
  });

  test('says which port is in use', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const { port } = other.address() as AddressInfo;
    started = startMain({ PORT: String(port) });
    expect(await started.exitCode).toBe(1);
    expect(started.output().stderr).toContain(`port ${port} is in use; set PORT to another one`);
    other.close();
  });
});
