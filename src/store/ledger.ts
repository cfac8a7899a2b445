/** The ledger: one row for every write, made before it is sent, never deleted. Unique constraints decide who may
 * send; nothing here depends on what this process remembers. */

import { randomUUID } from 'node:crypto';
import { and, eq, inArray, isNotNull, ne, or, sql } from 'drizzle-orm';
import type { ObjectKey } from '../domain.ts';
import type { Failure } from '../errors.ts';
import type { ActionName, Operation, OperationInput, OperationObject, Outcome } from '../operation.ts';
import { isConflict } from './conflict.ts';
import type { Database } from './database.ts';
import { operations } from './schema.ts';

/** What is to be written down before it is sent. */
export interface Intent {
  readonly idempotencyKey: string;
  readonly caller: string;
  readonly action: ActionName;
  readonly account: string;
  readonly input: OperationInput;
  /** Digest of all that makes this intent another one. */
  readonly fingerprint: string;
  readonly object: OperationObject | null;
  /** What no other operation may be about meanwhile; null when that cannot happen. */
  readonly hold: string | null;
  /** Keep the hold until it is certain that the write did not happen. */
  readonly exclusive: boolean;
}

export type Begun =
  | { readonly kind: 'NEW' | 'SAME'; readonly operation: Operation }
  | { readonly kind: 'KEY_REUSED' | 'TARGET_BUSY'; readonly operation: Operation };

export interface Ledger {
  /** Commits the row of a new operation, or finds the one that has its key or holds its target. */
  begin(intent: Intent): Promise<Begun>;
  /** Takes an unsettled operation to send it once more; undefined when somebody else just did, or holds its target. */
  reclaim(operation: Operation, hold: string | null): Promise<Operation | undefined>;
  /** Records what the provider answered to the send that `operation` stands for. An answer wins over not knowing, and
   * never over what is settled; of an earlier send than the last, only that it happened counts. */
  answer(operation: Operation, outcome: Outcome): Promise<Operation>;
  /** Records what reading found, unless it was settled meanwhile. */
  settle(id: string, outcome: Outcome): Promise<Operation>;
  find(id: string): Promise<Operation | null>;
  /** Unsettled operations that are due to be looked for, each given to one process; their next check is set. */
  claimDue(limit: number): Promise<Operation[]>;
  /** What processes that are gone were sending is not known any more. Returns how many there were. */
  orphan(): Promise<number>;
  /** Hashes of the withdrawals that operations of an account are known to have made. */
  withdrawalsMade(account: string): Promise<Set<string>>;
  /** Whether another operation may have spent the one refund of the wallet that goes by these names. */
  isRefundShared(operation: Operation, names: readonly ObjectKey[]): Promise<boolean>;
  /** Other unsettled creations of withdrawals whose result could be taken for this one's. */
  rivals(operation: Operation): Promise<number>;
}

export interface LedgerOptions {
  readonly owner: number;
  /** Milliseconds from not knowing to the first check; doubled with each, up to an hour. */
  readonly checkAfterMs: number;
}

type Row = typeof operations.$inferSelect;
const UNSETTLED = ['PENDING', 'UNKNOWN', 'NEEDS_REVIEW'] as const;
const MAX_WAIT_MS = 3_600_000;

