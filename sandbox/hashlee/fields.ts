// The columns of a withdrawal by their public names, and how two values of each are compared: moments as instants,
// amounts as exact numbers, anything else as text. Filters and sorting both stand on this.
import { compare, isDecimal } from '../decimal.ts';
import { type Json, numberText } from '../json.ts';
import { readTime } from '../time.ts';
import { BRASILIA_HOURS, type Withdrawal } from './withdrawal.ts';

type Value = string | number | null;

export interface Column {
  of(row: Withdrawal): Value;
  /** Negative, zero or positive; neither value is null. */
  compare(a: NonNullable<Value>, b: NonNullable<Value>): number;
  /** A filter's value in the form of this column; undefined when it can not be one. */
  read(value: Json): NonNullable<Value> | undefined;
}

const order = (a: Value, b: Value) => (a! < b! ? -1 : a! > b! ? 1 : 0);
const textIn = (value: Json) => (typeof value === 'string' ? value : (numberText(value) ?? undefined));

const text = (of: Column['of']): Column => ({ of, compare: order, read: textIn });

const number = (of: Column['of']): Column => ({
  of,
  compare: (a, b) => compare(String(a), String(b)),
  read: (value) => {
    const written = textIn(value)?.trim();
    return written !== undefined && isDecimal(written) ? written : undefined;
  },
});

const moment = (of: Column['of']): Column => ({
  of,
  compare: order,
  read: (value) => (typeof value === 'string' ? (readTime(value, BRASILIA_HOURS) ?? undefined) : undefined),
});

const COLUMNS: Readonly<Record<string, Column>> = {
  id: number((row) => row.id),
  hash: text((row) => row.hash),
  gateway_unit_id: text((row) => row.unit),
  user_id: text((row) => row.userId),
  receipt_id: text((row) => row.receiptId),
  withdrawal_profile_id: text((row) => row.profileId),
  gateway_unit_account_id: text((row) => row.accountId),
  currency: text((row) => row.currency),
  amount: number((row) => row.amount),
  fee: number((row) => row.fee),
  net_amount: number((row) => row.netAmount),
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

/** Sorted as SQL does: nulls before everything else when ascending. Equal rows stay in ascending order of id. */
export function sorted(rows: readonly Withdrawal[], name: string, column: Column, descending: boolean) {
  if (name === 'id') return descending ? [...rows].reverse() : [...rows];
  const sign = descending ? -1 : 1;
  return [...rows].sort((a, b) => {
    const [left, right] = [column.of(a), column.of(b)];
    if (left === null || right === null) return sign * (Number(right === null) - Number(left === null)) || 0;
    return sign * column.compare(left, right);
  });
}
