/** Cryptomus for one account.
 *
 * - Everything is a signed POST, reads too; the bytes that were signed are the bytes that go out (1.3).
 * - Two keys: one for wallets, one for payouts (1.3).
 * - When both ids are sent, block heeds the order id and refund the uuid, so only one is ever sent (1.7.3).
 * - Order ids have up to 100 characters where an object is made and 32 where it is named (1.12).
 * - A refusal is HTTP 422 with `state: 1`, with or without a text; other failures have no `state` at all (1.4).
 * - A static wallet cannot be read: what is known of one is what the last write answered (0.4).
 * - A payout answer need not repeat the order id; in lists balances are texts, elsewhere numbers (1.7.1, 1.8).
 * - A creation with an order id that exists makes nothing and answers with what it made, whatever else was asked for:
 *   an answer about something else is told as a taken order id (1.6.1, 1.7.1).
 * - A payout's fee is on top of the amount when `is_subtract` is true; the SDK manuals have it the other way (2.8).
 * - Lists have 15 rows a page, opaque cursors, and a creation time filter in UTC+3 (1.8).
 *
 * The numbers are sections of docs/providers.md. */

import type { ObjectKey, Payout } from '../../domain.ts';
import { type FailureCode, type FailureFacts, type FieldIssue, ProviderError } from '../../errors.ts';
import type { Http } from '../http.ts';
import type { Asker, Provider } from '../provider.ts';
import type { Reader } from '../wire.ts';
import { createPayoutList, EMPTY_LIST, PAYOUT_LIST_COST, type Page } from './list.ts';
import { blockedWallet, createdWallet, type Operation, payoutOf, refundedWallet, refusalOf } from './map.ts';
import { type Range, rangeOf } from './range.ts';
import {
  isPayoutOf,
  isWalletOf,
  MAX_NEW_ORDER_ID_LENGTH,
  orderIdIssues,
  payoutFields,
  payoutIssues,
  walletFields,
} from './request.ts';
import { sign } from './sign.ts';
import { blockAnswer, pageAnswer, payoutAnswer, qrCodeAnswer, refundAnswer, walletAnswer } from './wire.ts';

const MAX_ORDER_ID_LENGTH = 32;

interface Named {
  readonly uuid: string;
  readonly order_id?: string | null | undefined;
}

export interface CryptomusConfig {
  /** The account's name. */
  readonly name: string;
  /** The merchant's uuid. */
  readonly merchant: string;
  readonly paymentKey: string;
  readonly payoutKey: string;
}

interface Endpoint {
  readonly path: string;
  readonly effect: 'read' | 'write';
  readonly key: 'paymentKey' | 'payoutKey';
}

const ENDPOINTS: Readonly<Record<Operation, Endpoint>> = {
  createStaticWallet: { path: '/v1/wallet', effect: 'write', key: 'paymentKey' },
  blockWallet: { path: '/v1/wallet/block-address', effect: 'write', key: 'paymentKey' },
  refundBlocked: { path: '/v1/wallet/blocked-address-refund', effect: 'write', key: 'paymentKey' },
  walletQrCode: { path: '/v1/wallet/qr', effect: 'read', key: 'paymentKey' },
  createPayout: { path: '/v1/payout', effect: 'write', key: 'payoutKey' },
  readPayout: { path: '/v1/payout/info', effect: 'read', key: 'payoutKey' },
  listPayouts: { path: '/v1/payout/list', effect: 'read', key: 'payoutKey' },
};

