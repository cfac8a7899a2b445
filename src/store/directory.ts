/** The directory: static wallets and payouts that Paygraph learned of, where providers cannot list them. It says
 * how and when each was learned, and never that it knows all. */

import { and, eq, or, type SQL, sql } from 'drizzle-orm';
import type { Condition, ObjectKey, Payout, PayoutOrigin, StaticWallet, WalletField } from '../domain.ts';
import type { Source } from '../providers/provider.ts';
import { sqlOf } from './condition.ts';
import { isConflict } from './conflict.ts';
import type { Database } from './database.ts';
import { keysetSource } from './keyset.ts';
import { payouts, type StoredRefund, staticWallets } from './schema.ts';

/** A payout that is known to exist; its details are the provider's to tell. */
export interface KnownPayout {
  readonly account: string;
  readonly orderId: string;
  readonly uuid: string | null;
  readonly createdAt: Date;
  readonly origin: PayoutOrigin;
  readonly learnedAt: Date;
}

/** Which payouts of the directory to list. */
export interface KnownPayoutQuery {
  readonly conditions: readonly Condition<'createdAt' | 'reference'>[];
}

export interface Directory {
  /** Adds what is told to what is known, and returns all of it. What is not told stays as it was. */
  learnWallet(wallet: StaticWallet): Promise<StaticWallet>;
  wallet(account: string, key: ObjectKey): Promise<StaticWallet | null>;
  /** Newest learned first. */
  wallets(conditions: readonly Condition<WalletField>[]): Source<StaticWallet>;
  learnPayout(payout: Payout, origin: PayoutOrigin): Promise<void>;
  /** A payout that was just made and of which the answer told nothing but that. */
  learnOrder(account: string, orderId: string): Promise<void>;
  payout(account: string, orderId: string): Promise<KnownPayout | null>;
  /** By the provider's own id, for a provider that cannot read by it. */
  payoutByUuid(account: string, uuid: string): Promise<KnownPayout | null>;
  /** Newest created first. */
  payouts(account: string, query: KnownPayoutQuery): Source<KnownPayout>;
}

type WalletRow = typeof staticWallets.$inferSelect;

export function createDirectory(db: Database): Directory {
  async function learn(told: Omit<KnownPayout, 'learnedAt'>): Promise<void> {
    // Most have been learned of before, and looking costs less than writing the same again.
    const known = await knownPayout(told.account, eq(payouts.orderId, told.orderId));
    if (known && (told.uuid === null || told.uuid === known.uuid)) return;
    await db
      .insert(payouts)
      .values(told)
      // Its time stays what it was first taken for: it is its place in the list.
      .onConflictDoUpdate({
        target: [payouts.account, payouts.orderId],
        set: { uuid: sql`coalesce(excluded.uuid, ${payouts.uuid})` },
      });
  }

  async function knownPayout(account: string, named: SQL): Promise<KnownPayout | null> {
    const [row] = await db
      .select()
      .from(payouts)
      .where(and(eq(payouts.account, account), named));
    return row ?? null;
  }

  return {
    learnWallet: (told) =>
      retried(() =>
        db.transaction(async (tx) => {
          const known = await tx
            .select()
            .from(staticWallets)
            .where(isWallet(told))
            .orderBy(staticWallets.id)
            .for('update');
          const [first, ...others] = known;
          const values = toRow(told, known.map(toWallet));
          if (!first) {
            const [made] = await tx.insert(staticWallets).values(values).returning();
            return toWallet(made!);
          }
          // Known by its uuid in one row and by its order id in another: from now on one row.
          for (const { id } of others) await tx.delete(staticWallets).where(eq(staticWallets.id, id));
          const [row] = await tx
            .update(staticWallets)
            .set(values)
            .where(eq(staticWallets.id, first.id))
            .returning();
          return toWallet(row!);
        }),
      ),

    async wallet(account, key) {
      const [row] = await db
        .select()
        .from(staticWallets)
        .where(isWallet({ account, ...namesOf(key) }));
      return row ? toWallet(row) : null;
    },

    wallets: (conditions) =>
      keysetSource(db, {
        table: staticWallets,
        number: staticWallets.id,
        where: sqlOf(conditions, WALLET_COLUMNS),
        placeOf: ({ id }) => ({ number: id }),
        toRow: toWallet,
      }),

    async learnPayout({ account, reference, uuid, createdAt }, origin) {
      // Without an order id there is nothing to read it by again.
      if (reference === null) return;
      await learn({ account, orderId: reference, uuid, createdAt: createdAt ?? new Date(), origin });
    },

    learnOrder: (account, orderId) =>
      learn({ account, orderId, uuid: null, createdAt: new Date(), origin: 'CREATED' }),

    payout: (account, orderId) => knownPayout(account, eq(payouts.orderId, orderId)),
    payoutByUuid: (account, uuid) => knownPayout(account, eq(payouts.uuid, uuid)),

    payouts: (account, { conditions }) =>
      keysetSource(db, {
        table: payouts,
        number: payouts.id,
        time: payouts.createdAt,
        where: [
          eq(payouts.account, account),
          ...sqlOf(conditions, { createdAt: payouts.createdAt, reference: payouts.orderId }),
        ],
        placeOf: ({ id, createdAt }) => ({ number: id, time: createdAt }),
        toRow: (row) => row,
      }),
  };
}

