/** The two databases that Paygraph runs on, each for one test file: the embedded one in memory, and one on a server. */

import { describe, inject, test } from 'vitest';
import { type DatabaseOptions, type OpenDatabase, openDatabase } from '../../src/store/database.ts';
import { createServerDatabase, hasServer } from './postgres.ts';
import { preparedDatabase } from './prepared-database.ts';

export type DatabaseKind = 'embedded' | 'server';

/** The same tests on each database that this machine has. */
export function onEachDatabase(tests: (kind: DatabaseKind) => void | Promise<void>): void {
  describe('on the embedded database', () => tests('embedded'));
  onServer(() => tests('server'));
}

/** Tests that need a server, for several processes on one database. */
export function onServer(tests: () => void | Promise<void>): void {
  if (hasServer()) describe('on a PostgreSQL server', () => tests());
  else test.skip('on a PostgreSQL server: this machine has none, install one to run these');
}

/** Where a new and empty database is. */
export async function newDatabase(kind: DatabaseKind): Promise<DatabaseOptions> {
  return kind === 'server'
    ? { kind, url: await createServerDatabase() }
    : { kind: 'memory', prepared: preparedDatabase(inject('preparedDatabase')) };
}

/** A new database with its tables. Whoever opens it closes it. */
export async function openNewDatabase(kind: DatabaseKind): Promise<OpenDatabase> {
  return openDatabase(await newDatabase(kind));
}
