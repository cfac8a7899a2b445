/** What fields cost in upstream calls: declared beside each field that causes any, for whoever bounds a request before
 * it runs. Repetitions after a failure are not counted, nor the reserve ways that lists keep for a provider that does not
 * behave as documented. */

import type { Account } from '../accounts.ts';
import { DEFAULT_PAGE_SIZE } from '../pager.ts';
import type { ListCost } from '../providers/provider.ts';
import { LIST_LIMIT } from './rules.ts';

/** A field as it is asked for. */
export interface Asked {
  /** An argument as it was sent, unchecked; undefined when it was not. What breaks a rule costs nothing, so any number
   * will do for it. */
  arg(name: string): unknown;
  readonly accounts: ReadonlyMap<string, Account>;
}

export type Count = number | ((asked: Asked) => number);

export interface Upstream {
  /** Most calls that resolving the field itself makes. */
  readonly calls?: Count;
  /** Most members of each list at or below the field. */
  readonly rows?: Count;
  /** Whether it is a write that a provider carries out. */
  readonly isWrite?: boolean;
}

/** The `extensions` of a field that costs. */
export function costs(upstream: Upstream): { readonly upstream: Upstream } {
  return { upstream };
}

/** Every write is sent once. */
export const WRITE_COST = costs({ calls: 1, isWrite: true });

/** One withdrawal. Two are read with one call, and one by one if that finds neither: half a call more for each. */
export const WITHDRAWAL_READ = 1.5;

/** So many objects of any kind by their ids. Those withdrawals that one call did not find are read one by one. */
export function objectReads(count: number, accounts: ReadonlyMap<string, Account>): number {
  const batching = howMany(accounts, ({ provider }) => !!provider.withdrawals);
  return count + Math.min(count / 2, batching + count / LIST_LIMIT);
}

/** How many accounts there are of some kind. */
export function howMany(accounts: ReadonlyMap<string, Account>, is: (account: Account) => boolean): number {
  let count = 0;
  for (const account of accounts.values()) if (is(account)) count++;
  return count;
}

/** The page size that a connection is asked for. */
export function pageSizeOf({ arg }: Asked): number {
  const size = arg('first') ?? arg('last') ?? DEFAULT_PAGE_SIZE;
  return typeof size === 'number' && size >= 1 && size <= LIST_LIMIT ? size : LIST_LIMIT;
}

/** The length of what was sent as a list: a single value stands for a list of one. */
export function lengthOf(value: unknown): number {
  return Array.isArray(value) ? Math.min(value.length, LIST_LIMIT) : 1;
}

/** What a list costs over the accounts that it is asked of, by what it costs for each. */
export function overAccounts(each: (account: Account, asked: Asked) => number): Count {
  return (asked) => {
    const named = asked.arg('accounts');
    const chosen = named == null ? asked.accounts.keys() : new Set(Array.isArray(named) ? named : [named]);
    let sum = 0;
    for (const name of chosen) {
      const account = asked.accounts.get(name);
      if (account) sum += each(account, asked);
    }
    return sum;
  };
}

/** What `rows` consecutive rows of a list of a provider cost: they may straddle its pages. */
export function pagesOf({ pageSize, aside }: ListCost, rows: number): number {
  return Math.ceil(rows / pageSize) + 1 + aside;
}
