/** A client for one cash desk, an asker that counts, and the failure out of a promise. */

import { expect } from 'vitest';
import { type Failure, ProviderError } from '../../../src/errors.ts';
import { createHttp } from '../../../src/providers/http.ts';
import type { Asker, Payouts, Provider } from '../../../src/providers/provider.ts';
import { createRepay } from '../../../src/providers/repay/client.ts';

export function openAccount(url: string, apiKey = 'secret-api-key'): Provider & { payouts: Payouts } {
  const http = createHttp({
    account: 'desk',
    provider: 'REPAY',
    url,
    connections: 2,
    attemptMs: 5_000,
    budgetMs: 10_000,
  });
  const provider = createRepay({ name: 'desk', apiKey, currency: 'RUB' }, http);
  return { ...provider, payouts: provider.payouts! };
}

export interface CountingAsker extends Asker {
  /** The operations of all HTTP exchanges so far. */
  readonly operations: string[];
}

export function createAsker(): CountingAsker {
  const operations: string[] = [];
  return { operations, called: (_account, operation) => void operations.push(operation) };
}

/** The facts of the ProviderError that a promise ends in, which must not give anything away. */
export async function failureOf(promise: Promise<unknown>): Promise<Failure> {
  const error = await promise.then(
    () => expect.fail('it did not fail'),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(ProviderError);
  const { failure, message } = error as ProviderError;
  expect(`${message} ${JSON.stringify(failure)}`).not.toMatch(/secret|127\.0\.0\.1|payout_api|Invalid/);
  return failure;
}
