/** `npm run bench`: how many requests a second Paygraph and its peers answer over the same upstream, on one core, and how
 * long they take. Rounds go around the servers, so that what disturbs the machine disturbs all of them. */

import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { createDatabase, type PostgresServer, startPostgres } from '../test/support/postgres-server.ts';
import { type Expected, type Load, learn, load } from './load.ts';
import {
  isPinned,
  PEERS,
  pinOwn,
  type RunningServer,
  startServer,
  startUpstream,
  TOKEN,
  type Upstream,
} from './processes.ts';
import { SCENARIOS, type Scenario } from './scenarios.ts';
import { median, percentile, spread, table } from './table.ts';

const { values: options } = parseArgs({
  options: {
    peers: { type: 'string', default: Object.keys(PEERS).join(',') },
    scenarios: { type: 'string', default: [...SCENARIOS.map(({ name }) => name), 'identical'].join(',') },
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '3' },
    warmup: { type: 'string', default: '15' },
    node: { type: 'string', default: process.execPath },
    profile: { type: 'boolean', default: false },
  },
});
const rounds = Number(options.rounds);
const seconds = Number(options.seconds);
const warmup = Number(options.warmup);
const AUTHORIZATION = `Bearer ${TOKEN}`;

interface Contender {
  readonly peer: string;
  readonly server: RunningServer;
  readonly expected: Expected;
  readonly rounds: Round[];
}

interface Round extends Load {
  /** Microseconds of processor time for one request, of the server. */
  readonly cpuMicros: number | null;
  /** How busy the core was that load and upstream share, of 1. */
  readonly otherCore: number;
  readonly callsEach: number;
}

async function measure(scenario: Scenario, contender: Contender, upstream: Upstream): Promise<Round> {
  const { peer, server, expected } = contender;
  const dialect = PEERS[peer]!;
  const before = await upstream.report();
  const cpuBefore = server.cpuMicros();
  const ownBefore = process.cpuUsage();
  const made = await load(new URL(server.url).origin, scenario, dialect, AUTHORIZATION, expected, seconds);
  const own = process.cpuUsage(ownBefore);
  const cpuAfter = server.cpuMicros();
  const after = await upstream.report();
  const callsEach = (after.requests - before.requests) / made.requests;
  if (
    !scenario.shares &&
    scenario.pace === null &&
    Math.abs(callsEach / scenario.calls - 1) > 0.1 &&
    made.requests > 1000
  ) {
    throw new Error(`${peer}: ${callsEach.toFixed(2)} upstream calls for one of ${scenario.title}`);
  }
  return {
    ...made,
    callsEach,
    cpuMicros: cpuBefore === null || cpuAfter === null ? null : (cpuAfter - cpuBefore) / made.requests,
    otherCore: (own.user + own.system + after.cpuMicros - before.cpuMicros) / 1e6 / made.seconds,
  };
}

async function begin(peer: string, scenario: Scenario, upstream: Upstream, database: PostgresServer | null) {
  const dialect = PEERS[peer]!;
  const server = await startServer(peer, {
    node: options.node,
    upstream: upstream.url,
    connections: Math.max(50, scenario.connections),
    databaseUrl: scenario.database === 'server' ? await createDatabase(database!.folder) : null,
    profile: options.profile ? `bench/profiles/${scenario.name}-${peer}.cpuprofile` : null,
  });
  const prepared = scenario.prepare?.[dialect];
  if (prepared)
    await fetch(server.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: AUTHORIZATION },
      body: prepared,
    });
  const expected = await learn(new URL(server.url).origin, scenario, dialect, AUTHORIZATION);
  return { peer, server, expected, rounds: [] } satisfies Contender;
}

async function compare(scenario: Scenario, upstream: Upstream, database: PostgresServer | null) {
  const peers = options.peers.split(',').filter((peer) => scenario.dialects.includes(PEERS[peer]!));
  const contenders: Contender[] = [];
  try {
    for (const peer of peers) contenders.push(await begin(peer, scenario, upstream, database));
    await upstream.setDelay(scenario.upstreamDelayMs);
    for (const { server, peer, expected } of contenders) {
      await load(new URL(server.url).origin, scenario, PEERS[peer]!, AUTHORIZATION, expected, warmup);
    }
    for (const { server, peer, expected } of options.profile ? contenders : []) {
      const origin = new URL(server.url).origin;
      await server.profiled(() => load(origin, scenario, PEERS[peer]!, AUTHORIZATION, expected, seconds));
    }
    for (let round = 0; round < rounds; round++) {
      for (const contender of contenders) contender.rounds.push(await measure(scenario, contender, upstream));
    }
  } finally {
    await upstream.setDelay(0);
    await Promise.all(contenders.map(({ server }) => server.stop()));
  }
  show(scenario, contenders);
}

