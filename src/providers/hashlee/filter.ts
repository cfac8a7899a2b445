/** Conditions in Hashlee's filter language. Statuses are told in Paygraph's words and asked for in Hashlee's; times
 * are whole seconds of Brasília, so that a condition between two seconds is moved to the one that means the same. */

import {
  type Condition,
  type Operator,
  TRANSFER_STATUSES,
  type TransferStatus,
  type WithdrawalField,
} from '../../domain.ts';
import { InvalidInputError } from '../../errors.ts';
import { STATUSES } from './map.ts';

/** One element of `filters[]`. All of them must hold. */
export interface Filter {
  readonly field: string;
  readonly operation: '=' | '<>' | '>' | '>=' | '<' | '<=' | 'in' | 'nin';
  readonly value: string | readonly string[];
}

const FIELDS: Readonly<Record<Exclude<WithdrawalField, 'status'>, string>> = {
  hash: 'hash',
  rawStatus: 'status',
  currency: 'currency',
  amount: 'amount',
  fee: 'fee',
  netAmount: 'net_amount',
  externalReference: 'identify',
  createdAt: 'created_at',
  updatedAt: 'updated_at',
  finishedAt: 'finished_at',
};

const OPERATIONS: Readonly<Record<Operator, Filter['operation']>> = {
  eq: '=',
  ne: '<>',
  gt: '>',
  gte: '>=',
  lt: '<',
  lte: '<=',
  in: 'in',
  nin: 'nin',
};

/** The filters that select what all conditions select; null when no withdrawal can satisfy them. */
export function toFilters(conditions: readonly Condition<WithdrawalField>[]): readonly Filter[] | null {
  const filters: Filter[] = [];
  for (const condition of conditions) {
    const filter = toFilter(condition);
    if (filter === 'nothing') return null;
    if (filter !== 'everything') filters.push(filter);
  }
  return filters;
}

type Selection = Filter | 'everything' | 'nothing';

function toFilter({ field, operator, value }: Condition<WithdrawalField>): Selection {
  if (field === 'status') return statusFilter(operator, [value].flat().map(String));
  const name = FIELDS[field];
  if (value instanceof Date) return timeFilter(name, operator, value.getTime());
  if (typeof value !== 'string' && value.length === 0) return operator === 'nin' ? 'everything' : 'nothing';
  return { field: name, operation: OPERATIONS[operator], value };
}

// Statuses without a name here can only be asked for as none of those that have one.
function statusFilter(operator: Operator, named: readonly string[]): Selection {
  if (!['eq', 'ne', 'in', 'nin'].includes(operator)) {
    throw new InvalidInputError([
      { path: ['status'], message: 'can be compared with eq, ne, in and nin only' },
    ]);
  }
  const positive = operator === 'eq' || operator === 'in';
  const selected = new Set(TRANSFER_STATUSES.filter((status) => named.includes(status) === positive));
  if (selected.has('UNRECOGNIZED')) {
    const others = rawStatuses((status) => !selected.has(status));
    return others.length === 0 ? 'everything' : { field: 'status', operation: 'nin', value: others };
  }
  const raw = rawStatuses((status) => selected.has(status));
  if (raw.length === 0) return 'nothing';
  return raw.length === 1
    ? { field: 'status', operation: '=', value: raw[0]! }
    : { field: 'status', operation: 'in', value: raw };
}

function rawStatuses(matches: (status: TransferStatus) => boolean): string[] {
  return [...STATUSES].filter(([, status]) => matches(status)).map(([raw]) => raw);
}

function timeFilter(field: string, operator: Operator, ms: number): Selection {
  const second = Math.floor(ms / 1000) * 1000;
  const exact = second === ms;
  const next = exact ? second : second + 1000;
  switch (operator) {
    case 'eq':
    case 'in':
      return exact ? { field, operation: '=', value: timeText(second) } : 'nothing';
    case 'ne':
    case 'nin':
      return exact ? { field, operation: '<>', value: timeText(second) } : 'everything';
    case 'gt':
    case 'lte':
      return { field, operation: OPERATIONS[operator], value: timeText(second) };
    case 'gte':
    case 'lt':
      return { field, operation: OPERATIONS[operator], value: timeText(next) };
  }
}

const BRASILIA_MS = -3 * 3_600_000;

function timeText(ms: number): string {
  return new Date(ms + BRASILIA_MS).toISOString().replace(/\.000Z$/, '-03:00');
}
