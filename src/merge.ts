/** Several lists as one: a merge of their heads, with one place per list in every position, so that no list is read
 * twice for the same rows and one that fails goes on later from where it stood. */

import { ProviderError } from './errors.ts';
import { inTime } from './in-time.ts';
import type { Asker, Direction, Placed, Position, Slice, Source } from './providers/provider.ts';

export interface Member<Row> {
  readonly account: string;
  readonly source: Source<Row>;
}

export interface MergeOptions<Row> {
  readonly members: readonly Member<Row>[];
  /** The order of the list as it is shown; rows that are equal in it keep the order of the members. */
  readonly compare: (left: Row, right: Row) => number;
  /** Told of each member that could not be read; its rows are left out of this read. */
  readonly onGap: (error: ProviderError) => void;
  /** How long to wait for a member, in milliseconds; a longer wait is a gap. */
  readonly waitMs: number;
  /** What a member that did not answer in time is said to have done. */
  readonly timeout: (account: string) => ProviderError;
}

/** A place between two rows of one list, by the row before it or the row behind it, or an end of the list. */
type Place = { readonly at: 'start' | 'end' } | { readonly after: Position } | { readonly before: Position };

interface Lane<Row> {
  readonly member: Member<Row>;
  readonly rank: number;
  place: Place;
  /** Read and not given out yet. */
  readonly waiting: Placed<Row>[];
  /** `ENDED`: nothing follows what is waiting. `FAILED`: a gap. `RESTING`: it looked far enough for one request. */
  state: 'OPEN' | 'ENDED' | 'FAILED' | 'RESTING';
}

/** The rows of all members as one list. Its order is exact as far as each member's own is. */
export function mergedSource<Row>(options: MergeOptions<Row>): Source<Row> {
  const { members, compare, onGap, waitMs, timeout } = options;

  async function fill(lane: Lane<Row>, direction: Direction, want: number, asker: Asker): Promise<void> {
    const { source, account } = lane.member;
    const entry = entryOf(lane.place, direction);
    if (!entry) {
      lane.state = 'ENDED';
      return;
    }
    try {
      const reading = source.read(entry.from, direction, want, asker, entry.inclusive);
      const { rows, end, reached } = await inTime(reading, waitMs, () => timeout(account));
      lane.waiting.push(...rows);
      if (end) lane.state = 'ENDED';
      else if (rows.length === 0) lane.state = 'RESTING';
      // Ends move when rows arrive; the rows that stand there now do not.
      if (rows[0] && 'at' in lane.place) lane.place = upTo(rows[0].position, direction);
      else if (rows.length === 0 && reached) lane.place = beyond(reached, direction);
      else if (end && 'at' in lane.place) lane.place = { at: direction === 'forward' ? 'end' : 'start' };
    } catch (error) {
      if (!(error instanceof ProviderError)) throw error;
      lane.state = 'FAILED';
      onGap(error);
    }
  }

  /** The lane whose head comes next in walking order. */
  function nextOf(lanes: readonly Lane<Row>[], sign: number): Lane<Row> | undefined {
    let best: Lane<Row> | undefined;
    for (const lane of lanes) {
      const head = lane.waiting[0];
      if (!head) continue;
      const order = best ? compare(head.row, best.waiting[0]!.row) || lane.rank - best.rank : -sign;
      if (sign * order < 0) best = lane;
    }
    return best;
  }

  return {
    async read(from, direction, want, asker): Promise<Slice<Row>> {
      const forward = direction === 'forward';
      const lanes = members.map((member, rank): Lane<Row> => {
        const place = (from?.[member.account] as Place | undefined) ?? { at: forward ? 'start' : 'end' };
        return { member, rank, place, waiting: [], state: 'OPEN' };
      });
      const rows: Placed<Row>[] = [];

      while (rows.length < want) {
        const empty = lanes.filter(({ waiting, state }) => waiting.length === 0 && state === 'OPEN');
        await Promise.all(empty.map((lane) => fill(lane, direction, want - rows.length, asker)));
        // What comes next cannot be told before the lists that rest were looked through.
        if (lanes.some(({ waiting, state }) => waiting.length === 0 && state === 'RESTING')) break;
        const lane = nextOf(lanes, forward ? 1 : -1);
        if (!lane) break;
        const { row, position } = lane.waiting.shift()!;
        lane.place = beyond(position, direction);
        rows.push({ row, position: placesOf(lanes) });
      }
      const end = lanes.every(({ waiting, state }) => state === 'ENDED' && waiting.length === 0);
      return { rows, end, reached: placesOf(lanes) };
    },

    ...(members.every(({ source }) => source.total) && {
      async total(asker: Asker) {
        const totals = await Promise.all(members.map(({ source }) => source.total!(asker)));
        return totals.reduce((sum, total) => sum + total, 0);
      },
    }),
  };
}

function placesOf(lanes: readonly Lane<unknown>[]): Position {
  return Object.fromEntries(lanes.map(({ member, place }) => [member.account, place]));
}

/** The place on the far side of a row, in walking direction. */
function beyond(position: Position, direction: Direction): Place {
  return direction === 'forward' ? { after: position } : { before: position };
}

/** The place on the near side of a row. */
function upTo(position: Position, direction: Direction): Place {
  return direction === 'forward' ? { before: position } : { after: position };
}

/** How to enter a list at a place; undefined where nothing follows. */
function entryOf(
  place: Place,
  direction: Direction,
): { from: Position | null; inclusive: boolean } | undefined {
  const forward = direction === 'forward';
  if ('at' in place) return (place.at === 'start') === forward ? { from: null, inclusive: false } : undefined;
  return 'after' in place
    ? { from: place.after, inclusive: !forward }
    : { from: place.before, inclusive: forward };
}

/** The same list from its other end. */
export function reversedSource<Row>(source: Source<Row>): Source<Row> {
  return {
    ...source,
    read: (from, direction, want, asker, inclusive) =>
      source.read(from, direction === 'forward' ? 'backward' : 'forward', want, asker, inclusive),
  };
}

/** Only the rows that `keeps` wants: what no provider can filter is filtered here, `maxReads` reads at a time. */
export function filteredSource<Row>(
  source: Source<Row>,
  keeps: (row: Row) => boolean,
  maxReads: number,
): Source<Row> {
  return {
    async read(from, direction, want, asker, inclusive = false) {
      const rows: Placed<Row>[] = [];
      let at = from;
      for (let reads = 1; ; reads++) {
        const slice = await source.read(at, direction, want, asker, inclusive && reads === 1);
        rows.push(...slice.rows.filter(({ row }) => keeps(row)));
        at = slice.reached ?? slice.rows.at(-1)?.position ?? at;
        if (slice.end) return { rows, end: true };
        if (rows.length > 0 || slice.rows.length === 0 || reads === maxReads) {
          return { rows, end: false, ...(at && { reached: at }) };
        }
      }
    },
  };
}
