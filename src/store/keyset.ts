/** Lists of the database as a `Source`: newest first by columns that never change, so that a place in them holds. */

import { and, asc, type Column, desc, eq, gt, gte, lt, lte, or, type SQL } from 'drizzle-orm';
import type { PgTable } from 'drizzle-orm/pg-core';
import { InvalidInputError } from '../errors.ts';
import type { Position, Source } from '../providers/provider.ts';
import type { Database } from './database.ts';

/** What a row is ordered by: a unique number, and before it a time where there is one. */
export interface Place {
  readonly number: number;
  readonly time?: Date;
}

export interface Keyset<Table extends PgTable, Row> {
  readonly table: Table;
  readonly number: Column;
  readonly time?: Column;
  readonly where: readonly SQL[];
  readonly placeOf: (row: Table['$inferSelect']) => Place;
  readonly toRow: (row: Table['$inferSelect']) => Row;
}

/** The rows of a table that satisfy `where`, newest first. */
export function keysetSource<Table extends PgTable, Row>(
  db: Database,
  keyset: Keyset<Table, Row>,
): Source<Row> {
  const { number, time, where, placeOf, toRow } = keyset;
  const table: PgTable = keyset.table;
  const columns = time ? [time, number] : [number];

  function beyond(position: Position, forward: boolean, inclusive: boolean): SQL {
    const past = forward ? lt : gt;
    const orAt = forward ? lte : gte;
    const place = parsePlace(position, time !== undefined);
    const byNumber = (inclusive ? orAt : past)(number, place.number);
    if (!time || !place.time) return byNumber;
    return or(past(time, place.time), and(eq(time, place.time), byNumber))!;
  }

  return {
    async read(from, direction, want, _asker, inclusive = false) {
      const forward = direction === 'forward';
      const rows = (await db
        .select()
        .from(table)
        .where(and(...where, ...(from ? [beyond(from, forward, inclusive)] : [])))
        .orderBy(...columns.map((column) => (forward ? desc(column) : asc(column))))
        .limit(want + 1)) as Table['$inferSelect'][];
      return {
        rows: rows.slice(0, want).map((row) => ({ row: toRow(row), position: positionOf(placeOf(row)) })),
        end: rows.length <= want,
      };
    },
    total: () => db.$count(table, and(...where)),
  };
}

function positionOf({ number, time }: Place): Position {
  return { number, ...(time && { time: time.toISOString() }) };
}

/** A cursor's checksum is no secret, so its position may be of anyone's making. */
function parsePlace({ number, time }: Position, timed: boolean): Place {
  const at = new Date(typeof time === 'string' ? time : Number.NaN);
  if (!Number.isSafeInteger(number) || (timed && Number.isNaN(at.getTime()))) {
    throw new InvalidInputError([{ path: ['after'], message: 'is no position in this list' }]);
  }
  return { number: Number(number), ...(timed && { time: at }) };
}
