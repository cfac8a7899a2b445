/** Clients of every account at once, and the books on what they asked for: reads and writes, what each was told, and how
 * long it took. */

import { setTimeout as wait } from 'node:timers/promises';
import { FAULT_KINDS, type FaultKind } from '../../sandbox/faults.ts';
import type { FaultRule, Sandbox } from '../../sandbox/index.ts';
import { createRandom } from '../../sandbox/random.ts';
import { FAILURE_CODES } from '../../src/errors.ts';
import type { Answer } from '../support/app.ts';
import { ADDRESS, CARD, UNIT } from '../support/writes.ts';

export const ACCOUNTS = ['cryptomus', 'heleket', 'repay', 'hashlee'] as const;
export type AccountName = (typeof ACCOUNTS)[number];

export type Send = (query: string, variables: Record<string, unknown>) => Promise<Answer>;

/** One thing that a client asked for. */
export interface Asked {
  readonly account: AccountName;
  readonly isWrite: boolean;
  readonly ms: number;
  /** `OK`, or the code of its failure. */
  readonly result: string;
}

interface Written {
  readonly account: AccountName;
  readonly key: string;
  /** Order id, or hash of the withdrawal to be canceled. */
  readonly target: string;
  told: string | null;
}

export interface Entry {
  readonly idempotencyKey: string;
  readonly state: string;
}

/** Objects of an account that are read, and the share of reads that are of a page instead. */
const NAMES = 200;
const PAGES = 0.2;

const FAILURE = '... on Error { code } ... on ProviderFailure { outcome }';
const PAYOUT = 'query ($by: PayoutRef!) { payout(by: $by) { id rawStatus amount { amount } } }';
const PAGE = `query ($in: [String!]) {
  list: payouts(accounts: $in, first: 10) { nodes { id rawStatus } gaps { failure { code } } }
}`;
const WITHDRAWALS = `query ($in: [String!]) {
  list: withdrawals(accounts: $in, first: 10) { nodes { id rawStatus } gaps { failure { code } } }
}`;
const WITHDRAWAL = 'query ($by: WithdrawalRef!) { withdrawal(by: $by) { id rawStatus } }';
const CREATE = `mutation ($input: CreatePayoutInput!) { result: createPayout(input: $input) { __typename ${FAILURE} } }`;
const CANCEL = `mutation ($input: CancelWithdrawalInput!) { result: cancelWithdrawal(input: $input) { __typename ${FAILURE} } }`;
const ENTRIES = `query ($after: String) {
  operations(first: 100, after: $after) { nodes { idempotencyKey state } pageInfo { endCursor hasNextPage } }
}`;
const TYPED: ReadonlySet<string> = new Set(FAILURE_CODES);

/** Faults of every kind at some accounts, which hit that share of their calls in all, and one account that hangs. */
export function unleash(
  sandbox: Sandbox,
  share: number,
  faulty: readonly AccountName[],
  hanging: AccountName,
) {
  const kinds = Object.keys(FAULT_KINDS) as FaultKind[];
  for (const provider of faulty) {
    for (const kind of kinds) {
      const rule: FaultRule = { kind, provider, fraction: share / kinds.length };
      sandbox.inject(kind === 'huge' ? { ...rule, megabytes: 9 } : rule);
    }
  }
  sandbox.inject({ kind: 'hang', provider: hanging });
}

