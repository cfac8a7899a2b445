// The list of payouts: 15 per page, newest first, walked by the cursor of Laravel's paginator in both directions
// (docs/providers.md, 1.8).
import { isObject, numberText, readJson } from '../json.ts';
import type { Reply, Request } from '../provider.ts';
import { readTime } from '../time.ts';
import { type Refusals, serverError, success } from './envelope.ts';
import { listedWire } from './payout-wire.ts';
import type { Merchant, Payout } from './state.ts';
import { type Field, type Input, isText, type Rule, textOf, validate } from './validate.ts';

const PER_PAGE = 15;
const MOSCOW_HOURS = 3;

const isMoment: Rule = (value) => {
  const wellFormed = typeof value === 'string' && /^\d{4}-\d{2}-\d{2} \d{1,2}:\d{2}:\d{2}$/.test(value);
  return wellFormed && readTime(value, MOSCOW_HOURS) !== null ? null : 'regex';
};
const DATES: Record<string, Field> = {
  date_from: { rules: [isText, isMoment] },
  date_to: { rules: [isText, isMoment] },
};

export function listPayouts(merchant: Merchant, refusals: Refusals, input: Input, request: Request): Reply {
  const errors = validate(input, DATES);
  if (errors) return refusals.invalid(errors);

  const cursor = readCursor(request.query.get('cursor') ?? textOf(input, 'cursor'));
  if (cursor === 'broken') return serverError();
  const page = pageOf(within(merchant.payouts, input), cursor);
  return success({
    items: page.rows.map(listedWire),
    paginate: {
      count: page.rows.length,
      hasPages: page.several,
      nextCursor: page.next && writeCursor(page.next),
      previousCursor: page.previous && writeCursor(page.previous),
      perPage: PER_PAGE,
    },
  });
}

/** Both ends included. */
function within(payouts: readonly Payout[], input: Input): readonly Payout[] {
  const from = textOf(input, 'date_from');
  const to = textOf(input, 'date_to');
  if (from === undefined && to === undefined) return payouts;
  const least = from === undefined ? Number.NEGATIVE_INFINITY : readTime(from, MOSCOW_HOURS)!;
  const greatest = to === undefined ? Number.POSITIVE_INFINITY : readTime(to, MOSCOW_HOURS)!;
  return payouts.filter(({ createdAt }) => createdAt >= least && createdAt <= greatest);
}

interface Cursor {
  readonly id: number;
  readonly forwards: boolean;
}

interface Page {
  /** Newest first. */
  readonly rows: readonly Payout[];
  /** True even on an empty page behind the last row. */
  readonly several: boolean;
  readonly next: Cursor | null;
  readonly previous: Cursor | null;
}

/** `ascending` has the oldest first; the page is read away from the cursor and always shown newest first. */
function pageOf(ascending: readonly Payout[], cursor: Cursor | null): Page {
  const forwards = cursor?.forwards ?? true;
  const border = cursor ? firstAtLeast(ascending, forwards ? cursor.id : cursor.id + 1) : ascending.length;
  const start = forwards ? Math.max(0, border - PER_PAGE) : border;
  const end = forwards ? border : Math.min(ascending.length, border + PER_PAGE);
  const rows = ascending.slice(start, end).reverse();
  const more = forwards ? start > 0 : end < ascending.length;

  const [newest, oldest] = [rows[0], rows.at(-1)];
  // A page that was reached backwards always has a next one: the page it came from.
  const hasNext = more || !forwards;
  const hasPrevious = cursor !== null && (forwards || more);
  return {
    rows,
    several: hasNext || hasPrevious,
    next: hasNext && oldest ? { id: oldest.id, forwards: true } : null,
    previous: hasPrevious && newest ? { id: newest.id, forwards: false } : null,
  };
}

/** The index of the first payout whose id is not below the given one. */
function firstAtLeast(ascending: readonly Payout[], id: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ascending[middle]!.id < id) low = middle + 1;
    else high = middle;
  }
  return low;
}

function writeCursor({ id, forwards }: Cursor): string {
  return Buffer.from(`{"id":${id},"_pointsToNextItems":${forwards}}`).toString('base64url');
}

/** What is not JSON after decoding counts as absent, JSON without an id makes the paginator throw. */
function readCursor(text: string | undefined): Cursor | 'broken' | null {
  if (!text) return null;
  const read = readJson(Buffer.from(text, 'base64').toString('utf8'));
  if (read === undefined) return null;
  const id = isObject(read) ? Number(numberText(read.id) ?? Number.NaN) : Number.NaN;
  if (!isObject(read) || !Number.isInteger(id)) return 'broken';
  return { id, forwards: read._pointsToNextItems === true };
}
