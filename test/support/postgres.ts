/** A PostgreSQL server for a whole run, where one is installed. Where none is, the tests that need one are skipped. */

import { inject } from 'vitest';
import type { TestProject } from 'vitest/node';
import { createDatabase, startPostgres } from './postgres-server.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** The folder of the server's socket; null where no server is installed. */
    postgres: string | null;
  }
}

/** Runs before all test files. */
export default async function setup(project: TestProject) {
  const server = await startPostgres();
  project.provide('postgres', server?.folder ?? null);
  return () => server?.stop();
}

/** Whether this machine has a server. */
export function hasServer(): boolean {
  return inject('postgres') !== null;
}

/** The address of a new, empty database. */
export async function createServerDatabase(): Promise<string> {
  const folder = inject('postgres');
  if (folder === null) throw new Error('no PostgreSQL server is installed here');
  return createDatabase(folder);
}
