/** Several lists as one: a merge of their heads, with one place per list in every position, so that no list is read
 * twice for the same rows and one that fails goes on later from where it stood. */

import { ProviderError } from './errors.ts';
import { inTime } from './in-time.ts';
import { beyond, entryOf, farEnd, isUntied, nearEnd, type Place, parsePlace, upTo } from './place.ts';
import type { Asker, Direction, Placed, Position, Slice, Source } from './providers/provider.ts';

export interface Member<Row> {
  readonly account: string;
  readonly source: Source<Row>;
}

export interface MergeOptions<Row, Shown = Row> {
  readonly members: readonly Member<Row>[];
  /** The order of the list as it is shown; rows that are equal in it keep the order of the members. */
  readonly compare: (left: Row, right: Row) => number;
  /** Whether a row says where it belongs; one that does not comes right after the one before it in its own list. */
  readonly isPlaced?: (row: Row) => boolean;
  /** The direction in which no rows arrive, if there is one: an end that was found there is not looked for again. */
  readonly settled: Direction | null;
  /** What is shown of a row, read once its turn has come; null leaves it out. */
  readonly show: (row: Row, account: string) => Shown | Promise<Shown | null>;
  /** Told of each member that could not be read; its rows are left out of this request. */
  readonly onGap: (error: ProviderError) => void;
  /** How long one request may wait for each member, in milliseconds. */
  readonly waitMs: number;
  /** What a member that did not answer in time is said to have done. */
  readonly timeout: (account: string) => ProviderError;
}

interface Lane<Row> extends Member<Row> {
  readonly rank: number;
  /** Right before what is waiting. */
  place: Place;
  /** Read and not given out yet. */
  waiting: Placed<Row>[];
  /** How many of those are chosen for the page. */
  chosen: number;
  /** How far it was looked through behind what is waiting, when that is further than its last row. */
  reached: Position | null;
  /** How long this request may still wait for it, in milliseconds. */
  leftMs: number;
  /** Whether this request came further in it. */
  moved: boolean;
  /** `ENDED`: nothing follows what is waiting. `FAILED`: a gap. `RESTING`: that is all for this request. */
  state: 'OPEN' | 'ENDED' | 'FAILED' | 'RESTING';
}

interface Choice<Row> {
  readonly lane: Lane<Row>;
  readonly placed: Placed<Row>;
}

