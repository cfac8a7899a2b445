/** The platform's JSON as it arrives, reduced to what `map.ts` and `list.ts` read. One shape for Cryptomus and
 * Heleket: what only Heleket sends is optional here. */

import { type ZodType, z } from 'zod';
import { decimalText } from '../../money.ts';
import { decimalWire, instantWire } from '../wire.ts';

/** An answer that succeeded: `state` is 0 and there is a result; anything short of that cannot be read. */
function answerWire<Result>(result: ZodType<Result>): ZodType<Result> {
  return z.object({ state: z.literal(0), result }).transform((answer) => answer.result);
}

const textWire = z.union([z.string(), z.number()]).transform(String);

/** An amount that comes as text, as a number, as an object or as null (docs/providers.md 2.4): digits or nothing. */
const looseDecimalWire = z
  .unknown()
  .optional()
  .transform((value) =>
    typeof value === 'string' || typeof value === 'number' ? (decimalText(value) ?? null) : null,
  );

/** A static wallet, new or one that its order id already had. Cryptomus need not repeat the order id; a page to pay
 * on is a web page or nothing. */
const walletWire = z.object({
  uuid: z.string().min(1),
  order_id: textWire.nullish(),
  address: z.string().min(1),
  network: z.string(),
  currency: z.string(),
  url: z
    .url({ protocol: /^https?$/ })
    .nullish()
    .catch(null),
});
export type WalletWire = z.infer<typeof walletWire>;
export const walletAnswer = answerWire(walletWire);

/** The answer to a block. Heleket may add the order id. */
const blockWire = z.object({
  uuid: z.string(),
  status: z.string(),
  order_id: textWire.nullish(),
});
export type BlockWire = z.infer<typeof blockWire>;
export const blockAnswer = answerWire(blockWire);

/** The answer to a refund, which does not say of which wallet. */
const refundWire = z.object({ commission: decimalWire, amount: decimalWire });
export type RefundWire = z.infer<typeof refundWire>;
export const refundAnswer = answerWire(refundWire);

/** A picture for an `<img>`; anything but an image would be a link of a stranger's choice. */
export const qrCodeAnswer = answerWire(z.object({ image: z.string().startsWith('data:image/') }));

/** One payout, as a read tells it. */
const payoutWire = z.object({
  uuid: z.string(),
  order_id: textWire.nullish(),
  amount: decimalWire,
  currency: z.string(),
  network: z.string().nullish(),
  address: z.string(),
  txid: z.string().nullish(),
  status: z.string(),
  is_final: z.boolean(),
  balance: looseDecimalWire,
  payer_currency: z.string().nullish(),
  payer_amount: looseDecimalWire,
  merchant_amount: looseDecimalWire,
  commission: looseDecimalWire,
  commissions: looseDecimalWire,
  created_at: instantWire.nullish(),
  updated_at: instantWire.nullish(),
});
export type PayoutWire = z.infer<typeof payoutWire>;
export const payoutAnswer = answerWire(payoutWire);

/** One page of payouts, newest first. A row that came twice, or a way on from nowhere, is no page. */
const pageWire = z
  .object({
    items: z.array(payoutWire.extend({ created_at: instantWire })),
    paginate: z.object({ nextCursor: z.string().nullish(), previousCursor: z.string().nullish() }),
  })
  .refine(({ items }) => new Set(items.map((item) => item.uuid)).size === items.length)
  .refine(({ items, paginate }) => items.length > 0 || !paginate.nextCursor);
export type PageWire = z.infer<typeof pageWire>;
export const pageAnswer = answerWire(pageWire);
