/** Who is let in: static tokens, JWTs, and all that only look like them. */

import { createHmac, generateKeyPairSync } from 'node:crypto';
import { request } from 'node:http';
import { exportJWK, exportSPKI, type JWTPayload } from 'jose';
import { afterAll, describe, expect, test } from 'vitest';
import type { JwtConfig } from '../../src/access/access-config.ts';
import { createAuthenticate } from '../../src/access/authenticate.ts';
import { parseScope } from '../../src/access/scopes.ts';
import { EVERY_ACCOUNT, SCOPES } from '../../src/caller.ts';
import { startProduct } from '../support/app.ts';
import { bearer, entryOf, ROOT, type TestToken, told } from '../support/tokens.ts';
import { AUDIENCE, forge, ISSUER, startIssuer } from './issuer.ts';

const READER: TestToken = { name: 'reader', token: 'paygraph_reader', scopes: ['payouts:read@cryptomus'] };
const tokens = [ROOT, READER].map((each) => ({
  ...entryOf(each),
  grants: each.scopes.map((text) => parseScope(text)!),
}));
const issuer = await startIssuer();
afterAll(() => issuer.close());
const ACCOUNTS = ['cryptomus', 'hashlee'];
const jwt: JwtConfig = {
  keys: { url: issuer.url },
  algorithms: ['ES256', 'RS256', 'EdDSA'],
  issuer: ISSUER,
  audience: AUDIENCE,
};
const enter = (config: Partial<{ jwt: JwtConfig | null }> = {}) =>
  createAuthenticate({ tokens, jwt, ...config }, ACCOUNTS);
const authenticate = await enter();
const tell = async (authorization: string | readonly string[] | undefined, by = authenticate) =>
  told(await by({ authorization }));
const BAD = '401 UNAUTHENTICATED';

describe('a static token', () => {
  test('is its caller, with the scopes and accounts that it has, and no others', () => {
    const reader = authenticate(bearer(READER));
    if (reader instanceof Promise || 'status' in reader) return expect.fail('it was not let in at once');
    expect(reader.name).toBe('reader');
    for (const scope of SCOPES) {
      expect(reader.may(scope, 'cryptomus')).toBe(scope === 'payouts:read');
      for (const other of ['hashlee', 'Cryptomus', 'cryptomus ', '', EVERY_ACCOUNT]) {
        expect(reader.may(scope, other)).toBe(false);
      }
    }
    expect(authenticate(bearer(READER))).toBe(reader);
  });

  test.each(['Bearer', 'bearer', 'BEARER', 'bEaReR'])('is taken after "%s"', async (scheme) => {
    expect(await tell(`${scheme} ${ROOT.token}`)).toBe('root');
  });

  test.each([
    ['nothing', ''],
    ['the scheme alone', 'Bearer'],
    ['the scheme and a space', 'Bearer '],
    ['no scheme', ROOT.token],
    ['another scheme', `Basic ${ROOT.token}`],
    ['a scheme that begins like it', `BearerX ${ROOT.token}`],
    ['no space', `Bearer${ROOT.token}`],
    ['a token that is cut off', `Bearer ${ROOT.token.slice(0, -1)}`],
    ['a token that goes on', `Bearer ${ROOT.token}x`],
    ['a token in capitals', `Bearer ${ROOT.token.toUpperCase()}`],
    ['two tokens', `Bearer ${ROOT.token} ${ROOT.token}`],
    ['two headers in one', `Bearer ${ROOT.token}, Bearer ${READER.token}`],
    ['the digest in place of the token', `Bearer ${entryOf(ROOT).sha256}`],
    ['something unprintable', `Bearer ${ROOT.token}\u0000`],
    ['a megabyte', `Bearer ${'x'.repeat(1_000_000)}`],
  ])('is not %s', async (_what, header) => {
    expect(await tell(header)).toBe(BAD);
    expect(await tell(header, await enter({ jwt: null }))).toBe(BAD);
  });

  test('is not in two headers, even if they agree', async () => {
    expect(await tell([`Bearer ${ROOT.token}`])).toBe('root');
    expect(await tell([`Bearer ${ROOT.token}`, `Bearer ${ROOT.token}`])).toBe(BAD);
    expect(await tell([])).toBe(BAD);
  });
});

