/** Bringing a database to the state that this version expects, on both databases. */

import { getTableColumns, getTableName, sql } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';
import { afterAll, expect, test } from 'vitest';
import { type Database, type OpenDatabase, openDatabase } from '../../src/store/database.ts';
import { migrate } from '../../src/store/migrate.ts';
import * as tables from '../../src/store/schema.ts';
import { newDatabase, onEachDatabase, onServer, openNewDatabase } from '../support/databases.ts';

type Rows = { readonly rows: readonly Record<string, unknown>[] };
const rowsOf = async (db: Database, query: ReturnType<typeof sql>) =>
  ((await db.execute(query)) as unknown as Rows).rows;
const applied = (db: Database) => rowsOf(db, sql`select name, applied_at from migrations order by name`);

onEachDatabase(async (kind) => {
  const { db, close } = await openNewDatabase(kind);
  afterAll(close);

  test('makes the tables in an empty database, and touches nothing the second time', async () => {
    const first = await applied(db);
    expect(first.map(({ name }) => name)).toEqual([
      '0001_ledger_and_directory.sql',
      '0002_operations_in_review.sql',
    ]);
    await migrate(db);
    expect(await applied(db)).toEqual(first);
  });

  test('refuses a database that a newer version has written, and leaves it alone', async () => {
    await db.execute(sql`insert into migrations (name) values ('9999_of_tomorrow.sql')`);
    await expect(migrate(db)).rejects.toThrow(/newer version \(9999_of_tomorrow\.sql\); start that version/);
    expect(await applied(db)).toHaveLength(3);
    await db.execute(sql`delete from migrations where name = '9999_of_tomorrow.sql'`);
  });

  test('has tables that are what the code takes them for: names, types, and what may be null', async () => {
    for (const table of [tables.operations, tables.staticWallets, tables.payouts]) {
      const name = getTableName(table);
      const inCode = Object.values(getTableColumns(table) as Record<string, PgColumn>)
        .map((column) => [column.name, column.getSQLType().replace(' (', '('), column.notNull])
        .sort();
      const inDatabase = await rowsOf(
        db,
        sql`select attname as name, format_type(atttypid, atttypmod) as type, attnotnull as strict
          from pg_attribute where attrelid = ${name}::regclass and attnum > 0 and not attisdropped`,
      );
      const columns = inDatabase.map((column) => [column.name, column.type, column.strict]).sort();
      expect(columns, name).toEqual(inCode);
    }
  });

  test('leaves nothing behind of a migration that fails', async () => {
    await db.execute(sql`drop table migrations, operations, payouts`);
    await expect(migrate(db)).rejects.toThrow();
    expect(await rowsOf(db, sql`select to_regclass('operations') as found`)).toEqual([{ found: null }]);
  });
});

onServer(() => {
  test('several that start at once make the tables once, and all of them are ready', async () => {
    const place = await newDatabase('server');
    const started = await Promise.all([1, 2, 3, 4].map(() => openDatabase(place)));
    for (const { db } of started) expect(await applied(db)).toHaveLength(2);
    expect(new Set(started.map(({ owner }) => owner)).size).toBe(4);
    await Promise.all(started.map((each: OpenDatabase) => each.close()));
  });

  test('a server that is not there is told of, without the password', async () => {
    const attempt = openDatabase({ kind: 'server', url: 'postgres://paygraph:hunter2@127.0.0.1:1/ledger' });
    const error = await attempt.catch((reason: Error) => reason);
    expect(String(error)).toMatch(/ECONNREFUSED/);
    expect(String(error)).not.toContain('hunter2');
  });
});