export function createLoad(sandbox: Sandbox, seed: number) {
  const random = createRandom(seed, 'chaos');
  const written: Written[] = [];
  const open = sandbox.rows
    .withdrawals(UNIT)
    .filter(({ status }) => status === 'OPEN')
    .map(({ hash }) => hash);
  // Looked up once: the sandbox makes its rows each time that it is asked for them.
  const names = {
    cryptomus: sandbox.rows
      .payouts('cryptomus')
      .slice(0, NAMES)
      .map(({ uuid }) => uuid),
    heleket: sandbox.rows
      .payouts('heleket')
      .slice(0, NAMES)
      .map(({ uuid }) => uuid),
    repay: sandbox.rows
      .payouts('repay')
      .slice(0, NAMES)
      .map(({ order_id }) => order_id),
    hashlee: sandbox.rows
      .withdrawals(UNIT)
      .slice(0, NAMES)
      .map(({ hash }) => hash),
  };
  let number = 0;

  function readOf(account: AccountName): [query: string, variables: Record<string, unknown>] {
    const name = random.pick(names[account]);
    if (account === 'repay') return [PAYOUT, { by: { orderId: { account, orderId: name } } }];
    const isPage = random.chance(PAGES);
    if (account === 'hashlee') {
      return isPage
        ? [WITHDRAWALS, { in: [account] }]
        : [WITHDRAWAL, { by: { hash: { account, hash: name } } }];
    }
    return isPage ? [PAGE, { in: [account] }] : [PAYOUT, { by: { uuid: { account, uuid: name } } }];
  }

  function writeOf(
    account: AccountName,
  ): [query: string, variables: Record<string, unknown>, written: Written] {
    const key = `chaos-${++number}`;
    const cancelable = account === 'hashlee' ? open.pop() : undefined;
    if (cancelable !== undefined) {
      const withdrawal = { hash: { account, hash: cancelable } };
      const entry = { account, key, target: cancelable, told: null };
      return [CANCEL, { input: { idempotencyKey: key, withdrawal } }, entry];
    }
    const to = account === 'hashlee' ? 'repay' : account;
    const how =
      to === 'repay'
        ? { amount: '1000', currency: 'RUB', destination: { card: { number: CARD, bankId: 'bank-7' } } }
        : {
            amount: '5',
            currency: 'USDT',
            destination: { crypto: { address: ADDRESS, network: 'tron' } },
            feePayer: 'MERCHANT',
          };
    const entry = { account: to, key, target: key, told: null };
    return [CREATE, { input: { idempotencyKey: key, account: to, orderId: key, ...how } }, entry];
  }

  /** Asks once. Throws when the answer is no typed one. */
  async function askOnce(account: AccountName, writes: number, send: Send): Promise<Asked> {
    const isWrite = random.chance(writes);
    const [query, variables, entry] = isWrite ? writeOf(account) : [...readOf(account), undefined];
    if (entry) written.push(entry);
    const began = performance.now();
    const answer = await send(query, variables);
    const ms = performance.now() - began;
    const result = resultOf(answer);
    if (result !== 'OK' && !TYPED.has(result)) throw new Error(`no typed failure: ${JSON.stringify(answer)}`);
    if (entry) entry.told = answer.data?.result?.outcome ?? 'PENDING or done';
    return { account: entry?.account ?? account, isWrite, ms, result };
  }

  return {
    written,
    /** So many clients ask, each its own account's, until `isOver`; between two questions each thinks for a while. */
    async run(
      clients: number,
      writes: number,
      thinkMs: number,
      send: Send,
      isOver: (asked: number) => boolean,
    ) {
      const asked: Asked[] = [];
      const client = async (index: number) => {
        // All at once would overflow the listener's backlog, and the kernel tries again only after seconds.
        await wait((index / clients) * thinkMs * 10);
        while (!isOver(asked.length)) {
          asked.push(await askOnce(ACCOUNTS[index % ACCOUNTS.length]!, writes, send));
          await wait(random.next() * 2 * thinkMs);
        }
      };
      await Promise.all(Array.from({ length: clients }, (_, index) => client(index)));
      return asked;
    },
    /** Whatever of the writes does not agree: what was told, what the ledger has, what took effect. */
    async disagreements(send: Send): Promise<string[]> {
      const entries = await entriesOf(send);
      const byKey = new Map<string, Entry[]>();
      for (const entry of entries) {
        byKey.set(entry.idempotencyKey, [...(byKey.get(entry.idempotencyKey) ?? []), entry]);
      }
      const happened = effectsOf(sandbox);
      const found: string[] = [];
      for (const { key, told, target, account } of written) {
        const own = byKey.get(key) ?? [];
        const effects = happened.get(target) ?? 0;
        const state = own[0]?.state;
        const say = (text: string) => found.push(`${account} ${key}, told ${told}, is ${state}: ${text}`);
        if (own.length > 1) say('is in the ledger twice');
        // What came when its time was over was refused before it was recorded.
        if (own.length === 0 && told !== 'REJECTED') say('is not in the ledger');
        if (state === 'PENDING') say('is never ending');
        if (told === 'REJECTED' && state !== undefined && state !== 'REJECTED') say('was rejected');
        if (state === 'SUCCEEDED' && effects !== 1) say(`took effect ${effects} times`);
        if (state === 'REJECTED' && effects !== 0) say(`took effect ${effects} times`);
        if (effects > 1) say(`took effect ${effects} times`);
      }
      const keys = new Set(written.map(({ key }) => key));
      const targets = new Set(written.map(({ target }) => target));
      for (const key of byKey.keys()) if (!keys.has(key)) found.push(`${key}: nobody asked for it`);
      for (const target of happened.keys())
        if (!targets.has(target)) found.push(`${target}: nobody asked for it`);
      return found;
    },
  };
}

function resultOf({ data, errors }: Answer): string {
  const [error] = errors ?? [];
  if (error) return String(error.extensions?.code);
  const [gap] = data.list?.gaps ?? [];
  return gap?.failure.code ?? data.result?.code ?? 'OK';
}

interface Page {
  readonly nodes: Entry[];
  readonly pageInfo: { readonly endCursor: string; readonly hasNextPage: boolean };
}

async function entriesOf(send: Send): Promise<Entry[]> {
  const entries: Entry[] = [];
  for (let after: string | null = null; ; ) {
    const { nodes, pageInfo }: Page = (await send(ENTRIES, { after })).data.operations;
    entries.push(...nodes);
    if (!pageInfo.hasNextPage) return entries;
    after = pageInfo.endCursor;
  }
}

/** How often something took effect, by order id, or by hash where there is none. */
function effectsOf(sandbox: Sandbox): Map<string, number> {
  const orderIds = new Map(
    (['cryptomus', 'heleket'] as const)
      .flatMap((provider) => sandbox.rows.payouts(provider))
      .map(({ uuid, order_id }) => [uuid, order_id]),
  );
  const counts = new Map<string, number>();
  for (const { target } of sandbox.effects) {
    const name = orderIds.get(target) ?? target;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return counts;
}
