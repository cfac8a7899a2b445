/** The one total order of a list of withdrawals: by an order field, then by hash. Walking backward, and listing in
 * descending order, is this order reversed as a whole, ties included. */

import type { WithdrawalOrderField, WithdrawalQuery } from '../../domain.ts';
import { compareDecimals } from '../../money.ts';
import type { Direction } from '../provider.ts';
import type { Filter } from './filter.ts';
import type { WithdrawalWire } from './wire.ts';

/** What a withdrawal is ordered by: the text of its order field as it was sent, and its hash. */
export interface Key {
  readonly value: string;
  readonly hash: string;
}

/** A key to start from, with or without the row that has it. */
export interface Start extends Key {
  readonly inclusive: boolean;
}

/** Everything that lies beyond a value, with or without the value itself. */
export interface Bound {
  readonly value: string;
  readonly inclusive: boolean;
}

export interface Order {
  /** The provider's name of the order field. */
  readonly field: (typeof WIRE_FIELDS)[WithdrawalOrderField];
  /** Which way the rows are to be sent, so that those come first that the walk meets first. */
  readonly direction: 'asc' | 'desc';
  keyOf(wire: WithdrawalWire): Key;
  /** Negative when the walk meets `left` first. */
  compareValues(left: string, right: string): number;
  compare(left: Key, right: Key): number;
  /** The filter for what lies beyond a bound in walking direction. */
  beyond(bound: Bound): Filter;
  /** Whether a row comes with a walk that starts there. */
  follows(row: Key, start: Start): boolean;
  /** The filter for the hashes that come with a walk that starts there. */
  beyondHash(start: Start): Filter;
}

const WIRE_FIELDS = {
  createdAt: 'created_at',
  amount: 'amount',
  fee: 'fee',
  netAmount: 'net_amount',
} as const;

/** The order in which a walk in one direction meets the rows. */
export function createOrder(orderBy: WithdrawalQuery['orderBy'], walk: Direction): Order {
  const field = WIRE_FIELDS[orderBy.field];
  const ascending = (orderBy.direction === 'asc') === (walk === 'forward');
  const sign = ascending ? 1 : -1;
  const compareTexts = orderBy.field === 'createdAt' ? compareInstants : compareDecimals;
  const operation = ascending ? '>' : '<';

  function compareValues(left: string, right: string): number {
    return sign * compareTexts(left, right);
  }

  function compare(left: Key, right: Key): number {
    return compareValues(left.value, right.value) || sign * compareHashes(left.hash, right.hash);
  }

  return {
    field,
    direction: ascending ? 'asc' : 'desc',
    keyOf: (wire) => ({ value: wire[field], hash: wire.hash }),
    compareValues,
    compare,
    beyond: ({ value, inclusive }) => ({
      field,
      operation: inclusive ? `${operation}=` : operation,
      value,
    }),
    follows: (row, start) => {
      const distance = compare(row, start);
      return start.inclusive ? distance >= 0 : distance > 0;
    },
    beyondHash: ({ hash, inclusive }) => ({
      field: 'hash',
      operation: inclusive ? `${operation}=` : operation,
      value: hash,
    }),
  };
}

// A Date ends at milliseconds; finer fractions, should they ever be sent, are compared as what they are. Most times are
// written alike, to the second and with one offset, and need not be read for that.
function compareInstants(left: string, right: string): number {
  if (left === right) return 0;
  if (isToTheSecond(left) && isToTheSecond(right) && left.slice(19) === right.slice(19)) {
    return left < right ? -1 : left > right ? 1 : 0;
  }
  return Date.parse(left) - Date.parse(right) || compareDecimals(fractionOf(left), fractionOf(right));
}

function isToTheSecond(time: string): boolean {
  return time[16] === ':' && time[19] !== '.';
}

function fractionOf(time: string): string {
  return `0${/\.\d+/.exec(time)?.[0] ?? ''}`;
}

function compareHashes(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
