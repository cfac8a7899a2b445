/** Domain to wire, pure: what a creation sends, what of it is wrong before it is sent, and whether an answer is about
 * it. An order id that exists already makes nothing and answers with what it made (docs/providers.md 1.6.1, 1.7.1). */

import type { PayoutRequest, Requisites, WalletRequest } from '../../domain.ts';
import type { FieldIssue } from '../../errors.ts';
import { compareDecimals } from '../../money.ts';
import type { PayoutWire, WalletWire } from './wire.ts';

/** Where an object is made; where it is named the limit is lower (docs/providers.md 1.12). */
export const MAX_NEW_ORDER_ID_LENGTH = 100;
const MAX_MEMO_LENGTH = 30;

export type CryptoRequisites = Extract<Requisites, { type: 'CRYPTO_ADDRESS' }>;

/** The body that makes a static wallet, its members in documented order. */
export function walletFields({ currency, network, orderId, callbackUrl }: WalletRequest): object {
  return { currency, network, order_id: orderId, url_callback: callbackUrl ?? undefined };
}

/** The body that makes a payout, its members in documented order. */
export function payoutFields(request: PayoutRequest, requisites: CryptoRequisites): object {
  return {
    amount: request.amount.amount,
    currency: request.amount.currency,
    network: requisites.network ?? undefined,
    order_id: request.orderId,
    address: requisites.value,
    url_callback: request.callbackUrl ?? undefined,
    // True takes the fee from the balance. SDK manuals say the opposite; the API's own pages agree on this (2.8).
    is_subtract: request.feePayer === 'MERCHANT',
    to_currency: request.payCurrency ?? undefined,
    from_currency: request.fromCurrency ?? undefined,
    memo: requisites.memo ?? undefined,
  };
}

/** What of an order id is wrong, in the provider's vocabulary. */
export function orderIdIssues(orderId: string, maxLength: number): FieldIssue[] {
  const rule = brokenRule(orderId, maxLength);
  return rule === undefined ? [] : [{ field: 'order_id', rule }];
}

function brokenRule(orderId: string, maxLength: number): string | undefined {
  if (orderId === '') return 'required';
  if (orderId.length > maxLength) return 'max.string';
  return /^[A-Za-z0-9_-]+$/.test(orderId) ? undefined : 'alpha_dash';
}

/** What of a new payout is wrong, in the provider's vocabulary. */
export function payoutIssues({ orderId, feePayer }: PayoutRequest, { memo }: CryptoRequisites): FieldIssue[] {
  const issues = orderIdIssues(orderId, MAX_NEW_ORDER_ID_LENGTH);
  if (feePayer === null) issues.push({ field: 'is_subtract', rule: 'required' });
  if (memo === '') issues.push({ field: 'memo', rule: 'min.string' });
  if (memo !== null && [...memo].length > MAX_MEMO_LENGTH) issues.push({ field: 'memo', rule: 'max.string' });
  return issues;
}

/** Whether the answered wallet is the one that was asked for. */
export function isWalletOf({ currency, network }: WalletRequest, wire: WalletWire): boolean {
  return isSame(wire.currency, currency) && isSame(wire.network, network);
}

/** Whether the answered payout is the one that was asked for. */
export function isPayoutOf(request: PayoutRequest, { value, network }: CryptoRequisites, wire: PayoutWire) {
  // Addresses in hex come back in any case, and no two addresses differ in case alone.
  if (!isSame(wire.address, value)) return false;
  if (network !== null && wire.network && !isSame(wire.network, network)) return false;
  if (isAmountOf(request, wire.amount, wire.currency)) return true;
  // In a conversion the documented answer and its description disagree which pair is the one that was asked for.
  return request.payCurrency !== null && isAmountOf(request, wire.payer_amount, wire.payer_currency);
}

function isAmountOf(
  { amount }: PayoutRequest,
  answered: string | null,
  currency: string | null | undefined,
): boolean {
  if (answered === null || !currency) return false;
  return isSame(currency, amount.currency) && compareDecimals(answered, amount.amount) === 0;
}

function isSame(left: string, right: string): boolean {
  return left.toLowerCase() === right.toLowerCase();
}
