// The shapes that Laravel and Fractal give to a list: `meta.pagination` and included relations, which the
// documentation names but never shows (docs/providers.md, 4.3 and 4.5).
import type { Json, JsonObject } from '../json.ts';
import { type Withdrawal, withdrawalWire } from './withdrawal.ts';

const RELATIONS: Readonly<Record<string, (row: Withdrawal) => Json | undefined>> = {
  unit: ({ unit }) => ({ data: { id: unit, name: `Unit ${unit}` } }),
  user: ({ userId }) => ({ data: { id: userId, name: `User ${userId}`, email: `${userId}@example.com` } }),
  account: ({ accountId, accountType, currency }) => ({
    data: { id: accountId, type: accountType, currency },
  }),
  // A relation that does not exist is left out.
  receipt: ({ receiptId, hash }) =>
    receiptId === null
      ? undefined
      : { data: { id: receiptId, url: `https://sandbox.hashlee.com/receipts/${hash}` } },
  transfers: ({ hash, status, currency, netAmount }) => ({
    data:
      status === 'FINISHED'
        ? [{ id: `t-${hash.slice(0, 8)}`, currency, amount: netAmount, status: 'DONE' }]
        : [],
  }),
  transactions: ({ hash, currency, amount, fee }) => ({
    data: [
      { id: `d-${hash.slice(0, 8)}`, type: 'DEBIT', currency, amount },
      { id: `f-${hash.slice(0, 8)}`, type: 'FEE', currency, amount: fee },
    ],
  }),
};

/** The withdrawal with the asked relations; unknown names are ignored, as Fractal does. */
export function withIncludes(row: Withdrawal, include: string | null): JsonObject {
  const wire = withdrawalWire(row);
  if (!include) return wire;
  const names = include.split(',').map((name) => name.trim());
  const relations = names
    .filter((name) => Object.hasOwn(RELATIONS, name))
    .map((name) => [name, RELATIONS[name]!(row)] as const);
  return { ...wire, ...Object.fromEntries(relations) };
}

export interface Paging {
  readonly page: number;
  readonly perPage: number;
}

/** `links` lose every other parameter of the query, and are `[]` or `{}` when there are none. */
export function pagination(
  total: number,
  count: number,
  { page, perPage }: Paging,
  address: string,
): JsonObject {
  const pages = Math.max(1, Math.ceil(total / perPage));
  const links: Record<string, string> = {};
  if (page > 1) links.previous = `${address}?page=${page - 1}`;
  if (page < pages) links.next = `${address}?page=${page + 1}`;
  return {
    total,
    count,
    per_page: perPage,
    current_page: page,
    total_pages: pages,
    links: total === 0 && page === 1 ? [] : links,
  };
}
