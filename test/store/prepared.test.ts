/** The database that new ones begin as. */

import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { sql } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { openDatabase } from '../../src/store/database.ts';
import { preparedData } from '../../src/store/prepared.ts';

const FACTS = `select version() as version, current_setting('server_encoding') as encoding,
  (select string_agg(datname || ' ' || datcollate, ',' order by datname) from pg_database) as databases,
  (select count(*)::int from pg_class) as relations, (select count(*)::int from pg_proc) as functions`;

test('is kept for the PGlite that is installed, and is what that one makes', async () => {
  const prepared = await preparedData();
  expect(prepared, 'none: npm run prepare-database').toBeDefined();
  const [kept, made] = await Promise.all([PGlite.create({ loadDataDir: prepared! }), PGlite.create()]);
  expect((await kept.query(FACTS)).rows).toEqual((await made.query(FACTS)).rows);
  await Promise.all([kept.close(), made.close()]);
});

test('becomes the database of a folder, whatever an earlier attempt left there', async () => {
  const path = mkdtempSync(join(tmpdir(), 'paygraph-folder-'));
  mkdirSync(join(path, 'postgres-unfinished'));
  writeFileSync(join(path, 'postgres-unfinished', 'PG_VERSION'), '17');
  const first = await openDatabase({ kind: 'folder', path });
  await first.db.execute(sql`create table kept (value int)`);
  await first.close();
  const second = await openDatabase({ kind: 'folder', path });
  await second.db.execute(sql`select value from kept`);
  await second.close();
  expect(readdirSync(path)).toEqual(['postgres']);
  rmSync(path, { recursive: true });
});
