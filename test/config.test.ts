import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ConfigError, loadConfig } from '../src/config.ts';

const merchant = '8b03432e-385b-4670-8d06-064591096795';
/** Real accounts need somebody who may use them. */
const access = {
  JWT_JWKS_URL: 'https://id.example/keys',
  JWT_ISSUER: 'https://id.example',
  JWT_AUDIENCE: 'paygraph',
};
const cryptomus = {
  ...access,
  CRYPTOMUS_MERCHANT: merchant,
  CRYPTOMUS_PAYMENT_KEY: 'pay',
  CRYPTOMUS_PAYOUT_KEY: 'out',
};

function problemsOf(env: Record<string, string>): readonly string[] {
  try {
    loadConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  throw new Error('the configuration was accepted');
}

function accountsFile(content: unknown): string {
  const path = join(mkdtempSync(join(tmpdir(), 'paygraph-')), 'accounts.json');
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

test('an empty environment runs the sandbox on the documented defaults', () => {
  expect(loadConfig({})).toEqual({
    host: '127.0.0.1',
    port: 4000,
    door: {
      origins: [],
      hosts: [],
      trustedProxies: 0,
      tls: undefined,
      maxRequests: 1_000,
      shutdownMs: 25_000,
    },
    upstream: {
      connections: 10,
      attemptMs: 10_000,
      budgetMs: 25_000,
      guards: { queue: 5_000, breakAfter: 10, breakMs: 1_000, maxPauseMs: 300_000 },
    },
    requestMs: 30_000,
    listWaitMs: 10_000,
    checkAfterMs: 5_000,
    limits: { cost: 250, moneyMutations: 5, unitsPerMinute: null, trusted: null },
    graphiql: true,
    database: { kind: 'memory' },
    accounts: [],
    access: null,
    log: { level: 'warn', form: 'readable' },
    metricsToken: undefined,
    secrets: [],
  });
});

describe('limits', () => {
  test('live accounts are limited, and without GraphiQL, unless told otherwise', () => {
    expect(loadConfig(cryptomus)).toMatchObject({ limits: { unitsPerMinute: 6_000 }, graphiql: false });
    const told = { ...cryptomus, RATE_LIMIT_PER_MINUTE: '0', SHOW_GRAPHIQL: 'on' };
    expect(loadConfig(told)).toMatchObject({ limits: { unitsPerMinute: null }, graphiql: true });
  });

  test('are what they are set to, in the demo as well', () => {
    const settings = {
      MAX_COST: '40',
      MAX_MONEY_MUTATIONS: '0',
      RATE_LIMIT_PER_MINUTE: '40',
      SHOW_GRAPHIQL: 'off',
    };
    expect(loadConfig(settings)).toMatchObject({
      limits: { cost: 40, moneyMutations: 0, unitsPerMinute: 40 },
      graphiql: false,
    });
  });

  test('must let through what they allow', () => {
    expect(problemsOf({ MAX_COST: '40', RATE_LIMIT_PER_MINUTE: '39' })).toEqual([
      expect.stringMatching(/^RATE_LIMIT_PER_MINUTE: must be 0 or at least MAX_COST/),
    ]);
    expect(problemsOf({ RATE_LIMIT_PER_MINUTE: '249' })).toHaveLength(1);
    expect(problemsOf({ MAX_COST: '0', SHOW_GRAPHIQL: 'maybe', MAX_MONEY_MUTATIONS: '-1' })).toHaveLength(3);
  });
});

describe('TRUSTED_DOCUMENTS_FILE', () => {
  const hash = 'a'.repeat(64);
  const text = '{ accounts { name } }';
  const read = (content: unknown) => ({ TRUSTED_DOCUMENTS_FILE: accountsFile(content) });

  test.each([
    ['as client tools write it', { [hash]: text }],
    ['with the name of the algorithm', { [`sha256:${hash.toUpperCase()}`]: text }],
    [
      'as Apollo writes it',
      {
        format: 'apollo-persisted-query-manifest',
        version: 1,
        operations: [{ id: hash, body: text, name: 'A', type: 'query' }],
      },
    ],
  ])('is taken %s', (_how, content) => {
    expect(loadConfig(read(content)).limits.trusted).toEqual(new Map([[hash, text]]));
  });

  test.each([
    ['no hash', { 'my-query': text }],
    ['another hash', { ['a'.repeat(40)]: text }],
    ['no text', { [hash]: 1 }],
    ['a list', [text]],
  ])('is refused with %s', (_what, content) => {
    expect(problemsOf(read(content))).toEqual([expect.stringMatching(/^TRUSTED_DOCUMENTS_FILE: must hold/)]);
  });

  test('is refused when it cannot be read', () => {
    expect(problemsOf(read('{'))).toEqual(['TRUSTED_DOCUMENTS_FILE: is not JSON']);
    expect(problemsOf({ TRUSTED_DOCUMENTS_FILE: '/nowhere' })).toEqual([
      'TRUSTED_DOCUMENTS_FILE: cannot be read (/nowhere)',
    ]);
  });
});

test('each provider may have one account in the environment, with its documented host', () => {
  const { accounts } = loadConfig({
    ...cryptomus,
    HELEKET_MERCHANT: merchant,
    HELEKET_PAYMENT_KEY: 'pay',
    HELEKET_PAYOUT_KEY: 'out',
    REPAY_API_KEY: 'key',
    HASHLEE_TOKEN: 'token',
    HASHLEE_UNIT: 'vojvzo',
  });
  expect(accounts).toEqual([
    {
      provider: 'cryptomus',
      name: 'cryptomus',
      merchant,
      paymentKey: 'pay',
      payoutKey: 'out',
      url: 'https://api.cryptomus.com',
    },
    {
      provider: 'heleket',
      name: 'heleket',
      merchant,
      paymentKey: 'pay',
      payoutKey: 'out',
      url: 'https://api.heleket.com',
    },
    { provider: 'repay', name: 'repay', apiKey: 'key', currency: 'RUB', url: 'https://repay.cx' },
    {
      provider: 'hashlee',
      name: 'hashlee',
      token: 'token',
      unit: 'vojvzo',
      url: 'https://sandbox.hashlee.com',
    },
  ]);
});

test('every mistake is reported at once, by the name of its variable, without its value', () => {
  const problems = problemsOf({
    PORT: '99999',
    UPSTREAM_TIMEOUT_MS: 'soon',
    RECONCILE_AFTER_MS: '0',
    ...access,
    CRYPTOMUS_MERCHANT: merchant,
    CRYPTOMUS_PAYMENT_KEY: 'two words secret',
    REPAY_API_KEY: 'key',
    REPAY_URL: 'ftp://repay.cx',
    HASHLEE_UNIT: 'vojvzo',
  });
  expect(problems).toEqual([
    'PORT: must be between 0 and 65535',
    'UPSTREAM_TIMEOUT_MS: must be a whole number',
    'RECONCILE_AFTER_MS: must be between 1 and 3600000',
    'CRYPTOMUS_PAYMENT_KEY: must be one word of printable characters',
    'CRYPTOMUS_PAYOUT_KEY: is missing (CRYPTOMUS_MERCHANT is set, so cryptomus needs it)',
    'REPAY_URL: must be an http:// or https:// address without user, query or fragment',
    'HASHLEE_TOKEN: is missing (HASHLEE_UNIT is set, so hashlee needs it)',
  ]);
  expect(problems.join()).not.toContain('secret');
});

test('real accounts keep their state in a folder, the sandbox in memory unless it is given one', () => {
  expect(loadConfig(cryptomus).database).toEqual({ kind: 'folder', path: './data' });
  expect(loadConfig({ ...cryptomus, DATA_DIR: '/var/paygraph' }).database).toEqual({
    kind: 'folder',
    path: '/var/paygraph',
  });
  expect(loadConfig({ DATA_DIR: '/var/paygraph' }).database).toEqual({
    kind: 'folder',
    path: '/var/paygraph',
  });
});

test('a server is used where its address is given, and never beside a folder', () => {
  const DATABASE_URL = 'postgres://paygraph:hunter2@db.example/ledger';
  expect(loadConfig({ DATABASE_URL }).database).toEqual({ kind: 'server', url: DATABASE_URL });
  expect(problemsOf({ DATABASE_URL, DATA_DIR: './data' })).toEqual([
    'DATA_DIR: is not used with DATABASE_URL; unset one of them',
  ]);
  expect(problemsOf({ DATABASE_URL: 'mysql://root:hunter2@db.example/ledger' })).toEqual([
    'DATABASE_URL: must be a postgres:// address',
  ]);
});

test('an empty variable counts as not set', () => {
  expect(loadConfig({ CRYPTOMUS_MERCHANT: '', PORT: '', TOKENS_FILE: '' })).toEqual(loadConfig({}));
});

test('production without an account is refused', () => {
  expect(problemsOf({ NODE_ENV: 'production' })).toEqual([expect.stringMatching(/^NODE_ENV: .*no account/)]);
  expect(loadConfig({ NODE_ENV: 'production', ...cryptomus }).accounts).toHaveLength(1);
});

test('a file may hold several accounts of one provider, with its secrets in variables', () => {
  const file = accountsFile([
    { name: 'cryptomus-eu', provider: 'cryptomus', merchant, paymentKey: { env: 'EU_PAY' }, payoutKey: 'b' },
    {
      name: 'cryptomus-us',
      provider: 'cryptomus',
      merchant,
      paymentKey: 'c',
      payoutKey: 'd',
      url: 'http://x/v/',
    },
  ]);
  const { accounts } = loadConfig({ ...access, ACCOUNTS_FILE: file, EU_PAY: 'from-env' });
  expect(accounts.map(({ name }) => name)).toEqual(['cryptomus-eu', 'cryptomus-us']);
  expect(accounts[0]).toMatchObject({ paymentKey: 'from-env' });
  expect(accounts[1]).toMatchObject({ url: 'http://x/v' });
});

test('every mistake in the file is reported at once, by its place', () => {
  const file = accountsFile([
    { name: 'Has Spaces', provider: 'repay', apiKey: { env: 'NOT_SET' } },
    { name: 'b', provider: 'paypal' },
    { name: 'c', provider: 'hashlee', token: 't', unit: 'vojvzo', colour: 'red' },
    { name: 'd', provider: 'repay', apiKey: 'k' },
    { name: 'd', provider: 'repay', apiKey: 'k' },
    'text',
  ]);
  expect(problemsOf({ ...access, ACCOUNTS_FILE: file })).toEqual([
    'ACCOUNTS_FILE[0].apiKey: variable NOT_SET is not set',
    'ACCOUNTS_FILE[0].name: must be 1 to 40 lower-case letters, digits and hyphens, a letter first',
    'ACCOUNTS_FILE[1].provider: must be cryptomus, heleket, repay or hashlee',
    'ACCOUNTS_FILE[2].colour: is not a known field',
    'ACCOUNTS_FILE[4].name: is used twice',
    'ACCOUNTS_FILE[5]: has the wrong type',
  ]);
});

test.each([
  ['broken JSON', '[{', 'ACCOUNTS_FILE: is not JSON'],
  ['no list', '{}', 'ACCOUNTS_FILE: must hold a JSON list of at least one account'],
  ['an empty list', '[]', 'ACCOUNTS_FILE: must hold a JSON list of at least one account'],
])('a file with %s is refused', (_name, content, problem) => {
  expect(problemsOf({ ...access, ACCOUNTS_FILE: accountsFile(content) })).toEqual([problem]);
});

test('a file that is not there is refused', () => {
  expect(problemsOf({ ...access, ACCOUNTS_FILE: '/nowhere/accounts.json' })).toEqual([
    'ACCOUNTS_FILE: cannot be read (/nowhere/accounts.json)',
  ]);
});

test('a file and account variables together are refused, since one would be ignored', () => {
  const file = accountsFile([{ name: 'd', provider: 'repay', apiKey: 'k' }]);
  expect(problemsOf({ ...access, ACCOUNTS_FILE: file, HASHLEE_TOKEN: 't', HASHLEE_UNIT: 'u' })).toEqual([
    'ACCOUNTS_FILE: replaces the account variables; unset HASHLEE_TOKEN, HASHLEE_UNIT',
  ]);
});

describe('the front door', () => {
  const doorOf = (env: Record<string, string>) => loadConfig({ ...cryptomus, ...env }).door;

  test('is known under any name, unless it is for this machine only or names are given', () => {
    for (const HOST of ['localhost', '127.0.0.1', '127.8.9.1', '::1'])
      expect(doorOf({ HOST }).hosts).toEqual([]);
    for (const HOST of ['0.0.0.0', '::', '10.0.0.7']) expect(doorOf({ HOST }).hosts).toBeUndefined();
    const ALLOWED_HOSTS = 'api.example, [2001:db8::1]';
    expect(doorOf({ HOST: '0.0.0.0', ALLOWED_HOSTS }).hosts).toEqual(['api.example', '[2001:db8::1]']);
  });

  test.each([
    ['2', 2],
    ['10.0.0.1', ['10.0.0.1']],
    ['10.0.0.0/8, 2001:db8::/32', ['10.0.0.0/8', '2001:db8::/32']],
  ])('trusts proxies by number or by network: %s', (TRUST_PROXY, trusted) => {
    expect(doorOf({ TRUST_PROXY }).trustedProxies).toEqual(trusted);
  });

  test('takes origins exactly as browsers write them', () => {
    const CORS_ORIGINS = 'https://office.example,http://10.0.0.7:8080';
    expect(doorOf({ CORS_ORIGINS }).origins).toEqual(['https://office.example', 'http://10.0.0.7:8080']);
  });

  test.each([
    ['CORS_ORIGINS', '*'],
    ['CORS_ORIGINS', 'null'],
    ['CORS_ORIGINS', 'https://office.example/'],
    ['CORS_ORIGINS', 'https://office.example,'],
    ['CORS_ORIGINS', 'https://Office.example'],
    ['CORS_ORIGINS', 'office.example'],
    ['ALLOWED_HOSTS', 'api.example:443'],
    ['ALLOWED_HOSTS', 'https://api.example'],
    ['ALLOWED_HOSTS', '*.example'],
    ['TRUST_PROXY', 'true'],
    ['TRUST_PROXY', '10'],
    ['TRUST_PROXY', '10.0.0.0/33'],
    ['TRUST_PROXY', '10.0.0'],
    ['TRUST_PROXY', '1, 10.0.0.1'],
    ['MAX_REQUESTS', '0'],
    ['SHUTDOWN_MS', '-1'],
  ])('%s cannot be %s', (name, value) => {
    const [problem, ...others] = problemsOf({ [name]: value });
    expect(others).toEqual([]);
    expect(problem).toMatch(new RegExp(`^${name}: must be `));
  });

  test('wants both files for TLS, readable, and fitting each other', () => {
    const folder = mkdtempSync(join(tmpdir(), 'paygraph-'));
    const file = join(folder, 'some.pem');
    writeFileSync(file, 'hunter2');
    expect(problemsOf({ TLS_CERT_FILE: file })).toEqual(['TLS_KEY_FILE: is missing']);
    expect(problemsOf({ TLS_KEY_FILE: file })).toEqual(['TLS_CERT_FILE: is missing']);
    expect(problemsOf({ TLS_CERT_FILE: join(folder, 'none'), TLS_KEY_FILE: file })).toEqual([
      'TLS_CERT_FILE: cannot be read',
    ]);
    expect(problemsOf({ CORS_ORIGINS: 'hunter2' })[0]).not.toContain('hunter2');
    const [problem] = problemsOf({ TLS_CERT_FILE: file, TLS_KEY_FILE: file });
    expect(problem).toMatch(/^TLS_KEY_FILE: must be /);
    expect(problem).not.toContain('hunter2');
  });
});

test('a request that may take no longer than a list waits for one account is refused', () => {
  expect(() => loadConfig({ REQUEST_TIMEOUT_MS: '10000' })).toThrow(ConfigError);
  expect(loadConfig({ REQUEST_TIMEOUT_MS: '10001' }).requestMs).toBe(10_001);
});
