/** The whole product for a test: the sandbox on free ports, real clients over real HTTP, a real database, and the
 * server behind a socket of its own. */

import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { sql } from 'drizzle-orm';
import type { ExecutionResult } from 'graphql';
import { afterAll, beforeEach, expect } from 'vitest';
import type { SandboxOptions } from '../../sandbox/index.ts';
import type { AccountConfig } from '../../src/account-config.ts';
import type { Account } from '../../src/accounts.ts';
import type { Config } from '../../src/config.ts';
import { startDemo } from '../../src/demo.ts';
import { createFrontDoor, type FrontDoorOptions } from '../../src/http/front-door.ts';
import type { PipelineOptions } from '../../src/pipeline.ts';
import type { Reporter } from '../../src/providers/http.ts';
import { openProvider } from '../../src/providers/registry.ts';
import { createApp } from '../../src/server.ts';
import { createServices, type RunningServices, type ServiceOptions } from '../../src/services.ts';
import { type OpenDatabase, openDatabase } from '../../src/store/database.ts';
import { createStore } from '../../src/store/store.ts';

import { type DatabaseKind, newDatabase } from './databases.ts';

const CHECK_AFTER_MS = 1;
export const UPSTREAM: Config['upstream'] = { connections: 10, attemptMs: 2_000, budgetMs: 8_000 };

// biome-ignore lint/suspicious/noExplicitAny: answers are looked into freely, and a wrong path fails the test.
export type Answer = ExecutionResult<any, any>;

/** Asks the server as a frontend would. */
export type Ask = (
  query: string,
  variables?: Record<string, unknown>,
  headers?: Record<string, string>,
) => Promise<Answer>;

/** Sends a body of any making, and gives the answer as it comes. */
export type Post = (body: unknown, headers?: Record<string, string>) => Promise<Response>;

/** Reads another page than the API. */
export type Get = (path: string, headers?: Record<string, string>) => Promise<Response>;

/** Starts the product for one test file; sandbox and database are as new before each test. */
export async function startProduct(
  upstream = UPSTREAM,
  sandboxOptions?: SandboxOptions,
  kind: DatabaseKind = 'embedded',
) {
  const [{ sandbox, accounts: configs }, place] = await Promise.all([
    startDemo(sandboxOptions),
    newDatabase(kind),
  ]);
  const database = await openDatabase(place);
  const store = createStore(database, CHECK_AFTER_MS);
  const replicas: OpenDatabase[] = [];
  const opened: Account[] = [];
  const served: RunningServices[] = [];
  const servers: Server[] = [];
  const bugs: unknown[] = [];

  /** The sandbox's accounts over connections of their own, which are closed when the file is through. */
  function openAccounts(
    limits: Config['upstream'] = upstream,
    change: (config: AccountConfig) => AccountConfig = (config) => config,
    reporter?: Reporter,
  ): Account[] {
    const accounts = configs.map(change).map(
      (config): Account => ({
        name: config.name,
        mode: 'SANDBOX',
        provider: openProvider(config, limits, reporter),
      }),
    );
    opened.push(...accounts);
    return accounts;
  }

  /** A server over other accounts than the sandbox's own, or with other options. */
  function serve(
    accounts: readonly Account[],
    options: Partial<FrontDoorOptions> & Partial<ServiceOptions> & { readonly app?: PipelineOptions } = {},
  ) {
    const onBug = options.onBug ?? ((error: unknown) => bugs.push(error));
    const services = createServices({ store, ...options, accounts, onBug });
    served.push(services);
    const app = createApp(services, { traces: options.telemetry?.traces, ...options.app });
    const door = createFrontDoor(app, {
      ...{ allowLoopbackOrigins: true, ready: store.ping, onAnswered: options.telemetry?.answered },
      ...{ ...options, onBug },
    });
    const { server } = door;
    servers.push(server);
    const listening = once(server.listen(0, '127.0.0.1'), 'listening');
    /** Where it listens, with this path. */
    const url = async (path = '/graphql') => {
      await listening;
      const { port } = server.address() as AddressInfo;
      return `${options.tls ? 'https' : 'http'}://127.0.0.1:${port}${path}`;
    };
    const post: Post = async (body, headers = {}) => {
      return fetch(await url(), {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'application/json', ...headers },
        body: JSON.stringify(body),
      });
    };
    const ask: Ask = async (query, variables, headers) =>
      (await (await post({ query, variables }, headers)).json()) as Answer;
    const get: Get = async (path, headers = {}) => fetch(await url(path), { headers });
    return { app, ask, post, get, url, door, services };
  }

  /** Another process on the same server, with accounts and connections of its own. */
  async function replica(options: Partial<ServiceOptions> = {}, checkAfterMs = CHECK_AFTER_MS) {
    const other = await openDatabase(place);
    replicas.push(other);
    return {
      ...serve(openAccounts(), { ...options, store: createStore(other, checkAfterMs) }),
      database: other,
    };
  }

  beforeEach(async () => {
    sandbox.reset();
    await Promise.all(served.map(({ writer }) => writer.idle()));
    await database.db.execute(sql`truncate operations, static_wallets, payouts`);
  });
  afterAll(async () => {
    for (const server of servers) server.close().closeAllConnections();
    await sandbox.close();
    // Those that a test has closed fail to close again.
    await Promise.allSettled(opened.map(({ provider }) => provider.close()));
    await Promise.all(replicas.map((other) => other.close()));
    await store.close();
    expect(bugs).toEqual([]);
  });

  const accounts = openAccounts();
  return {
    ...serve(accounts),
    sandbox,
    accounts,
    bugs,
    store,
    database,
    place,
    openAccounts,
    serve,
    replica,
  };
}
