/** A PostgreSQL server of one's own, where one is installed: in a new folder, reached by a socket in it, gone afterwards. */

import { execFileSync, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { accessSync, chownSync, constants, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import pg from 'pg';

export interface PostgresServer {
  /** Where its socket is. */
  readonly folder: string;
  stop(): Promise<void>;
}

/** Nobody needs this data after a crash. */
const SETTINGS = [
  'fsync=off',
  'synchronous_commit=off',
  'full_page_writes=off',
  'max_connections=200',
  'shared_buffers=16MB',
  'listen_addresses=',
];

/** Starts one; null where none is installed. */
export async function startPostgres(): Promise<PostgresServer | null> {
  const binaries = findBinaries();
  if (!binaries) return null;

  const folder = mkdtempSync(join(tmpdir(), 'paygraph-pg-'));
  const user = unprivileged();
  if (user) chownSync(folder, user.uid, user.gid);
  const options = { cwd: folder, ...user };
  const data = join(folder, 'data');
  execFileSync(
    join(binaries, 'initdb'),
    ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync'],
    { ...options, stdio: 'pipe' },
  );
  const server = spawn(
    join(binaries, 'postgres'),
    ['-D', data, '-k', folder, ...SETTINGS.flatMap((setting) => ['-c', setting])],
    { ...options, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const gone = once(server, 'exit');
  const end = () => void server.kill('SIGINT');
  process.once('exit', end);
  await ready(server.stderr, gone);

  return {
    folder,
    async stop() {
      process.off('exit', end);
      end();
      await gone;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The address of a new, empty database on the server of that folder. */
export async function createDatabase(folder: string): Promise<string> {
  const urlOf = (name: string) => `postgres://postgres@localhost/${name}?host=${encodeURIComponent(folder)}`;
  const name = `paygraph_${randomUUID().replaceAll('-', '')}`;
  const client = new pg.Client({ connectionString: urlOf('postgres') });
  await client.connect();
  await client.query(`create database ${name}`);
  await client.end();
  return urlOf(name);
}

function findBinaries(): string | undefined {
  const packaged = '/usr/lib/postgresql';
  const versions = list(packaged).sort((one, other) => Number(other) - Number(one));
  const folders = [
    ...(process.env.PATH ?? '').split(delimiter),
    ...versions.map((version) => join(packaged, version, 'bin')),
  ];
  return folders.find((folder) => ['initdb', 'postgres'].every((name) => isProgram(join(folder, name))));
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** The server refuses to run as root: it then runs as its own user, or as nobody. */
function unprivileged(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const idOf = (flag: string, name: string) =>
    Number(execFileSync('id', [flag, name], { stdio: 'pipe' }).toString());
  for (const name of ['postgres', 'nobody']) {
    try {
      return { uid: idOf('-u', name), gid: idOf('-g', name) };
    } catch {
      // There is no such user here.
    }
  }
  return undefined;
}

async function ready(log: NodeJS.ReadableStream, gone: Promise<unknown>): Promise<void> {
  let printed = '';
  const accepting = new Promise<void>((resolve) => {
    log.setEncoding('utf8').on('data', (text: string) => {
      printed += text;
      if (printed.includes('ready to accept connections')) resolve();
    });
  });
  await Promise.race([
    accepting,
    gone.then(() => {
      throw new Error(`PostgreSQL did not start:\n${printed}`);
    }),
  ]);
}
