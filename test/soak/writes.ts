/** Writes of every kind, each at something of its own in the sandbox, and the law that they are held to: what the
 * ledger says, and what anybody was told, agrees with what the sandbox says took effect. */

import type { Effect, EffectKind, PayoutProvider, ProviderKey, Sandbox } from '../../sandbox/index.ts';
import { SANDBOX_CREDENTIALS } from '../../sandbox/index.ts';
import type { Account } from '../../src/accounts.ts';
import { encodeId } from '../../src/id.ts';
import type { ActionName, OperationState, Settlement } from '../../src/operation.ts';
import type { Asker } from '../../src/providers/provider.ts';

export const KINDS = [
  'openWallet',
  'blockedWallet',
  'newWallet',
  'newPayout',
  'bankPayout',
  'newWithdrawal',
  'openWithdrawal',
] as const;
export type Kind = (typeof KINDS)[number];

/** Something that writes are about, which no other test touches. */
export interface Target {
  readonly kind: Kind;
  readonly account: string;
  /** Its order id, its hash, or, for withdrawals to come, the description that they share. */
  readonly name: string;
  /** For wallets that exist: named to the API by this instead. */
  readonly uuid: string | null;
  /** How many effects there were before any that are about it. */
  readonly since: number;
}

export interface Write {
  readonly target: Target;
  readonly key: string;
  /** Of a wallet that exists: refund it rather than block it. */
  readonly refund: boolean;
  /** Another input than without: what must not be taken for the same. */
  readonly other: boolean;
}

const NOBODY: Asker = { called: () => {} };
const ADDRESSES = ['TDD97yguPESTpcrJMqU6h2ozZbibv4Vaqm', 'TTEtddVZyNtLD9wbq4PzomjBhtxenSMXbb'] as const;
const [ACCOUNT_ID, OTHER_ACCOUNT_ID] = SANDBOX_CREDENTIALS.hashlee.accounts;
const UNITS: Readonly<Record<string, string>> = {
  hashlee: SANDBOX_CREDENTIALS.hashlee.units[0],
  'hashlee-2': SANDBOX_CREDENTIALS.hashlee.units[1],
};

/** Makes what writes of a kind are about. `second` picks the other account, or the other way of naming. */
export async function createTarget(
  kind: Kind,
  name: string,
  second: boolean,
  sandbox: Sandbox,
  accounts: ReadonlyMap<string, Account>,
): Promise<Target> {
  const merchant = second ? 'heleket' : 'cryptomus';
  const unit = second ? 'hashlee-2' : 'hashlee';
  const since = sandbox.effects.length;
  switch (kind) {
    case 'newWallet':
    case 'newPayout':
      return { kind, account: merchant, name, uuid: null, since };
    case 'bankPayout':
      return { kind, account: 'repay', name, uuid: null, since };
    case 'newWithdrawal':
      return { kind, account: unit, name, uuid: null, since };
    case 'openWithdrawal': {
      const made = await accounts
        .get(unit)!
        .provider.withdrawals!.create(
          { targetAccountId: ACCOUNT_ID, netAmount: { amount: '7', currency: 'BRL' }, description: name },
          { code: '1' },
          NOBODY,
        );
      return { kind, account: unit, name: made.hash, uuid: null, since };
    }
    default: {
      const wallets = accounts.get(merchant)!.provider.wallets!;
      const request = { orderId: name, currency: 'USDT', network: 'tron', callbackUrl: null };
      const { uuid } = await wallets.create(request, NOBODY);
      sandbox.deposit(merchant, name, '10');
      if (kind === 'blockedWallet') await wallets.block({ orderId: name }, false, NOBODY);
      return { kind, account: merchant, name, uuid: second ? uuid : null, since };
    }
  }
}

