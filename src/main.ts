/** Reads the configuration, starts, and stops on a signal. The only file with side effects. */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createAuthenticate } from './access/authenticate.ts';
import type { Account } from './accounts.ts';
import { ANONYMOUS } from './caller.ts';
import { type Config, ConfigError, loadConfig } from './config.ts';
import type { Demo } from './demo.ts';
import { createGraphiQL } from './graphiql.ts';
import { createFrontDoor } from './http/front-door.ts';
import { createRateLimit } from './limits/rate.ts';
import { unfitDocuments } from './limits/trusted.ts';
import { openProvider } from './providers/registry.ts';
import { createApp, ENDPOINT } from './server.ts';
import { createServices } from './services.ts';
import { openDatabase } from './store/database.ts';
import { createStore, type Store } from './store/store.ts';
import { createMetricsPage } from './telemetry/metrics-page.ts';
import { createTelemetry } from './telemetry/telemetry.ts';
import { withoutSecrets } from './telemetry/told-error.ts';

if (existsSync('.env')) process.loadEnvFile('.env');
const config = readConfig();
const { form, level } = config.log;
const telemetry = createTelemetry({
  log: { form, level, to: process.stdout, batched: form === 'json', colors: process.stdout.isTTY },
  secrets: config.secrets,
  ofProcess: true,
});
process.once('exit', telemetry.flush);
// A log that nobody takes any more stops nothing.
process.stdout.on('error', () => {});
process.once('uncaughtException', (error) => {
  telemetry.crashed(error);
  process.exit(1);
});
const [demo, store] = await open();
const accounts: Account[] = (demo?.accounts ?? config.accounts).map((account) => ({
  name: account.name,
  mode: demo ? 'SANDBOX' : 'LIVE',
  provider: openProvider(account, config.upstream, telemetry.reporter),
}));

const services = createServices({
  accounts,
  store,
  listWaitMs: config.listWaitMs,
  requestMs: config.requestMs,
  onBug: telemetry.bug,
  telemetry,
});
// What was being sent when this stopped the last time is not known any more.
telemetry.orphaned(await services.store.ledger.orphan());
services.reconciler.start();
const { unitsPerMinute, trusted, ...limits } = config.limits;
const app = createApp(services, {
  limits: {
    ...limits,
    rate: unitsPerMinute === null ? undefined : createRateLimit({ perMinute: unitsPerMinute }),
    trusted: trusted ?? undefined,
  },
  traces: telemetry.traces,
});
const names = accounts.map(({ name }) => name);
const door = createFrontDoor(app, {
  ...config.door,
  authenticate: config.access ? await createAuthenticate(config.access, names) : () => ANONYMOUS,
  allowLoopbackOrigins: demo !== undefined,
  graphiql: config.graphiql ? createGraphiQL(ENDPOINT, readExamples()) : undefined,
  metrics: createMetricsPage(telemetry, {
    token: config.metricsToken,
    openHere: demo !== undefined && !config.access,
  }),
  ready: services.store.ping,
  onAnswered: telemetry.answered,
  onBug: telemetry.bug,
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
  const url = `${config.door.tls ? 'https' : 'http'}://${host}:${port}/graphql`;
  telemetry.started({
    ...{ url, accounts: names, database: config.database.kind },
    mode: demo ? 'SANDBOX' : 'LIVE',
  });
  if (form === 'readable') greet(url);
  // Few questions need it, and none has to wait for it now.
  void app.load();
});

function greet(url: string) {
  say(process.stdout, `Paygraph: ${url}${config.graphiql ? ' (open it in a browser for GraphiQL)' : ''}`);
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
}

let isStopping = false;
process.on('SIGINT', stop);
process.on('SIGTERM', stop);

/** Takes no more requests, lets running ones end and their writes be recorded, then closes what they used. Asked again,
 * it ends at once. */
async function stop(signal: string) {
  if (isStopping) process.exit(1);
  isStopping = true;
  telemetry.stopping(signal);
  await door.close(config.door.shutdownMs);
  await services.close();
  await demo?.sandbox.close();
  telemetry.stopped();
}

/** Both at once: each waits for something that the other one does not need. */
async function open(): Promise<[Demo | undefined, Store]> {
  const opening = openStore();
  try {
    return [config.accounts.length === 0 ? await openDemo() : undefined, await opening];
  } catch (error) {
    await (await opening).close();
    throw error;
  }
}

async function openDemo(): Promise<Demo> {
  const { startDemo } = await import('./demo.ts');
  return startDemo({ clock: 'running' });
}

/** Ends the process when there is no store to be had. */
async function openStore(): Promise<Store> {
  try {
    return createStore(await openDatabase(config.database), config.checkAfterMs);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return fail(`Paygraph cannot open its database: ${withoutSecrets(reason, config.secrets)}.`);
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
