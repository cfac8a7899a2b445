/** The list of payouts as a `Source`: pages of 15, newest first, tied together by opaque cursors
 * (docs/providers.md 1.8). A page is named by the cursor that brings it. One behind a cursor starts or ends at a
 * fixed row for good; the head page, which needs none, moves whenever a payout is made. */

import { z } from 'zod';
import type { Payout } from '../../domain.ts';
import { type FailureCode, InvalidInputError, ProviderError } from '../../errors.ts';
import type { Asker, Direction, ListCost, Position, Slice, Source } from '../provider.ts';

/** To find a row that left the head page: that page, the one it is next to, and the one before; from the list's other
 * end one more, because the paginator offers a way on from every page. */
export const PAYOUT_LIST_COST: ListCost = { pageSize: 15, aside: 4 };

const MAX_WALKED_PAGES = 500;
const NARROW = `the provider does not start its list at the oldest payout, and there are more than ${MAX_WALKED_PAGES} pages; narrow it by creation time`;

/** Asks for what is newer than row 0, which is the list's other end: the documented cursor with other values. */
export const TAIL_CURSOR = Buffer.from('{"id":0,"_pointsToNextItems":false}')
  .toString('base64')
  .replace(/=+$/, '');

/** One page as the provider cut it. */
export interface Page {
  /** Newest first. */
  readonly rows: readonly Payout[];
  /** The way to older rows, null where there are none. */
  readonly next: string | null;
  /** The way to newer rows, null where there were none. */
  readonly previous: string | null;
}

export interface ListOptions {
  /** Reads the page that a cursor leads to, or the newest for null. */
  readonly fetch: (cursor: string | null, asker: Asker) => Promise<Page>;
  readonly fail: (code: FailureCode, sentence?: string) => ProviderError;
}

/** Where a row was found, and what spares or rescues a second look at that page. */
const placeWire = z.strictObject({
  uuid: z.string(),
  /** Cursor of its page, null for the head page. */
  page: z.string().nullable(),
  /** Only on the last row of a page: the way on, null at the end of the list. */
  next: z.string().nullable().optional(),
  /** Only on the first row of a page that had newer rows before it. */
  previous: z.string().optional(),
  /** Only on the head page: where the list went on, from where its rows are found again once they moved. */
  anchor: z.string().optional(),
});
type Place = z.infer<typeof placeWire>;

interface FoundPage extends Page {
  readonly cursor: string | null;
}

/** Reads the list from any of its rows, most often with one call. */
export function createPayoutList({ fetch, fail }: ListOptions): Source<Payout> {
  async function open(cursor: string | null, asker: Asker): Promise<FoundPage> {
    const page = await fetch(cursor, asker);
    // A list that leads to where it stands would be walked for ever.
    const repeats = cursor !== null && (page.next === cursor || page.previous === cursor);
    if (repeats) throw fail('BAD_RESPONSE');
    return { ...page, cursor };
  }

  /** The page on which a row stands now. */
  async function find(place: Place, asker: Asker): Promise<FoundPage> {
    const opened = await open(place.page, asker);
    // A row is placed on the tail page only once nothing was found behind it.
    const page = place.page === TAIL_CURSOR ? { ...opened, next: null } : opened;
    if (holds(page, place)) return page;
    if (place.page !== null) throw fail('BAD_RESPONSE');

    // What left the head page stands right before the page that followed it or, if none did, among the oldest.
    const anchor = place.anchor ?? place.next ?? null;
    const near = anchor === null ? await openTail(asker) : await open(anchor, asker);
    if (holds(near, place)) return near;
    if (near.previous === null) throw fail('BAD_RESPONSE');
    const before = await open(near.previous, asker);
    if (!holds(before, place)) throw fail('BAD_RESPONSE');
    return before;
  }

  /** The page with the oldest rows. */
  async function openTail(asker: Asker): Promise<FoundPage> {
    let page = (await tryTailCursor(asker)) ?? (await open(null, asker));
    for (let walked = 1; page.next !== null; walked++) {
      if (walked === MAX_WALKED_PAGES) throw fail('UNSUPPORTED', NARROW);
      const older = await open(page.next, asker);
      // The paginator offers a way on from every page that was reached backwards, even from the last one.
      if (older.rows.length === 0) return { ...page, next: null };
      page = older;
    }
    return page;
  }

  async function tryTailCursor(asker: Asker): Promise<FoundPage | undefined> {
    try {
      const page = await open(TAIL_CURSOR, asker);
      return page.rows.length > 0 ? page : undefined;
    } catch (error) {
      if (error instanceof ProviderError && mayMeanTheCursor(error)) return undefined;
      throw error;
    }
  }

  /** Everything on a page that lies beyond a row, with or without that row, or all of it, in walking order. */
  function sliceOf(
    page: FoundPage,
    direction: Direction,
    uuid: string | null,
    inclusive = false,
  ): Slice<Payout> {
    const placed = page.rows.map((row, index) => ({ row, position: placeOf(page, index) }));
    if (direction === 'backward') placed.reverse();
    const at = placed.findIndex(({ row }) => row.uuid === uuid);
    const onward = direction === 'forward' ? page.next : page.previous;
    return { rows: placed.slice(inclusive ? at : at + 1), end: onward === null };
  }

  async function readFrom(place: Place, direction: Direction, asker: Asker): Promise<Slice<Payout>> {
    let onward = direction === 'forward' ? place.next : place.previous;
    if (onward === null) return { rows: [], end: true };
    if (onward === undefined) {
      const page = await find(place, asker);
      const slice = sliceOf(page, direction, place.uuid);
      onward = direction === 'forward' ? page.next : page.previous;
      if (slice.rows.length > 0 || onward === null) return slice;
    }
    const page = await open(onward, asker);
    if (holds(page, place)) throw fail('BAD_RESPONSE');
    return page.rows.length > 0 ? sliceOf(page, direction, null) : { rows: [], end: true };
  }

  return {
    async read(from, direction, _want, asker, inclusive = false) {
      if (from !== null) {
        const place = parsePlace(from);
        if (!inclusive) return readFrom(place, direction, asker);
        return sliceOf(await find(place, asker), direction, place.uuid, true);
      }
      const page = direction === 'forward' ? await open(null, asker) : await openTail(asker);
      return sliceOf(page, direction, null);
    },
  };
}

/** What to answer when no row can meet the conditions: nothing, without asking. */
export const EMPTY_LIST: Source<Payout> = {
  read: async () => ({ rows: [], end: true }),
};

function holds(page: Page, place: Place): boolean {
  return page.rows.some((row) => row.uuid === place.uuid);
}

function placeOf(page: FoundPage, index: number): Position {
  const isLast = index === page.rows.length - 1;
  return {
    uuid: page.rows[index]!.uuid,
    page: page.cursor,
    ...(isLast && { next: page.next }),
    ...(index === 0 && page.previous !== null && { previous: page.previous }),
    ...(!isLast && page.cursor === null && page.next !== null && { anchor: page.next }),
  };
}

function parsePlace(position: Position): Place {
  const place = placeWire.safeParse(position);
  if (place.success) return place.data;
  throw new InvalidInputError([{ path: ['after'], message: 'is no position in this list' }]);
}

/** Whether a failure may be how the provider says that it knows no such cursor. */
function mayMeanTheCursor({ failure }: ProviderError): boolean {
  return ['INVALID_REQUEST', 'NOT_FOUND', 'REJECTED', 'BAD_RESPONSE', 'UNAVAILABLE'].includes(failure.code);
}