/** What a write is called in the ledger. */
export function actionOf({ target, refund }: Write): ActionName {
  switch (target.kind) {
    case 'openWallet':
    case 'blockedWallet':
      return refund ? 'REFUND_BLOCKED' : 'BLOCK_WALLET';
    case 'newWallet':
      return 'CREATE_STATIC_WALLET';
    case 'newPayout':
    case 'bankPayout':
      return 'CREATE_PAYOUT';
    case 'newWithdrawal':
      return 'CREATE_WITHDRAWAL';
    case 'openWithdrawal':
      return 'CANCEL_WITHDRAWAL';
  }
}

/** Where the sandbox sees it. */
export function endpointOf(write: Write): string {
  const letter = write.target.account === 'heleket' ? 'H' : 'C';
  switch (actionOf(write)) {
    case 'CREATE_STATIC_WALLET':
      return `${letter}1`;
    case 'BLOCK_WALLET':
      return `${letter}3`;
    case 'REFUND_BLOCKED':
      return `${letter}4`;
    case 'CREATE_PAYOUT':
      return write.target.kind === 'bankPayout' ? 'R2' : `${letter}5`;
    case 'CREATE_WITHDRAWAL':
      return 'W3';
    case 'CANCEL_WITHDRAWAL':
      return 'W4';
  }
}

const FIELDS: Readonly<Record<ActionName, string>> = {
  CREATE_STATIC_WALLET: 'createStaticWallet',
  BLOCK_WALLET: 'blockWallet',
  REFUND_BLOCKED: 'refundBlocked',
  CREATE_PAYOUT: 'createPayout',
  CREATE_WITHDRAWAL: 'createWithdrawal',
  CANCEL_WITHDRAWAL: 'cancelWithdrawal',
};

/** The mutation that asks for it. */
export function mutationOf(write: Write): { query: string; variables: { input: object } } {
  const field = FIELDS[actionOf(write)];
  const type = field[0]!.toUpperCase() + field.slice(1);
  return {
    query: `mutation ($input: ${type}Input!) {
      result: ${field}(input: $input) {
        __typename
        ... on ${type}Payload { operation { id state } }
        ... on ProviderFailure { code outcome ledgerEntry { id state } }
        ... on IdempotencyConflict { code ledgerEntry { id state } }
        ... on InvalidInput { message }
      }
    }`,
    variables: { input: { idempotencyKey: write.key, ...inputOf(write) } },
  };
}

function inputOf(write: Write): object {
  const { target, other } = write;
  const { account, name, uuid } = target;
  const wallet = uuid === null ? { orderId: { account, orderId: name } } : { uuid: { account, uuid } };
  const order = { account, orderId: name };
  switch (actionOf(write)) {
    case 'BLOCK_WALLET':
      return { wallet, forceRefund: other };
    case 'REFUND_BLOCKED':
      return { wallet, toAddress: ADDRESSES[other ? 1 : 0] };
    case 'CREATE_STATIC_WALLET':
      return { ...order, currency: 'USDT', network: other ? 'bsc' : 'tron' };
    case 'CREATE_PAYOUT': {
      const amount = other ? '6' : '5';
      if (target.kind === 'bankPayout') {
        return { ...order, amount, currency: 'RUB', destination: { card: { number: '2202202020202020' } } };
      }
      const crypto = { address: ADDRESSES[0], network: 'tron' };
      return { ...order, amount, currency: 'USDT', destination: { crypto }, feePayer: 'MERCHANT' };
    }
    case 'CREATE_WITHDRAWAL': {
      const targetAccountId = other ? OTHER_ACCOUNT_ID : ACCOUNT_ID;
      return { account, targetAccountId, currency: 'BRL', netAmount: '9', description: name, code: '1' };
    }
    case 'CANCEL_WITHDRAWAL':
      return { withdrawal: { hash: { account, hash: name } } };
  }
}

/** The provider goes on with a withdrawal, which cannot be canceled then. Nothing for any other target. */
export function processWithdrawal(sandbox: Sandbox, target: Target): void {
  const { kind, account, name } = target;
  if (kind !== 'openWithdrawal' || effectsOf(sandbox, target, 'CANCEL_WITHDRAWAL').length > 0) return;
  sandbox.setWithdrawalStatus(UNITS[account]!, name, 'PENDING');
}

