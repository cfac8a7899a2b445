/** One process per data folder: the embedded database does not see a second one and would be corrupted by it. */

import { mkdir, rm, stat } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { join, relative, resolve } from 'node:path';

/** A socket's path has room for about this many bytes on every system. */
const MAX_SOCKET_PATH = 100;

export interface FolderLock {
  release(): Promise<void>;
}

/** Takes the folder, creating it where it is missing. The lock is a socket: it ends with the process, so one that
 * was killed leaves none behind. Throws when another process has it. */
export async function lockFolder(folder: string): Promise<FolderLock> {
  await mkdir(folder, { recursive: true });
  const path = socketPath(folder);
  const server = (await listen(path)) ?? (await takeOver(path));
  if (!server) {
    throw new Error(
      `the data folder ${folder} is in use by another process; stop it, or set DATA_DIR to another folder`,
    );
  }
  server.unref();
  return { release: () => new Promise((done) => server.close(() => done())) };
}

function socketPath(folder: string): string {
  const absolute = resolve(folder, 'lock');
  if (process.platform === 'win32') return join('\\\\.\\pipe', absolute);
  const shortest = [absolute, relative('.', absolute)].sort((one, other) => one.length - other.length)[0]!;
  if (Buffer.byteLength(shortest) <= MAX_SOCKET_PATH) return shortest;
  throw new Error(
    `the path of the data folder ${folder} is too long for a lock; set DATA_DIR to a shorter one`,
  );
}

function listen(path: string): Promise<Server | undefined> {
  return new Promise((done, fail) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? done(undefined) : fail(error),
    );
    server.listen(path, () => done(server));
  });
}

/** The socket of a killed process is still there and nobody answers: only then is it taken away. */
async function takeOver(path: string): Promise<Server | undefined> {
  const left = await stat(path).catch(() => undefined);
  if (await answers(path)) return undefined;
  const found = await stat(path).catch(() => undefined);
  // Another process that starts at this moment may have been quicker.
  if (found && found.ino !== left?.ino) return undefined;
  await rm(path, { force: true });
  return listen(path);
}

function answers(path: string): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect(path, () => {
      socket.destroy();
      done(true);
    });
    socket.once('error', () => done(false));
  });
}
