// The advanced filters of the list: each element of `filters[]` is one JSON text with field, operation and value,
// and a row must pass all of them (docs/providers.md, 4.5).
import { isObject, type Json, readJson } from '../json.ts';
import { type Column, columnOf, order } from './fields.ts';
import type { Withdrawal } from './withdrawal.ts';

export type Test = (row: Withdrawal) => boolean;

const SINGLE: Readonly<Record<string, (comparison: number) => boolean>> = {
  '=': (comparison) => comparison === 0,
  '<>': (comparison) => comparison !== 0,
  '>': (comparison) => comparison > 0,
  '>=': (comparison) => comparison >= 0,
  '<': (comparison) => comparison < 0,
  '<=': (comparison) => comparison <= 0,
};

/** Null when any element is not a filter; a comparison with null never holds, as in SQL. */
export function readFilters(query: URLSearchParams): Test | null {
  const tests: Test[] = [];
  for (const [name, text] of query) {
    if (!/^filters\[\d*\]$/.test(name)) continue;
    const test = readFilter(readJson(text));
    if (!test) return null;
    tests.push(test);
  }
  return (row) => tests.every((test) => test(row));
}

function readFilter(filter: Json | undefined): Test | null {
  if (!isObject(filter) || typeof filter.field !== 'string' || typeof filter.operation !== 'string')
    return null;
  const { operation, value } = filter;
  const column = columnOf(filter.field);
  if (!column || value === undefined) return null;
  if (operation === 'in' || operation === 'nin')
    return Array.isArray(value) ? membership(column, value, operation === 'in') : null;
  if (!Object.hasOwn(SINGLE, operation) || Array.isArray(value) || isObject(value)) return null;

  const wanted = column.read(value);
  const holds = SINGLE[operation]!;
  return (row) => {
    const own = column.of(row);
    return own !== null && wanted !== undefined && holds(order(own, wanted));
  };
}

function membership(column: Column, values: readonly Json[], inside: boolean): Test {
  const wanted = new Set(values.map(column.read));
  return (row) => {
    const own = column.of(row);
    return own !== null && wanted.has(own) === inside;
  };
}