describe('a JWT', () => {
  const say = async (token: string | Promise<string>, by = authenticate) => tell(`Bearer ${await token}`, by);
  const now = Math.floor(Date.now() / 1000);

  test('is the caller of its subject, with the scopes that are known, of accounts that are known', async () => {
    const scope = 'payouts:read wallets:block@cryptomus wallets:read@paypal openid payouts:read@ wallets:*  ';
    const caller = await authenticate({ authorization: `Bearer ${await issuer.sign({ scope })}` });
    if ('status' in caller) return expect.fail(caller.message);
    expect(caller.name).toBe('finance');
    expect(SCOPES.filter((each) => caller.may(each, 'cryptomus'))).toEqual(['wallets:block', 'payouts:read']);
    expect(SCOPES.filter((each) => caller.may(each, 'hashlee'))).toEqual(['payouts:read']);
    expect(SCOPES.filter((each) => caller.may(each, EVERY_ACCOUNT))).toEqual(['payouts:read']);
    expect(SCOPES.filter((each) => caller.may(each, 'paypal'))).toEqual(['payouts:read']);
  });

  test('may list its scopes; what is no text is ignored', async () => {
    const scopes = ['operations:read', 7, null, ['payouts:read'], { scope: 'wallets:read' }];
    const caller = await authenticate({ authorization: `Bearer ${await issuer.sign({ scopes, scope: 5 })}` });
    if ('status' in caller) return expect.fail(caller.message);
    expect(SCOPES.filter((each) => caller.may(each, 'hashlee'))).toEqual(['operations:read']);
  });

  test('without scopes is somebody who may do nothing', async () => {
    const caller = await authenticate({ authorization: `Bearer ${await issuer.sign()}` });
    if ('status' in caller) return expect.fail(caller.message);
    expect(SCOPES.filter((each) => caller.may(each, 'hashlee'))).toEqual([]);
  });

  test.each([
    ['has expired', { exp: now - 60 }],
    ['never expires', { exp: undefined }],
    ['expires at a text', { exp: 'never' }],
    ['is not good yet', { nbf: now + 3600 }],
    ['is from somebody else', { iss: 'https://id.example.org' }],
    ['is from nobody', { iss: undefined }],
    ['is for somebody else', { aud: 'another' }],
    ['is for others', { aud: ['another', 'paygraph2'] }],
    ['is for nobody', { aud: undefined }],
    ['has no subject', { sub: undefined }],
    ['has an empty subject', { sub: '' }],
    ['has a number for a subject', { sub: 7 }],
    ['has a subject that no database keeps', { sub: 'a\u0000b' }],
    ['has a subject that breaks lines of a log', { sub: 'a\nb' }],
    ['has a subject without end', { sub: 'x'.repeat(256) }],
    ['calls itself a static token', { sub: 'root' }],
    ['calls itself nobody in particular', { sub: 'anonymous' }],
  ] as const)('is refused when it %s', async (_what, claims) => {
    expect(await say(issuer.sign(claims as JWTPayload))).toBe(BAD);
  });

  test('is taken for us among others, and for a moment after its end: clocks differ', async () => {
    expect(await say(issuer.sign({ aud: ['another', AUDIENCE] }))).toBe('finance');
    expect(await say(issuer.sign({ exp: Math.floor(Date.now() / 1000) }))).toBe('finance');
  });

  test('is told apart from nonsense: who may sign learns which claim is wrong, nobody else anything', async () => {
    const message = async (token: string) => {
      const verdict = await authenticate({ authorization: `Bearer ${token}` });
      return 'status' in verdict ? verdict.message : '';
    };
    expect(await message(await issuer.sign({ exp: now - 60 }))).toBe('The token has expired.');
    expect(await message(await issuer.sign({ aud: 'another' }))).toBe(
      'The claim aud of the token is not accepted.',
    );
    const [header, payload] = (await issuer.sign({ aud: 'another' })).split('.');
    expect(await message(`${header}.${payload}.AAAA`)).toBe('The bearer token is not valid.');
  });

  const claims = { iss: ISSUER, aud: AUDIENCE, sub: 'finance', exp: now + 3600 };

  test.each(['none', 'None', 'NONE', 'nOnE'])('is refused unsigned, with "%s"', async (alg) => {
    expect(await say(forge({ alg }, claims))).toBe(BAD);
    expect(await say(forge({ alg, kid: 'one' }, claims, 'AAAA'))).toBe(BAD);
  });

  test('is refused when it is signed with the public key as if that were a secret', async () => {
    const rsa = await startIssuer('RS256');
    const pem = await exportSPKI(rsa.key().publicKey);
    const jwk = JSON.stringify({ keys: [] });
    const open = await enter({ jwt: { ...jwt, keys: { url: rsa.url }, algorithms: ['RS256'] } });
    expect(await say(rsa.sign(), open)).toBe('finance');
    for (const secret of [pem, pem.trim(), jwk]) {
      const unsigned = forge({ alg: 'HS256', kid: 'one' }, claims).slice(0, -1);
      const signature = createHmac('sha256', secret).update(unsigned).digest('base64url');
      expect(await say(`${unsigned}.${signature}`, open)).toBe(BAD);
    }
    rsa.close();
  });

  test('is refused in an algorithm that is not the one of its key, or not among those that are trusted', async () => {
    expect(await say(forge({ alg: 'RS256', kid: 'one' }, claims, 'AAAA'))).toBe(BAD);
    const strict = await enter({ jwt: { ...jwt, algorithms: ['EdDSA'] } });
    expect(await say(issuer.sign(), strict)).toBe(BAD);
  });

  test('is refused with a key that it brings itself', async () => {
    const own = await startIssuer();
    const jwk = own.key().publicKey;
    expect(await say(own.sign())).toBe(BAD);
    expect(await say(own.sign({}, { jwk, jku: own.url }))).toBe(BAD);
    expect(own.fetched()).toBe(0);
    own.close();
  });

  test.each([
    ['no text', '..'],
    ['two parts', 'eyJhbGciOiJFUzI1NiJ9.e30'],
    ['four parts', 'a.b.c.d'],
    ['five parts, as if it were encrypted', 'a.b.c.d.e'],
    ['a header that is no JSON', `${Buffer.from('{').toString('base64url')}.e30.AAAA`],
    ['a header that is a list', forge([], claims, 'AAAA')],
    [
      'a header that wants something unknown',
      forge({ alg: 'ES256', kid: 'one', crit: ['x'], x: 1 }, claims, 'AAAA'),
    ],
    ['a prototype for a header', forge(JSON.parse('{"__proto__":{"alg":"none"}}'), claims)],
    ['a signature of no bytes', forge({ alg: 'ES256', kid: 'one' }, claims)],
  ])('is refused with %s', async (_what, token) => {
    expect(await say(token)).toBe(BAD);
  });

  test('is refused when anything in it was changed', async () => {
    const good = await issuer.sign();
    const [header, payload, signature] = good.split('.') as [string, string, string];
    const other = Buffer.from(JSON.stringify({ ...claims, sub: 'boss' })).toString('base64url');
    expect(await say(good)).toBe('finance');
    expect(await say(`${header}.${other}.${signature}`)).toBe(BAD);
    expect(await say(`${header}.${payload}.${signature.split('').reverse().join('')}`)).toBe(BAD);
  });

  test('is remembered: it is checked once, and then let in at once', async () => {
    const token = `Bearer ${await issuer.sign({ jti: 'remembered' })}`;
    const first = authenticate({ authorization: token });
    expect(first).toBeInstanceOf(Promise);
    const caller = await first;
    expect(authenticate({ authorization: token })).toBe(caller);
  });

  test('is not remembered beyond its end', async () => {
    const token = `Bearer ${await issuer.sign({ jti: 'short' })}`;
    const by = await enter();
    expect(await tell(token, by)).toBe('finance');
    const realNow = Date.now;
    Date.now = () => realNow() + 7_200_000;
    const late = by({ authorization: token });
    Date.now = realNow;
    expect(late).toBeInstanceOf(Promise);
  });
});