/** Whose door in the sandbox a target is behind. */
export function providerOf({ account }: Target): ProviderKey {
  return account.replace(/-2$/, '') as ProviderKey;
}

/** What somebody was told of one write. */
export interface Told {
  readonly key: string;
  /** What was asked for: the same text for the same input. */
  readonly asked: string;
  /** Of the operation that the answer shows; of the one that is in the way, for a conflict. */
  readonly operation: string | null;
  readonly says: 'SUCCEEDED' | 'PENDING' | 'REJECTED' | 'UNKNOWN' | 'KEY_REUSED' | 'TARGET_BUSY';
  /** The state of that operation in the same answer. */
  readonly state: OperationState;
}

// biome-ignore lint/suspicious/noExplicitAny: an answer is looked into freely, and a wrong path throws.
type Json = any;

/** What an answer to `mutationOf(write)` says. Throws when it is no proper answer. */
export function toldOf(write: Write, answer: Json): Told {
  const { key } = write;
  const asked = `${actionOf(write)} ${JSON.stringify(inputOf(write))}`;
  const result = answer.data?.result;
  const type = String(result?.__typename);
  if (type.endsWith('Payload')) {
    const { id, state } = result.operation;
    return { key, asked, operation: id, says: state, state };
  }
  if (type === 'ProviderFailure') {
    const { id, state } = result.ledgerEntry;
    return { key, asked, operation: id, says: result.outcome, state };
  }
  if (type === 'IdempotencyConflict') {
    const { id, state } = result.ledgerEntry;
    return { key, asked, operation: id, says: result.code, state };
  }
  throw new Error(`the answer to ${key} is ${JSON.stringify(answer)}`);
}

/** One row of the ledger. */
export interface Entry {
  readonly id: string;
  readonly idempotencyKey: string;
  readonly kind: ActionName;
  readonly state: OperationState;
  readonly settledBy: Settlement | null;
  readonly sends: number;
  readonly checks: number;
  readonly targetId: string | null;
  readonly input: Readonly<Record<string, unknown>>;
  readonly createdAt: string;
  readonly settledAt: string | null;
}

export const ENTRIES = `query ($keys: [String!]!) {
  operations(first: 100, filter: { idempotencyKey: { in: $keys } }) {
    nodes {
      id idempotencyKey kind state settledBy sends checks targetId input createdAt settledAt
    }
  }
}`;

/** Operations of which it is not known how they ended, and which will still change by themselves. */
export const OPEN_OPERATIONS =
  '{ operations(first: 1, filter: { state: { in: [PENDING, UNKNOWN] } }) { totalCount } }';

const EFFECTS: Readonly<Record<ActionName, EffectKind>> = {
  CREATE_STATIC_WALLET: 'CREATE_WALLET',
  BLOCK_WALLET: 'BLOCK',
  REFUND_BLOCKED: 'REFUND',
  CREATE_PAYOUT: 'CREATE_PAYOUT',
  CREATE_WITHDRAWAL: 'CREATE_WITHDRAWAL',
  CANCEL_WITHDRAWAL: 'CANCEL',
};

/** What took effect of all writes of one action at one target. */
export function effectsOf(sandbox: Sandbox, target: Target, action: ActionName): readonly Effect[] {
  const kind = EFFECTS[action];
  const effects = sandbox.effects.slice(target.since).filter((effect) => effect.kind === kind);
  if (effects.length === 0) return effects;
  const names = new Set(namesOf(sandbox, target));
  return effects.filter((effect) => names.has(effect.target));
}

/** The names by which effects call the target. */
function namesOf(sandbox: Sandbox, { kind, account, name }: Target): string[] {
  const merchant = account as Exclude<PayoutProvider, 'repay'>;
  switch (kind) {
    case 'openWallet':
    case 'blockedWallet':
    case 'newWallet':
      return sandbox.rows
        .wallets(merchant)
        .filter(({ order_id }) => order_id === name)
        .map(({ uuid }) => uuid);
    case 'newPayout':
      return sandbox.rows
        .payouts(merchant)
        .filter(({ order_id }) => order_id === name)
        .map(({ uuid }) => uuid);
    case 'newWithdrawal':
      return sandbox.rows
        .withdrawals(UNITS[account]!)
        .filter(({ description }) => description === name)
        .map(({ hash }) => hash);
    default:
      return [name];
  }
}

