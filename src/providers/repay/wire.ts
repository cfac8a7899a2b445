/** Repay's payout JSON as it arrives: only what `map.ts` reads, snake_case kept, states left as plain text. */

import { z } from 'zod';
import { decimalWire, instantWire } from '../wire.ts';

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
export const dealAnswer = z.union([
  dealWire,
  z.object({ payload: dealWire }).transform(({ payload }) => payload),
]);

/** What every answer of Repay says about itself; `status_code` is what tells it from a stranger's JSON. */
export const verdictWire = z.object({
  status_code: z.union([z.number(), z.string()]).transform(Number),
  error: z.unknown().optional(),
});
