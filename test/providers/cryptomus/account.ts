/** A client for one account of either brand, an asker that counts, and the failure out of a promise. */

import { expect } from 'vitest';
import { type Failure, ProviderError } from '../../../src/errors.ts';
import { type CryptomusConfig, createCryptomus } from '../../../src/providers/cryptomus/client.ts';
import { createHeleket } from '../../../src/providers/heleket/client.ts';
import { createHttp } from '../../../src/providers/http.ts';
import type { Asker, Provider } from '../../../src/providers/provider.ts';

/** The documented merchant, with keys that are easy to find if they leak. */
export const CONFIG: CryptomusConfig = {
  name: 'shop',
  merchant: '8b03432e-385b-4670-8d06-064591096795',
  paymentKey: 'secret-payment-key',
  payoutKey: 'secret-payout-key',
};

export function openAccount(
  provider: 'CRYPTOMUS' | 'HELEKET',
  url: string,
  config: CryptomusConfig = CONFIG,
): Provider {
  const http = createHttp({
    account: config.name,
    provider,
    url,
    connections: 2,
    attemptMs: 5_000,
    budgetMs: 10_000,
  });
  return provider === 'CRYPTOMUS' ? createCryptomus(config, http) : createHeleket(config, http);
}

export interface CountingAsker extends Asker {
  /** HTTP exchanges since the last time that it was asked. */
  take(): number;
}

export function createAsker(): CountingAsker {
  let count = 0;
  return {
    called: () => {
      count++;
    },
    take() {
      const taken = count;
      count = 0;
      return taken;
    },
  };
}

/** The facts of the ProviderError that a promise ends in. */
export async function failureOf(promise: Promise<unknown>): Promise<Failure> {
  const error = await promise.then(
    () => expect.fail('it did not fail'),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(ProviderError);
  const { failure, message } = error as ProviderError;
  expect(`${message} ${JSON.stringify(failure)}`).not.toMatch(/secret|127\.0\.0\.1|v1\/|validation\./);
  return failure;
}
