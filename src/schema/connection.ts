/** The arguments and the shape that all connections share. */

import type { Accounts } from '../access/allowed.ts';
import { type Account, requireAccount, unsupported } from '../accounts.ts';
import type { Context } from '../context.ts';
import { InvalidInputError, ProviderError } from '../errors.ts';
import { type MergeOptions, mergedSource } from '../merge.ts';
import { type Page, type PageArgs, readPage } from '../pager.ts';
import type { Source } from '../providers/provider.ts';
import { AccountRef } from './account.ts';
import { builder } from './builder.ts';
import { describedEnum } from './enums.ts';
import { toldError } from './errors.ts';
import * as rules from './rules.ts';

export const DirectionEnum = builder.enumType('OrderDirection', {
  description: 'Which end of an order comes first.',
  values: {
    ASC: { value: 'asc' as const, description: 'Smallest or oldest first.' },
    DESC: { value: 'desc' as const, description: 'Greatest or newest first.' },
  },
});

const ON_GAP = ['REPORT', 'FAIL'] as const;

const OnGapEnum = builder.enumType('OnGap', {
  description: 'What becomes of a list when an account cannot be asked.',
  values: describedEnum(ON_GAP, {
    REPORT: 'The rows of the others are given, and `gaps` says whose are missing.',
    FAIL: 'The whole list is an error.',
  }),
});

/** A failure beside rows: graphql-js takes an error in a list for a failure of the list. */
export interface Gap {
  readonly failure: ProviderError;
}

export const GapRef = builder.objectRef<Gap>('Gap').implement({
  description:
    'An account whose rows are missing. They come when it is asked again from the cursors of this page.',
  fields: (t) => ({
    account: t.field({
      type: AccountRef,
      description: 'The account.',
      resolve: ({ failure }, _args, { accounts }) => requireAccount(accounts, failure.failure.account, []),
    }),
    failure: t.field({
      type: ProviderError,
      description: 'Why.',
      resolve: ({ failure }) => toldError(failure),
    }),
  }),
});

export const GAPS = 'The accounts whose rows are missing; empty when the page is complete.';

/** What a connection type is resolved from. */
export interface Connection<Row> extends Page<Row> {
  /** Asks for the number of rows, null where the provider does not count them; called only when selected. */
  readonly total: () => Promise<number | null>;
}

const pageSize = {
  min: [1, { message: 'must be at least 1' }] as [number, { message: string }],
  max: [100, { message: 'must be at most 100' }] as [number, { message: string }],
};

/** `first after last before`, for every connection. */
export const pageArgs = builder.args((t) => ({
  first: t.int({
    validate: pageSize,
    description: 'Page size from the start, 1 to 100; 20 when none is given.',
  }),
  after: t.string({ description: 'Go on after the row with this cursor. Goes with `first`.' }),
  last: t.int({ validate: pageSize, description: 'Page size from the end, 1 to 100.' }),
  before: t.string({ description: 'Go back before the row with this cursor. Goes with `last`.' }),
}));

/** The same and what a connection over several accounts takes besides. */
export const connectionArgs = builder.args((t) => ({
  ...pageArgs,
  accounts: t.stringList({
    validate: rules.shortList,
    description: 'Names of the accounts to list; all that can be listed when left out.',
  }),
  onGap: t.field({
    type: OnGapEnum,
    required: true,
    defaultValue: 'REPORT',
    description: 'What becomes of the list when an account cannot be asked.',
  }),
}));

/** What a merged connection is resolved from. */
export interface MergedConnection<Row> extends Connection<Row> {
  readonly gaps: readonly Gap[];
}

export interface MergedList<Row, Shown> {
  readonly operation: string;
  readonly members: readonly { readonly account: Account; readonly source: Source<Row> }[];
  readonly compare: MergeOptions<Row, Shown>['compare'];
  readonly isPlaced?: (row: Row) => boolean;
  readonly settled: MergeOptions<Row, Shown>['settled'];
  readonly show: MergeOptions<Row, Shown>['show'];
  /** All that makes this list another one than with other arguments, but its accounts. */
  readonly identity: unknown;
}

/** One page over several accounts. Throws the failure of an account when `onGap` says so. */
export async function readMerged<Row, Shown>(
  { operation, members, identity, ...order }: MergedList<Row, Shown>,
  args: PageArgs & { readonly onGap: (typeof ON_GAP)[number] },
  { asker, listWaitMs }: Context,
): Promise<MergedConnection<Shown>> {
  const gaps: Gap[] = [];
  const accounts = new Map(members.map(({ account }) => [account.name, account]));
  const timeout = (name: string) => {
    const provider = accounts.get(name)!.provider.name;
    return new ProviderError({ code: 'TIMEOUT', account: name, provider, operation });
  };
  const source = mergedSource({
    ...order,
    members: members.map(({ account, source }) => ({ account: account.name, source })),
    waitMs: listWaitMs,
    timeout,
    onGap: (error) => {
      if (args.onGap === 'FAIL') throw error;
      gaps.push({ failure: error });
    },
  });
  const rows = await readPage(source, args, [identity, [...accounts.keys()]], asker);
  // Where an account is missing, so is its number.
  const total = async () => (gaps.length === 0 ? ((await source.total?.(asker)) ?? null) : null);
  return { ...rows, gaps, total };
}

/** The accounts that a list is asked of, in the order of configuration: those that are named, or all that `can`, of
 * those that it may be asked of. */
export function accountsToList(
  accounts: Accounts,
  names: readonly string[] | null | undefined,
  can: (account: Account) => boolean,
  operation: string,
): Account[] {
  if (!names) return [...accounts.values()].filter(can);
  if (names.length === 0) {
    throw new InvalidInputError([{ path: ['accounts'], message: 'must name an account, or be left out' }]);
  }
  const wanted = new Set(names.map((name) => requireAccount(accounts, name, ['accounts'])));
  for (const account of wanted) if (!can(account)) throw unsupported(account, operation);
  return [...accounts.values()].filter((account) => wanted.has(account));
}