/** A client for one account. It takes over `http` and closes it; `provider` is for the platform's other brand. */
export function createCryptomus(
  config: CryptomusConfig,
  http: Http,
  provider: 'CRYPTOMUS' | 'HELEKET' = 'CRYPTOMUS',
): Provider {
  const account = config.name;

  function fail(operation: Operation, code: FailureCode, more: Partial<FailureFacts> = {}): ProviderError {
    return new ProviderError({ code, account, provider, operation, ...more });
  }

  function refuse(operation: Operation, issues: readonly FieldIssue[]): void {
    if (issues.length > 0) throw fail(operation, 'INVALID_REQUEST', { issues });
  }

  function taken(operation: Operation, owner: string): ProviderError {
    const issues = [{ field: 'order_id', rule: 'taken' }];
    return fail(operation, 'INVALID_REQUEST', { issues, sentence: `the order id belongs to ${owner}` });
  }

  function ask<Result>(
    operation: Operation,
    fields: object,
    answer: Reader<Result>,
    asker: Asker,
    query = '',
  ): Promise<Result> {
    const { path, effect, key } = ENDPOINTS[operation];
    const body = JSON.stringify(fields);
    return http.exchange(
      {
        operation,
        effect,
        method: 'POST',
        path: path + query,
        headers: {
          merchant: config.merchant,
          sign: sign(body, config[key]),
          'content-type': 'application/json',
          accept: 'application/json',
        },
        body,
        refusal: (status, body) => refusalOf(operation, status, body),
        answer,
      },
      asker,
    );
  }

  /** Takes only the object that was asked for: an answer about another one must not be handed out. */
  function requireAbout(operation: Operation, key: ObjectKey, { uuid, order_id }: Named): void {
    const isAbout =
      'uuid' in key
        ? uuid.toLowerCase() === key.uuid.toLowerCase()
        : (order_id ?? key.orderId) === key.orderId;
    const outcome = ENDPOINTS[operation].effect === 'write' ? 'UNKNOWN' : 'REJECTED';
    if (!isAbout) throw fail(operation, 'BAD_RESPONSE', { outcome });
  }

  /** The one field that names an object. */
  function naming(operation: Operation, key: ObjectKey): { uuid: string } | { order_id: string } {
    if ('uuid' in key) return { uuid: key.uuid };
    refuse(operation, orderIdIssues(key.orderId, MAX_ORDER_ID_LENGTH));
    return { order_id: key.orderId };
  }

  async function readPage(range: Range, cursor: string | null, asker: Asker): Promise<Page> {
    const query = cursor === null ? '' : `?cursor=${encodeURIComponent(cursor)}`;
    const { items, next, previous } = await ask('listPayouts', range, pageAnswer, asker, query);
    return { rows: items.map((item) => payoutOf(account, item, null)), next, previous };
  }

  return {
    name: provider,
    account,

    wallets: {
      async create(request, asker) {
        refuse('createStaticWallet', orderIdIssues(request.orderId, MAX_NEW_ORDER_ID_LENGTH));
        const wire = await ask('createStaticWallet', walletFields(request), walletAnswer, asker);
        requireAbout('createStaticWallet', { orderId: request.orderId }, wire);
        if (!isWalletOf(request, wire)) throw taken('createStaticWallet', 'another static wallet');
        return createdWallet(account, request.orderId, wire, new Date());
      },

      async block(key, forceRefund, asker) {
        const fields = { ...naming('blockWallet', key), ...(forceRefund && { is_force_refund: true }) };
        const wire = await ask('blockWallet', fields, blockAnswer, asker);
        requireAbout('blockWallet', key, wire);
        return blockedWallet(account, key, forceRefund, wire, new Date());
      },

      async refund(key, toAddress, asker) {
        const fields = { ...naming('refundBlocked', key), address: toAddress };
        const wire = await ask('refundBlocked', fields, refundAnswer, asker);
        return refundedWallet(account, key, toAddress, wire, new Date());
      },

      async qrCode(uuid, asker) {
        return (await ask('walletQrCode', { wallet_address_uuid: uuid }, qrCodeAnswer, asker)).image;
      },
    },

    payouts: {
      keys: ['uuid', 'orderId'],
      honoursOrderId: true,

      async create(request, asker) {
        const { orderId, requisites } = request;
        if (requisites.type !== 'CRYPTO_ADDRESS') {
          const sentence = 'the provider pays out to crypto addresses only';
          throw fail('createPayout', 'UNSUPPORTED', { sentence });
        }
        refuse('createPayout', payoutIssues(request, requisites));
        const fields = payoutFields(request, requisites);
        const wire = await ask('createPayout', fields, payoutAnswer, asker);
        requireAbout('createPayout', { orderId }, wire);
        if (!isPayoutOf(request, requisites, wire)) throw taken('createPayout', 'another payout');
        const payout = payoutOf(account, wire, orderId);
        return { key: payout.key, payout };
      },

      async byKey(key, asker): Promise<Payout | null> {
        const fields = naming('readPayout', key);
        try {
          const wire = await ask('readPayout', fields, payoutAnswer, asker);
          requireAbout('readPayout', key, wire);
          return payoutOf(account, wire, 'orderId' in key ? key.orderId : null);
        } catch (error) {
          if (error instanceof ProviderError && error.failure.code === 'NOT_FOUND') return null;
          throw error;
        }
      },

      listCost: PAYOUT_LIST_COST,

      list({ conditions }) {
        const range = rangeOf(conditions);
        if (range === null) return EMPTY_LIST;
        if (range === undefined) {
          const sentence = 'the provider filters payouts by a range of creation times only';
          throw fail('listPayouts', 'UNSUPPORTED', { sentence });
        }
        return createPayoutList({
          fetch: (cursor, asker) => readPage(range, cursor, asker),
          fail: (code, sentence) => fail('listPayouts', code, sentence === undefined ? {} : { sentence }),
        });
      },
    },

    health: () => http.health(),
    close: () => http.close(),
  };
}
