/** One process per data folder: the embedded database does not see a second one and would be corrupted by it. */

import { randomBytes } from 'node:crypto';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { join, relative, resolve } from 'node:path';

/** A socket's path has room for about this many bytes on every system. */
const MAX_SOCKET_PATH = 100;
const SOCKET = /^lock-[0-9a-f]{8}$/;
const ATTEMPTS = 8;
const MAX_PAUSE_MS = 50;

export interface FolderLock {
  release(): Promise<void>;
}

/** Takes the folder, creating it where it is missing. The lock is a socket: it ends with the process, and what one that
 * was killed leaves behind does not answer. Throws when another process has it. */
export async function lockFolder(folder: string): Promise<FolderLock> {
  await mkdir(folder, { recursive: true });
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const name = `lock-${randomBytes(4).toString('hex')}`;
    const server = await listen(socketPath(folder, name));
    // Every process shows its socket before it looks for those of others, so of two at least one sees the other.
    if (server && !(await hasOther(folder, name))) {
      server.unref();
      return { release: () => close(server) };
    }
    if (server) await close(server);
    // Both may have seen each other: whoever comes back first, alone, gets it.
    await new Promise((done) => setTimeout(done, Math.random() * MAX_PAUSE_MS));
  }
  throw new Error(
    `the data folder ${folder} is in use by another process; stop it, or set DATA_DIR to another folder`,
  );
}

function socketPath(folder: string, name: string): string {
  // Pipes are in no folder, and leave nothing behind: one name will do.
  if (process.platform === 'win32') return join('\\\\.\\pipe', resolve(folder, 'lock'));
  const absolute = resolve(folder, name);
  const shortest = [absolute, relative('.', absolute)].sort((one, other) => one.length - other.length)[0]!;
  if (Buffer.byteLength(shortest) <= MAX_SOCKET_PATH) return shortest;
  throw new Error(
    `the path of the data folder ${folder} is too long for a lock; set DATA_DIR to a shorter one`,
  );
}

/** Undefined when somebody listens there already. */
function listen(path: string): Promise<Server | undefined> {
  return new Promise((done, fail) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? done(undefined) : fail(error),
    );
    server.listen(path, () => done(server));
  });
}

/** Takes its socket away, too. */
function close(server: Server): Promise<void> {
  return new Promise((done) => server.close(() => done()));
}

/** Whether another process shows a socket that answers. One that does not is removed: no name is used twice. */
async function hasOther(folder: string, own: string): Promise<boolean> {
  const others = (await readdir(folder)).filter((name) => SOCKET.test(name) && name !== own);
  const living = await Promise.all(
    others.map(async (name) => {
      const path = socketPath(folder, name);
      const lives = await answers(path);
      if (!lives) await rm(path, { force: true });
      return lives;
    }),
  );
  return living.includes(true);
}

function answers(path: string): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect(path, () => {
      socket.destroy();
      done(true);
    });
    // Whatever else is in the way, somebody is there.
    socket.once('error', ({ code }: NodeJS.ErrnoException) =>
      done(code !== 'ECONNREFUSED' && code !== 'ENOENT'),
    );
  });
}
