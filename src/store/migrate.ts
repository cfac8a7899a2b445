/** Brings the tables to the state that this version expects: the files of `migrations/`, in order, each once. */

import { readdirSync, readFileSync } from 'node:fs';
import { sql } from 'drizzle-orm';
import type { Database } from './database.ts';

const FOLDER = new URL('./migrations/', import.meta.url);
/** Any number, as long as it stays: it makes replicas that start together wait for one another. */
const LOCK = 7_028_104_321;

/** Applies what is missing, in one transaction under a lock. Throws when the database is newer than this program. */
export async function migrate(db: Database): Promise<void> {
  const files = readdirSync(FOLDER)
    .filter((file) => file.endsWith('.sql'))
    .sort();
  await db.transaction(async (tx) => {
    await tx.execute(sql`select pg_advisory_xact_lock(${LOCK})`);
    await tx.execute(
      sql`create table if not exists migrations (name text primary key, applied_at timestamptz not null default now())`,
    );
    const applied = await tx.execute(sql`select name from migrations`);
    const names = new Set((applied as unknown as { rows: { name: string }[] }).rows.map(({ name }) => name));

    const unknown = [...names].filter((name) => !files.includes(name));
    if (unknown.length > 0) {
      throw new Error(
        `the database was written by a newer version (${unknown.join(', ')}); start that version`,
      );
    }
    for (const file of files) {
      if (names.has(file)) continue;
      for (const statement of statementsOf(readFileSync(new URL(file, FOLDER), 'utf8'))) {
        await tx.execute(sql.raw(statement));
      }
      await tx.execute(sql`insert into migrations (name) values (${file})`);
    }
  });
}

/** One statement ends where a line ends with a semicolon: a driver that prepares takes them one at a time. */
function statementsOf(script: string): string[] {
  return script
    .replace(/^\s*--.*$/gm, '')
    .split(/;\s*$/m)
    .filter((statement) => statement.trim() !== '');
}
