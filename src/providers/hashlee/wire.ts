/** Hashlee's JSON as it arrives: only what `map.ts` and the list read, snake_case kept, statuses left as plain text.
 * The order fields keep their text: a position in a list is sent back as it came. */

import { z } from 'zod';
import { byZod, count, decimal, instant, items, members, orNull, someText, text } from '../wire.ts';

export type WithdrawalWire = ReturnType<typeof withdrawal>;

function withdrawal(json: unknown) {
  const row = members(json);
  return {
    hash: someText(row.hash),
    gateway_unit_id: text(row.gateway_unit_id),
    user_id: orNull(row.user_id, text),
    receipt_id: orNull(row.receipt_id, text),
    withdrawal_profile_id: orNull(row.withdrawal_profile_id, text),
    gateway_unit_account_id: orNull(row.gateway_unit_account_id, text),
    currency: text(row.currency),
    amount: decimal(row.amount),
    fee: decimal(row.fee),
    net_amount: decimal(row.net_amount),
    status: text(row.status),
    identify: orNull(row.identify, text),
    description: orNull(row.description, text),
    verified_at: orNull(row.verified_at, instant),
    finished_at: orNull(row.finished_at, instant),
    created_at: text(row.created_at),
    created: instant(row.created_at),
    updated_at: instant(row.updated_at),
    unit: row.unit,
    user: row.user,
    account: row.account,
    receipt: row.receipt,
    transfers: row.transfers,
    transactions: row.transactions,
  };
}

/** One withdrawal, read or created. */
export function withdrawalAnswer(json: unknown): { readonly data: WithdrawalWire } {
  return { data: withdrawal(members(json).data) };
}

export type PageWire = ReturnType<typeof pageAnswer>;

/** One page of a list. Neither `count` nor `links` is read: both are wrong in the documented sample. */
export function pageAnswer(json: unknown) {
  const { data, meta } = members(json);
  const { total, current_page, total_pages } = members(members(meta).pagination);
  return {
    data: items(data, withdrawal),
    pagination: { total: count(total), current_page: count(current_page), total_pages: count(total_pages) },
  };
}

/** The empty object of a cancellation, or the empty list that PHP may make of it. A `message` would be a refusal in
 * unknown words, whatever the HTTP status, and so no proof that anything was canceled. */
export const canceledAnswer = byZod(
  z.union([z.looseObject({ message: z.undefined().optional() }), z.tuple([])]),
);
