// The two ids by which a wallet or a payout is named: how they are validated, and which one decides when both are
// sent, which differs per endpoint (docs/providers.md, 1.7.3).
import type { Merchant } from './state.ts';
import { alphaDash, type Field, type Input, isText, max, min, textOf, uuid } from './validate.ts';

export interface Ids {
  readonly uuid: string | undefined;
  readonly orderId: string | undefined;
}

/** The endpoints disagree about which id decides when both are sent, so each one says it. */
export function findByIds<T extends { uuid: string; orderId: string | null }>(
  rows: readonly T[],
  { uuid, orderId }: Ids,
  decides: 'uuid' | 'order_id',
): T | undefined {
  const byUuid = uuid !== undefined && (decides === 'uuid' || orderId === undefined);
  return byUuid
    ? rows.find((row) => row.uuid === uuid.toLowerCase())
    : rows.find((row) => row.orderId === orderId);
}

/** By a text that may be either id. */
export function findNamed<T extends { uuid: string; orderId: string | null }>(
  rows: readonly T[],
  named: string,
): T | undefined {
  return rows.find((row) => row.uuid === named) ?? rows.find((row) => row.orderId === named);
}

/** Either id names the object; `greatest` is the limit on the order id. */
export function idFields(greatest: number): Record<string, Field> {
  return {
    uuid: { presence: { without: 'order_id' }, rules: [isText, uuid] },
    order_id: { presence: { without: 'uuid' }, rules: [isText, min(1), max(greatest), alphaDash] },
  };
}

export function idsOf(input: Input): Ids {
  return { uuid: textOf(input, 'uuid'), orderId: textOf(input, 'order_id') };
}

/** 32 by the documentation, 100 when the switch follows what was once seen live. */
export function orderIdLimit(merchant: Merchant): number {
  return merchant.world.switches.shortOrderIds ? 32 : 100;
}