describe('the keys of an issuer', () => {
  const trust = async () => {
    const own = await startIssuer();
    return { own, by: await enter({ jwt: { ...jwt, keys: { url: own.url } } }) };
  };
  const say = async (token: Promise<string>, by: typeof authenticate) => tell(`Bearer ${await token}`, by);

  test('are fetched once for many tokens, and not for static ones', async () => {
    const { own, by } = await trust();
    expect(await tell(`Bearer ${ROOT.token}`, by)).toBe('root');
    expect(own.fetched()).toBe(0);
    const many = Array.from({ length: 20 }, (_, index) => say(own.sign({ jti: String(index) }), by));
    expect(new Set(await Promise.all(many))).toEqual(new Set(['finance']));
    expect(own.fetched()).toBe(1);
    own.close();
  });

  test('are not fetched again for each key that nobody knows', async () => {
    const { own, by } = await trust();
    await say(own.sign(), by);
    for (let each = 0; each < 10; each++) {
      expect(await say(own.sign({}, { kid: `unknown-${each}` }), by)).toBe(BAD);
    }
    expect(own.fetched()).toBe(1);
    own.close();
  });

  test('that cannot be fetched let nobody in, are no mistake of who asks, and are asked for again', async () => {
    const { own, by } = await trust();
    own.setFailing(true);
    const verdict = await by({ authorization: `Bearer ${await own.sign()}` });
    expect(verdict).toMatchObject({ status: 503, code: 'UNAVAILABLE', headers: { 'retry-after': '5' } });
    expect(JSON.stringify(verdict)).not.toMatch(/127\.0\.0\.1|secret/);
    expect(await tell(`Bearer ${ROOT.token}`, by)).toBe('root');
    own.setFailing(false);
    expect(await say(own.sign(), by)).toBe('finance');
    own.close();
    expect(await say(own.sign({ sub: 'known' }), by)).toBe('known');
  });

  test('are not there at all: the same', async () => {
    const { own, by } = await trust();
    own.close();
    expect(await say(own.sign(), by)).toBe('503 UNAVAILABLE');
  });
});

