/** The processes of a run: each on the core that it is to have, with the time that it has used of it. */

import { type ChildProcess, execFileSync, fork, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SCOPES } from '../src/caller.ts';
import { ACCOUNTS } from './answers.ts';
import type { Dialect } from './scenarios.ts';
import type { UpstreamReport } from './upstream.ts';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const TASKSET = '/usr/bin/taskset';
/** The server has a core of its own; everything else shares the other one. */
const [SERVER_CORE, OTHER_CORE] = [0, 1];

export const PEERS: Readonly<Record<string, Dialect>> = {
  bare: 'bare',
  paygraph: 'paygraph',
  'yoga-pothos': 'plain',
  apollo: 'plain',
  mercurius: 'plain',
};

export interface ServerOptions {
  readonly node: string;
  readonly upstream: string;
  /** Most connections to the upstream at once. */
  readonly connections: number;
  /** Where Paygraph keeps its ledger; a folder of its own when it is null. */
  readonly databaseUrl: string | null;
  /** The file for a CPU profile; none when it is null. */
  readonly profile: string | null;
}

export interface RunningServer {
  readonly url: string;
  /** Milliseconds from the start of the process to its address. */
  readonly startedInMs: number;
  cpuMicros(): number | null;
  /** Records what it does meanwhile in the file for its profile. */
  profiled(work: () => Promise<unknown>): Promise<void>;
  stop(): Promise<void>;
}

export interface Upstream {
  readonly url: string;
  setDelay(delayMs: number): Promise<void>;
  report(): Promise<UpstreamReport>;
  stop(): void;
}

/** What every server is asked with, and Paygraph checks. */
export const TOKEN = 'paygraph_of-the-benchmark';

export const isPinned = existsSync(TASKSET);

/** Binds this process, which makes the load, to the core that the upstream is on. */
export function pinOwn(): void {
  if (isPinned)
    execFileSync(TASKSET, ['-a', '-p', '-c', String(OTHER_CORE), String(process.pid)], { stdio: 'pipe' });
}

export async function startUpstream(node: string): Promise<Upstream> {
  const child = fork(join(ROOT, 'bench/upstream.ts'), {
    execPath: node,
    execArgv: ['--import', 'tsx'],
    cwd: ROOT,
  });
  const [{ port }] = (await once(child, 'message')) as [{ port: number }];
  async function tell(message: object): Promise<UpstreamReport> {
    const told = once(child, 'message');
    child.send(message);
    return (await told)[0];
  }
  return {
    url: `http://127.0.0.1:${port}`,
    async setDelay(delayMs) {
      await tell({ delayMs });
    },
    report: () => tell({}),
    stop: () => child.disconnect(),
  };
}

export async function startServer(peer: string, options: ServerOptions): Promise<RunningServer> {
  const data = mkdtempSync(join(tmpdir(), 'paygraph-bench-'));
  const began = performance.now();
  const profiler = options.profile === null ? [] : ['--import', 'tsx', '--import', './bench/profiler.ts'];
  const program = [options.node, ...profiler, ...argumentsOf(peer)];
  const [command, ...args] = isPinned ? [TASKSET, '-c', String(SERVER_CORE), ...program] : program;
  const child = spawn(command!, args, {
    cwd: ROOT,
    env: {
      ...process.env,
      NODE_ENV: 'production',
      BENCH_PROFILE: options.profile ?? '',
      ...environmentOf(peer, options, data),
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const end = () => void child.kill();
  process.once('exit', end);
  const gone = once(child, 'exit').finally(() => process.off('exit', end));
  const url = await Promise.race([
    printedUrl(child),
    gone.then(() => {
      throw new Error(`${peer} ended before it listened`);
    }),
  ]);
  return {
    url,
    startedInMs: performance.now() - began,
    cpuMicros: () => cpuMicrosOf(child.pid!),
    async profiled(work) {
      child.kill('SIGUSR2');
      await work();
      const written = once(child.stdout!, 'data');
      child.kill('SIGUSR2');
      await written;
    },
    async stop() {
      child.kill('SIGTERM');
      await gone;
      rmSync(data, { recursive: true, force: true });
    },
  };
}

/** Paygraph is started as `npm start` starts it. */
function argumentsOf(peer: string): string[] {
  if (peer !== 'paygraph') return ['--import', 'tsx', `bench/peers/${peer}.ts`];
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  return scripts.start.split(' ').slice(1);
}

function environmentOf(peer: string, options: ServerOptions, data: string): Record<string, string> {
  const { upstream, connections, databaseUrl } = options;
  if (peer !== 'paygraph') return { BENCH_UPSTREAM: upstream, BENCH_CONNECTIONS: String(connections) };
  const { cryptomus, heleket, repay, hashlee } = ACCOUNTS;
  const tokens = join(data, 'tokens.json');
  const sha256 = createHash('sha256').update(TOKEN).digest('hex');
  writeFileSync(tokens, JSON.stringify([{ name: 'bench', sha256, scopes: SCOPES }]));
  return {
    PORT: '0',
    // The line with the address is one of these, whatever is set outside.
    LOG_LEVEL: 'info',
    TOKENS_FILE: tokens,
    ...(databaseUrl === null ? { DATA_DIR: join(data, 'state') } : { DATABASE_URL: databaseUrl }),
    // Counted, as always, and never reached.
    RATE_LIMIT_PER_MINUTE: '999999999',
    UPSTREAM_CONNECTIONS: String(connections),
    CRYPTOMUS_MERCHANT: cryptomus.merchant,
    CRYPTOMUS_PAYMENT_KEY: cryptomus.paymentKey,
    CRYPTOMUS_PAYOUT_KEY: cryptomus.payoutKey,
    CRYPTOMUS_URL: `${upstream}/cryptomus`,
    HELEKET_MERCHANT: heleket.merchant,
    HELEKET_PAYMENT_KEY: heleket.paymentKey,
    HELEKET_PAYOUT_KEY: heleket.payoutKey,
    HELEKET_URL: `${upstream}/heleket`,
    REPAY_API_KEY: repay.apiKey,
    REPAY_URL: `${upstream}/repay`,
    HASHLEE_TOKEN: hashlee.token,
    HASHLEE_UNIT: hashlee.unit,
    HASHLEE_URL: `${upstream}/hashlee`,
  };
}

function printedUrl(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    let printed = '';
    const stdout = child.stdout!.setEncoding('utf8');
    function look(text: string) {
      printed += text;
      const url = /http:\/\/\S+\/graphql/.exec(printed)?.[0];
      if (!url) return;
      resolve(url);
      // What a server logs after that is read and dropped: to look at it would take the core of load and upstream.
      stdout.off('data', look).resume();
    }
    stdout.on('data', look);
  });
}

const TICKS_PER_SECOND = 100;

/** Time on a processor since the start, all threads; null where the system does not tell. */
function cpuMicrosOf(pid: number): number | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return ((Number(fields[11]) + Number(fields[12])) * 1_000_000) / TICKS_PER_SECOND;
  } catch {
    return null;
  }
}
