// The columns of a withdrawal by their public names, as values that compare with `<`: moments as instants, amounts as
// exact whole numbers, anything else as text. Filters and sorting both stand on this.
import { isDecimal, unitsAt } from '../decimal.ts';
import { type Json, numberText } from '../json.ts';
import { readTime } from '../time.ts';
import { BRASILIA_HOURS, type Withdrawal } from './withdrawal.ts';

export type Value = string | number | bigint;

export interface Column {
  of(row: Withdrawal): Value | null;
  /** A filter's value in the form of this column; undefined when it cannot be one. */
  read(value: Json): Value | undefined;
}

/** More decimals than any amount has, so that a filter between two amounts stays between them. */
const SCALE = 30;

const textIn = (value: Json) => (typeof value === 'string' ? value : (numberText(value) ?? undefined));

const text = (of: (row: Withdrawal) => string | null): Column => ({ of, read: textIn });

const amount = (of: (row: Withdrawal) => string): Column => ({
  of: (row) => unitsAt(of(row), SCALE),
  read: (value) => {
    const written = textIn(value)?.trim();
    return written !== undefined && isDecimal(written) ? unitsAt(written, SCALE) : undefined;
  },
});

const moment = (of: (row: Withdrawal) => number | null): Column => ({
  of,
  read: (value) => (typeof value === 'string' ? (readTime(value, BRASILIA_HOURS) ?? undefined) : undefined),
});

const COLUMNS: Readonly<Record<string, Column>> = {
  id: amount((row) => String(row.id)),
  hash: text((row) => row.hash),
  gateway_unit_id: text((row) => row.unit),
  user_id: text((row) => row.userId),
  receipt_id: text((row) => row.receiptId),
  withdrawal_profile_id: text((row) => row.profileId),
  gateway_unit_account_id: text((row) => row.accountId),
  currency: text((row) => row.currency),
  amount: amount((row) => row.amount),
  fee: amount((row) => row.fee),
  net_amount: amount((row) => row.netAmount),
  status: text((row) => row.status),
  identify: text((row) => row.identify),
  description: text((row) => row.description),
  verified_at: moment((row) => row.verifiedAt),
  finished_at: moment((row) => row.finishedAt),
  created_at: moment((row) => row.createdAt),
  updated_at: moment((row) => row.updatedAt),
};

export function columnOf(name: string): Column | undefined {
  return Object.hasOwn(COLUMNS, name) ? COLUMNS[name] : undefined;
}

/** Negative, zero or positive; null comes before everything else, as in SQL. */
export function order(a: Value | null, b: Value | null): number {
  if (a === null || b === null) return Number(b === null) - Number(a === null);
  return a < b ? -1 : a > b ? 1 : 0;
}

/** From rows in ascending order of id; rows that are equal in the column stay in that order. */
export function sorted(rows: readonly Withdrawal[], column: Column, descending: boolean): Withdrawal[] {
  const sign = descending ? -1 : 1;
  return rows
    .map((row) => ({ row, value: column.of(row) }))
    .sort((a, b) => sign * order(a.value, b.value))
    .map(({ row }) => row);
}
