/** An embedded database that is made once for a whole run: making one takes seconds, a copy a fraction of one. */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  export interface ProvidedContext {
    preparedDatabase: string;
  }
}

/** Runs before all test files. */
export default async function setup(project: TestProject) {
  const folder = mkdtempSync(join(tmpdir(), 'paygraph-prepared-'));
  const path = join(folder, 'database.tar');
  const engine = await PGlite.create();
  writeFileSync(path, Buffer.from(await (await engine.dumpDataDir('none')).arrayBuffer()));
  await engine.close();
  project.provide('preparedDatabase', path);
  return () => rmSync(folder, { recursive: true, force: true });
}

/** What a database in memory starts from. */
export function preparedDatabase(path: string): Blob {
  return new Blob([readFileSync(path)], { type: 'application/x-tar' });
}
