/** A client for one cash desk. */

import { createHttp } from '../../../src/providers/http.ts';
import type { Payouts, Provider } from '../../../src/providers/provider.ts';
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
