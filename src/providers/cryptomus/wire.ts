/** The platform's JSON as it arrives, reduced to what `map.ts` and `list.ts` read. One shape for Cryptomus and
 * Heleket: what only Heleket sends is optional here. */

import { type ZodType, z } from 'zod';
import { decimalText } from '../../money.ts';
import {
  byZod,
  decimal,
  decimalWire,
  flag,
  instant,
  items,
  members,
  orNull,
  type Reader,
  text,
  Unreadable,
} from '../wire.ts';

/** An answer that succeeded: `state` is 0 and there is a result; anything short of that cannot be read. */
function answer<Result>(result: Reader<Result>): Reader<Result> {
  return (json) => {
    const body = members(json);
    if (body.state !== 0) throw new Unreadable();
    return result(body.result);
  };
}

function described<Result>(result: ZodType<Result>): Reader<Result> {
  return answer(byZod(result));
}

const textWire = z.union([z.string(), z.number()]).transform(String);

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
export const walletAnswer = described(walletWire);

/** The answer to a block. Heleket may add the order id. */
const blockWire = z.object({
  uuid: z.string(),
  status: z.string(),
  order_id: textWire.nullish(),
});
export type BlockWire = z.infer<typeof blockWire>;
export const blockAnswer = described(blockWire);

/** The answer to a refund, which does not say of which wallet. */
const refundWire = z.object({ commission: decimalWire, amount: decimalWire });
export type RefundWire = z.infer<typeof refundWire>;
export const refundAnswer = described(refundWire);

/** A picture for an `<img>`; anything but an image would be a link of a stranger's choice. */
export const qrCodeAnswer = described(z.object({ image: z.string().startsWith('data:image/') }));

export type PayoutWire = ReturnType<typeof payout>;

/** One payout, as a read tells it. */
function payout(json: unknown) {
  const row = members(json);
  return {
    uuid: text(row.uuid),
    order_id: orNull(row.order_id, orderId),
    amount: decimal(row.amount),
    currency: text(row.currency),
    network: orNull(row.network, text),
    address: text(row.address),
    txid: orNull(row.txid, text),
    status: text(row.status),
    is_final: flag(row.is_final),
    balance: looseDecimal(row.balance),
    payer_currency: orNull(row.payer_currency, text),
    payer_amount: looseDecimal(row.payer_amount),
    merchant_amount: looseDecimal(row.merchant_amount),
    commission: looseDecimal(row.commission),
    commissions: looseDecimal(row.commissions),
    created_at: orNull(row.created_at, instant),
    updated_at: orNull(row.updated_at, instant),
  };
}
export const payoutAnswer = answer(payout);

function orderId(json: unknown): string {
  return typeof json === 'number' ? String(json) : text(json);
}

/** An amount that comes as text, as a number, as an object or as null (docs/providers.md 2.4): digits or nothing. */
function looseDecimal(json: unknown): string | null {
  return typeof json === 'string' || typeof json === 'number' ? (decimalText(json) ?? null) : null;
}

/** One page of payouts, newest first. A row that came twice, or a way on from nowhere, is no page. */
function page(json: unknown) {
  const { items: rows, paginate } = members(json);
  const { nextCursor, previousCursor } = members(paginate);
  const payouts = items(rows, payout);
  const next = orNull(nextCursor, text);
  const isTwice = new Set(payouts.map(({ uuid }) => uuid)).size < payouts.length;
  const isUndated = payouts.some(({ created_at }) => created_at === null);
  if (isTwice || isUndated || (payouts.length === 0 && next)) throw new Unreadable();
  return { items: payouts, next, previous: orNull(previousCursor, text) };
}
export const pageAnswer = answer(page);