function show({ title, pace }: Scenario, contenders: readonly Contender[]) {
  const bare = contenders.find(({ peer }) => peer === 'bare');
  const perSecond = (round: Round) => round.requests / round.seconds;
  const against = (contender: Contender, ratio: (own: Round, yardstick: Round) => number) =>
    bare ? median(contender.rounds.map((round, index) => ratio(round, bare.rounds[index]!))) : Number.NaN;
  const latency = (contender: Contender, part: number) =>
    median(contender.rounds.map(({ latencies }) => percentile(latencies, part)));
  const rows = contenders.map((contender) => {
    const { peer, rounds } = contender;
    const speeds = rounds.map(perSecond);
    const cpu = median(rounds.map(({ cpuMicros }) => cpuMicros ?? Number.NaN));
    return [
      peer,
      median(speeds).toFixed(0),
      spread(speeds),
      pace === null ? against(contender, (own, other) => perSecond(own) / perSecond(other)).toFixed(2) : '–',
      cpu.toFixed(0),
      against(
        contender,
        (own, other) => (other.cpuMicros ?? Number.NaN) / (own.cpuMicros ?? Number.NaN),
      ).toFixed(2),
      latency(contender, 0.5).toFixed(2),
      latency(contender, 0.99).toFixed(2),
      bare ? (latency(contender, 0.5) - latency(bare, 0.5)).toFixed(2) : '–',
      bare ? (latency(contender, 0.99) - latency(bare, 0.99)).toFixed(2) : '–',
      median(rounds.map(({ callsEach }) => callsEach)).toFixed(2),
      `${(100 * median(rounds.map(({ otherCore }) => otherCore))).toFixed(0)} %`,
    ];
  });
  say(`\n**${title}**\n`);
  say(
    table(
      [
        'server',
        'requests/s',
        'spread',
        'of bare',
        'CPU µs/request',
        'of bare, by CPU',
        'p50 ms',
        'p99 ms',
        '+p50',
        '+p99',
        'calls each',
        'other core',
      ],
      rows,
    ),
  );
}

/** 100 reads of one payout at once: how many calls they cost. */
async function identical(upstream: Upstream) {
  const scenario = SCENARIOS[0]!;
  const rows: string[][] = [];
  for (const peer of options.peers.split(',')) {
    const { server } = await begin(peer, { ...scenario, writes: true }, upstream, null);
    await upstream.setDelay(200);
    const { path, body } = scenario.question(PEERS[peer]!, 0, 0);
    const url = new URL(path, server.url);
    const headers = {
      'content-type': 'application/json',
      accept: 'application/json',
      authorization: AUTHORIZATION,
    };
    const before = await upstream.report();
    const answers = await Promise.all(
      Array.from({ length: 100 }, async () => (await fetch(url, { method: 'POST', headers, body })).text()),
    );
    const after = await upstream.report();
    await upstream.setDelay(0);
    await server.stop();
    if (new Set(answers).size !== 1) throw new Error(`${peer}: identical reads with several answers`);
    rows.push([peer, String(after.requests - before.requests)]);
  }
  say('\n**100 identical reads at once**\n');
  say(table(['server', 'upstream calls'], rows));
}

function say(text: string) {
  process.stdout.write(`${text}\n`);
}

pinOwn();
// Whoever stops this stops the servers too.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
if (options.profile) mkdirSync('bench/profiles', { recursive: true });
const chosen = options.scenarios.split(',');
const upstream = await startUpstream(options.node);
const database = SCENARIOS.some(
  (scenario) => chosen.includes(scenario.name) && scenario.database === 'server',
)
  ? await startPostgres()
  : null;
try {
  const version = execFileSync(options.node, ['--version'], { encoding: 'utf8' }).trim();
  say(
    `${new Date().toISOString().slice(0, 10)}, ${cpus()[0]!.model}, ${cpus().length} cores, Node ${version}, ` +
      `${isPinned ? 'server on one core, load and upstream on another' : 'not pinned to cores'}; median of ${rounds} rounds of ${seconds} s.`,
  );
  for (const scenario of SCENARIOS) {
    if (!chosen.includes(scenario.name)) continue;
    if (scenario.database === 'server' && !database)
      say(`\n**${scenario.title}**: no PostgreSQL server is installed here.`);
    else await compare(scenario, upstream, database);
  }
  if (chosen.includes('identical')) await identical(upstream);
} finally {
  upstream.stop();
  await database?.stop();
}
