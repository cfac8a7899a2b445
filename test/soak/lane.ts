/** One product over one sandbox and one database, in which sequences of writes run one after another, and everything
 * that can go wrong goes wrong: faults, answers that come too late, processes that end or are taken for dead. */

import { setImmediate as turn } from 'node:timers/promises';
import { sql } from 'drizzle-orm';
import { type FaultRule, type Sandbox, startSandbox } from '../../sandbox/index.ts';
import type { Account } from '../../src/accounts.ts';
import { ANONYMOUS } from '../../src/caller.ts';
import type { Services } from '../../src/context.ts';
import { demoAccounts } from '../../src/demo.ts';
import type { Inbound } from '../../src/inbound.ts';
import { openProvider } from '../../src/providers/registry.ts';
import { createApp } from '../../src/server.ts';
import { createServices, type RunningServices } from '../../src/services.ts';
import { openDatabase } from '../../src/store/database.ts';
import { createStore, type Store } from '../../src/store/store.ts';
import {
  actionOf,
  createTarget,
  disagreements,
  ENTRIES,
  type Entry,
  effectsOf,
  endpointOf,
  type Kind,
  mutationOf,
  processWithdrawal,
  providerOf,
  type Told,
  toldOf,
  type Write,
} from './writes.ts';

/** What happens to the next request of a write. */
export interface Mishap {
  /** The provider acts on it when nobody waits for the answer any more. */
  readonly late: boolean;
  /** How long the answer takes after that. */
  readonly slowMs: number;
  readonly fault: FaultRule['kind'] | null;
}

export interface PlannedWrite {
  readonly target: number;
  readonly key: number;
  readonly refund: boolean;
  readonly other: boolean;
  readonly mishap: Mishap;
}

/** How a process ends for the others: `killed` records nothing more, `lost` lives on and is only taken for dead. */
export interface Interruption {
  readonly turns: number;
  readonly kind: 'killed' | 'lost';
}

export type Step =
  | {
      readonly do: 'write';
      readonly writes: readonly PlannedWrite[];
      readonly interruption: Interruption | null;
    }
  /** Somebody asks once more for an earlier write of the sequence. */
  | { readonly do: 'again'; readonly which: number; readonly mishap: Mishap }
  /** The reconciler looks once for everything. */
  | { readonly do: 'round' }
  /** What was kept from the provider reaches it. */
  | { readonly do: 'release' }
  /** The provider goes on with a withdrawal, which cannot be canceled then. */
  | { readonly do: 'process'; readonly target: number };

export interface Sequence {
  readonly targets: readonly { readonly kind: Kind; readonly second: boolean }[];
  readonly steps: readonly Step[];
}

export interface Counts {
  sequences: number;
  writes: number;
  effects: number;
  restarts: number;
  readonly told: Record<string, number>;
  readonly ended: Record<string, number>;
}

const HASTY = { connections: 20, attemptMs: 40, budgetMs: 60 };
const PATIENT = { connections: 20, attemptMs: 5_000, budgetMs: 20_000 };
const MAX_CHECKS = 2;
/** The sandbox and the ledger begin anew after so many sequences: both look through all that they have. */
const GENERATION = 250;
/** More than the processes of one sequence. */
const DOORS = 16;
const NEVER = new Promise<never>(() => {});
const INBOUND: Inbound = {
  id: 'soak',
  caller: ANONYMOUS,
  headers: {},
  address: '127.0.0.1',
  isGone: false,
  setHeader() {},
};

interface Process {
  readonly services: RunningServices;
  // biome-ignore lint/suspicious/noExplicitAny: answers are looked into freely, and a wrong path throws.
  ask(query: string, variables: object): Promise<any>;
  kill(): void;
  /** Resolves when it is killed. */
  readonly death: Promise<undefined>;
}

