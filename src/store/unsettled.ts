/** Counts what is not settled in the ledger, at a cost that does not grow with the ledger. */

import { eq, sql } from 'drizzle-orm';
import type { OperationState } from '../operation.ts';
import type { Database } from './database.ts';
import { operations } from './schema.ts';

export interface Unsettled {
  readonly state: OperationState;
  readonly count: number;
  /** Age of the oldest of those that were counted. */
  readonly oldestSeconds: number;
}

const STATES = ['PENDING', 'UNKNOWN', 'NEEDS_REVIEW'] as const;
/** More than this many are counted as this many. */
const MOST = 10_000;

/** The states in which there are operations. */
export async function countUnsettled(db: Database): Promise<readonly Unsettled[]> {
  // Written out, because only then an index that holds nothing but this state is taken.
  const counts = STATES.map((name) => {
    const state = sql.raw(`'${name}'`);
    const some = db
      .select({ createdAt: operations.createdAt })
      .from(operations)
      .where(eq(operations.state, state))
      .limit(MOST);
    return sql`select ${state} as state, count(*) as count,
      extract(epoch from now() - min(created_at)) as age from ${some} as counted`;
  });
  const { rows } = (await db.execute(sql.join(counts, sql` union all `))) as unknown as {
    readonly rows: readonly { state: OperationState; count: string; age: string | null }[];
  };
  return rows
    .map(({ state, count, age }) => ({ state, count: Number(count), oldestSeconds: Number(age ?? 0) }))
    .filter(({ count }) => count > 0);
}
