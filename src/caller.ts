/** Who asks, and what they may do. */

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

export interface Caller {
  /** As the ledger and the log name them. */
  readonly name: string;
  /** Whether they may do this with the account of that name. */
  may(scope: Scope, account: string): boolean;
}

/** Whoever asks where nobody has to say who they are: they may do everything. */
export const ANONYMOUS: Caller = { name: 'anonymous', may: () => true };
