/** Heleket for one account: Cryptomus's platform under another host, with the same paths, signature, texts and
 * cursors (docs/providers.md 2.1), so Cryptomus's driver speaks for it. What only Heleket sends, such as the
 * order id, fee and times of a payout, is optional in that driver's wire (docs/providers.md 2.4). */

import { type CryptomusConfig, createCryptomus } from '../cryptomus/client.ts';
import type { Http } from '../http.ts';
import type { Provider } from '../provider.ts';

/** The same credentials as at Cryptomus, issued by Heleket. */
export type HeleketConfig = CryptomusConfig;

/** A client for one account. It takes over `http` and closes it. */
export function createHeleket(config: HeleketConfig, http: Http): Provider {
  return createCryptomus(config, http, 'HELEKET');
}
