/** Where all providers meet: from an account's configuration to its client. */

import type { AccountConfig } from '../account-config.ts';
import type { Config } from '../config.ts';
import { createCryptomus } from './cryptomus/client.ts';
import { createHashlee } from './hashlee/client.ts';
import { createHeleket } from './heleket/client.ts';
import { createHttp } from './http.ts';
import type { Provider } from './provider.ts';
import { createRepay } from './repay/client.ts';

/** Opens the client of one account, with a connection pool of its own. The caller closes it. */
export function openProvider(config: AccountConfig, upstream: Config['upstream']): Provider {
  const { name, url } = config;
  switch (config.provider) {
    case 'cryptomus':
      return createCryptomus(config, createHttp({ account: name, provider: 'CRYPTOMUS', url, ...upstream }));
    case 'heleket':
      return createHeleket(config, createHttp({ account: name, provider: 'HELEKET', url, ...upstream }));
    case 'repay':
      return createRepay(config, createHttp({ account: name, provider: 'REPAY', url, ...upstream }));
    case 'hashlee':
      return createHashlee(config, createHttp({ account: name, provider: 'HASHLEE', url, ...upstream }));
  }
}
