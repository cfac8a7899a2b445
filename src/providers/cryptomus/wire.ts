/** The platform's JSON as it arrives, reduced to what `map.ts` and `list.ts` read. One shape for Cryptomus and
 * Heleket: what only Heleket sends is optional here. */

import { z } from 'zod';
import { decimalText } from '../../money.ts';
import {
  decimal,
  flag,
  idText,
  instant,
  items,
  members,
  orNull,
  type Reader,
  someText,
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

/** A page to pay on: a web page or nothing. */
const webPage = z
  .url({ protocol: /^https?$/ })
  .nullish()
  .catch(null);

export type WalletWire = ReturnType<typeof wallet>;

/** A static wallet, new or one that its order id already had. Cryptomus need not repeat the order id. */
function wallet(json: unknown) {
  const row = members(json);
  return {
    uuid: someText(row.uuid),
    order_id: orNull(row.order_id, idText),
    address: someText(row.address),
    network: text(row.network),
    currency: text(row.currency),
    url: webPage.parse(row.url) ?? null,
  };
}
export const walletAnswer = answer(wallet);

export type BlockWire = ReturnType<typeof block>;

/** The answer to a block. Heleket may add the order id. */
function block(json: unknown) {
  const row = members(json);
  return { uuid: text(row.uuid), status: text(row.status), order_id: orNull(row.order_id, idText) };
}
export const blockAnswer = answer(block);

export type RefundWire = ReturnType<typeof refund>;

/** The answer to a refund, which does not say of which wallet. */
function refund(json: unknown) {
  const { commission, amount } = members(json);
  return { commission: decimal(commission), amount: decimal(amount) };
}
export const refundAnswer = answer(refund);

/** A picture for an `<img>`; anything but an image would be a link of a stranger's choice. */
export const qrCodeAnswer = answer((json) => {
  const image = text(members(json).image);
  if (!image.startsWith('data:image/')) throw new Unreadable();
  return { image };
});

export type PayoutWire = ReturnType<typeof payout>;

/** One payout, as a read tells it. */
function payout(json: unknown) {
  const row = members(json);
  return {
    uuid: text(row.uuid),
    order_id: orNull(row.order_id, idText),
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
