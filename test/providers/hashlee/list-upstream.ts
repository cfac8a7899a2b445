/** A list of withdrawals as small as it can be, whose rows tie as often as a test likes, come in another order each
 * time where they tie, and which may be less obliging than the documentation. */

import { compareDecimals } from '../../../src/money.ts';
import { startUpstream } from '../../documents/upstream.ts';

export interface ListedRow {
  readonly hash: string;
  readonly amount: string;
}

export interface Manners {
  /** The greatest page that it gives. */
  readonly cap: number;
  readonly heedsFilters: boolean;
  /** Whether it can order and filter by hash. */
  readonly knowsHashes: boolean;
  readonly heedsPage: boolean;
  /** Whether `>` and `<` leave out the amount itself. */
  readonly knowsStrict: boolean;
  readonly ordersAmounts: 'by value' | 'as text';
}

const GOOD: Manners = {
  cap: 100,
  heedsFilters: true,
  knowsHashes: true,
  heedsPage: true,
  knowsStrict: true,
  ordersAmounts: 'by value',
};

const HOLDS: Readonly<Record<string, (distance: number) => boolean>> = {
  '=': (distance) => distance === 0,
  '>': (distance) => distance > 0,
  '>=': (distance) => distance >= 0,
  '<': (distance) => distance < 0,
  '<=': (distance) => distance <= 0,
};

interface WireFilter {
  readonly field: keyof ListedRow;
  readonly operation: string;
  readonly value: string;
}

/** Serves what `rows` hold at the time of each request. The caller closes it. */
export async function startListUpstream(rows: readonly ListedRow[], manners: Partial<Manners> = {}) {
  const { cap, heedsFilters, knowsHashes, heedsPage, knowsStrict, ordersAmounts } = { ...GOOD, ...manners };
  let turn = 0;

  function compare(field: keyof ListedRow, left: string, right: string): number {
    if (field === 'amount' && ordersAmounts === 'by value') return compareDecimals(left, right);
    return left < right ? -1 : left > right ? 1 : 0;
  }

  function passes(row: ListedRow, { field, operation, value }: WireFilter): boolean {
    if (!heedsFilters || (field === 'hash' && !knowsHashes)) return true;
    const understood = knowsStrict || field === 'hash' ? operation : operation.replace(/^[<>]$/, '$&=');
    return HOLDS[understood]!(compare(field, row[field], value));
  }

  return startUpstream(({ path }) => {
    const query = new URLSearchParams(path.split('?')[1]);
    const filters = query.getAll('filters[]').map((text) => JSON.parse(text) as WireFilter);
    const field = query.get('orderBy') === 'hash' && knowsHashes ? 'hash' : 'amount';
    const sign = query.get('orderByDirection') === 'asc' ? 1 : -1;
    turn++;
    const matching = rows
      .filter((row) => filters.every((filter) => passes(row, filter)))
      .map((row, index) => ({ row, chance: ((index + 1) * 7919 * turn) % 104_729 }))
      .sort((a, b) => sign * compare(field, a.row[field], b.row[field]) || a.chance - b.chance);
    const perPage = Math.min(Number(query.get('limit')), cap);
    const page = heedsPage ? Number(query.get('page')) : 1;
    const data = matching.slice((page - 1) * perPage, page * perPage).map(({ row }) => toWire(row));
    const pagination = {
      total: matching.length,
      count: data.length,
      per_page: perPage,
      current_page: page,
      total_pages: Math.max(1, Math.ceil(matching.length / perPage)),
    };
    return { status: 200, body: JSON.stringify({ data, meta: { pagination } }) };
  });
}

function toWire({ hash, amount }: ListedRow) {
  const at = '2018-06-26T11:38:56-03:00';
  return {
    hash,
    gateway_unit_id: 'vojvzo',
    currency: 'BRL',
    amount,
    fee: '0',
    net_amount: amount,
    status: 'OPEN',
    created_at: at,
    updated_at: at,
  };
}
