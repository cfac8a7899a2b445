/** Repay (repay.cx): payouts to cards, phones and bank accounts, read one by one. Its quirks:
 *
 * - A payout is read by the merchant's order id only; there is no list and no reading by Repay's own id.
 * - The answer is flat here and wrapped in `payload` elsewhere; `error` is a text here and an object there.
 * - `status_code` in the body speaks besides the HTTP status, as a number or as text.
 * - A payout names no currency: it is the cash desk's, and configured.
 * - The recipient arrives masked, in more than one way: it is never taken apart.
 */

import type { ObjectKey, Payout } from '../../domain.ts';
import { type FailureFacts, ProviderError } from '../../errors.ts';
import type { Http } from '../http.ts';
import type { Asker, Provider } from '../provider.ts';
import { refusalOf, toPayout } from './map.ts';
import { dealAnswer } from './wire.ts';

const DEALS = '/payout_api/v1/external/payout_deals';
const OPERATION = 'readPayout';

export interface RepayConfig {
  /** The account's name, as it appears in ids and failures. */
  readonly name: string;
  /** Key of the cash desk. */
  readonly apiKey: string;
  /** Currency of the cash desk, such as `RUB`. */
  readonly currency: string;
}

/** Speaks for one cash desk over `http`, which it closes when it is closed. */
export function createRepay(config: RepayConfig, http: Http): Provider {
  const account = config.name;

  function failure(facts: Pick<FailureFacts, 'code' | 'issues' | 'sentence'>): ProviderError {
    return new ProviderError({ account, provider: 'REPAY', operation: OPERATION, ...facts });
  }

  async function byKey(key: ObjectKey, asker: Asker): Promise<Payout | null> {
    if (!('orderId' in key)) {
      throw failure({ code: 'UNSUPPORTED', sentence: 'Repay reads payouts by order id only' });
    }
    const { orderId } = key;
    if (!isAddressable(orderId)) {
      throw failure({ code: 'INVALID_REQUEST', issues: [{ field: 'merchant_deal_id', rule: 'invalid' }] });
    }
    try {
      const deal = await http.exchange(
        {
          operation: OPERATION,
          effect: 'read',
          method: 'GET',
          path: `${DEALS}/${encodeURIComponent(orderId)}`,
          headers: { 'api-key': config.apiKey, accept: 'application/json' },
          refusal: refusalOf,
          answer: dealAnswer,
        },
        asker,
      );
      // Whether Repay takes its own id in this place is not documented (docs/providers.md 3.3).
      if (deal.order_id !== orderId && deal.id !== orderId) throw failure({ code: 'BAD_RESPONSE' });
      return toPayout(account, config.currency, deal);
    } catch (error) {
      if (error instanceof ProviderError && error.failure.code === 'NOT_FOUND') return null;
      throw error;
    }
  }

  return {
    name: 'REPAY',
    account,
    payouts: { keys: ['orderId'], byKey },
    close: () => http.close(),
  };
}

// Nothing, `.` and `..` would name another path, even percent-encoded; half a surrogate pair cannot be encoded.
function isAddressable(orderId: string): boolean {
  return !['', '.', '..'].includes(orderId) && !/\p{Surrogate}/u.test(orderId);
}