/** How many requests for an action at a target have reached the sandbox since its calls were cleared. */
export function callsOf(sandbox: Sandbox, write: Write): number {
  const { name, uuid } = write.target;
  const endpoint = endpointOf(write);
  return sandbox.calls.filter((call) => {
    if (call.endpoint !== endpoint) return false;
    const told = `${call.path} ${call.body.toString('utf8')}`;
    return told.includes(name) || (uuid !== null && told.includes(uuid));
  }).length;
}

/** Everything that is known of the writes at one target, once nothing is under way any more. */
export interface Case {
  readonly target: Target;
  readonly writes: readonly Write[];
  readonly told: readonly Told[];
  /** The ledger's rows of all those keys. */
  readonly entries: readonly Entry[];
  /** Which key an effect is known to be of, by the effect's place. */
  readonly causes: ReadonlyMap<number, string>;
}

/** What only one operation can have done, even where another one succeeds in finding it done. */
const ONE_DOER: readonly ActionName[] = ['REFUND_BLOCKED', 'CREATE_WITHDRAWAL'];
const SENDS: Partial<Record<ActionName, number>> = {
  BLOCK_WALLET: 1,
  REFUND_BLOCKED: 2,
  CREATE_WITHDRAWAL: 1,
  CANCEL_WITHDRAWAL: 1,
};

/** Every way in which ledger, answers and sandbox disagree about one target. */
export function disagreements(sandbox: Sandbox, { target, writes, told, entries, causes }: Case): string[] {
  const found: string[] = [];
  const say = (text: string) => found.push(`${target.kind} ${target.name}: ${text}`);

  for (const action of new Set(writes.map(actionOf))) {
    const effects = effectsOf(sandbox, target, action);
    const own = entries.filter(({ kind }) => kind === action);
    const succeeded = own.filter(({ state }) => state === 'SUCCEEDED');
    const possible = own.filter(({ state }) => state !== 'REJECTED');
    // A wallet that was made blocked has one effect that no operation did.
    const made = target.kind === 'blockedWallet' && action === 'BLOCK_WALLET' ? 1 : 0;
    const count = `${effects.length} × ${EFFECTS[action]}`;

    if (action !== 'CREATE_WITHDRAWAL' && effects.length > 1) say(`${count}, which is more than once`);
    if (effects.length - made > possible.length) {
      say(`${count}, and ${possible.length} operations that may have done it`);
    }
    if (succeeded.length > 0 && effects.length === 0) say(`${action} succeeded, and did not happen`);
    // A canceled withdrawal is what was asked for, whoever did it: so a reading settles it, unlike an answer.
    const canceled =
      action === 'CANCEL_WITHDRAWAL' && succeeded.filter(({ settledBy }) => settledBy === 'ANSWER');
    const doers = canceled || (isDoneByOne(target, action) ? succeeded : []);
    if (doers.length > effects.length) say(`${doers.length} × ${action} succeeded, but ${count}`);
    for (const effect of effects) {
      const cause = causes.get(effect.at);
      const doer = own.find(({ targetId }) => targetId === idOf(target, effect));
      if (action === 'CREATE_WITHDRAWAL' && cause && doer && doer.idempotencyKey !== cause) {
        say(`${effect.target} is told of ${doer.idempotencyKey}, and ${cause} made it`);
      }
    }
    const limit = target.kind === 'bankPayout' ? 1 : SENDS[action];
    for (const { sends, idempotencyKey } of own) {
      if (limit !== undefined && sends > limit) say(`${idempotencyKey} was sent ${sends} times`);
    }
    const sends = own.reduce((sum, entry) => sum + entry.sends, 0);
    const calls = callsOf(sandbox, writes.find((write) => actionOf(write) === action)!);
    if (calls > sends) say(`${action} reached the provider ${calls} times, ${sends} are in the ledger`);
  }

  for (const { idempotencyKey, state, kind, input } of entries) {
    if (state === 'SUCCEEDED' && !isMade(sandbox, target, kind, input)) {
      say(`${idempotencyKey} succeeded, and something else was made`);
    }
    if (state === 'PENDING' || state === 'UNKNOWN') say(`${idempotencyKey} is still ${state}`);
  }
  found.push(...disagreeing(told, entries).map((text) => `${target.kind} ${target.name}: ${text}`));
  found.push(...overlaps(target, entries).map((text) => `${target.kind} ${target.name}: ${text}`));
  return found;
}