const WALLET_COLUMNS = {
  account: staticWallets.account,
  status: staticWallets.status,
  orderId: staticWallets.orderId,
  currency: staticWallets.currency,
  network: staticWallets.network,
  learnedAt: staticWallets.learnedAt,
};

function namesOf(key: ObjectKey): { uuid: string | null; orderId: string | null } {
  return 'uuid' in key ? { uuid: key.uuid, orderId: null } : { uuid: null, orderId: key.orderId };
}

function isWallet(wallet: { account: string; uuid: string | null; orderId: string | null }) {
  return and(
    eq(staticWallets.account, wallet.account),
    or(
      wallet.uuid === null ? undefined : eq(staticWallets.uuid, wallet.uuid),
      wallet.orderId === null ? undefined : eq(staticWallets.orderId, wallet.orderId),
    ),
  );
}

/** Everything known of a wallet once `told` is added. */
function toRow(told: StaticWallet, known: readonly StaticWallet[]) {
  // Nobody can check what is registered, so it adds to what is known and changes nothing of it.
  const all = told.origin === 'REGISTERED' ? [...known, told] : [told, ...known];
  const latest = <Value>(read: (wallet: StaticWallet) => Value | null) =>
    all.map(read).find((value) => value !== null) ?? null;
  const blocked = known.find(({ status }) => status === 'BLOCKED');
  const stated = all.find(({ status, rawStatus }) => status !== 'UNKNOWN' || rawStatus !== null) ?? told;
  // A wallet stays blocked for good, unless the answer to a block says otherwise in words that are known.
  const unblocks = told.origin === 'BLOCK_ANSWER' && told.status !== 'UNKNOWN';
  const { status, rawStatus } = blocked && !unblocks ? blocked : stated;
  const refunds = all.flatMap(({ refund }) => refund ?? []);
  const refund = refunds.find(({ amount }) => amount !== null) ?? refunds[0] ?? null;
  return {
    account: told.account,
    uuid: latest(({ uuid }) => uuid),
    orderId: latest(({ orderId }) => orderId),
    address: latest(({ address }) => address),
    network: latest(({ network }) => network),
    currency: latest(({ currency }) => currency),
    paymentUrl: latest(({ paymentUrl }) => paymentUrl),
    status,
    rawStatus,
    refund: refund && { ...refund, requestedAt: refund.requestedAt.toISOString() },
    refundSpent: all.some(({ refundSpent }) => refundSpent),
    origin: known[0]?.origin ?? told.origin,
    updatedAt: told.updatedAt,
  };
}

function toWallet(row: WalletRow): StaticWallet {
  const { id: _id, refund, ...known } = row;
  return { kind: 'StaticWallet', ...known, refund: refund && toRefund(refund) };
}

function toRefund(stored: StoredRefund) {
  return { ...stored, requestedAt: new Date(stored.requestedAt) };
}

const ATTEMPTS = 5;

/** Two at once may both find no row, or rows that the other is merging: the one that comes second starts again. */
async function retried<Value>(work: () => Promise<Value>): Promise<Value> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (attempt === ATTEMPTS || !isConflict(error)) throw error;
    }
  }
}
