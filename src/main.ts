/** Reads the configuration, starts, and stops on a signal. The only file with side effects. */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createAuthenticate } from './access/authenticate.ts';
import type { Account } from './accounts.ts';
import { ANONYMOUS } from './caller.ts';
import { type Config, ConfigError, loadConfig } from './config.ts';
import { startDemo } from './demo.ts';
import { createGraphiQL } from './graphiql.ts';
import { createFrontDoor } from './http/front-door.ts';
import { createRateLimit } from './limits/rate.ts';
import { unfitDocuments } from './limits/trusted.ts';
import { openProvider } from './providers/registry.ts';
import { createApp, ENDPOINT } from './server.ts';
import { createServices } from './services.ts';
import { openDatabase } from './store/database.ts';
import { createStore, type Store } from './store/store.ts';

if (existsSync('.env')) process.loadEnvFile('.env');
const config = readConfig();
const demo = config.accounts.length === 0 ? await startDemo({ clock: 'running' }) : undefined;
const accounts: Account[] = (demo?.accounts ?? config.accounts).map((account) => ({
  name: account.name,
  mode: demo ? 'SANDBOX' : 'LIVE',
  provider: openProvider(account, config.upstream),
}));

const onBug = (error: unknown) =>
  say(process.stderr, `A bug: ${error instanceof Error ? error.stack : String(error)}`);
const services = createServices({
  accounts,
  store: await openStore(),
  listWaitMs: config.listWaitMs,
  requestMs: config.requestMs,
  onBug,
});
// What was being sent when this stopped the last time is not known any more.
await services.store.ledger.orphan();
services.reconciler.start();
const { unitsPerMinute, trusted, ...limits } = config.limits;
const app = createApp(services, {
  limits: {
    ...limits,
    rate: unitsPerMinute === null ? undefined : createRateLimit({ perMinute: unitsPerMinute }),
    trusted: trusted ?? undefined,
  },
});
const names = accounts.map(({ name }) => name);
const door = createFrontDoor(app, {
  ...config.door,
  authenticate: config.access ? createAuthenticate(config.access, names) : () => ANONYMOUS,
  allowLoopbackOrigins: demo !== undefined,
  graphiql: config.graphiql ? createGraphiQL(ENDPOINT, readExamples()) : undefined,
  ready: services.store.ping,
  onBug,
});
const { server } = door;
server.on('error', (error: NodeJS.ErrnoException) => {
  const reasons: Record<string, string> = {
    EADDRINUSE: `port ${config.port} is in use; set PORT to another one`,
    EACCES: `this user may not listen on port ${config.port}; set PORT to another one`,
  };
  fail(`Paygraph cannot listen on ${config.host}: ${reasons[error.code ?? ''] ?? error.message}.`);
});
server.listen(config.port, config.host, () => {
  const { address, port, family } = server.address() as AddressInfo;
  const host = family === 'IPv6' ? `[${address}]` : address;
  const scheme = config.door.tls ? 'https' : 'http';
  say(process.stdout, `Paygraph: ${scheme}://${host}:${port}/graphql (open it in a browser for GraphiQL)`);
  say(process.stdout, `Accounts: ${names.join(', ')}`);
  say(process.stdout, `Access: ${config.access ? 'by bearer token' : 'anybody on this machine'}`);
  say(process.stdout, `State: ${describeState(config.database)}`);
  if (demo) {
    say(process.stdout, 'SANDBOX: no account is configured, so four pretend providers run in this process.');
    say(
      process.stdout,
      'No money moves. Nothing leaves this machine. Settings for real accounts: README.md.',
    );
    say(process.stdout, `Make a pretend provider slow or broken: ${demo.sandbox.urls.control}`);
  }
});

let isStopping = false;
process.on('SIGINT', stop);
process.on('SIGTERM', stop);

/** Takes no more requests, lets running ones end and their writes be recorded, then closes what they used. Asked again,
 * it ends at once. */
async function stop() {
  if (isStopping) process.exit(1);
  isStopping = true;
  await door.close(config.door.shutdownMs);
  await services.close();
  await demo?.sandbox.close();
}

async function openStore(): Promise<Store> {
  try {
    return createStore(await openDatabase(config.database), config.checkAfterMs);
  } catch (error) {
    return fail(
      `Paygraph cannot open its database: ${error instanceof Error ? error.message : String(error)}.`,
    );
  }
}

function readConfig(): Config {
  try {
    const loaded = loadConfig();
    const unfit = loaded.limits.trusted && unfitDocuments(loaded.limits.trusted);
    if (unfit?.length) throw new ConfigError(unfit);
    return loaded;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return fail([error.message, ...error.problems.map((problem) => `  - ${problem}`)].join('\n'));
  }
}

/** The files of `examples/`, in the order of their names, as GraphiQL's tabs. */
function readExamples() {
  const folder = new URL('../examples/', import.meta.url);
  return readdirSync(folder)
    .filter((file) => file.endsWith('.graphql'))
    .sort()
    .map((file) => ({ query: readFileSync(new URL(file, folder), 'utf8') }));
}

function describeState(database: Config['database']): string {
  if (database.kind === 'server') return 'on the PostgreSQL server of DATABASE_URL';
  return database.kind === 'folder'
    ? `in ${database.path}`
    : 'in memory, until this stops; set DATA_DIR to keep it';
}

function fail(message: string): never {
  say(process.stderr, message);
  process.exit(1);
}

function say(stream: NodeJS.WriteStream, line: string) {
  stream.write(`${line}\n`);
}
