/** Opens the database: a server, a folder of its own, or memory. One schema and one dialect on all three. */

import { randomInt } from 'node:crypto';
import { existsSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { PGlite } from '@electric-sql/pglite';
import type { PgDatabase, PgQueryResultHKT } from 'drizzle-orm/pg-core';
import type { Pool, PoolClient } from 'pg';
import { type FolderLock, lockFolder } from './folder-lock.ts';
import { migrate } from './migrate.ts';
import { preparedData } from './prepared.ts';

type Engine = typeof PGlite;

export type Database = PgDatabase<PgQueryResultHKT, Record<string, never>>;

export interface OpenDatabase {
  readonly db: Database;
  /** Marks the operations that this process is sending. Held until the process ends, however it ends. */
  readonly owner: number;
  close(): Promise<void>;
}

export type DatabaseOptions =
  | { readonly kind: 'server'; readonly url: string }
  | { readonly kind: 'folder'; readonly path: string }
  /** `prepared` is a dumped data folder to start from instead of the one that is kept. */
  | { readonly kind: 'memory'; readonly prepared?: Blob };

/** Opens and migrates. Throws when a folder is in use by another process, or a server cannot be reached. */
export function openDatabase(options: DatabaseOptions): Promise<OpenDatabase> {
  return options.kind === 'server' ? openServer(options.url) : openEmbedded(options);
}

async function openServer(url: string): Promise<OpenDatabase> {
  const [{ default: pg }, { drizzle }] = await Promise.all([
    import('pg'),
    import('drizzle-orm/node-postgres'),
  ]);
  const owner = newOwner();
  const pool = new pg.Pool({ connectionString: url, max: 10, connectionTimeoutMillis: 10_000 });
  // An idle connection that the server closes is replaced at the next query; the event must only be heard.
  pool.on('error', () => {});
  const db = drizzle(pool);
  try {
    await migrate(db);
    const guard = await holdOwner(pool, owner);
    return {
      db,
      owner,
      async close() {
        guard.release();
        await pool.end();
      },
    };
  } catch (error) {
    await pool.end();
    throw error;
  }
}

const RECONNECT_MS = 1_000;

/** Keeps a connection whose advisory lock says that the owner lives; the server frees it when the process dies. */
async function holdOwner(pool: Pool, owner: number) {
  let closed = false;
  let held: PoolClient | undefined;

  async function hold(): Promise<void> {
    const connection = await pool.connect();
    connection.once('error', (error) => {
      connection.release(error);
      held = undefined;
      if (!closed) setTimeout(holdAgain, RECONNECT_MS).unref();
    });
    held = connection;
    await connection.query('select pg_advisory_lock($1)', [owner]);
  }

  function holdAgain() {
    hold().catch(() => {
      if (!closed) setTimeout(holdAgain, RECONNECT_MS).unref();
    });
  }

  await hold();
  return {
    release() {
      closed = true;
      held?.release(true);
    },
  };
}

async function openEmbedded(options: Exclude<DatabaseOptions, { kind: 'server' }>): Promise<OpenDatabase> {
  const [{ PGlite }, { drizzle }] = await Promise.all([
    import('@electric-sql/pglite'),
    import('drizzle-orm/pglite'),
  ]);
  const lock: FolderLock | undefined = options.kind === 'folder' ? await lockFolder(options.path) : undefined;
  try {
    if (options.kind === 'folder') await prepareFolder(PGlite, options.path);
    const engine = await (options.kind === 'folder'
      ? PGlite.create({ dataDir: join(options.path, 'postgres') })
      : create(PGlite, options.prepared ?? (await preparedData())));
    const db = drizzle(engine);
    await migrate(db);
    return {
      db,
      owner: newOwner(),
      async close() {
        await engine.close();
        await lock?.release();
      },
    };
  } catch (error) {
    await lock?.release();
    throw error;
  }
}

function create(PGlite: Engine, loadDataDir: Blob | undefined, dataDir?: string): Promise<PGlite> {
  return PGlite.create({ ...(dataDir && { dataDir }), ...(loadDataDir && { loadDataDir }) });
}

/** Makes the database in a folder that has none, under another name until it is whole. */
async function prepareFolder(PGlite: Engine, folder: string): Promise<void> {
  const [place, unfinished] = [join(folder, 'postgres'), join(folder, 'postgres-unfinished')];
  if (existsSync(place)) return;
  await rm(unfinished, { recursive: true, force: true });
  const engine = await create(PGlite, await preparedData(), unfinished);
  await engine.close();
  await rename(unfinished, place);
}

function newOwner(): number {
  return randomInt(1, 2 ** 47);
}
