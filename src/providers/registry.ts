/** Where all providers meet: from an account's configuration to its client. */

import type { AccountConfig } from '../account-config.ts';
import type { Config } from '../config.ts';
import type { ProviderName } from '../domain.ts';
import { createCryptomus } from './cryptomus/client.ts';
import { createHashlee } from './hashlee/client.ts';
import { createHeleket } from './heleket/client.ts';
import { createHttp, type Reporter } from './http.ts';
import type { Provider } from './provider.ts';
import { createRepay } from './repay/client.ts';

/** Opens the client of one account, with connections of its own. Whom `reporter` gives must
 * not throw. The caller closes it. */
export function openProvider(
  config: AccountConfig,
  upstream: Config['upstream'],
  reporter?: Reporter,
): Provider {
  const http = (provider: ProviderName) =>
    createHttp({
      account: config.name,
      provider,
      url: config.url,
      ...upstream,
      ...(reporter && { reporter }),
    });
  switch (config.provider) {
    case 'cryptomus':
      return createCryptomus(config, http('CRYPTOMUS'));
    case 'heleket':
      return createHeleket(config, http('HELEKET'));
    case 'repay':
      return createRepay(config, http('REPAY'));
    case 'hashlee':
      return createHashlee(config, http('HASHLEE'));
  }
}
