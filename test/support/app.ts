/** The whole product for a test: the sandbox on free ports, real clients over real HTTP, and the server's front door. */

import type { ExecutionResult } from 'graphql';
import { afterAll, beforeEach, expect } from 'vitest';
import type { SandboxOptions } from '../../sandbox/index.ts';
import type { Account } from '../../src/accounts.ts';
import type { Config } from '../../src/config.ts';
import { startDemo } from '../../src/demo.ts';
import { openProvider } from '../../src/providers/registry.ts';
import { createApp } from '../../src/server.ts';

export const UPSTREAM: Config['upstream'] = { connections: 10, attemptMs: 2_000, budgetMs: 8_000 };

// biome-ignore lint/suspicious/noExplicitAny: answers are looked into freely, and a wrong path fails the test.
export type Answer = ExecutionResult<any, any>;

/** Starts the product for one test file; the sandbox is back at its seed before each test. */
export async function startProduct(upstream = UPSTREAM, sandboxOptions?: SandboxOptions) {
  const { sandbox, accounts: configs } = await startDemo(sandboxOptions);
  const accounts: Account[] = configs.map((config) => ({
    name: config.name,
    mode: 'SANDBOX',
    provider: openProvider(config, upstream),
  }));
  const bugs: unknown[] = [];
  const app = createApp({ accounts, allowLoopbackOrigins: true, onBug: (error) => bugs.push(error) });

  beforeEach(() => sandbox.reset());
  afterAll(async () => {
    await sandbox.close();
    await Promise.all(accounts.map(({ provider }) => provider.close()));
    expect(bugs).toEqual([]);
  });

  /** Asks the server as a frontend would. */
  async function ask(
    query: string,
    variables?: Record<string, unknown>,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const response = await app.fetch('http://paygraph.test/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json', ...headers },
      body: JSON.stringify({ query, variables }),
    });
    return (await response.json()) as Answer;
  }

  return { ask, app, sandbox, accounts, bugs };
}