describe('a key in a file', () => {
  const claims = { iss: ISSUER, aud: AUDIENCE, sub: 'finance', exp: Math.floor(Date.now() / 1000) + 3600 };

  test('that is public checks tokens whatever name they give it', async () => {
    const { publicKey } = issuer.key();
    const by = await enter({ jwt: { ...jwt, keys: { list: [await exportJWK(publicKey)] } } });
    expect(await tell(`Bearer ${await issuer.sign()}`, by)).toBe('finance');
    expect(await tell(`Bearer ${forge({ alg: 'HS256' }, claims, 'AAAA')}`, by)).toBe(BAD);
  });

  test('that is secret checks its own algorithm and no other', async () => {
    const secret = 'a secret of at least 32 characters';
    const k = Buffer.from(secret).toString('base64url');
    const by = await enter({ jwt: { ...jwt, keys: { list: [{ kty: 'oct', k }] }, algorithms: ['HS256'] } });
    const unsigned = forge({ alg: 'HS256' }, claims).slice(0, -1);
    const signature = createHmac('sha256', secret).update(unsigned).digest('base64url');
    expect(await tell(`Bearer ${unsigned}.${signature}`, by)).toBe('finance');
    expect(
      await tell(`Bearer ${unsigned}.${signature.replace(/^./, (c) => (c === 'A' ? 'B' : 'A'))}`, by),
    ).toBe(BAD);
    expect(await tell(`Bearer ${await issuer.sign()}`, by)).toBe(BAD);
  });

  test('among several is found by its name', async () => {
    const { publicKey } = generateKeyPairSync('ed25519');
    const list = [
      { ...(await exportJWK(publicKey)), kid: 'other' },
      { ...(await exportJWK(issuer.key().publicKey)), kid: 'one' },
    ];
    const by = await enter({ jwt: { ...jwt, keys: { list } } });
    expect(await tell(`Bearer ${await issuer.sign()}`, by)).toBe('finance');
    expect(await tell(`Bearer ${await issuer.sign({}, { kid: 'other' })}`, by)).toBe(BAD);
  });
});

describe('over HTTP', async () => {
  const product = await startProduct();
  const { post, ask } = product.serve(product.accounts, { authenticate });
  const { url } = await post({ query: '{ __typename }' });

  test('whoever sends no token is told so, and nothing is asked', async () => {
    const response = await post({ query: '{ payouts { nodes { id } } }' });
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toBe('Bearer realm="paygraph"');
    expect(await response.json()).toEqual({
      errors: [{ message: 'A bearer token is needed.', extensions: { code: 'UNAUTHENTICATED' } }],
    });
    expect(product.sandbox.calls).toEqual([]);
  });

  test('whoever sends a bad token is told so, and nothing of it', async () => {
    const response = await post({ query: '{ __typename }' }, { authorization: 'Bearer hunter2' });
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toMatch(
      /^Bearer realm="paygraph", error="invalid_token"/,
    );
    expect(await response.text()).not.toContain('hunter2');
  });

  test('the caller is whoever the token says, and the ledger keeps their name', async () => {
    const { data } = await ask(
      `mutation ($input: CreateStaticWalletInput!) {
        createStaticWallet(input: $input) { ... on CreateStaticWalletPayload { operation { caller } } }
      }`,
      {
        input: {
          idempotencyKey: 'k',
          account: 'cryptomus',
          orderId: 'of-finance',
          currency: 'USDT',
          network: 'tron',
        },
      },
      { authorization: `Bearer ${await issuer.sign({ scope: 'wallets:create@cryptomus' })}` },
    );
    expect(data.createStaticWallet.operation.caller).toBe('finance');
  });

  test('two headers are one too many', async () => {
    const status = await new Promise((resolve, reject) => {
      const asking = request(url, { method: 'POST', headers: { 'content-type': 'application/json' } });
      asking.setHeader('authorization', [`Bearer ${ROOT.token}`, `Bearer ${READER.token}`] as never);
      asking.once('response', (response) => resolve(response.resume().statusCode)).once('error', reject);
      asking.end('{"query":"{ __typename }"}');
    });
    expect(status).toBe(401);
  });

  test("health is everybody's", async () => {
    expect((await fetch(new URL('/health/live', url))).status).toBe(200);
    expect((await fetch(new URL('/graphql?x=/health/live', url))).status).toBe(401);
    expect((await fetch(url)).status).toBe(401);
  });

  test('a page of this machine may ask before it sends its token', async () => {
    const response = await fetch(url, {
      method: 'OPTIONS',
      headers: {
        origin: 'http://localhost:5173',
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,content-type',
      },
    });
    expect(response.ok).toBe(true);
    expect(response.headers.get('access-control-allow-headers')).toContain('authorization');
  });
});