export async function openLane(prepared: Blob) {
  const sandbox = await startSandbox({ clock: 'running' });
  const database = await openDatabase({ kind: 'memory', prepared });
  const accounts = openAccounts(sandbox, HASTY);
  const outside = openAccounts(sandbox, PATIENT);
  const bugs: unknown[] = [];
  const counts: Counts = { sequences: 0, writes: 0, effects: 0, restarts: 0, told: {}, ended: {} };
  // Building a front door takes longer than a sequence: each is used again for a process of a later one.
  const doors = Array.from({ length: DOORS }, () => {
    const serving = {} as Services;
    return { serving, app: createApp(serving) };
  });
  let owner = 0;
  let effectsJudged = 0;

  function start(): Process {
    const store = createStore({ ...database, owner: ++owner }, 0);
    let dead = false;
    let die = () => {};
    const death = new Promise<undefined>((resolve) => {
      die = () => resolve(undefined);
    });
    const services = createServices({
      accounts: [...accounts.values()],
      store: mortal(store, () => dead),
      maxChecks: MAX_CHECKS,
      onBug: (error) => bugs.push(error),
    });
    const { app, serving } = doors[owner % DOORS]!;
    Object.assign(serving, services);
    return {
      services,
      death,
      kill() {
        dead = true;
        die();
      },
      async ask(query, variables) {
        const request = {
          method: 'POST',
          headers: { 'content-type': 'application/json', accept: 'application/json' },
          body: JSON.stringify({ query, variables }),
        };
        const response = await app.fetch('http://paygraph.test/graphql', request, { inbound: INBOUND });
        return response.json();
      },
    };
  }

  /** Everything that is wrong after a sequence. */
  async function run(sequence: Sequence): Promise<string[]> {
    const number = ++counts.sequences;
    if (number % GENERATION === 0) await beginAnew();
    const problems =
      sandbox.effects.length === effectsJudged ? [] : ['something took effect after all had been judged'];
    const targets = await Promise.all(
      sequence.targets.map(({ kind, second }, index) =>
        createTarget(kind, `order-${number}-${index}`, second, sandbox, outside),
      ),
    );
    sandbox.clearCalls();
    const effectsBefore = sandbox.effects.length;
    const histories = new Map(targets.map((target) => [target, newHistory()]));
    const processes = [start()];
    /** What still goes on in processes that were taken for dead. */
    const lost: Promise<unknown>[] = [];
    const held = new Set<() => void>();

    async function perform(write: Write): Promise<void> {
      const { query, variables } = mutationOf(write);
      const { ask, death } = processes.at(-1)!;
      const { writes, told } = histories.get(write.target)!;
      writes.push(write);
      try {
        const answer = await Promise.race([ask(query, variables), death]);
        if (answer !== undefined) told.push(toldOf(write, answer));
      } catch (error) {
        problems.push((error as Error).message);
      }
    }

    async function interrupt({ turns, kind }: Interruption, running: readonly Promise<unknown>[]) {
      for (let left = turns; left > 0; left--) await turn();
      if (kind === 'killed') processes.at(-1)!.kill();
      else lost.push(...running);
      processes.push(start());
      counts.restarts++;
      await processes.at(-1)!.services.store.ledger.orphan();
    }

    async function writeAtOnce({ writes: planned, interruption }: Extract<Step, { do: 'write' }>) {
      const writes = planned.map(({ target: index, key, refund, other, mishap }): Write => {
        const place = index % targets.length;
        const write = { target: targets[place]!, key: `key-${number}-${place}-${key}`, refund, other };
        const rule = { provider: providerOf(write.target), endpoint: endpointOf(write) };
        const { late, slowMs, fault } = mishap;
        if (late) held.add(sandbox.hold(rule));
        if (slowMs > 0) sandbox.inject({ ...rule, kind: 'slow', ms: slowMs, times: 1 });
        if (fault !== null) sandbox.inject({ ...rule, kind: fault, times: 1 });
        return write;
      });
      const known = sandbox.effects.length;
      const running = writes.map(perform);
      if (interruption) await interrupt(interruption, running);
      if (interruption?.kind !== 'lost') await Promise.all(running);
      sandbox.clearFaults();
      await quiet(sandbox);
      const [only, another] = writes;
      if (!only || another || lost.length > 0 || held.size > 0) return;
      for (const { at } of effectsOf(sandbox, only.target, actionOf(only))) {
        if (at >= known) histories.get(only.target)!.causes.set(at, only.key);
      }
    }

    async function repeat({ which, mishap }: Extract<Step, { do: 'again' }>) {
      const earlier = sequence.steps.flatMap((step) => (step.do === 'write' ? step.writes : []));
      const asked = [...histories.values()].reduce((sum, { writes }) => sum + writes.length, 0);
      const write = earlier[which % Math.max(1, Math.min(asked, earlier.length))];
      if (write) await writeAtOnce({ do: 'write', writes: [{ ...write, mishap }], interruption: null });
    }

    async function release() {
      for (const letGo of held) letGo();
      held.clear();
      await quiet(sandbox);
    }

    for (const step of sequence.steps) {
      if (step.do === 'write') await writeAtOnce(step);
      else if (step.do === 'again') await repeat(step);
      else if (step.do === 'round') await processes.at(-1)!.services.reconciler.round();
      else if (step.do === 'release') await release();
      else processWithdrawal(sandbox, targets[step.target % targets.length]!);
    }

    // What was kept back comes, whoever was lost ends, and everything is looked for, until nothing is under way.
    await release();
    await Promise.all(lost);
    await Promise.all(processes.map(({ services, death }) => Promise.race([services.writer.idle(), death])));
    await quiet(sandbox);
    const { ask, services } = processes.at(-1)!;
    const keys = [...histories.values()].flatMap(({ writes }) => writes.map(({ key }) => key));
    const read = async (): Promise<Entry[]> => (await ask(ENTRIES, { keys })).data.operations.nodes;
    let entries = await read();
    while (entries.some(({ state }) => state === 'PENDING' || state === 'UNKNOWN')) {
      await services.reconciler.round();
      entries = await read();
    }

    for (const [target, history] of histories) {
      const { writes, told } = history;
      const own = entries.filter((entry) => writes.some(({ key }) => key === entry.idempotencyKey));
      problems.push(...disagreements(sandbox, { target, entries: own, ...history }));
      counts.writes += writes.length;
      for (const { says } of told) counts.told[says] = (counts.told[says] ?? 0) + 1;
      for (const { state } of own) counts.ended[state] = (counts.ended[state] ?? 0) + 1;
    }
    effectsJudged = sandbox.effects.length;
    counts.effects += effectsJudged - effectsBefore;
    problems.push(...bugs.splice(0).map((bug) => `a bug: ${(bug as Error).stack ?? bug}`));
    return problems;
  }

  async function beginAnew() {
    sandbox.reset();
    effectsJudged = 0;
    await database.db.execute(sql`truncate operations, static_wallets, payouts`);
  }

  return {
    run,
    counts,
    async close() {
      await sandbox.close();
      await Promise.all([...accounts.values(), ...outside.values()].map(({ provider }) => provider.close()));
      await database.close();
    },
  };
}