/** The rows of all members as one list, for one request. Its order is exact as far as each member's own is. */
export function mergedSource<Row, Shown = Row>(options: MergeOptions<Row, Shown>): Source<Shown> {
  const { members, compare, isPlaced = () => true, settled, show, onGap, waitMs, timeout } = options;

  /** Waits for what is read of a lane, as long as this request may. Reads at once cost the time of the longest. */
  async function within<Value>(lane: Lane<Row>, work: Promise<Value>): Promise<Value> {
    const [began, leftMs] = [performance.now(), lane.leftMs];
    try {
      return await inTime(work, leftMs, () => new Late(timeout(lane.account)));
    } finally {
      const spentMs = performance.now() - began;
      lane.leftMs = Math.max(0, Math.min(lane.leftMs, leftMs - spentMs));
    }
  }

  /** A lane that came further before time was up goes on in the next request; anything else is a gap. */
  function stop(lane: Lane<Row>, reason: unknown, moved: boolean): void {
    const error = reason instanceof Late ? reason.failure : reason;
    if (!(error instanceof ProviderError)) throw error;
    lane.state = reason instanceof Late && moved ? 'RESTING' : 'FAILED';
    if (lane.state === 'FAILED') onGap(error);
  }

  async function fill(lane: Lane<Row>, direction: Direction, want: number, asker: Asker): Promise<void> {
    lane.place = placeNow(lane, direction);
    const behind = lane.reached ?? lane.waiting.at(-1)?.position;
    const entry = behind ? { from: behind, inclusive: false } : entryOf(lane.place, direction);
    if (!entry) {
      lane.state = 'ENDED';
      return;
    }
    try {
      const reading = lane.source.read(entry.from, direction, want, asker, entry.inclusive);
      const { rows, end, rests, reached } = await within(lane, reading);
      if (end) lane.state = 'ENDED';
      else if (rests) lane.state = 'RESTING';
      // Ends move when rows arrive; the rows that stand there now do not.
      if (rows[0] && isUntied(lane.place)) lane.place = upTo(rows[0].position, direction);
      lane.waiting.push(...rows);
      lane.reached = reached ?? null;
      lane.moved ||= reached !== undefined;
    } catch (error) {
      stop(lane, error, lane.moved || lane.chosen > 0);
    }
  }

  /** What comes next, up to `count` rows: fewer at the end, or where a list rests before it has shown its next one. */
  async function choose(lanes: readonly Lane<Row>[], direction: Direction, count: number, asker: Asker) {
    const chosen: Choice<Row>[] = [];
    while (chosen.length < count) {
      if (lanes.some(isWanting)) {
        const wanting = lanes.filter(isWanting);
        await Promise.all(wanting.map((lane) => fill(lane, direction, count - chosen.length, asker)));
        continue;
      }
      if (lanes.some((lane) => lane.state === 'RESTING' && !headOf(lane))) break;
      const lane = nextOf(lanes, direction);
      if (!lane) break;
      chosen.push({ lane, placed: headOf(lane)! });
      lane.chosen++;
    }
    return chosen;
  }

  function nextOf(lanes: readonly Lane<Row>[], direction: Direction): Lane<Row> | undefined {
    const sign = direction === 'forward' ? 1 : -1;
    let best: Lane<Row> | undefined;
    for (const lane of lanes) {
      const head = headOf(lane);
      if (!head) continue;
      if (!isPlaced(head.row)) return lane;
      const order = best ? compare(head.row, headOf(best)!.row) || lane.rank - best.rank : -sign;
      if (sign * order < 0) best = lane;
    }
    return best;
  }

  /** What is shown of each, or why it is not. Nothing is waited for where nothing has to be read. */
  function shownOf(chosen: readonly Choice<Row>[]) {
    const shown = chosen.map(({ lane, placed }) => {
      const value = show(placed.row, lane.account);
      return value instanceof Promise ? within(lane, value) : value;
    });
    if (shown.some((value) => value instanceof Promise)) return Promise.allSettled(shown);
    return shown.map((value) => ({ status: 'fulfilled', value: value as Shown | null }) as const);
  }

  /** The place before whatever of a lane was not given out. */
  function placeNow({ place, waiting, reached, state }: Lane<Row>, direction: Direction): Place {
    if (waiting.length > 0) return place;
    const now = reached ? beyond(reached, direction) : place;
    return state === 'ENDED' && direction === settled ? { ...now, at: farEnd(direction) } : now;
  }

  function placesNow(lanes: readonly Lane<Row>[], direction: Direction): Record<string, Position> {
    const places: Record<string, Position> = {};
    for (const lane of lanes) places[lane.account] = placeNow(lane, direction);
    return places;
  }

  /** Gives out the row of a choice, and says where it stands. */
  function give({ lane, placed }: Choice<Row>, lanes: readonly Lane<Row>[], direction: Direction): Position {
    lane.waiting.shift();
    lane.chosen--;
    lane.place = beyond(placed.position, direction);
    lane.moved = true;
    const places = placesNow(lanes, direction);
    const { at } = placeNow(lane, direction);
    places[lane.account] = at ? { on: placed.position, at } : { on: placed.position };
    return places;
  }

  return {
    async read(from, direction, want, asker): Promise<Slice<Shown>> {
      const lanes = members.map((member, rank) => createLane(member, rank, from, direction, waitMs));
      const rows: Placed<Shown>[] = [];

      for (let goesOn = true; goesOn && rows.length < want; ) {
        const chosen = await choose(lanes, direction, want - rows.length, asker);
        goesOn = chosen.length > 0;
        const shown = await shownOf(chosen);
        for (const [index, choice] of chosen.entries()) {
          const { lane } = choice;
          const outcome = shown[index]!;
          if (lane.chosen === 0) continue;
          if (outcome.status === 'fulfilled') {
            const position = give(choice, lanes, direction);
            if (outcome.value !== null) rows.push({ row: outcome.value, position });
            continue;
          }
          stop(lane, outcome.reason, lane.moved);
          Object.assign(lane, { waiting: [], chosen: 0, reached: null });
          // Without the row that rests, none of another list can be said to come next.
          if (lane.state === 'RESTING')
            return { rows, end: false, reached: placesNow(lanes, direction), rests: true };
        }
      }
      const end = lanes.every(({ state, waiting }) => state === 'ENDED' && waiting.length === 0);
      return { rows, end, reached: placesNow(lanes, direction), rests: !end && rows.length < want };
    },

    ...(members.every(({ source }) => source.total) && {
      async total(asker: Asker) {
        const totals = await Promise.all(
          members.map(({ account, source }) => inTime(source.total!(asker), waitMs, () => timeout(account))),
        );
        return totals.reduce((sum, total) => sum + total, 0);
      },
    }),
  };
}

/** Time is up here, as opposed to what a provider's client calls a timeout. */
class Late extends Error {
  readonly failure: ProviderError;

  constructor(failure: ProviderError) {
    super();
    this.failure = failure;
  }
}

function createLane<Row>(
  member: Member<Row>,
  rank: number,
  from: Position | null,
  direction: Direction,
  leftMs: number,
): Lane<Row> {
  return {
    ...member,
    rank,
    place: from ? parsePlace(from[member.account], direction) : { at: nearEnd(direction) },
    waiting: [],
    chosen: 0,
    reached: null,
    leftMs,
    moved: false,
    state: 'OPEN',
  };
}

/** Whether a lane has to be read before it is known what comes next. */
function isWanting<Row>(lane: Lane<Row>): boolean {
  return lane.state === 'OPEN' && !headOf(lane);
}

/** The next row of a lane that is not chosen yet. */
function headOf<Row>({ waiting, chosen }: Lane<Row>): Placed<Row> | undefined {
  return waiting[chosen];
}
