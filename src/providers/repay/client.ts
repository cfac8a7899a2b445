/** Repay (repay.cx): payouts to cards, phones and bank accounts, made and read one by one. Its quirks:
 *
 * - A payout is read by the merchant's order id only; there is no list and no reading by Repay's own id.
 * - The answer to a read is flat, that to a creation wrapped in `payload`; `error` is a text in one and an object in the
 *   other. The path of a creation ends with a slash.
 * - A creation answers an id that reads nothing. What it does with an order id that exists is not documented, nor is
 *   any refusal.
 * - `status_code` in the body speaks besides the HTTP status, as a number or as text.
 * - A payout names no currency: it is the cash desk's, and configured.
 * - The recipient arrives masked, in more than one way: it is never taken apart.
 */

import { createHmac } from 'node:crypto';
import type { ObjectKey, Payout, PayoutRequest } from '../../domain.ts';
import { type FailureFacts, ProviderError } from '../../errors.ts';
import type { Http } from '../http.ts';
import type { Asker, CreatedPayout, Provider } from '../provider.ts';
import { byZod } from '../wire.ts';
import { createRefusalOf, refusalOf, toPayout } from './map.ts';
import { isAddressable, payoutFields, payoutIssues } from './request.ts';
import { createdWire, dealAnswer } from './wire.ts';

const DEALS = '/payout_api/v1/external/payout_deals';

type Operation = 'readPayout' | 'createPayout';

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
  const headers = { 'api-key': config.apiKey, accept: 'application/json' };

  function failure(
    operation: Operation,
    facts: Pick<FailureFacts, 'code' | 'issues' | 'sentence'>,
  ): ProviderError {
    return new ProviderError({ account, provider: 'REPAY', operation, ...facts });
  }

  async function byKey(key: ObjectKey, asker: Asker): Promise<Payout | null> {
    if (!('orderId' in key)) {
      throw failure('readPayout', { code: 'UNSUPPORTED', sentence: 'Repay reads payouts by order id only' });
    }
    const { orderId } = key;
    if (!isAddressable(orderId)) {
      const issues = [{ field: 'merchant_deal_id', rule: 'invalid' }];
      throw failure('readPayout', { code: 'INVALID_REQUEST', issues });
    }
    try {
      const deal = await http.exchange(
        {
          operation: 'readPayout',
          effect: 'read',
          method: 'GET',
          path: `${DEALS}/${encodeURIComponent(orderId)}`,
          headers,
          refusal: refusalOf,
          answer: dealAnswer,
        },
        asker,
      );
      // Whether Repay takes its own id in this place is not documented (docs/providers.md 3.3).
      if (deal.order_id !== orderId && deal.id !== orderId) {
        throw failure('readPayout', { code: 'BAD_RESPONSE' });
      }
      return toPayout(account, config.currency, deal);
    } catch (error) {
      if (error instanceof ProviderError && error.failure.code === 'NOT_FOUND') return null;
      throw error;
    }
  }

  async function create(request: PayoutRequest, asker: Asker): Promise<CreatedPayout> {
    const { orderId, requisites } = request;
    const unsupported = (sentence: string) => failure('createPayout', { code: 'UNSUPPORTED', sentence });
    if (requisites.type === 'CRYPTO_ADDRESS') {
      throw unsupported('Repay pays out to cards, phones and bank accounts only');
    }
    if (request.feePayer !== null) throw unsupported('Repay leaves no choice who pays the fee');
    if (request.payCurrency !== null || request.fromCurrency !== null) {
      throw unsupported('Repay converts nothing');
    }
    const issues = payoutIssues(request, config.currency);
    if (issues.length > 0) throw failure('createPayout', { code: 'INVALID_REQUEST', issues });

    await http.exchange(
      {
        operation: 'createPayout',
        effect: 'write',
        method: 'POST',
        path: `${DEALS}/`,
        headers: { ...headers, 'content-type': 'application/json' },
        body: JSON.stringify(payoutFields(request, requisites)),
        refusal: createRefusalOf,
        answer: byZod(createdWire.refine(({ payload }) => (payload.order_id ?? orderId) === orderId)),
      },
      asker,
    );
    return { key: { orderId }, payout: null };
  }

  return {
    name: 'REPAY',
    account,
    payouts: {
      keys: ['orderId'],
      byKey,
      create,
      honoursOrderId: false,
      seal: (text) => createHmac('sha256', config.apiKey).update(text).digest('hex'),
    },
    health: () => http.health(),
    close: () => http.close(),
  };
}
