/** One sandbox and one database, over which a server is killed and started again. The sandbox outlives every kill, and
 * knows what happened. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { type Call, type FaultRule, startSandbox } from '../../sandbox/index.ts';
import { createRandom } from '../../sandbox/random.ts';
import type { Account } from '../../src/accounts.ts';
import { demoAccounts } from '../../src/demo.ts';
import { openProvider } from '../../src/providers/registry.ts';
import {
  createTarget,
  disagreements,
  ENTRIES,
  type Entry,
  endpointOf,
  KINDS,
  mutationOf,
  OPEN_OPERATIONS,
  providerOf,
  type Target,
  type Told,
  toldOf,
  type Write,
} from '../soak/writes.ts';
import { createServerDatabase } from '../support/postgres.ts';
import { startMain } from '../support/start.ts';
import { bearer, ROOT, tokensFile } from '../support/tokens.ts';
import { type Setup, startVictim, type Victim } from './victim.ts';

/** The moments at which a server is killed. The last two are of src/main.ts as it stands. */
export const MOMENTS = [
  'before the row',
  'after the row',
  'after the send',
  'after the answer',
  'after the outcome',
  'at any time',
  'main, at any time',
  'main, as it starts',
] as const;
export type Moment = (typeof MOMENTS)[number];

export interface Tally {
  kills: number;
  writes: number;
  unanswered: number;
  effects: number;
  readonly ended: Record<string, number>;
}

interface Case {
  readonly target: Target;
  readonly writes: Write[];
  readonly told: Told[];
}

const WRITES_AT_ONCE = 6;
const FAULTS: readonly FaultRule['kind'][] = [
  'drop-before',
  'drop-after',
  'error-after',
  'server-error',
  'cut',
  'cut-json',
  'rate-limit',
  'bare-failure',
];
const POLL_MS = 10;

