/** The list of withdrawals as a `Source`: positions in and out, pages checked before they are believed, and the
 * count that comes with them. How a read proceeds is `walk.ts`. */

import { z } from 'zod';
import type { Withdrawal, WithdrawalQuery, WithdrawalRelation } from '../../domain.ts';
import { InvalidInputError } from '../../errors.ts';
import type { Asker, Position, Source } from '../provider.ts';
import { toFilters } from './filter.ts';
import { createOrder, type Key, type Order } from './order.ts';
import type { ListRequest } from './path.ts';
import { type PageRequest, type Row, type Rows, readOn } from './walk.ts';
import type { PageWire, WithdrawalWire } from './wire.ts';

export interface Upstream {
  readonly readPage: (request: ListRequest, asker: Asker) => Promise<PageWire>;
  readonly toRow: (wire: WithdrawalWire, include: readonly WithdrawalRelation[]) => Withdrawal;
  /** Made when answers contradict each other or what was asked. */
  readonly unreadable: () => Error;
}

/** The withdrawals that satisfy `query`, in its order, ties by hash. */
export function createList(
  query: WithdrawalQuery,
  include: readonly WithdrawalRelation[],
  upstream: Upstream,
): Source<Withdrawal> {
  const filters = toFilters(query.conditions);
  let counted: Promise<number | undefined> | undefined;

  async function ask(order: Order, request: PageRequest, asker: Asker): Promise<Rows> {
    const answer = upstream.readPage(
      {
        ...request,
        type: query.accountType,
        filters: [...filters!, ...request.filters],
        direction: order.direction,
        include,
      },
      asker,
    );
    if (request.filters.length === 0) {
      counted = answer.then(
        (page) => page.pagination.total,
        () => undefined,
      );
    }
    const { data, pagination } = await answer;
    const { current_page, total_pages } = pagination;
    const rows = data.map((wire): Row => {
      const { value, hash } = order.keyOf(wire);
      return { value, hash, wire };
    });
    const last = current_page >= total_pages;
    const strays = request.orderBy === order.field && !isSorted(order, rows);
    if (current_page !== request.page || strays || (rows.length === 0 && !last)) throw upstream.unreadable();
    return { rows: [...new Map(rows.map((row) => [row.hash, row])).values()], last };
  }

  return {
    async read(from, direction, want, asker, inclusive = false) {
      const order = createOrder(query.orderBy, direction);
      const after = from && parsePosition(from, query.orderBy.field === 'createdAt');
      if (filters === null) return { rows: [], end: true };

      const walk = {
        order,
        ask: (request: PageRequest) => ask(order, request, asker),
        unreadable: upstream.unreadable,
      };
      const { rows, last } = await readOn(walk, after && { ...after, inclusive }, want);
      // What is there beyond what is wanted would only be thrown away.
      const taken = rows.length > want ? rows.slice(0, want) : rows;
      return {
        rows: taken.map(({ wire, value, hash }) => ({
          row: upstream.toRow(wire, include),
          position: { value, hash },
        })),
        end: last && taken === rows,
      };
    },

    async total(asker) {
      if (filters === null) return 0;
      const known = await counted;
      if (known !== undefined) return known;
      const page = await upstream.readPage(
        { type: query.accountType, limit: 1, page: 1, filters, include: [] },
        asker,
      );
      return page.pagination.total;
    },
  };
}

function isSorted(order: Order, rows: readonly Row[]): boolean {
  return rows.every(
    (row, index) => index === 0 || order.compareValues(rows[index - 1]!.value, row.value) <= 0,
  );
}

const timePosition = z.strictObject({ value: z.iso.datetime({ offset: true }), hash: z.string().min(1) });
const amountPosition = z.strictObject({
  value: z.string().regex(/^-?\d+(\.\d+)?$/),
  hash: z.string().min(1),
});

function parsePosition(position: Position, byTime: boolean): Key {
  const parsed = (byTime ? timePosition : amountPosition).safeParse(position);
  if (parsed.success) return parsed.data;
  throw new InvalidInputError([{ path: [], message: 'the cursor names no place in this list' }]);
}
