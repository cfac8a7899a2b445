/** A client for one account of either brand. */

import { type CryptomusConfig, createCryptomus } from '../../../src/providers/cryptomus/client.ts';
import { createHeleket } from '../../../src/providers/heleket/client.ts';
import { createHttp } from '../../../src/providers/http.ts';
import type { Provider } from '../../../src/providers/provider.ts';

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
