/** Repay's payout JSON as it arrives: only what `map.ts` reads, snake_case kept, states left as plain text. */

import { z } from 'zod';
import { decimal, instant, members, orNull, text, Unreadable } from '../wire.ts';

export type DealWire = ReturnType<typeof deal>;

function deal(json: unknown) {
  const row = members(json);
  return {
    id: text(row.id),
    order_id: text(row.order_id),
    amount: decimal(row.amount),
    currency: orNull(row.currency, text),
    recipient_type: text(row.recipient_type),
    recipient: text(row.recipient),
    state: text(row.state),
    created_at: instant(row.created_at),
    updated_at: instant(row.updated_at),
  };
}

/** One payout: flat as documented, or inside the `payload` that Repay's other answers have (docs/providers.md 3.10). */
export function dealAnswer(json: unknown): DealWire {
  try {
    return deal(json);
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    return deal(members(json).payload);
  }
}

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
