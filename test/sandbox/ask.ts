// How the sandbox's own tests talk to it: plain fetch, credentials by hand, one sandbox per file, reset between tests.
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import { SANDBOX_CREDENTIALS, type Sandbox, startSandbox } from '../../sandbox/index.ts';

export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  // Answers are what is under test: each expectation says what it needs of them.
  // biome-ignore lint/suspicious/noExplicitAny: see above
  json: any;
}

/** A getter, because the sandbox exists only once the tests run. */
export function useSandbox(): () => Sandbox {
  let sandbox: Sandbox;
  beforeAll(async () => {
    sandbox = await startSandbox();
  });
  beforeEach(() => sandbox.reset());
  afterAll(() => sandbox.close());
  return () => sandbox;
}

export async function ask(url: string, init?: RequestInit): Promise<Answer> {
  const response = await fetch(url, init);
  const text = await response.text();
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    json = undefined;
  }
  return { status: response.status, headers: response.headers, text, json };
}

type Merchant = 'cryptomus' | 'heleket';

/** Signed over exactly these bytes, with the key that belongs to the path. */
export function signedHeaders(provider: Merchant, path: string, body: string): Record<string, string> {
  const { merchant, paymentKey, payoutKey } = SANDBOX_CREDENTIALS[provider];
  const key = path.startsWith('/v1/payout') ? payoutKey : paymentKey;
  const sign = createHash('md5')
    .update(Buffer.from(body).toString('base64') + key)
    .digest('hex');
  return { merchant, sign, 'content-type': 'application/json' };
}

export function merchantCall(
  sandbox: Sandbox,
  provider: Merchant,
  path: string,
  input?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const body = typeof input === 'string' ? input : JSON.stringify(input ?? {});
  return ask(sandbox.urls[provider] + path, {
    method: 'POST',
    body,
    headers: { ...signedHeaders(provider, path, body), ...headers },
  });
}

export const DEALS = '/payout_api/v1/external/payout_deals/';

export function repayCall(sandbox: Sandbox, path: string, input?: unknown, headers = {}): Promise<Answer> {
  const init = input === undefined ? {} : { method: 'POST', body: JSON.stringify(input) };
  return ask(sandbox.urls.repay + DEALS + path, {
    ...init,
    headers: { 'api-key': SANDBOX_CREDENTIALS.repay.apiKey, 'content-type': 'application/json', ...headers },
  });
}

/** `path` comes after `/v1/gateway-units/`. */
export function hashleeCall(sandbox: Sandbox, path: string, init: RequestInit = {}): Promise<Answer> {
  return ask(`${sandbox.urls.hashlee}/v1/gateway-units/${path}`, {
    ...init,
    headers: { authorization: `Bearer ${SANDBOX_CREDENTIALS.hashlee.token}`, ...init.headers },
  });
}