/** Opens it for one database. The seed decides what is asked for, which faults there are, and where it is killed. */
export async function openRig(kind: 'folder' | 'server', seed: number) {
  const random = createRandom(seed, kind);
  const sandbox = await startSandbox({ clock: 'running' });
  const folder = mkdtempSync(join(tmpdir(), 'paygraph-crash-'));
  const data = join(folder, 'data');
  const configs = demoAccounts(sandbox);
  const setup: Setup = {
    accounts: configs,
    database: kind === 'server' ? { kind, url: await createServerDatabase() } : { kind, path: data },
  };
  const accountsFile = join(folder, 'accounts.json');
  writeFileSync(accountsFile, JSON.stringify(configs));
  const outside = new Map(
    configs.map((config): [string, Account] => [
      config.name,
      {
        name: config.name,
        mode: 'SANDBOX',
        provider: openProvider(config, { connections: 10, attemptMs: 5_000, budgetMs: 20_000 }),
      },
    ]),
  );
  const problems: string[] = [];
  const cases: Case[] = [];
  const tallies = new Map<Moment, Tally>();
  let victim = await start();
  let number = 0;

  function start(): Promise<Victim> {
    return startVictim(setup, (bug) => problems.push(`a bug: ${bug}`));
  }

  function startPlain() {
    return startMain({
      ACCOUNTS_FILE: accountsFile,
      TOKENS_FILE: tokensFile(ROOT),
      RECONCILE_AFTER_MS: '1',
      ...(setup.database.kind === 'server' ? { DATABASE_URL: setup.database.url } : { DATA_DIR: data }),
    });
  }

  /** Writes to so many new targets, some with a fault to come, some asked for twice at once. */
  async function plan(): Promise<Case[]> {
    number++;
    const made = await Promise.all(
      Array.from({ length: WRITES_AT_ONCE }, async (_, index): Promise<Case> => {
        const name = `crash-${number}-${index}`;
        const target = await createTarget(random.pick(KINDS), name, random.chance(0.5), sandbox, outside);
        const isRefund = target.kind === 'blockedWallet' || random.chance(0.3);
        const write = { target, key: `key-${name}`, refund: isRefund, other: random.chance(0.3) };
        return { target, writes: random.chance(0.3) ? [write, write] : [write], told: [] };
      }),
    );
    sandbox.clearCalls();
    for (const { writes } of made) {
      if (!random.chance(0.35)) continue;
      sandbox.inject({ ...doorOf(writes[0]!), kind: random.pick(FAULTS), times: 1 });
    }
    return made;
  }

  /** Asks for all of them at once; resolves when each is answered or cut off. */
  async function askAll(url: string, round: readonly Case[]): Promise<number> {
    const answers = round.flatMap(({ writes, told }) =>
      writes.map(async (write) => {
        const { query, variables } = mutationOf(write);
        const answer = await ask(url, query, variables).catch(() => undefined);
        if (answer === undefined) return false;
        try {
          told.push(toldOf(write, answer));
        } catch (error) {
          problems.push((error as Error).message);
        }
        return true;
      }),
    );
    return (await Promise.all(answers)).filter((isAnswered) => !isAnswered).length;
  }

  /** Asks, and kills the server at that moment. Returns how many got no answer. */
  async function askAndKill(moment: Moment, round: readonly Case[]): Promise<number> {
    const at = random.int(1, WRITES_AT_ONCE);
    const pauseMs = random.int(0, 120);
    const startMs = random.int(0, 1_500);
    switch (moment) {
      case 'main, as it starts': {
        const asked = askAll(victim.url, round);
        await passed(pauseMs);
        await victim.kill();
        const main = startPlain();
        await passed(startMs);
        await main.stop('SIGKILL');
        return asked;
      }
      case 'main, at any time': {
        await victim.kill();
        const main = startPlain();
        const asked = askAll(await main.url, round);
        await passed(pauseMs);
        await main.stop('SIGKILL');
        return asked;
      }
      case 'at any time': {
        const asked = askAll(victim.url, round);
        await passed(pauseMs);
        await victim.kill();
        return asked;
      }
      case 'after the send': {
        const asked = askAll(victim.url, round);
        await until(() => sandbox.calls.filter(isWholeWrite).length >= at);
        await victim.kill();
        return asked;
      }
      default: {
        victim.lieInAmbush({ step: moment, left: at });
        const asked = askAll(victim.url, round);
        // It may be that too few writes come to that step: then nothing is left but to end it from outside.
        await Promise.race([victim.end, asked]);
        await victim.kill();
        return asked;
      }
    }
  }

  /** One kill, everything that follows from it, and the same keys once more. */
  async function kill(moment: Moment): Promise<void> {
    const round = await plan();
    const effectsBefore = sandbox.effects.length;
    const held =
      moment === 'after the send' ? round.map(({ writes }) => sandbox.hold(doorOf(writes[0]!))) : [];
    const release = () => {
      for (const letGo of held) letGo();
    };
    // What a process sent that is dead reaches the provider all the same, sooner or later.
    const late = random.pick(['at once', 'after the start', 'after all was looked for']);

    const unanswered = await askAndKill(moment, round);
    if (late === 'at once') release();
    sandbox.clearFaults();
    victim = await start();
    if (late === 'after the start') release();
    await settled();
    await judge(round, 'after the restart');
    release();
    await askAll(victim.url, round);
    await settled();
    await judge(round, 'after asking again');

    cases.push(...round);
    const tally = tallies.get(moment) ?? { kills: 0, writes: 0, unanswered: 0, effects: 0, ended: {} };
    tallies.set(moment, tally);
    tally.kills++;
    tally.writes += round.length;
    tally.unanswered += unanswered;
    tally.effects += sandbox.effects.length - effectsBefore;
    for (const { state } of await entriesOf(round)) tally.ended[state] = (tally.ended[state] ?? 0) + 1;
  }

  async function settled(): Promise<void> {
    await until(async () => (await ask(victim.url, OPEN_OPERATIONS, {})).data.operations.totalCount === 0);
  }

  async function entriesOf(round: readonly Case[]): Promise<Entry[]> {
    const keys = round.flatMap(({ writes }) => writes.map(({ key }) => key));
    return (await ask(victim.url, ENTRIES, { keys })).data.operations.nodes;
  }

  async function judge(round: readonly Case[], when: string): Promise<void> {
    const entries = await entriesOf(round);
    for (const { target, writes, told } of round) {
      const own = entries.filter(({ idempotencyKey }) => idempotencyKey === writes[0]!.key);
      const found = disagreements(sandbox, { target, writes, told, entries: own, causes: new Map() });
      problems.push(...found.map((problem) => `${when}: ${problem}`));
    }
  }

  return {
    sandbox,
    problems,
    tallies,
    kill,
    /** Judges every write of every round once more. */
    async judgeAll() {
      for (let from = 0; from < cases.length; from += 20)
        await judge(cases.slice(from, from + 20), 'in the end');
    },
    async close() {
      await victim.kill();
      await sandbox.close();
      await Promise.all([...outside.values()].map(({ provider }) => provider.close()));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function doorOf(write: Write) {
  return { provider: providerOf(write.target), endpoint: endpointOf(write) };
}

/** Whether it is a write, all of which has arrived. */
function isWholeWrite({ method, endpoint, body }: Call): boolean {
  return endpoint === 'W4' || (method === 'POST' && !/^[CH][67]$/.test(endpoint) && body.length > 0);
}

// biome-ignore lint/suspicious/noExplicitAny: answers are looked into freely, and a wrong path throws.
async function ask(url: string, query: string, variables: object): Promise<any> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...bearer(ROOT), accept: 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  return response.json();
}

const PATIENCE_MS = 30_000;

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + PATIENCE_MS; !(await holds()); await wait(POLL_MS)) {
    if (Date.now() > deadline) throw new Error(`it did not come to this: ${holds}`);
  }
}

async function passed(ms: number): Promise<void> {
  for (const end = Date.now() + ms; Date.now() < end; ) await wait(Math.min(POLL_MS, end - Date.now()));
}
