/** An issuer of JWTs for a test: it signs, and serves its keys over HTTP. */

import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';

export const ISSUER = 'https://id.example';
export const AUDIENCE = 'paygraph';

export async function startIssuer(algorithm = 'ES256') {
  const keys = new Map<string, Awaited<ReturnType<typeof generateKeyPair>>>();
  let fetched = 0;
  let fails = false;
  const server = createServer(async (_request, response) => {
    fetched++;
    if (fails) return void response.writeHead(500).end('secret-of-the-issuer');
    const served = await Promise.all(
      [...keys].map(async ([kid, { publicKey }]) => ({
        ...(await exportJWK(publicKey)),
        kid,
        alg: algorithm,
      })),
    );
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ keys: served }));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');

  async function addKey(kid: string): Promise<void> {
    keys.set(kid, await generateKeyPair(algorithm, { extractable: true }));
  }
  await addKey('one');

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/keys`,
    addKey,
    key: (kid = 'one') => keys.get(kid)!,
    /** How often the keys were fetched. */
    fetched: () => fetched,
    setFailing: (value: boolean) => {
      fails = value;
    },
    /** A token of `finance` that is good for an hour, with these changes; a claim that is undefined is left out. */
    sign(claims: JWTPayload = {}, header: { alg?: string; kid?: string; [name: string]: unknown } = {}) {
      const now = Math.floor(Date.now() / 1000);
      const payload = { iss: ISSUER, aud: AUDIENCE, sub: 'finance', exp: now + 3600, ...claims };
      return new SignJWT(JSON.parse(JSON.stringify(payload)))
        .setProtectedHeader({ alg: algorithm, kid: 'one', ...header })
        .sign(keys.get(header.kid ?? 'one')?.privateKey ?? keys.get('one')!.privateKey);
    },
    close: () => server.close().closeAllConnections(),
  };
}

/** A token with any header and any signature. */
export function forge(header: object, claims: object, signature = ''): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part(header)}.${part(claims)}.${signature}`;
}
