/** The configured accounts, what each can do, and the typed refusals for an account that is unknown or cannot. */

import { InvalidInputError, ProviderError } from './errors.ts';
import type { Provider } from './providers/provider.ts';

export const CAPABILITIES = [
  'CREATE_STATIC_WALLET',
  'BLOCK_WALLET',
  'REFUND_BLOCKED',
  'WALLET_QR_CODE',
  'CREATE_PAYOUT',
  'READ_PAYOUT',
  'LIST_PAYOUTS',
  'LIST_LEARNED_PAYOUTS',
  'CREATE_WITHDRAWAL',
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
  const can: readonly (readonly [boolean, readonly Capability[]])[] = [
    [wallets !== undefined, ['CREATE_STATIC_WALLET', 'BLOCK_WALLET', 'REFUND_BLOCKED', 'WALLET_QR_CODE']],
    [payouts !== undefined, ['CREATE_PAYOUT', 'READ_PAYOUT']],
    [payouts?.list !== undefined, ['LIST_PAYOUTS']],
    [payouts !== undefined && payouts.list === undefined, ['LIST_LEARNED_PAYOUTS']],
    [
      withdrawals !== undefined,
      ['CREATE_WITHDRAWAL', 'READ_WITHDRAWAL', 'LIST_WITHDRAWALS', 'CANCEL_WITHDRAWAL'],
    ],
  ];
  return can.flatMap(([able, capabilities]) => (able ? capabilities : []));
}

/** The account of that name. Throws `InvalidInputError` at `path` when none is among them: whoever asks is told of
 * `accounts` only. */
export function requireAccount(
  accounts: ReadonlyMap<string, Account>,
  name: string,
  path: readonly string[],
): Account {
  const account = accounts.get(name);
  if (account) return account;
  const known = accounts.size === 0 ? 'there is none' : `there are: ${[...accounts.keys()].join(', ')}`;
  throw new InvalidInputError([{ path, message: `no such account is configured; ${known}` }]);
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
