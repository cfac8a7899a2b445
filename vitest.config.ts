import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  // Vite would take the module build of graphql and Node, for the libraries, the other one: two graphqls.
  resolve: { alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] },
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/prepared-database.ts', 'test/support/postgres.ts'],
    // Files share nothing that they change, and loading the server anew for each of them takes longer than most of them.
    isolate: false,
    // By itself vitest leaves a core free, which of two is half.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    testTimeout: 20_000,
    hookTimeout: 30_000,
  },
});