function newHistory() {
  return { writes: [] as Write[], told: [] as Told[], causes: new Map<number, string>() };
}

function openAccounts(sandbox: Sandbox, limits: typeof HASTY): Map<string, Account> {
  return new Map(
    demoAccounts(sandbox).map((config) => [
      config.name,
      { name: config.name, mode: 'SANDBOX', provider: openProvider(config, limits) },
    ]),
  );
}

/** A store as a process has it: once that is dead, nothing it asked for is done or comes back any more. */
function mortal(store: Store, isDead: () => boolean): Store {
  const guard = <Group extends object>(group: Group): Group =>
    new Proxy(group, {
      get: (methods, name, receiver) => {
        const method = Reflect.get(methods, name, receiver);
        if (typeof method !== 'function') return method;
        return (...given: unknown[]) => {
          if (isDead()) return NEVER;
          const result = method.apply(methods, given);
          return result instanceof Promise ? result.then((value) => (isDead() ? NEVER : value)) : result;
        };
      },
    });
  return { ...store, ledger: guard(store.ledger), directory: guard(store.directory) };
}

/** Resolves when requests that were on their way have arrived and been acted on. */
async function quiet({ calls, effects }: Sandbox): Promise<void> {
  for (let still = 0, before = ''; still < 5; ) {
    await turn();
    const now = `${calls.length} ${effects.length}`;
    still = now === before ? still + 1 : 0;
    before = now;
  }
}
