/** Domain to wire, pure: what the creation of a payout sends, and what of it is wrong before it is sent. */

import type { PayoutRequest, Requisites } from '../../domain.ts';
import type { FieldIssue } from '../../errors.ts';

export type FiatRequisites = Exclude<Requisites, { type: 'CRYPTO_ADDRESS' }>;

const TYPES = { CARD: 'card_number', PHONE: 'phone_number', BANK_ACCOUNT: 'account_number' } as const;

/** The body that makes a payout, its members in documented order. */
export function payoutFields(request: PayoutRequest, { type, value, bankId }: FiatRequisites): object {
  return {
    // Described as "string (number)" and printed as either: as text, no reader of JSON can take a digit off it.
    amount: request.amount.amount,
    [type === 'PHONE' ? 'option_id' : 'bank_id']: bankId ?? undefined,
    requisites: value,
    requisites_type: TYPES[type],
    webhook_url: request.callbackUrl ?? undefined,
    order_id: request.orderId,
  };
}

/** What of a new payout is wrong; `currency` is the cash desk's, since a payout cannot name one. */
export function payoutIssues({ orderId, amount }: PayoutRequest, currency: string): FieldIssue[] {
  return [
    ...(amount.currency === currency ? [] : [{ field: 'currency', rule: 'invalid' }]),
    ...(isAddressable(orderId) ? [] : [{ field: 'order_id', rule: 'invalid' }]),
  ];
}

/** Whether a payout can be read by this order id. Nothing, `.` and `..` would name another path, even
 * percent-encoded; half a surrogate pair cannot be encoded. */
export function isAddressable(orderId: string): boolean {
  return !['', '.', '..'].includes(orderId) && !/\p{Surrogate}/u.test(orderId);
}
