/** Conditions in `eq in gte lt` style, as SQL over a column. */

import {
  type Column,
  eq,
  gt,
  gte,
  inArray,
  isNull,
  lt,
  lte,
  ne,
  notInArray,
  or,
  type SQL,
  sql,
} from 'drizzle-orm';
import type { Condition } from '../domain.ts';

/** What each of `conditions` says, for `and`. */
export function sqlOf<Field extends string>(
  conditions: readonly Condition<Field>[],
  columns: { readonly [F in Field]: Column },
): SQL[] {
  return conditions.map((condition) => comparison(columns[condition.field], condition));
}

function comparison(column: Column, { operator, value }: Condition<string>): SQL {
  const list = [value].flat();
  switch (operator) {
    case 'eq':
      return eq(column, value);
    case 'ne':
      // What is not known is not equal to anything, as a person would say.
      return or(ne(column, value), isNull(column))!;
    case 'in':
      return list.length === 0 ? sql`false` : inArray(column, list);
    case 'nin':
      return list.length === 0 ? sql`true` : or(notInArray(column, list), isNull(column))!;
    case 'gt':
      return gt(column, value);
    case 'gte':
      return gte(column, value);
    case 'lt':
      return lt(column, value);
    case 'lte':
      return lte(column, value);
  }
}
