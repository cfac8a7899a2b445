/** Lists in memory, cut into pages in the ways in which providers do it, that fail when told to. */

import fc from 'fast-check';
import { ProviderError } from '../../src/errors.ts';
import type { Direction, Position, Source } from '../../src/providers/provider.ts';

export const asker = { called: () => {} };

export interface Row {
  readonly account: string;
  /** Rows of one list are numbered from its oldest. */
  readonly number: number;
  readonly at: number;
  status: number;
}

export interface GeneratedList {
  readonly account: string;
  /** Oldest first. */
  readonly rows: readonly Row[];
  /** Newer rows, by how much later each is than the one before it. */
  arrive(gaps: readonly number[]): void;
  /** Whether the next read fails. */
  failing: () => boolean;
  /** How often it was read. */
  reads: number;
  readonly source: Source<Row>;
}

export interface Shape {
  /** How much later each row is than the one before it; 0 is the same time. */
  readonly gaps: readonly number[];
  readonly cap: number;
  /** `PAGES` begin and end at fixed rows; `KEYS` are as many as wanted, and some to spare; `WHOLE` is all there is. */
  readonly cut: 'PAGES' | 'KEYS' | 'WHOLE';
  readonly spare: number;
  /** Whether the last page says that it is the last. */
  readonly tellsEnd: boolean;
}

const gap = fc.integer({ min: 0, max: 3 });
export const arrivals = fc.array(gap, { maxLength: 20 });

export function shapes(maxRows: number): fc.Arbitrary<Shape> {
  return fc.record({
    gaps: fc.array(gap, { maxLength: maxRows, size: 'max' }),
    cap: fc.integer({ min: 1, max: 50 }),
    cut: fc.constantFrom('PAGES' as const, 'KEYS' as const, 'WHOLE' as const),
    spare: fc.nat({ max: 8 }),
    tellsEnd: fc.boolean(),
  });
}

/** One to four lists. */
export function listShapes(maxRows: number): fc.Arbitrary<Shape[]> {
  return fc.array(shapes(maxRows), { minLength: 1, maxLength: 4 });
}

export function unreachable(account: string): ProviderError {
  return new ProviderError({ code: 'UNAVAILABLE', account, provider: 'HASHLEE', operation: 'list' });
}

export function createList(account: string, shape: Shape): GeneratedList {
  const rows: Row[] = [];
  const list: GeneratedList = {
    account,
    rows,
    arrive(gaps) {
      for (const gap of gaps) {
        const at = (rows.at(-1)?.at ?? 0) + gap;
        rows.push({ account, number: rows.length, at, status: 0 });
      }
    },
    failing: () => false,
    reads: 0,
    source: {
      async read(from, direction, want, _asker, inclusive = false) {
        list.reads++;
        if (list.failing()) throw unreachable(account);
        const rest = beyond(rows, from, direction, inclusive);
        const page = cutPage(rest, shape, want);
        return {
          rows: page.map((row) => ({ row, position: { number: row.number } })),
          end: rest.length === 0 || (shape.tellsEnd && page.length === rest.length),
        };
      },
    },
  };
  list.arrive(shape.gaps);
  return list;
}

function beyond(rows: readonly Row[], from: Position | null, direction: Direction, inclusive: boolean) {
  const onward = direction === 'forward' ? rows.toReversed() : [...rows];
  if (from === null) return onward;
  const at = onward.findIndex(({ number }) => number === from.number);
  if (at === -1) throw new Error('there is no such row');
  return onward.slice(inclusive ? at : at + 1);
}

function cutPage(rest: readonly Row[], { cut, cap, spare }: Shape, want: number): readonly Row[] {
  if (cut === 'WHOLE') return rest;
  if (cut === 'KEYS') return rest.slice(0, Math.min(want + spare, cap));
  const pageOf = (row: Row) => Math.floor(row.number / cap);
  return rest.filter((row) => pageOf(row) === pageOf(rest[0]!));
}

/** A list whose reads answer only while `answers` says so: the others never do. */
export function hanging<Item>(source: Source<Item>, answers: () => boolean): Source<Item> {
  return {
    ...source,
    read: (...args) => (answers() ? source.read(...args) : new Promise(() => {})),
  };
}
