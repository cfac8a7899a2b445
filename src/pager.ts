/** Relay pages over any `Source`: how many rows, in which direction, from which cursor. Cursors are opaque,
 * versioned, and bound to the list that they came from; a broken one is refused before anything is read. */

import { hash } from 'node:crypto';
import { type InputIssue, InvalidInputError } from './errors.ts';
import type { Asker, Placed, Position, Source } from './providers/provider.ts';

export const DEFAULT_PAGE_SIZE = 20;
const VERSION = 1;
const NO_PLACE = 'names no place in this list';

export interface PageArgs {
  readonly first?: number | null | undefined;
  readonly after?: string | null | undefined;
  readonly last?: number | null | undefined;
  readonly before?: string | null | undefined;
}

export interface Edge<Row> {
  readonly cursor: string;
  readonly node: Row;
}

export interface Page<Row> {
  readonly edges: readonly Edge<Row>[];
  readonly pageInfo: PageInfo;
}

export interface PageInfo {
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
  readonly startCursor: string | null;
  readonly endCursor: string | null;
}

/** Reads one page. `list` is everything that makes this list differ from another: account, filters, order. */
export async function readPage<Row>(
  source: Source<Row>,
  args: PageArgs,
  list: unknown,
  asker: Asker,
): Promise<Page<Row>> {
  const fingerprint = new Fingerprint(list);
  const { direction, size, cursor, cursorArg } = stepOf(args);
  const start = cursor == null ? null : decodeCursor(cursor, fingerprint, cursorArg);

  const rows: Placed<Row>[] = [];
  let from = start;
  let reached: Position | null = null;
  let end = false;
  while (rows.length < size && !end) {
    const slice = await source.read(from, direction, size - rows.length, asker).catch((error: unknown) => {
      // All that a source can refuse is the position, and that came with the cursor.
      throw error instanceof InvalidInputError ? badCursor(cursorArg, NO_PLACE) : error;
    });
    rows.push(...slice.rows);
    end = slice.end;
    reached = slice.reached ?? slice.rows.at(-1)?.position ?? reached;
    from = reached;
    // Nothing more is to be had this time: a list that failed, or that looked far enough for one request.
    if (slice.rests || slice.rows.length === 0) break;
  }

  const more = rows.length > size || !end;
  const behind = start !== null;
  const forward = direction === 'forward';
  const taken = rows.slice(0, size);
  if (!forward) taken.reverse();
  const edges = taken.map((placed) => new ListEdge(placed, fingerprint));
  // A short page may have looked further than its last row: whoever goes on need not look there again.
  const onward = rows.length < size && more ? reached : null;
  const first = (forward ? null : onward) ?? taken[0]?.position;
  const last = (forward ? onward : null) ?? taken.at(-1)?.position;
  const pageInfo = new ListPageInfo(
    forward ? more : behind,
    forward ? behind : more,
    first,
    last,
    fingerprint,
  );
  return { edges, pageInfo };
}

class ListPageInfo implements PageInfo {
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
  readonly #first: Position | undefined;
  readonly #last: Position | undefined;
  readonly #fingerprint: Fingerprint;

  constructor(
    hasNextPage: boolean,
    hasPreviousPage: boolean,
    first: Position | undefined,
    last: Position | undefined,
    fingerprint: Fingerprint,
  ) {
    this.hasNextPage = hasNextPage;
    this.hasPreviousPage = hasPreviousPage;
    this.#first = first;
    this.#last = last;
    this.#fingerprint = fingerprint;
  }

  get startCursor(): string | null {
    return this.#first ? encodeCursor(this.#first, this.#fingerprint) : null;
  }

  get endCursor(): string | null {
    return this.#last ? encodeCursor(this.#last, this.#fingerprint) : null;
  }
}

/** Cursors are made for those who ask for them. */
class ListEdge<Row> implements Edge<Row> {
  readonly node: Row;
  readonly #position: Position;
  readonly #fingerprint: Fingerprint;

  constructor({ row, position }: Placed<Row>, fingerprint: Fingerprint) {
    this.node = row;
    this.#position = position;
    this.#fingerprint = fingerprint;
  }

  get cursor(): string {
    return encodeCursor(this.#position, this.#fingerprint);
  }
}

/** What is the same for equal lists, and hardly for others. */
class Fingerprint {
  readonly #list: unknown;
  #text: string | undefined;

  constructor(list: unknown) {
    this.#list = list;
  }

  get text(): string {
    this.#text ??= digest(JSON.stringify(this.#list));
    return this.#text;
  }
}

function stepOf({ first, after, last, before }: PageArgs) {
  const issues: InputIssue[] = [];
  const backward = last != null || (before != null && first == null);
  if (first != null && last != null)
    issues.push({ path: ['last'], message: 'cannot be combined with first' });
  if (backward && after != null) issues.push({ path: ['after'], message: 'goes with first, not with last' });
  if (!backward && before != null)
    issues.push({ path: ['before'], message: 'goes with last, not with first' });
  if (issues.length > 0) throw new InvalidInputError(issues);

  return backward
    ? ({
        direction: 'backward',
        size: last ?? DEFAULT_PAGE_SIZE,
        cursor: before,
        cursorArg: 'before',
      } as const)
    : ({
        direction: 'forward',
        size: first ?? DEFAULT_PAGE_SIZE,
        cursor: after,
        cursorArg: 'after',
      } as const);
}

function encodeCursor(position: Position, fingerprint: Fingerprint): string {
  const payload = Buffer.from(JSON.stringify([VERSION, fingerprint.text, position])).toString('base64url');
  return `${payload}.${digest(payload)}`;
}

function decodeCursor(cursor: string, fingerprint: Fingerprint, arg: string): Position {
  const seal = cursor.lastIndexOf('.');
  const payload = cursor.slice(0, Math.max(seal, 0));
  if (digest(payload) !== cursor.slice(seal + 1)) {
    throw badCursor(arg, 'is not a cursor, or it was damaged');
  }
  const [version, boundTo, position] = parseParts(payload);
  if (version !== VERSION) throw badCursor(arg, 'is a cursor of another version; start again without it');
  if (boundTo !== fingerprint.text) {
    throw badCursor(arg, 'belongs to another list: its account, filter or order is not the one asked for');
  }
  if (typeof position !== 'object' || position === null) throw badCursor(arg, NO_PLACE);
  return position as Position;
}

/** The seal is no secret, so what it holds may be of anyone's making. */
function parseParts(payload: string): unknown[] {
  try {
    const parts: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
    return Array.isArray(parts) ? parts : [];
  } catch {
    return [];
  }
}

function badCursor(arg: string, message: string): InvalidInputError {
  return new InvalidInputError([{ path: [arg], message }]);
}

function digest(text: string): string {
  return hash('sha256', text, 'base64url').slice(0, 11);
}
