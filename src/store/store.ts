/** All that is kept: the ledger of writes and the directory of what was learned, in one database. */

import { sql } from 'drizzle-orm';
import type { Condition } from '../domain.ts';
import type { Operation, OperationField } from '../operation.ts';
import type { Source } from '../providers/provider.ts';
import { sqlOf } from './condition.ts';
import type { OpenDatabase } from './database.ts';
import { createDirectory, type Directory } from './directory.ts';
import { keysetSource } from './keyset.ts';
import { createLedger, type Ledger, toOperation } from './ledger.ts';
import { operations } from './schema.ts';
import { countUnsettled, type Unsettled } from './unsettled.ts';

export interface Store {
  readonly ledger: Ledger;
  readonly directory: Directory;
  /** The audit trail, newest first. */
  operations(conditions: readonly Condition<OperationField>[]): Source<Operation>;
  /** Resolves when the database answers. */
  ping(): Promise<void>;
  /** How many operations are not settled, and for how long. */
  unsettled(): Promise<readonly Unsettled[]>;
  close(): Promise<void>;
}

/** The store over an open database, which it closes when it is closed. */
export function createStore({ db, owner, close }: OpenDatabase, checkAfterMs: number): Store {
  return {
    ledger: createLedger(db, { owner, checkAfterMs }),
    directory: createDirectory(db),
    operations: (conditions) =>
      keysetSource(db, {
        table: operations,
        number: operations.number,
        where: sqlOf(conditions, OPERATION_COLUMNS),
        placeOf: ({ number }) => ({ number }),
        toRow: toOperation,
      }),
    async ping() {
      await db.execute(sql`select 1`);
    },
    unsettled: () => countUnsettled(db),
    close,
  };
}

const OPERATION_COLUMNS = {
  action: operations.action,
  account: operations.account,
  state: operations.state,
  caller: operations.caller,
  idempotencyKey: operations.idempotencyKey,
  createdAt: operations.createdAt,
};
