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
  /** What the directory holds of it, where it was found there. */
  readonly known?: { readonly uuid: string | null };
}

export interface WithdrawalLoadKey {
  readonly account: Account;
  readonly hash: string;
  readonly include: readonly WithdrawalRelation[];
}

export interface Loader<Key, Value> {
  load(key: Key): Promise<Value | null>;
  /** What a read of the key is to give, unless it was read before. */
  prime(key: Key, value: Value): void;
  clearAll(): void;
}

export interface Loaders {
  readonly payouts: Loader<PayoutLoadKey, Payout>;
  readonly withdrawals: Loader<WithdrawalLoadKey, Withdrawal>;
}

/** Loaders for one request; `asker` is told of each call, `learn` of each payout that was read where none can be listed. */
export function createLoaders(asker: Asker, learn: (payout: Payout) => Promise<void>): Loaders {
  async function payout({ account, key, known }: PayoutLoadKey): Promise<Payout | null> {
    const { payouts } = account.provider;
    if (!payouts) throw unsupported(account, 'readPayout');
    const by = 'uuid' in key ? 'uuid' : 'orderId';
    if (!payouts.keys.includes(by)) {
      const other = payouts.keys.join(' or ');
      throw unsupported(account, 'readPayout', `the provider reads a payout by ${other} only`);
    }
    const read = await payouts.byKey(key, asker);
    if (read && !payouts.list && known?.uuid !== read.uuid) await learn(read);
    return read;
  }
  return {
    payouts: primedLate(
      oneByOne<PayoutLoadKey, Payout>(payout, ({ account, key }) =>
        'uuid' in key ? `${account.name} uuid ${key.uuid}` : `${account.name} orderId ${key.orderId}`,
      ),
    ),
    withdrawals: primedLate(
      perAccount<WithdrawalLoadKey, Withdrawal>(
        (account) =>
          new DataLoader<WithdrawalLoadKey, Withdrawal | null, string>(
            (keys) => readWithdrawals(account, keys, asker),
            { cacheKeyFn: ({ hash, include }) => JSON.stringify([hash, [...include].sort()]) },
          ),
      ),
    ),
  };
}

/** For what nobody reads several of with one call, so that one that hangs holds up no other. */
function oneByOne<Key, Value>(
  read: (key: Key) => Promise<Value | null>,
  nameOf: (key: Key) => string,
): Loader<Key, Value> {
  const reads = new Map<string, Promise<Value | null>>();
  return {
    load(key) {
      const name = nameOf(key);
      const known = reads.get(name) ?? read(key);
      reads.set(name, known);
      return known;
    },
    prime(key, value) {
      const name = nameOf(key);
      if (!reads.has(name)) reads.set(name, Promise.resolve(value));
    },
    clearAll: () => reads.clear(),
  };
}

/** What is known already is put into a loader when something is loaded, which in most requests with a list nothing is. */
function primedLate<Key, Value>(loader: Loader<Key, Value>): Loader<Key, Value> {
  let known: { readonly key: Key; readonly value: Value }[] = [];
  return {
    load(key) {
      for (const one of known) loader.prime(one.key, one.value);
      known = [];
      return loader.load(key);
    },
    prime: (key, value) => void known.push({ key, value }),
    clearAll() {
      known = [];
      loader.clearAll();
    },
  };
}

/** A loader of its own for each account: a batch is answered when all of it is. */
function perAccount<Key extends { readonly account: Account }, Value>(
  create: (account: Account) => Loader<Key, Value>,
): Loader<Key, Value> {
  const loaders = new Map<Account, Loader<Key, Value>>();
  const loaderOf = ({ account }: Key) => {
    const loader = loaders.get(account) ?? create(account);
    loaders.set(account, loader);
    return loader;
  };
  return {
    load: (key) => loaderOf(key).load(key),
    prime: (key, value) => loaderOf(key).prime(key, value),
    clearAll: () => loaders.clear(),
  };
}

async function readWithdrawals(account: Account, keys: readonly WithdrawalLoadKey[], asker: Asker) {
  const hashes = [...new Set(keys.map((key) => key.hash))];
  const include = [...new Set(keys.flatMap((key) => key.include))];
  const found = await readHashes(account, hashes, include, asker);
  return keys.map((key) => found.get(key.hash) ?? null);
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
