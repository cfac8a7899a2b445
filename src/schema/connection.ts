/** The arguments and the shape that all connections share. */

import { type Account, requireAccount, unsupported } from '../accounts.ts';
import type { Context } from '../context.ts';
import { InvalidInputError } from '../errors.ts';
import type { Page } from '../pager.ts';
import { builder } from './builder.ts';

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

/** The same and `accounts`, for a connection over several accounts. */
export const connectionArgs = builder.args((t) => ({
  ...pageArgs,
  accounts: t.stringList({
    description:
      'Names of the accounts to list; may be left out when only one can. One account at a time for now: more ' +
      'are refused as `UNSUPPORTED`.',
  }),
}));

/** The one account that a list is asked of, among those that `can`. */
export function accountToList(
  { accounts }: Context,
  names: readonly string[] | null | undefined,
  can: (account: Account) => boolean,
  operation: string,
): Account {
  if (names?.length === 0) {
    throw new InvalidInputError([{ path: ['accounts'], message: 'must name an account, or be left out' }]);
  }
  const wanted = names
    ? [...new Set(names)].map((name) => requireAccount(accounts, name, ['accounts']))
    : [...accounts.values()].filter(can);
  const [account, ...others] = wanted;
  if (!account) {
    throw new InvalidInputError([{ path: ['accounts'], message: 'no configured account has such a list' }]);
  }
  if (others.length > 0) {
    const named = wanted.map(({ name }) => name).join(', ');
    throw unsupported(account, operation, `one account at a time can be listed; name one of ${named}`);
  }
  if (!can(account)) throw unsupported(account, operation);
  return account;
}
