/** The configured accounts, what each can do, and the typed refusals for an account that is unknown or cannot. */

import { InvalidInputError, ProviderError } from './errors.ts';
import type { Provider } from './providers/provider.ts';

export const CAPABILITIES = [
  'BLOCK_WALLET',
  'REFUND_BLOCKED',
  'WALLET_QR_CODE',
  'READ_PAYOUT',
  'LIST_PAYOUTS',
  'READ_WITHDRAWAL',
  'LIST_WITHDRAWALS',
  'CANCEL_WITHDRAWAL',
] as const;
export type Capability = (typeof CAPABILITIES)[number];

export interface Account {
  readonly name: string;
  readonly mode: 'LIVE' | 'SANDBOX';
  readonly provider: Provider;
}

/** Read off the client itself: what a provider's client lacks, its accounts cannot do. */
export function capabilitiesOf({ wallets, payouts, withdrawals }: Provider): Capability[] {
  return [
    ...(wallets ? (['BLOCK_WALLET', 'REFUND_BLOCKED', 'WALLET_QR_CODE'] as const) : []),
    ...(payouts ? (['READ_PAYOUT'] as const) : []),
    ...(payouts?.list ? (['LIST_PAYOUTS'] as const) : []),
    ...(withdrawals ? (['READ_WITHDRAWAL', 'LIST_WITHDRAWALS', 'CANCEL_WITHDRAWAL'] as const) : []),
  ];
}

/** The account of that name. Throws `InvalidInputError` at `path` when none is configured. */
export function requireAccount(
  accounts: ReadonlyMap<string, Account>,
  name: string,
  path: readonly string[],
): Account {
  const account = accounts.get(name);
  if (account) return account;
  const known = [...accounts.keys()].join(', ');
  throw new InvalidInputError([{ path, message: `no such account is configured; there are: ${known}` }]);
}

/** What to throw when an account's provider cannot do `operation`. */
export function unsupported(
  { name, provider }: Account,
  operation: string,
  sentence?: string,
): ProviderError {
  return new ProviderError({
    code: 'UNSUPPORTED',
    account: name,
    provider: provider.name,
    operation,
    ...(sentence === undefined ? {} : { sentence }),
  });
}
