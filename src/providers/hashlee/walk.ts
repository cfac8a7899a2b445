/** One read of a list from a key onwards. Page numbers shift when rows arrive or leave, and rows with equal order
 * values come in any order; so what is asked for is a first page, bounded by a filter, and of what it holds only whole
 * groups of equal values are taken: the last group of a page may go on beyond it. Page numbers are for upstreams that
 * turn out not to heed filters. */

import type { Filter } from './filter.ts';
import type { Bound, Key, Order, Start } from './order.ts';
import type { WithdrawalWire } from './wire.ts';

/** Rows asked for beyond those wanted: up to four that tie with the start, and up to four that tie at the end. */
const SPARE_ROWS = 8;
const MAX_STEPS = 10;
const MAX_PAGES = 50;
const LARGE_PAGE = 100;

export interface Row extends Key {
  readonly wire: WithdrawalWire;
}

export interface Rows {
  readonly rows: Row[];
  /** Whether no row follows. */
  readonly last: boolean;
}

export interface PageRequest {
  readonly filters: readonly Filter[];
  readonly orderBy: string;
  readonly limit: number;
  readonly page: number;
}

export interface Walk {
  readonly order: Order;
  /** Reads one page in walking direction: never empty unless it is the last, each row once. */
  readonly ask: (request: PageRequest) => Promise<Rows>;
  /** Made when the answers lead nowhere. */
  readonly unreadable: () => Error;
}

/** The rows that follow `after`, or the first ones: at least one unless `last`, about `want` of them. */
export async function readOn(walk: Walk, after: Start | null, want: number): Promise<Rows> {
  return (await readByKeys(walk, after, want)) ?? (await readByPages(walk, after, want));
}

/** Undefined when an answer shows that the upstream does not heed the filters or the order that this relies on. */
async function readByKeys(walk: Walk, after: Start | null, want: number): Promise<Rows | undefined> {
  const { order, ask } = walk;
  const rows: Row[] = [];
  let bound: Bound | null = after && { value: after.value, inclusive: true };

  for (let step = 0; step < MAX_STEPS; step++) {
    const filters = bound ? [order.beyond(bound)] : [];
    const page = await ask({ filters, orderBy: order.field, limit: want + SPARE_ROWS, page: 1 });
    if (bound && !isBeyond(order, page.rows, bound)) return undefined;

    const fresh = page.rows.filter((row) => !after || order.follows(row, after)).sort(order.compare);
    if (page.last) return { rows: [...rows, ...fresh], last: true };
    const edge = page.rows.at(-1)!.value;
    rows.push(...fresh.filter((row) => order.compareValues(row.value, edge) < 0));
    if (rows.length > 0) return { rows, last: false };

    // All that is new here belongs to the group that goes on beyond the page.
    const ties = await readTies(walk, edge, after, want);
    if (!ties) return undefined;
    rows.push(...ties.rows);
    if (!ties.last) return { rows, last: false };
    bound = { value: edge, inclusive: false };
  }
  throw walk.unreadable();
}

/** A group too large for a page, by hash: rows of one value, of which none can be cut off. */
async function readTies(
  { order, ask }: Walk,
  value: string,
  after: Start | null,
  want: number,
): Promise<Rows | undefined> {
  const from = after && order.compareValues(after.value, value) === 0 ? after : null;
  const filters: Filter[] = [{ field: order.field, operation: '=', value }];
  if (from) filters.push(order.beyondHash(from));
  const ties = await ask({ filters, orderBy: 'hash', limit: want, page: 1 });

  const heeded = ties.rows.every((row, index) => {
    const before = ties.rows[index - 1];
    const inOrder = before ? order.compare(before, row) < 0 : !from || order.follows(row, from);
    return order.compareValues(row.value, value) === 0 && inOrder;
  });
  return heeded ? ties : undefined;
}

/** What is left where filters are not heeded: the pages one after another, those rows taken that follow `after`. */
async function readByPages(
  { order, ask, unreadable }: Walk,
  after: Start | null,
  want: number,
): Promise<Rows> {
  const filters = after ? [order.beyond({ value: after.value, inclusive: true })] : [];
  const limit = Math.max(want + SPARE_ROWS, LARGE_PAGE);
  const found = new Map<string, Row>();

  for (let number = 1; number <= MAX_PAGES; number++) {
    const page = await ask({ filters, orderBy: order.field, limit, page: number });
    for (const row of page.rows) if (!after || order.follows(row, after)) found.set(row.hash, row);
    const fresh = [...found.values()].sort(order.compare);
    if (page.last) return { rows: fresh, last: true };
    const edge = page.rows.at(-1)!.value;
    const whole = fresh.filter((row) => order.compareValues(row.value, edge) < 0);
    if (whole.length >= want) return { rows: whole, last: false };
  }
  throw unreadable();
}

function isBeyond(order: Order, rows: readonly Row[], { value, inclusive }: Bound): boolean {
  return rows.every((row) => {
    const distance = order.compareValues(row.value, value);
    return inclusive ? distance >= 0 : distance > 0;
  });
}