/** Whether what there is now is what was asked for, where one could be taken for the other. */
function isMade(sandbox: Sandbox, target: Target, action: ActionName, input: Entry['input']): boolean {
  const { kind, account, name } = target;
  if (action === 'CREATE_PAYOUT') {
    const rows = sandbox.rows.payouts(account as PayoutProvider);
    return rows.find(({ order_id }) => order_id === name)?.amount === input.amount;
  }
  if (kind !== 'newWallet') return true;
  const rows = sandbox.rows.wallets(account as Exclude<PayoutProvider, 'repay'>);
  return rows.find(({ order_id }) => order_id === name)?.network === input.network;
}

function isDoneByOne({ kind }: Target, action: ActionName): boolean {
  return kind === 'bankPayout' || ONE_DOER.includes(action);
}

function idOf({ account }: Target, { target }: Effect): string {
  return encodeId({ kind: 'Withdrawal', account, hash: target });
}

/** Where what somebody was told is not what the ledger says now. */
function disagreeing(told: readonly Told[], entries: readonly Entry[]): string[] {
  const found: string[] = [];
  const byId = new Map(entries.map((entry) => [entry.id, entry]));
  const shown = new Map<string, Told>();
  for (const each of told) {
    const { key, asked, operation, says, state } = each;
    const entry = byId.get(operation ?? '');
    if (!entry) {
      found.push(`${key} was told of operation ${operation}, which is not in the ledger`);
      continue;
    }
    // A refusal and a success are for good, whoever hears of them.
    const final = state === 'SUCCEEDED' || state === 'REJECTED';
    if (final && entry.state !== state) found.push(`${key} was told ${state}, and it is ${entry.state}`);
    if (says === 'KEY_REUSED' || says === 'TARGET_BUSY') {
      const same = entry.idempotencyKey === key;
      if (same !== (says === 'KEY_REUSED'))
        found.push(`${key} was told ${says} over ${entry.idempotencyKey}`);
      continue;
    }
    if (entry.idempotencyKey !== key) found.push(`${key} was shown the operation of ${entry.idempotencyKey}`);
    const first = shown.get(key) ?? each;
    if (first.operation !== operation) found.push(`${key} was shown two operations`);
    if (first.asked !== asked) found.push(`${key} was shown one operation for two intentions`);
    shown.set(key, first);
    if ((says === 'REJECTED') !== (state === 'REJECTED')) {
      found.push(`${key} was told ${says} of an operation that is ${state}`);
    }
  }
  return found;
}

/** Operations that were begun while another one had the same target. */
function overlaps({ kind }: Target, entries: readonly Entry[]): string[] {
  if (kind === 'newWithdrawal') return [];
  const found: string[] = [];
  for (const first of entries) {
    // One that was looked for may have been left to a person, which frees its target.
    if (first.checks > 0) continue;
    for (const second of entries) {
      const begun = Date.parse(second.createdAt);
      if (second === first || begun <= Date.parse(first.createdAt)) continue;
      const open = first.settledAt === null || begun < Date.parse(first.settledAt);
      const spent = kind === 'bankPayout' && first.state !== 'REJECTED';
      if (open || spent) found.push(`${second.idempotencyKey} began beside ${first.idempotencyKey}`);
    }
  }
  return found;
}
