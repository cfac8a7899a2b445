/** The long run, against src/main.ts as a process of its own: the same clients without faults, then with faults twice,
 * so that what grows for good shows. */

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { expect } from 'vitest';
import { startSandbox } from '../../sandbox/index.ts';
import { demoAccounts } from '../../src/demo.ts';
import type { Answer } from '../support/app.ts';
import { createServerDatabase, hasServer } from '../support/postgres.ts';
import { startMain } from '../support/start.ts';
import { bearer, ROOT, tokensFile } from '../support/tokens.ts';
import { ACCOUNTS, type Asked, createLoad, type Send, unleash } from './load.ts';

const CLIENTS = Number(process.env.CHAOS_CLIENTS ?? 200);
const SECONDS = Number(process.env.CHAOS_SECONDS ?? 15);
const SHARE = 0.05;
const WRITES = 0.05;
const THINK_MS = 400;
/** Two have faults of every kind, one hangs, and the fourth is to notice as little as possible. */
const FAULTY = ['cryptomus', 'repay'] as const;
const HANGING = 'heleket';
const HEALTHY = 'hashlee';
const DEADLINE_MS = 5_000;
/** For this process and that one to be scheduled, on a machine that is busy with the load itself. */
const MARGIN_MS = 500;
const SETTINGS = {
  NODE_ENV: 'production',
  // All clients are one caller.
  RATE_LIMIT_PER_MINUTE: '0',
  REQUEST_TIMEOUT_MS: String(DEADLINE_MS),
  UPSTREAM_TIMEOUT_MS: '1000',
  UPSTREAM_BUDGET_MS: '4000',
  LIST_WAIT_MS: '3000',
  UPSTREAM_CONNECTIONS: '50',
  // The sandbox asks for minutes. That is honoured elsewhere; here the calls are to go on.
  UPSTREAM_MAX_PAUSE_MS: '50',
};

interface Phase {
  readonly name: string;
  readonly asked: readonly Asked[];
  /** The longest time that this process itself stood still. */
  readonly stallMs: number;
  readonly after: Footprint;
}

interface Footprint {
  readonly sockets: number;
  readonly megabytes: number;
}

export async function chaosOfMain(seed: number): Promise<void> {
  const sandbox = await startSandbox({ clock: 'running' });
  const folder = mkdtempSync(join(tmpdir(), 'paygraph-chaos-'));
  const accountsFile = join(folder, 'accounts.json');
  writeFileSync(accountsFile, JSON.stringify(demoAccounts(sandbox)));
  const main = startMain({
    ...SETTINGS,
    ACCOUNTS_FILE: accountsFile,
    TOKENS_FILE: tokensFile(ROOT),
    ...(hasServer() ? { DATABASE_URL: await createServerDatabase() } : { DATA_DIR: join(folder, 'data') }),
  });
  // Its connections are made in the warm-up: a kernel that is short of them tries again only after seconds.
  const agent = new Agent({ keepAlive: true, maxFreeSockets: CLIENTS });
  try {
    const send = sender(await main.url, agent);
    const load = createLoad(sandbox, seed);
    const phase = async (name: string, seconds = SECONDS): Promise<Phase> => {
      const end = Date.now() + seconds * 1000;
      const delays = monitorEventLoopDelay();
      delays.enable();
      const asked = await load.run(CLIENTS, WRITES, THINK_MS, send, () => Date.now() > end);
      delays.disable();
      sandbox.clearFaults();
      sandbox.clearCalls();
      // What hangs has no more time than this.
      await wait(DEADLINE_MS);
      return { name, asked, stallMs: Math.round(delays.max / 1e6), after: footprint(main.pid) };
    };
    await phase('warm-up', 5);
    const calm = await phase('without faults');
    unleash(sandbox, SHARE, FAULTY, HANGING);
    const first = await phase('with faults');
    unleash(sandbox, SHARE, FAULTY, HANGING);
    const second = await phase('with faults again');
    const problems = await load.disagreements(send);

    const phases = [calm, first, second];
    process.stdout.write(table(seed, phases, load.written.length, problems.length));
    expect(problems).toEqual([]);
    for (const { asked, name, stallMs } of phases) {
      expect(greatest(asked), `the slowest answer ${name}`).toBeLessThan(DEADLINE_MS + MARGIN_MS + stallMs);
    }
    for (const { asked, name } of [first, second]) {
      const ratio = percentile(healthy(asked), 0.99) / percentile(healthy(calm.asked), 0.99);
      expect(ratio, `p99 of the healthy provider ${name}, to that without`).toBeLessThan(2);
    }
    // Connections are opened as they are needed and kept for a while; a leak would go on growing.
    expect(second.after.sockets).toBeLessThanOrEqual(first.after.sockets + 10);
    expect(second.after.megabytes).toBeLessThan(first.after.megabytes * 1.2);
  } finally {
    agent.destroy();
    await main.stop();
    await sandbox.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Asks over HTTP, with as little work as can be: it shares the machine with what it measures. */
function sender(url: string, agent: Agent): Send {
  const headers = { 'content-type': 'application/json', accept: 'application/json', ...bearer(ROOT) };
  const post = (body: string): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const sent = request(url, { method: 'POST', agent, headers }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => resolve(JSON.parse(Buffer.concat(chunks).toString('utf8')) as Answer));
        response.on('error', reject);
      });
      // A connection that was idle for too long: asked again, a write by the same key.
      sent.on('error', (error) => (sent.reusedSocket ? resolve(post(body)) : reject(error)));
      sent.end(body);
    });
  return (query, variables) => post(JSON.stringify({ query, variables }));
}

/** What a process holds, as Linux tells it. */
function footprint(pid: number): Footprint {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const megabytes = Math.round(Number(/^VmRSS:\s+(\d+)/m.exec(status)![1]) / 1024);
  return { sockets: readdirSync(`/proc/${pid}/fd`).length, megabytes };
}

function healthy(asked: readonly Asked[]): readonly Asked[] {
  return asked.filter(({ account }) => account === HEALTHY);
}

function greatest(asked: readonly Asked[]): number {
  return asked.reduce((most, { ms }) => Math.max(most, ms), 0);
}

function percentile(asked: readonly Asked[], share: number): number {
  const sorted = asked.map(({ ms }) => ms).sort((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

function table(seed: number, phases: readonly Phase[], writes: number, problems: number): string {
  const columns = ['answers', 'failed', 'p50 ms', 'p99 ms', 'max ms'];
  const line = (label: string, cells: readonly (string | number)[]) =>
    label.padEnd(34) + cells.map((cell) => String(cell).padStart(10)).join('');
  const row = (label: string, asked: readonly Asked[]) =>
    line(label, [
      asked.length,
      asked.filter(({ result }) => result !== 'OK').length,
      ...[percentile(asked, 0.5), percentile(asked, 0.99), greatest(asked)].map(Math.round),
    ]);
  const [load] = loadavg();
  return [
    '',
    line(`${CLIENTS} clients`, columns),
    ...phases.flatMap(({ name, asked, stallMs, after }) => [
      row(`all providers, ${name}`, asked),
      ...ACCOUNTS.map((account) =>
        row(
          `  ${account}`,
          asked.filter((each) => each.account === account),
        ),
      ),
      `  clients stood still for ${stallMs} ms at most; server afterwards: ${after.sockets} open files, ${after.megabytes} MB`,
    ]),
    `${writes} writes, ${problems} of them not accounted for; seed ${seed}`,
    `Node ${process.versions.node}, ${cpus().length} cores, load average ${load!.toFixed(1)}`,
    '',
  ].join('\n');
}
