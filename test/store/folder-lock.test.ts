/** One process per data folder, whatever became of the one before. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { linkSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { lockFolder } from '../../src/store/folder-lock.ts';

const root = mkdtempSync(join(tmpdir(), 'paygraph-lock-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
let folders = 0;
const newFolder = () => join(root, `data-${++folders}`);

/** A process of its own that takes the folder and keeps it. */
async function holdElsewhere(folder: string) {
  const child = spawn(
    process.execPath,
    [
      '--import',
      'tsx',
      '--input-type=module',
      '-e',
      `const { lockFolder } = await import('./src/store/folder-lock.ts');
       await lockFolder(${JSON.stringify(folder)});
       process.stdout.write('held');
       setInterval(() => {}, 1000);`,
    ],
    { cwd: new URL('../../', import.meta.url), stdio: ['ignore', 'pipe', 'inherit'] },
  );
  await once(child.stdout, 'data');
  return async (signal: NodeJS.Signals) => {
    child.kill(signal);
    await once(child, 'exit');
  };
}

test('a folder is made where it is missing, and is free again once it is released', async () => {
  const folder = join(newFolder(), 'in', 'another');
  const lock = await lockFolder(folder);
  await lock.release();
  expect(readdirSync(folder)).toEqual([]);
  await (await lockFolder(folder)).release();
});

test('a second one is told which folder it is and what to do', async () => {
  const folder = newFolder();
  const lock = await lockFolder(folder);
  await expect(lockFolder(folder)).rejects.toThrow(
    `the data folder ${folder} is in use by another process; stop it, or set DATA_DIR to another folder`,
  );
  await lock.release();
});

test('another process is kept out while this one lives, and killing it leaves no lock behind', async () => {
  const folder = newFolder();
  const end = await holdElsewhere(folder);
  await expect(lockFolder(folder)).rejects.toThrow('is in use by another process');
  await end('SIGKILL');
  expect(readdirSync(folder)).not.toEqual([]);
  const lock = await lockFolder(folder);
  await expect(lockFolder(folder)).rejects.toThrow('is in use by another process');
  await lock.release();
});

test('of several that start at once after a crash, one gets the folder', async () => {
  const crashed = newFolder();
  await (await holdElsewhere(crashed))('SIGKILL');
  const [left] = readdirSync(crashed);

  for (let round = 0; round < 5; round++) {
    const folder = newFolder();
    await (await lockFolder(folder)).release();
    linkSync(join(crashed, left!), join(folder, left!));
    const started = await Promise.allSettled(Array.from({ length: 6 }, () => lockFolder(folder)));
    const locks = started.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
    expect(locks).toHaveLength(1);
    for (const each of started) {
      if (each.status === 'rejected') expect(String(each.reason)).toContain('is in use by another process');
    }
    await locks[0]!.release();
  }
});

test('of several that start at once in a new folder, one gets it', async () => {
  const folder = newFolder();
  const started = await Promise.allSettled(Array.from({ length: 6 }, () => lockFolder(folder)));
  expect(started.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
});

test('a path that is too long for a lock is told as such', async () => {
  const folder = join(newFolder(), 'x'.repeat(100));
  await expect(lockFolder(folder)).rejects.toThrow(
    `the path of the data folder ${folder} is too long for a lock; set DATA_DIR to a shorter one`,
  );
});

test('ten that were killed one after another leave no more behind than the last one', async () => {
  const crashed = newFolder();
  await (await holdElsewhere(crashed))('SIGKILL');
  const [left] = readdirSync(crashed);
  for (let name = 0; name < 10; name++) linkSync(join(crashed, left!), join(crashed, `lock-0000000${name}`));
  const lock = await lockFolder(crashed);
  expect(readdirSync(crashed)).toHaveLength(1);
  await lock.release();
  expect(readdirSync(crashed)).toEqual([]);
});

test('a long path is no hindrance where a short one leads there from here', async () => {
  const before = process.cwd();
  const folder = join(newFolder(), 'x'.repeat(100));
  const lock = await lockFolder(newFolder());
  process.chdir(root);
  try {
    const near = await lockFolder(join(folder, '..', '..', `near-${folders}`));
    await near.release();
  } finally {
    process.chdir(before);
    await lock.release();
  }
});
