/** Paths and query strings of Hashlee's endpoints, percent-encoded. */

import { WITHDRAWAL_RELATIONS, type WithdrawalRelation } from '../../domain.ts';
import type { Filter } from './filter.ts';

/** One page of a list. Parameters that are absent are not sent. */
export interface ListRequest {
  readonly type?: string | null;
  readonly limit: number;
  readonly page: number;
  readonly orderBy?: string;
  readonly direction?: 'asc' | 'desc';
  readonly filters: readonly Filter[];
  readonly include: readonly WithdrawalRelation[];
}

/** Where the withdrawals of a business unit are. */
export function withdrawalsPath(unit: string): string {
  return `/v1/gateway-units/${encodeURIComponent(unit)}/withdrawals`;
}

/** The query that asks for one page. `filters[]` repeats, each with one JSON text. */
export function listQuery(request: ListRequest): string {
  const { type, limit, page, orderBy, direction, filters, include } = request;
  let query = type ? `?type=${encodeURIComponent(type)}&` : '?';
  query += `limit=${limit}&page=${page}`;
  if (orderBy) query += `&orderBy=${encodeURIComponent(orderBy)}`;
  if (direction) query += `&orderByDirection=${direction}`;
  for (const { field, operation, value } of filters) {
    query += `&filters%5B%5D=${encodeURIComponent(JSON.stringify({ field, operation, value }))}`;
  }
  return include.length === 0 ? query : `${query}&include=${includeText(include)}`;
}

/** The query that asks for relations; empty when none is wanted. */
export function includeQuery(include: readonly WithdrawalRelation[]): string {
  return include.length === 0 ? '' : `?include=${includeText(include)}`;
}

// One order whatever the order of asking: reads that want the same must have the same URL to share one call.
function includeText(include: readonly WithdrawalRelation[]): string {
  return WITHDRAWAL_RELATIONS.filter((name) => include.includes(name)).join('%2C');
}
