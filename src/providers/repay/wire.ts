/** Repay's payout JSON as it arrives: only what `map.ts` reads, snake_case kept, states left as plain text. */

import { z } from 'zod';
import { byZod, decimalWire, instantWire } from '../wire.ts';

const dealWire = z.object({
  id: z.string(),
  order_id: z.string(),
  amount: decimalWire,
  currency: z.string().nullish(),
  recipient_type: z.string(),
  recipient: z.string(),
  state: z.string(),
  created_at: instantWire,
  updated_at: instantWire,
});
export type DealWire = z.output<typeof dealWire>;

/** One payout: flat as documented, or inside the `payload` that Repay's other answers have (docs/providers.md 3.10). */
export const dealAnswer = byZod(
  z.union([dealWire, z.object({ payload: dealWire }).transform(({ payload }) => payload)]),
);

/** What every answer of Repay says about itself; `status_code` is what tells it from a stranger's JSON. */
export const verdictWire = z.object({
  status_code: z.union([z.number(), z.string()]).transform(Number),
  error: z.unknown().optional(),
});

/** What a creation answers in its envelope. Only the id is documented, and it reads nothing: its presence is the proof.
 * An error beside it, or another code than of success, leaves open whether there is a payout. */
export const createdWire = verdictWire.extend({
  status_code: verdictWire.shape.status_code.pipe(z.int().min(200).max(299)),
  error: z.union([z.literal(''), z.strictObject({}), z.tuple([])]).nullish(),
  payload: z.object({
    id: z.union([z.string().min(1), z.number()]),
    order_id: z.union([z.string(), z.number()]).transform(String).nullish(),
  }),
});
