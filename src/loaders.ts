/** Per-request reads of single objects: one load per object however often it is asked for, several withdrawals of
 * one account in one call. A key gets its own value or its own error, matched by key. */

import DataLoader from 'dataloader';
import { type Account, unsupported } from './accounts.ts';
import type { ObjectKey, Payout, Withdrawal, WithdrawalRelation } from './domain.ts';
import { ProviderError } from './errors.ts';
import type { Asker } from './providers/provider.ts';

export interface PayoutLoadKey {
  readonly account: Account;
  readonly key: ObjectKey;
}

export interface WithdrawalLoadKey {
  readonly account: Account;
  readonly hash: string;
  readonly include: readonly WithdrawalRelation[];
}

export interface Loaders {
  readonly payouts: DataLoader<PayoutLoadKey, Payout | null, string>;
  readonly withdrawals: DataLoader<WithdrawalLoadKey, Withdrawal | null, string>;
}

/** Loaders for one request; `asker` is told of each call, `learn` of each payout that was read. */
export function createLoaders(
  asker: Asker,
  learn: (account: Account, payout: Payout) => Promise<void>,
): Loaders {
  async function payout(key: PayoutLoadKey): Promise<Payout | null> {
    const read = await readPayout(key, asker);
    if (read) await learn(key.account, read);
    return read;
  }
  return {
    payouts: new DataLoader((keys) => Promise.all(keys.map((key) => settle(payout(key)))), {
      cacheKeyFn: ({ account, key }) => JSON.stringify([account.name, key]),
    }),
    withdrawals: new DataLoader((keys) => readWithdrawals(keys, asker), {
      cacheKeyFn: ({ account, hash, include }) => JSON.stringify([account.name, hash, [...include].sort()]),
    }),
  };
}

async function readPayout({ account, key }: PayoutLoadKey, asker: Asker): Promise<Payout | null> {
  const { payouts } = account.provider;
  if (!payouts) throw unsupported(account, 'readPayout');
  const by = 'uuid' in key ? 'uuid' : 'orderId';
  if (!payouts.keys.includes(by)) {
    const other = payouts.keys.join(' or ');
    throw unsupported(account, 'readPayout', `the provider reads a payout by ${other} only`);
  }
  return payouts.byKey(key, asker);
}

async function readWithdrawals(keys: readonly WithdrawalLoadKey[], asker: Asker) {
  const results = new Map<WithdrawalLoadKey, Withdrawal | null | Error>();
  const accounts = [...new Set(keys.map((key) => key.account))];
  await Promise.all(
    accounts.map(async (account) => {
      const wanted = keys.filter((key) => key.account === account);
      const hashes = [...new Set(wanted.map((key) => key.hash))];
      const include = [...new Set(wanted.flatMap((key) => key.include))];
      const found = await readHashes(account, hashes, include, asker);
      for (const key of wanted) results.set(key, found.get(key.hash) ?? null);
    }),
  );
  return keys.map((key) => results.get(key) ?? null);
}

/** Each hash with its withdrawal, null where the provider has none, or the error of its own read. */
async function readHashes(
  account: Account,
  hashes: readonly string[],
  include: readonly WithdrawalRelation[],
  asker: Asker,
): Promise<Map<string, Withdrawal | null | Error>> {
  const { withdrawals } = account.provider;
  const results = new Map<string, Withdrawal | null | Error>();
  if (!withdrawals) {
    for (const hash of hashes) results.set(hash, unsupported(account, 'readWithdrawal'));
    return results;
  }

  if (hashes.length > 1) {
    const batches = chunks(hashes, withdrawals.batchSize);
    await Promise.all(
      batches.map(async (batch) => {
        const found = await settle(withdrawals.byHashes(batch, include, asker));
        if (!(found instanceof Error)) for (const [hash, row] of found) results.set(hash, row);
        else if (!isAboutTheBatch(found)) for (const hash of batch) results.set(hash, found);
      }),
    );
  }
  const missing = hashes.filter((hash) => !results.has(hash));
  await Promise.all(
    missing.map(async (hash) => results.set(hash, await settle(withdrawals.byHash(hash, include, asker)))),
  );
  return results;
}

/** Whether single reads may work where the batch was refused: listing is a permission of its own. */
function isAboutTheBatch(error: Error): boolean {
  return (
    error instanceof ProviderError &&
    ['FORBIDDEN', 'INVALID_REQUEST', 'REJECTED'].includes(error.failure.code)
  );
}

function settle<Value>(promise: Promise<Value>): Promise<Value | Error> {
  return promise.catch((error: Error) => error);
}

function chunks<Item>(items: readonly Item[], size: number): Item[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}
