/** Hashlee's JSON as it arrives: only what `map.ts` and the list read, snake_case kept, statuses left as plain text.
 * The order fields keep their text: a position in a list is sent back as it came. */

import { z } from 'zod';
import { decimalWire, instantWire } from '../wire.ts';

const withdrawalWire = z.object({
  hash: z.string().min(1),
  gateway_unit_id: z.string(),
  user_id: z.string().nullish(),
  receipt_id: z.string().nullish(),
  withdrawal_profile_id: z.string().nullish(),
  gateway_unit_account_id: z.string().nullish(),
  currency: z.string(),
  amount: decimalWire,
  fee: decimalWire,
  net_amount: decimalWire,
  status: z.string(),
  identify: z.string().nullish(),
  description: z.string().nullish(),
  verified_at: instantWire.nullish(),
  finished_at: instantWire.nullish(),
  created_at: z.iso.datetime({ offset: true }),
  updated_at: instantWire,
  unit: z.unknown().optional(),
  user: z.unknown().optional(),
  account: z.unknown().optional(),
  receipt: z.unknown().optional(),
  transfers: z.unknown().optional(),
  transactions: z.unknown().optional(),
});
export type WithdrawalWire = z.output<typeof withdrawalWire>;

/** One withdrawal, read or created. */
export const withdrawalAnswer = z.object({ data: withdrawalWire });

/** One page of a list. Neither `count` nor `links` is read: both are wrong in the documented sample. */
export const pageAnswer = z.object({
  data: z.array(withdrawalWire),
  meta: z.object({
    pagination: z.object({ total: z.int().min(0), current_page: z.int(), total_pages: z.int().min(0) }),
  }),
});
export type PageWire = z.output<typeof pageAnswer>;

/** The empty object of a cancellation, or the empty list that PHP may make of it. A `message` would be a refusal in
 * unknown words, whatever the HTTP status, and so no proof that anything was canceled. */
export const canceledAnswer = z.union([z.looseObject({ message: z.undefined().optional() }), z.tuple([])]);

/** What every refusal looks like; `errors` only where fields are named. */
export const refusalWire = z.object({ message: z.string(), errors: z.unknown().optional() });
