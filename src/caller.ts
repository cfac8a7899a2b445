/** Who asks, and what they may do. */

import { NotAllowedError } from './errors.ts';

/** What can be allowed, each for every account or for some. */
export const SCOPES = [
  'wallets:read',
  'wallets:create',
  'wallets:block',
  'wallets:refund',
  'payouts:read',
  'payouts:create',
  'withdrawals:read',
  'withdrawals:create',
  'withdrawals:cancel',
  'operations:read',
] as const;
export type Scope = (typeof SCOPES)[number];

/** Of no account: to look at the schema, and to send documents that are not among the trusted ones. */
export const SCHEMA_SCOPE = 'schema:read';

/** Every account, also those that are not configured any more. */
export const EVERY_ACCOUNT = null;

export interface Caller {
  /** As the ledger and the log name them. */
  readonly name: string;
  /** Whether they may do this with the account of that name, or with `EVERY_ACCOUNT`. */
  may(scope: Scope | typeof SCHEMA_SCOPE, account: string | typeof EVERY_ACCOUNT): boolean;
}

/** Whoever asks where nobody has to say who they are: they may do everything. */
export const ANONYMOUS: Caller = { name: 'anonymous', may: () => true };

/** Whoever asks for what is everybody's, without saying who they are: they may do nothing. */
export const NOBODY: Caller = { name: 'nobody', may: () => false };

/** Throws `NotAllowedError` unless they may do this with the account of that name. */
export function demand(caller: Caller, scope: Scope, account: string): void {
  if (!caller.may(scope, account)) throw new NotAllowedError(scope, account);
}
