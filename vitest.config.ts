import { defineConfig } from 'vitest/config';

export default defineConfig({
  // Vite would take the module build of graphql and Node, for the libraries, the other one: two graphqls.
  resolve: { alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] },
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/prepared-database.ts', 'test/support/postgres.ts'],
    testTimeout: 20_000,
    hookTimeout: 30_000,
  },
});
