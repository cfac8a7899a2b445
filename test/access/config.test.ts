/** Who may use Paygraph, as it is configured: everything that is wrong with it at once, and no value in a message. */

import { execFileSync, spawnSync } from 'node:child_process';
import { createHash, generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { startSandbox } from '../../sandbox/index.ts';
import { demoNames } from '../../src/account-config.ts';
import { ConfigError, loadConfig } from '../../src/config.ts';
import { demoAccounts } from '../../src/demo.ts';
import { entryOf, ROOT, type TestToken, tokensFile } from '../support/tokens.ts';

const REPAY = { REPAY_API_KEY: 'key' };
const WHOSE = { JWT_ISSUER: 'https://id.example', JWT_AUDIENCE: 'paygraph' };
const JWT = { JWT_JWKS_URL: 'https://id.example/keys', ...WHOSE };

function problemsOf(env: Record<string, string>): readonly string[] {
  try {
    loadConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

function file(content: unknown): string {
  const path = join(mkdtempSync(join(tmpdir(), 'paygraph-')), 'file');
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

describe('without authentication', () => {
  test('real accounts are not served', () => {
    expect(problemsOf(REPAY)).toEqual([
      'TOKENS_FILE: is missing, and so is JWT_JWKS_URL: nothing says who may use Paygraph',
    ]);
    expect(problemsOf({ ...REPAY, ...JWT })).toEqual([]);
    expect(problemsOf({ ...REPAY, TOKENS_FILE: tokensFile(ROOT) })).toEqual([]);
  });

  test.each(['127.0.0.1', '127.1.2.3', '::1', 'localhost'])('the sandbox listens on %s', (HOST) => {
    expect(loadConfig({ HOST }).access).toBeNull();
  });

  test.each([
    '0.0.0.0',
    '::',
    '192.168.1.7',
    'example.com',
    '127.0.0.1.example.com',
    'localhost.example.com',
    '0',
  ])('the sandbox does not listen on %s, and does with authentication', (HOST) => {
    expect(problemsOf({ HOST })).toEqual([
      expect.stringMatching(/^HOST: must be an address of this machine/),
    ]);
    expect(problemsOf({ HOST, ...JWT })).toEqual([]);
  });
});

describe('TOKENS_FILE', () => {
  test('holds tokens by their digests, with their scopes', () => {
    const token: TestToken = {
      name: 'back-office',
      token: 't',
      scopes: ['payouts:read', 'wallets:block@repay'],
    };
    expect(loadConfig({ ...REPAY, TOKENS_FILE: tokensFile(token) }).access).toEqual({
      tokens: [
        {
          name: 'back-office',
          sha256: createHash('sha256').update('t').digest('hex'),
          grants: [
            { scope: 'payouts:read', account: null },
            { scope: 'wallets:block', account: 'repay' },
          ],
        },
      ],
      jwt: null,
    });
  });

  test('is checked as a whole, and no message says what is in it', () => {
    const { sha256 } = entryOf(ROOT);
    const problems = problemsOf({
      ...REPAY,
      TOKENS_FILE: file([
        { name: 'hunter two', sha256: 'hunter2', scopes: [] },
        {
          name: 'a',
          sha256,
          scopes: ['payouts:hunt', 'payouts:read@hunter', 'payouts:read@', 'wallets:read'],
        },
        { name: 'a', sha256, scopes: ['payouts:read'] },
        { name: 'anonymous', sha256: 'f'.repeat(64), scopes: ['payouts:read'], token: 'hunter2' },
        'hunter2',
      ]),
    });
    expect(problems).toEqual([
      'TOKENS_FILE[0].name: must be 1 to 64 letters, digits and . _ @ -, a letter or digit first',
      'TOKENS_FILE[0].sha256: must be the SHA-256 of a token: 64 hexadecimal digits',
      'TOKENS_FILE[0].scopes: must hold at least one scope',
      'TOKENS_FILE[1].scopes.0: is no scope',
      'TOKENS_FILE[1].scopes.1: is for an account that is not configured',
      'TOKENS_FILE[1].scopes.2: is for an account that is not configured',
      'TOKENS_FILE[2].sha256: is used twice',
      'TOKENS_FILE[2].name: is used twice, with other scopes',
      'TOKENS_FILE[3].name: is taken',
      'TOKENS_FILE[3].token: is not a known field',
      'TOKENS_FILE[4]: has the wrong type',
    ]);
    expect(problems.join()).not.toMatch(/hunter/);
  });

  test.each([
    ['broken JSON', '[{', 'TOKENS_FILE: is not JSON'],
    ['no list', '{}', 'TOKENS_FILE: must hold a JSON list of at least one token'],
    ['an empty list', '[]', 'TOKENS_FILE: must hold a JSON list of at least one token'],
  ])('with %s is refused', (_what, content, problem) => {
    expect(problemsOf({ ...REPAY, TOKENS_FILE: file(content) })).toEqual([problem]);
  });

  test('may hold two tokens of one caller, so that one can replace the other', () => {
    const [one, other] = ['one', 'other'].map((token) => ({ ...ROOT, token, scopes: ['payouts:read'] }));
    expect(problemsOf({ ...REPAY, TOKENS_FILE: tokensFile(one!, other!) })).toEqual([]);
  });

  test('may name the accounts of the sandbox when there are no others', async () => {
    const sandbox = await startSandbox();
    expect(demoAccounts(sandbox).map(({ name }) => name)).toEqual([...demoNames]);
    await sandbox.close();
    const of = (account: string) => tokensFile({ ...ROOT, scopes: [`payouts:read@${account}`] });
    expect(problemsOf({ TOKENS_FILE: of('hashlee-2') })).toEqual([]);
    expect(problemsOf({ TOKENS_FILE: of('hashlee-3') })).toHaveLength(1);
  });
});

describe('JWT settings', () => {
  const pair = (type: 'ed25519') => generateKeyPairSync(type);
  const { publicKey, privateKey } = pair('ed25519');
  const jwk = publicKey.export({ format: 'jwk' });
  const rsa = (modulusLength: number) => generateKeyPairSync('rsa', { modulusLength }).publicKey;
  const secret = (bytes: number) => ({ kty: 'oct', k: Buffer.alloc(bytes, 7).toString('base64url') });

  test('name an issuer, an audience, and asymmetric algorithms', () => {
    expect(loadConfig({ ...REPAY, ...JWT }).access?.jwt).toMatchObject({
      keys: { url: JWT.JWT_JWKS_URL },
      issuer: WHOSE.JWT_ISSUER,
      audience: WHOSE.JWT_AUDIENCE,
    });
    const { algorithms } = loadConfig({ ...REPAY, ...JWT }).access!.jwt!;
    expect(algorithms).toContain('ES256');
    expect(algorithms.filter((algorithm) => !/^(RS|PS|ES|Ed)/.test(algorithm))).toEqual([]);
    expect(loadConfig({ ...REPAY, ...JWT, JWT_ALGORITHMS: 'EdDSA, ES256' }).access?.jwt?.algorithms).toEqual([
      'EdDSA',
      'ES256',
    ]);
  });

  test('must be complete', () => {
    expect(problemsOf({ ...REPAY, JWT_AUDIENCE: 'hunter2' })).toEqual([
      'JWT_JWKS_URL: is missing, and so is JWT_KEY_FILE (JWT_AUDIENCE is set, so one is needed)',
      'JWT_ISSUER: is missing (JWT_AUDIENCE is set, so it is needed)',
    ]);
    expect(problemsOf({ ...REPAY, ...JWT, JWT_KEY_FILE: file(jwk) })).toEqual([
      'JWT_KEY_FILE: is not used with JWT_JWKS_URL; unset one of them',
    ]);
  });

  test.each(['none', 'HS256', 'ES256 none', 'rs256', 'hunter2', ','])(
    'pin no algorithm such as "%s"',
    (JWT_ALGORITHMS) => {
      expect(problemsOf({ ...REPAY, ...JWT, JWT_ALGORITHMS })).toEqual([
        expect.stringMatching(/^JWT_ALGORITHMS: must be some of RS256, /),
      ]);
    },
  );

  test.each([
    'http://id.example/keys',
    'ftp://id.example',
    'id.example',
    'https://user:hunter2@id.example/keys',
  ])('fetch no keys from %s', (JWT_JWKS_URL) => {
    expect(problemsOf({ ...REPAY, ...WHOSE, JWT_JWKS_URL })).toEqual([
      expect.stringMatching(/^JWT_JWKS_URL: must/),
    ]);
  });

  test.each([
    ['a PEM', publicKey.export({ type: 'spki', format: 'pem' }).toString(), 'EdDSA'],
    ['an RSA PEM', rsa(2048).export({ type: 'pkcs1', format: 'pem' }).toString(), 'RS256'],
    ['a JWK', jwk, 'EdDSA'],
    [
      'a JWK Set',
      {
        keys: [
          { ...jwk, kid: 'a' },
          { ...jwk, kid: 'b' },
        ],
      },
      'EdDSA',
    ],
    ['one secret', secret(32), 'HS256'],
    ['one secret that says what it is for', { ...secret(64), alg: 'HS512' }, 'HS512'],
  ])('take %s from a file', (_what, key, algorithm) => {
    const { access } = loadConfig({ ...REPAY, ...WHOSE, JWT_KEY_FILE: file(key) });
    expect(access?.jwt?.algorithms).toContain(algorithm);
    expect(access?.jwt?.algorithms.some((each) => each.startsWith('HS'))).toBe(algorithm.startsWith('HS'));
  });

  test.each([
    ['no key', 'hunter2'],
    ['nothing', ''],
    ['broken JSON', '{'],
    ['an empty set', { keys: [] }],
    ['no list of keys', { keys: 'hunter2' }],
    ['a private PEM', privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()],
    ['a private JWK', privateKey.export({ format: 'jwk' })],
    ['a short RSA key', rsa(1024).export({ format: 'jwk' })],
    ['a short secret', secret(31)],
    ['a secret among public keys', { keys: [jwk, secret(32)] }],
    ['two secrets', { keys: [secret(32), secret(33)] }],
  ])('take no file with %s, and do not show it', (_what, content) => {
    const problems = problemsOf({ ...REPAY, ...WHOSE, JWT_KEY_FILE: file(content) });
    expect(problems).toEqual([expect.stringMatching(/^JWT_KEY_FILE: must hold a public key/)]);
    expect(problems.join()).not.toMatch(/hunter2|-----/);
  });

  test('need the file to be there', () => {
    expect(problemsOf({ ...REPAY, ...WHOSE, JWT_KEY_FILE: '/nowhere/key' })).toEqual([
      'JWT_KEY_FILE: cannot be read',
    ]);
  });
});

describe('npm run token', () => {
  const command = (...args: string[]) => ['--import', 'tsx', 'src/access/new-token.ts', ...args];

  test('prints a token once, and the entry that lets it in', () => {
    const printed = execFileSync(
      process.execPath,
      command('back-office', 'payouts:read', 'wallets:block@repay'),
      {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      },
    );
    const [token, entry] = printed.split('\n') as [string, string];
    expect(token).toMatch(/^paygraph_[\w-]{43}$/);
    expect(entry).not.toContain(token);
    expect(JSON.parse(entry)).toEqual({
      name: 'back-office',
      sha256: createHash('sha256').update(token).digest('hex'),
      scopes: ['payouts:read', 'wallets:block@repay'],
    });
    expect(problemsOf({ ...REPAY, TOKENS_FILE: file(`[${entry}]`) })).toEqual([]);
  });

  test.each([
    ['no name', []],
    ['no scope', ['back-office']],
    ['a name that is none', ['back office', 'payouts:read']],
    ['a scope that is none', ['back-office', 'payouts:read', 'payouts:burn']],
    ['a scope without its account', ['back-office', 'payouts:read@']],
  ])('with %s explains itself, and makes none', (_what, args) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, command(...args), { encoding: 'utf8' });
    expect([status, stdout]).toEqual([1, '']);
    expect(stderr).toContain('Usage: npm run token');
    expect(stderr).toContain('withdrawals:cancel');
  });
});
