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
  return queryOf([
    ['type', request.type],
    ['limit', String(request.limit)],
    ['page', String(request.page)],
    ['orderBy', request.orderBy],
    ['orderByDirection', request.direction],
    ...request.filters.map(({ field, operation, value }) => {
      return ['filters[]', JSON.stringify({ field, operation, value })] as const;
    }),
    ['include', includeText(request.include)],
  ]);
}

/** The query that asks for relations; empty when none is wanted. */
export function includeQuery(include: readonly WithdrawalRelation[]): string {
  return queryOf([['include', includeText(include)]]);
}

// One order whatever the order of asking: reads that want the same must have the same URL to share one call.
function includeText(include: readonly WithdrawalRelation[]): string {
  return WITHDRAWAL_RELATIONS.filter((name) => include.includes(name)).join(',');
}

function queryOf(parameters: readonly (readonly [string, string | null | undefined])[]): string {
  const sent = parameters.filter(([, value]) => value);
  if (sent.length === 0) return '';
  return `?${sent.map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value!)}`).join('&')}`;
}