export function createLedger(db: Database, { owner, checkAfterMs }: LedgerOptions): Ledger {
  const nextCheck = sql<Date>`now() + least(${MAX_WAIT_MS}, ${checkAfterMs} * 2 ^ least(${operations.checks}, 30)) * interval '1 millisecond'`;

  async function find(id: string): Promise<Operation | null> {
    const [row] = await db.select().from(operations).where(eq(operations.id, id));
    return row ? toOperation(row) : null;
  }

  async function record(
    id: string,
    outcome: Outcome,
    from: readonly Operation['state'][],
    sends?: number,
  ): Promise<Operation> {
    const settled = outcome.state === 'SUCCEEDED' || outcome.state === 'REJECTED';
    const [row] = await db
      .update(operations)
      .set({
        state: outcome.state,
        settledBy: settled ? outcome.settledBy : null,
        settledAt: settled ? sql`now()` : null,
        failure: 'failure' in outcome ? outcome.failure : null,
        ...(outcome.state === 'SUCCEEDED' && outcome.object ? { object: outcome.object } : {}),
        ...(outcome.state === 'UNKNOWN' ? {} : { hold: holdAfter(outcome) }),
        nextCheckAt: outcome.state === 'UNKNOWN' ? nextCheck : null,
      })
      .where(
        and(
          eq(operations.id, id),
          inArray(operations.state, [...from]),
          sends === undefined ? undefined : eq(operations.sends, sends),
        ),
      )
      .returning();
    const operation = row ? toOperation(row) : await find(id);
    if (!operation) throw new Error(`operation ${id} is not in the ledger`);
    return operation;
  }

  return {
    find,

    async begin(intent) {
      const { fingerprint, caller, idempotencyKey, hold } = intent;
      for (;;) {
        const [made] = await db
          .insert(operations)
          .values({ ...intent, id: randomUUID(), state: 'PENDING', owner })
          .onConflictDoNothing()
          .returning();
        if (made) return { kind: 'NEW', operation: toOperation(made) };

        const [byKey] = await db
          .select()
          .from(operations)
          .where(and(eq(operations.caller, caller), eq(operations.idempotencyKey, idempotencyKey)));
        if (byKey) {
          const kind = byKey.fingerprint === fingerprint ? 'SAME' : 'KEY_REUSED';
          return { kind, operation: toOperation(byKey) };
        }
        const [holder] =
          hold === null ? [] : await db.select().from(operations).where(eq(operations.hold, hold));
        if (holder) return { kind: 'TARGET_BUSY', operation: toOperation(holder) };
        // The holder let go between the two statements: now there is room.
      }
    },

    async reclaim({ id, sends }, hold) {
      const [busy] =
        hold === null
          ? []
          : await db
              .select()
              .from(operations)
              .where(and(eq(operations.hold, hold), ne(operations.id, id)));
      if (busy) return undefined;
      const [row] = await db
        .update(operations)
        .set({ state: 'PENDING', sends: sends + 1, sentAt: sql`now()`, owner, hold, nextCheckAt: null })
        .where(
          and(
            eq(operations.id, id),
            eq(operations.sends, sends),
            inArray(operations.state, ['UNKNOWN', 'NEEDS_REVIEW']),
          ),
        )
        .returning()
        .catch((error: unknown) => {
          // Somebody took the target between the two statements.
          if (isConflict(error)) return [];
          throw error;
        });
      return row && toOperation(row);
    },

    answer({ id, sends }, outcome) {
      if (outcome.state === 'SUCCEEDED') return record(id, outcome, UNSETTLED);
      // Another send that is under way may still do it.
      return record(id, outcome, outcome.state === 'REJECTED' ? UNSETTLED : ['PENDING'], sends);
    },

    settle: (id, outcome) => record(id, outcome, ['UNKNOWN']),

    async claimDue(limit) {
      const due = db
        .select({ id: operations.id })
        .from(operations)
        .where(and(eq(operations.state, 'UNKNOWN'), sql`${operations.nextCheckAt} <= now()`))
        .orderBy(operations.nextCheckAt)
        .limit(limit)
        .for('update', { skipLocked: true });
      const rows = await db
        .update(operations)
        .set({ checks: sql`${operations.checks} + 1`, nextCheckAt: nextCheck })
        .where(inArray(operations.id, due))
        .returning();
      return rows.map(toOperation);
    },

    async orphan() {
      const owners = await db
        .selectDistinct({ owner: operations.owner })
        .from(operations)
        .where(and(eq(operations.state, 'PENDING'), ne(operations.owner, owner)));
      let count = 0;
      for (const { owner: other } of owners) {
        count += await db.transaction(async (tx) => {
          const gone = await tx
            .update(operations)
            .set({ state: 'UNKNOWN', nextCheckAt: nextCheck })
            .where(
              and(
                eq(operations.state, 'PENDING'),
                eq(operations.owner, other),
                // A process that lives holds the lock of its number.
                sql`pg_try_advisory_xact_lock(${other}::bigint)`,
              ),
            )
            .returning({ id: operations.id });
          return gone.length;
        });
      }
      return count;
    },

    async withdrawalsMade(account) {
      const rows = await db
        .select({ object: operations.object })
        .from(operations)
        .where(
          and(
            eq(operations.account, account),
            eq(operations.action, 'CREATE_WITHDRAWAL'),
            isNotNull(operations.object),
          ),
        );
      return new Set(rows.flatMap(({ object }) => (object && 'hash' in object ? [object.hash] : [])));
    },

    async isRefundShared({ id, account }, names) {
      const objects = names.map((key) => sql`${JSON.stringify({ kind: 'StaticWallet', key })}::jsonb`);
      const others = await db.$count(
        operations,
        and(
          eq(operations.account, account),
          ne(operations.id, id),
          ne(operations.state, 'REJECTED'),
          sql`${operations.object} in (${sql.join(objects, sql`, `)})`,
          or(
            eq(operations.action, 'REFUND_BLOCKED'),
            and(eq(operations.action, 'BLOCK_WALLET'), sql`(${operations.input} ->> 'forceRefund')::boolean`),
          ),
        ),
      );
      return others > 0;
    },

    async rivals({ id, account, action, input }) {
      const said = operations.input;
      const [row] = await db
        .select({ count: sql<string>`count(*)` })
        .from(operations)
        .where(
          and(
            eq(operations.account, account),
            eq(operations.action, action),
            ne(operations.id, id),
            inArray(operations.state, [...UNSETTLED]),
            // Exactly what a list tells of a withdrawal: not where it goes, nor how its amount was written.
            sql`${said} ->> 'currency' = ${String(input.currency)}`,
            sql`(${said} ->> 'netAmount')::numeric = ${String(input.netAmount)}::numeric`,
            sql`coalesce(${said} ->> 'description', '') = ${String(input.description ?? '')}`,
          ),
        );
      return Number(row?.count ?? 0);
    },
  };
}

/** An exclusive hold outlives success: the same order id must not be paid out again under another key. */
function holdAfter(outcome: Outcome) {
  return outcome.state === 'REJECTED'
    ? null
    : sql`case when ${operations.exclusive} then ${operations.hold} end`;
}

/** A row as the rest of the program knows it. */
export function toOperation(row: Row): Operation {
  const { fingerprint: _f, hold: _h, exclusive: _e, owner: _o, ...shown } = row;
  return { kind: 'Operation', ...shown, failure: row.failure as Failure | null };
}
