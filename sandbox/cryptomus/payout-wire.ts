// How a payout is printed: one shape for create and info, another for lists (docs/providers.md, 1.7.1 and 1.8).
import { trimZeros } from '../decimal.ts';
import { type Json, type JsonObject, numberToken } from '../json.ts';
import { withOffset } from '../time.ts';
import type { Merchant, Payout } from './state.ts';

const MOSCOW_HOURS = 3;

export function timeText(ms: number): string {
  return withOffset(ms, MOSCOW_HOURS);
}

/** The answer of create and info. Here `balance` and `payer_amount` are JSON numbers with all their digits. */
export function payoutWire({ profile, world }: Merchant, payout: Payout): JsonObject {
  const amountOf = (text: string): Json =>
    world.switches.numericBalances ? numberToken(trimZeros(text)) : text;
  return {
    uuid: payout.uuid,
    amount: payout.amount,
    currency: payout.currency,
    network: payout.network,
    address: payout.address,
    txid: payout.txid,
    status: payout.status,
    is_final: payout.isFinal,
    balance: amountOf(payout.balance),
    payer_currency: payout.payerCurrency,
    payer_amount: amountOf(payout.payerAmount),
    ...(profile.fullPayouts
      ? {
          order_id: payout.orderId,
          commission: payout.commission,
          merchant_amount: payout.merchantAmount,
          created_at: timeText(payout.createdAt),
          updated_at: timeText(payout.updatedAt),
        }
      : {}),
  };
}

/** An item of a list. The two documented items differ in whether they have `order_id`; so do these. */
export function listedWire(payout: Payout): JsonObject {
  return {
    uuid: payout.uuid,
    amount: payout.amount,
    currency: payout.currency,
    network: payout.network,
    address: payout.address,
    txid: payout.txid,
    ...(payout.listedInFull ? { order_id: payout.orderId, payment_status: null } : {}),
    status: payout.status,
    is_final: payout.isFinal,
    balance: payout.balance,
    created_at: timeText(payout.createdAt),
    updated_at: timeText(payout.updatedAt),
  };
}
