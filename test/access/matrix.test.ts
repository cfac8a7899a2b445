/** Who sees what, by every path: everything that leads to an object is walked with each scope missing in turn. What a
 * caller may not see must be told from what is not there by nothing: not by the bytes of the answer, not by a call. */

import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Call, WalletRow } from '../../sandbox/index.ts';
import type { AccessConfig } from '../../src/access/access-config.ts';
import { createAuthenticate } from '../../src/access/authenticate.ts';
import { parseScope } from '../../src/access/scopes.ts';
import { SCOPES, type Scope } from '../../src/caller.ts';
import type { StaticWallet } from '../../src/domain.ts';
import { encodeId, type NodeKey } from '../../src/id.ts';
import { schema } from '../../src/schema/index.ts';
import { startProduct } from '../support/app.ts';
import { bearer, entryOf, ROOT, type TestToken } from '../support/tokens.ts';
import {
  ADDRESS,
  byHash,
  byOrderId,
  byUuid,
  NEW_CARD_PAYOUT,
  NEW_PAYOUT,
  NEW_WALLET,
  NEW_WITHDRAWAL,
  write,
} from '../support/writes.ts';
import { leadingFields, selectedIn, wholeDocument } from './whole.ts';

/** Those that callers may use, those that they may not, and one that is not there. */
const OPEN = ['cryptomus', 'hashlee'];
const CLOSED = ['heleket', 'repay', 'hashlee-2'];
const NOWHERE = 'nowhere';

const at = (scopes: readonly string[], accounts: readonly string[]) =>
  scopes.flatMap((scope) => accounts.map((account) => `${scope}@${account}`));
const token = (name: string, scopes: readonly string[]): TestToken => ({
  name,
  token: `paygraph_${name}`,
  scopes,
});
const without = (scope: Scope) => SCOPES.filter((each) => each !== scope);
const nameOf = (scope: Scope) => scope.replace(':', '-');

/** Sees the closed accounts in no way. */
const STRANGER = token('stranger', at(SCOPES, OPEN));
/** Everything with the open accounts; with the closed ones, everything but one scope. */
const LACKING = Object.fromEntries(
  SCOPES.map((scope) => [
    scope,
    token(`lacks-${nameOf(scope)}`, [...at(SCOPES, OPEN), ...at(without(scope), CLOSED)]),
  ]),
) as Record<Scope, TestToken>;
/** Everything but one scope, with every account. */
const NEVER = Object.fromEntries(
  SCOPES.map((scope) => [scope, token(`never-${nameOf(scope)}`, without(scope))]),
) as Record<Scope, TestToken>;
/** One scope alone, with every account. */
const ALONE = Object.fromEntries(
  SCOPES.map((scope) => [scope, token(`alone-${nameOf(scope)}`, [scope])]),
) as Record<Scope, TestToken>;

const ALL = [ROOT, STRANGER, LACKING, NEVER, ALONE].flatMap((tokens): TestToken[] =>
  'token' in tokens ? [tokens as TestToken] : Object.values(tokens as Record<Scope, TestToken>),
);

/** What `read` and `write` ask for, at an account that is there, or at none. */
interface Probe {
  readonly root: string;
  readonly scope: Scope;
  /** The closed accounts that have such a thing. */
  readonly accounts: readonly string[];
  /** The types to look into where several are possible. */
  readonly only: readonly string[];
  /** What names one object of an account; asked of `NOWHERE`, one that is not there. */
  readonly variables: (things: Things, account: string) => Record<string, unknown>;
}

/** The objects of one account, by what names them. */
interface Things {
  readonly payout: { readonly uuid: string; readonly orderId: string };
  readonly wallet: { readonly uuid: string; readonly orderId: string };
  readonly hash: string;
  readonly operation: string;
}

const product = await startProduct();
const config: AccessConfig = {
  tokens: ALL.map((each) => ({
    ...entryOf(each),
    grants: each.scopes.map((text) => parseScope(text)!),
  })),
  jwt: null,
};
const authenticate = await createAuthenticate(
  config,
  product.accounts.map(({ name }) => name),
);
const { ask, post } = product.serve(product.accounts, { authenticate });
const { sandbox, store } = product;

const UNITS: Record<string, string> = { hashlee: 'vojvzo', 'hashlee-2': 'kqzprd' };
const things = new Map<string, Things>();
const GHOST: Things = {
  payout: { uuid: randomUUID(), orderId: 'ghost-payout' },
  wallet: { uuid: randomUUID(), orderId: 'ghost-wallet' },
  hash: randomUUID(),
  operation: randomUUID(),
};

/** Who asks as whom: `write` of test/support with a token. */
const as =
  (caller: TestToken): typeof ask =>
  (query, variables) =>
    ask(query, variables, bearer(caller));

beforeEach(async () => {
  for (const name of ['cryptomus', 'heleket'] as const) {
    const [wallet, blocked] = sandbox.rows.wallets(name).slice(-2) as [WalletRow, WalletRow];
    await write(as(ROOT), 'createPayout', { ...NEW_PAYOUT, account: name, orderId: `payout-at-${name}` });
    const payout = sandbox.rows.payouts(name)[0]!;
    const { operation } = await write(as(ROOT), 'blockWallet', { wallet: byOrderId(name, blocked.order_id) });
    await store.directory.learnWallet(known(name, wallet));
    things.set(name, {
      ...GHOST,
      payout: { uuid: payout.uuid, orderId: payout.order_id! },
      wallet: { uuid: wallet.uuid, orderId: wallet.order_id },
      operation: await operationId(operation.idempotencyKey),
    });
  }
  for (const [name, unit] of Object.entries(UNITS)) {
    const [open, other] = openOf(unit) as [string, string];
    const { operation } = await write(as(ROOT), 'cancelWithdrawal', { withdrawal: byHash(other, name) });
    things.set(name, {
      ...GHOST,
      hash: open,
      operation: await operationId(operation.idempotencyKey),
    });
  }
  const made = await write(as(ROOT), 'createPayout', NEW_CARD_PAYOUT);
  things.set('repay', {
    ...GHOST,
    payout: { ...GHOST.payout, orderId: NEW_CARD_PAYOUT.orderId },
    operation: await operationId(made.operation.idempotencyKey),
  });
  sandbox.clearCalls();
});

function openOf(unit: string): string[] {
  return sandbox.rows.withdrawals(unit).flatMap(({ status, hash }) => (status === 'OPEN' ? hash : []));
}

function known(account: string, { uuid, order_id: orderId, address }: WalletRow): StaticWallet {
  const now = new Date();
  const named = { account, uuid, orderId, address, learnedAt: now, updatedAt: now };
  const untold = { network: null, currency: null, paymentUrl: null, rawStatus: null, refund: null };
  return {
    kind: 'StaticWallet',
    ...named,
    ...untold,
    status: 'ACTIVE',
    refundSpent: false,
    origin: 'REGISTERED',
  };
}

async function operationId(idempotencyKey: string): Promise<string> {
  const source = store.operations([{ field: 'idempotencyKey', operator: 'eq', value: idempotencyKey }]);
  const { rows } = await source.read(null, 'forward', 1, { called: () => {} });
  return rows[0]!.row.id;
}

const MERCHANTS = ['heleket'];
const PAYERS = ['heleket', 'repay'];
const UNIT = ['hashlee-2'];
const idOf = (node: NodeKey) => encodeId(node);

const payoutKey = ({ payout }: Things, account: string) =>
  account === 'repay' ? { orderId: payout.orderId } : { uuid: payout.uuid };
const ids = {
  payout: (of: Things, account: string) => idOf({ kind: 'Payout', account, key: payoutKey(of, account) }),
  wallet: ({ wallet }: Things, account: string) =>
    idOf({ kind: 'StaticWallet', account, key: { uuid: wallet.uuid } }),
  withdrawal: ({ hash }: Things, account: string) => idOf({ kind: 'Withdrawal', account, hash }),
  operation: ({ operation }: Things, account: string) => idOf({ kind: 'Operation', account, operation }),
};

/** Every query that names something. */
const READS: readonly Probe[] = [
  ...(
    [
      ['payouts:read', PAYERS, 'Payout', ids.payout],
      ['wallets:read', MERCHANTS, 'StaticWallet', ids.wallet],
      ['withdrawals:read', UNIT, 'Withdrawal', ids.withdrawal],
      ['operations:read', CLOSED, 'Operation', ids.operation],
    ] as const
  ).flatMap(([scope, accounts, type, id]): Probe[] => [
    { root: 'node', scope, accounts, only: [type], variables: (of, account) => ({ id: id(of, account) }) },
    {
      root: 'nodes',
      scope,
      accounts,
      only: [type],
      variables: (of, account) => ({ ids: [id(of, account)] }),
    },
  ]),
  ...(
    [
      ['payouts:read', PAYERS, 'Payout', ids.payout],
      ['wallets:read', MERCHANTS, 'StaticWallet', ids.wallet],
      ['withdrawals:read', UNIT, 'Withdrawal', ids.withdrawal],
      ['payouts:read', MERCHANTS, 'Payout', ({ payout }: Things) => payout.uuid],
      ['payouts:read', PAYERS, 'Payout', ({ payout }: Things) => payout.orderId],
      ['wallets:read', MERCHANTS, 'StaticWallet', ({ wallet }: Things) => wallet.uuid],
      ['withdrawals:read', UNIT, 'Withdrawal', ({ hash }: Things) => hash],
    ] as const
  ).map(
    ([scope, accounts, type, reference]): Probe => ({
      root: 'lookup',
      scope,
      accounts,
      only: [type],
      variables: (of, account) => ({ reference: reference(of, account) }),
    }),
  ),
  {
    root: 'payout',
    scope: 'payouts:read',
    accounts: PAYERS,
    only: [],
    variables: (of, account) => ({ by: { id: ids.payout(of, account) } }),
  },
  {
    root: 'payout',
    scope: 'payouts:read',
    accounts: MERCHANTS,
    only: [],
    variables: ({ payout }, account) => ({ by: byUuid(account, payout.uuid) }),
  },
  {
    root: 'payout',
    scope: 'payouts:read',
    accounts: PAYERS,
    only: [],
    variables: ({ payout }, account) => ({ by: byOrderId(account, payout.orderId) }),
  },
  {
    root: 'withdrawal',
    scope: 'withdrawals:read',
    accounts: UNIT,
    only: [],
    variables: (of, account) => ({ by: { id: ids.withdrawal(of, account) } }),
  },
  {
    root: 'withdrawal',
    scope: 'withdrawals:read',
    accounts: UNIT,
    only: [],
    variables: ({ hash }, account) => ({ by: byHash(hash, account) }),
  },
  {
    root: 'staticWallet',
    scope: 'wallets:read',
    accounts: MERCHANTS,
    only: [],
    variables: (of, account) => ({ by: { id: ids.wallet(of, account) } }),
  },
  {
    root: 'staticWallet',
    scope: 'wallets:read',
    accounts: MERCHANTS,
    only: [],
    variables: ({ wallet }, account) => ({ by: byUuid(account, wallet.uuid) }),
  },
  {
    root: 'staticWallet',
    scope: 'wallets:read',
    accounts: MERCHANTS,
    only: [],
    variables: ({ wallet }, account) => ({ by: byOrderId(account, wallet.orderId) }),
  },
  {
    root: 'operation',
    scope: 'operations:read',
    accounts: CLOSED,
    only: [],
    variables: (of, account) => ({ id: ids.operation(of, account) }),
  },
  {
    root: 'operations',
    scope: 'operations:read',
    accounts: CLOSED,
    only: [],
    variables: (_of, account) => ({ filter: { account: { eq: account } } }),
  },
  ...(
    [
      ['payouts', 'payouts:read', PAYERS],
      ['withdrawals', 'withdrawals:read', UNIT],
      ['staticWallets', 'wallets:read', MERCHANTS],
    ] as const
  ).map(
    ([root, scope, accounts]): Probe => ({
      root,
      scope,
      accounts,
      only: [],
      variables: (_of, account) => ({ accounts: [account], first: 2 }),
    }),
  ),
];

const key = (input: Record<string, unknown>) => ({ input: { idempotencyKey: randomUUID(), ...input } });
const TYPES = ['NotAllowed', 'InvalidInput'];

/** Every mutation. */
const WRITES: readonly Probe[] = [
  {
    root: 'createStaticWallet',
    scope: 'wallets:create',
    accounts: MERCHANTS,
    only: ['CreateStaticWalletPayload'],
    variables: (_of, account) => key({ ...NEW_WALLET, account }),
  },
  {
    root: 'registerStaticWallets',
    scope: 'wallets:create',
    accounts: MERCHANTS,
    only: ['RegisterStaticWalletsPayload'],
    variables: ({ wallet }, account) => ({ input: { wallets: [{ account, ...wallet }] } }),
  },
  {
    root: 'blockWallet',
    scope: 'wallets:block',
    accounts: MERCHANTS,
    only: ['BlockWalletPayload'],
    variables: ({ wallet }, account) => key({ wallet: byUuid(account, wallet.uuid) }),
  },
  {
    root: 'blockWallet',
    scope: 'wallets:refund',
    accounts: MERCHANTS,
    only: ['BlockWalletPayload'],
    variables: ({ wallet }, account) => key({ wallet: byUuid(account, wallet.uuid), forceRefund: true }),
  },
  {
    root: 'refundBlocked',
    scope: 'wallets:refund',
    accounts: MERCHANTS,
    only: ['RefundBlockedPayload'],
    variables: (of, account) => key({ wallet: { id: ids.wallet(of, account) }, toAddress: ADDRESS }),
  },
  {
    root: 'createPayout',
    scope: 'payouts:create',
    accounts: PAYERS,
    only: ['CreatePayoutPayload'],
    variables: (_of, account) =>
      key(account === 'repay' ? { ...NEW_CARD_PAYOUT, orderId: 'other' } : { ...NEW_PAYOUT, account }),
  },
  ...(['payouts:create', 'payouts:read'] as const).map(
    (scope): Probe => ({
      root: 'registerPayouts',
      scope,
      accounts: PAYERS,
      only: ['RegisterPayoutsPayload'],
      variables: ({ payout }, account) => ({ input: { account, orderIds: [payout.orderId] } }),
    }),
  ),
  {
    root: 'createWithdrawal',
    scope: 'withdrawals:create',
    accounts: UNIT,
    only: ['CreateWithdrawalPayload'],
    variables: (_of, account) => key({ ...NEW_WITHDRAWAL, account }),
  },
  {
    root: 'cancelWithdrawal',
    scope: 'withdrawals:cancel',
    accounts: UNIT,
    only: ['CancelWithdrawalPayload'],
    variables: ({ hash }, account) => key({ withdrawal: byHash(hash, account) }),
  },
];

const documentOf = ({ root, only }: Probe, more: readonly string[] = []) =>
  wholeDocument(root in schema.getMutationType()!.getFields() ? 'mutation' : 'query', root, [
    ...only,
    ...more,
  ]);

/** The answer as it comes. */
async function bytes(caller: TestToken, query: string, variables?: object): Promise<string> {
  const response = await post({ query, variables }, bearer(caller));
  return `${response.status} ${withoutLiveFigures(await response.text())}`;
}

/** How an account fares changes with every call, whoever makes it. */
function withoutLiveFigures(text: string): string {
  if (!text.includes('"AccountHealth"')) return text;
  return JSON.stringify(JSON.parse(text, (name, value) => (name === 'health' && value ? 'live' : value)));
}

/** What a probe is answered about an account, and about one that is not there. */
async function both(caller: TestToken, probe: Probe, account: string, more: readonly string[] = []) {
  const query = documentOf(probe, more);
  const real = await bytes(caller, query, probe.variables(things.get(account)!, account));
  const calls = [...sandbox.calls];
  const ghost = await bytes(caller, query, probe.variables(GHOST, NOWHERE));
  return { real, ghost, calls, ghostCalls: sandbox.calls.slice(calls.length) };
}

/** Which calls to an account's provider are among these, in an order that does not depend on who was quicker. */
function callsTo(account: string, calls: readonly Call[] = sandbox.calls): string[] {
  const unit = UNITS[account];
  return calls
    .filter(({ provider, path }) => (unit ? path.includes(unit) : provider === account))
    .map(({ endpoint }) => endpoint)
    .sort();
}

const named = (probes: readonly Probe[], scope: Scope) =>
  probes
    .filter((probe) => probe.scope === scope)
    .flatMap((probe) => probe.accounts.map((account) => [probe.root, account, probe] as const));
const count = async () => (await bytes(ROOT, '{ operations { totalCount } }')).match(/\d+/g)!.at(-1);

describe('the matrix', () => {
  test('has a way to ask every root field', () => {
    const known = new Set([...READS, ...WRITES].map(({ root }) => root));
    const roots = [schema.getQueryType()!, schema.getMutationType()!].flatMap((type) =>
      Object.keys(type.getFields()),
    );
    // Takes no arguments, and shows the accounts alone: it has a test of its own.
    expect(roots.filter((name) => !known.has(name))).toEqual(['accounts']);
  });

  test('walks every field that leads to an object', () => {
    const failures = [...WRITES].flatMap((probe) =>
      ['ProviderFailure', 'IdempotencyConflict', ...TYPES].map((type) =>
        documentOf({ ...probe, only: [type] }),
      ),
    );
    const documents = [...READS, ...WRITES].map((probe) => documentOf(probe));
    const walked = selectedIn([...documents, ...failures, '{ accounts { id } }']);
    expect(leadingFields().filter((field) => !walked.has(field))).toEqual([]);
  });

  test('knows every scope', () => {
    const known = new Set([...READS, ...WRITES].map(({ scope }) => scope));
    expect(SCOPES.filter((scope) => !known.has(scope))).toEqual([]);
  });

  test('would see something: whoever may do everything is shown what there is', async () => {
    for (const probe of READS) {
      for (const account of probe.accounts) {
        const { real, ghost } = await both(ROOT, probe, account);
        expect(real, `${probe.root} of ${account}`).not.toBe(ghost);
        expect(real).toMatch(/^200 /);
        expect(real).not.toContain('"errors"');
        expect(real).toContain(account);
      }
    }
  });

  test.each(WRITES.map((probe) => [probe.root, probe] as const))(
    'would do something: %s',
    async (root, probe) => {
      for (const account of probe.accounts) {
        const { real, ghost } = await both(ROOT, probe, account, TYPES);
        expect(JSON.parse(ghost.slice(4)).data[root]).toMatchObject(
          root === 'registerStaticWallets'
            ? { results: [{ wallet: null }] }
            : { __typename: 'InvalidInput', message: expect.stringContaining('no such account') },
        );
        expect(JSON.parse(real.slice(4)).data[root].__typename).toMatch(
          root === 'refundBlocked' ? 'ProviderFailure' : /Payload$/,
        );
      }
    },
  );
});

describe.each(SCOPES)('without %s', (scope) => {
  const reads = named(READS, scope);
  const writes = named(WRITES, scope);

  test('for an account that is otherwise theirs, reading says what it says of no account, and asks nobody', async () => {
    for (const [root, account, probe] of reads) {
      sandbox.clearCalls();
      const { real, ghost, calls, ghostCalls } = await both(LACKING[scope], probe, account);
      expect(real, `${root} of ${account}`).toBe(ghost);
      // The other kinds of objects of the account are looked up, in vain.
      const others = root === 'lookup' ? callsTo(account, ghostCalls) : [];
      expect(callsTo(account, calls), `${root} of ${account}`).toEqual(others);
    }
  });

  test('for an account that is otherwise theirs, writing is refused by name, unsent and unrecorded', async () => {
    const before = await count();
    for (const [root, account, probe] of writes) {
      const real = await bytes(
        LACKING[scope],
        documentOf(probe, TYPES),
        probe.variables(things.get(account)!, account),
      );
      expect(JSON.parse(real.slice(4)).data[root], `${root} of ${account}`).toMatchObject({
        __typename: 'NotAllowed',
        code: 'NOT_ALLOWED',
        message: `${account}: this needs the scope ${scope}.`,
        scope,
      });
    }
    expect(sandbox.calls).toEqual([]);
    expect(await count()).toBe(before);
  });

  test('for any account, one answer to every question, whatever is there', async () => {
    const before = await count();
    for (const [root, account, probe] of [...reads, ...writes]) {
      sandbox.clearCalls();
      const { real, ghost, calls } = await both(NEVER[scope], probe, account, TYPES);
      // With other accounts it is about another scope.
      if (real.includes('NOT_ALLOWED')) expect(real).toContain(scope);
      if (!WRITES.includes(probe)) expect(real, `${root} of ${account}`).toBe(ghost);
      else expect(real, `${root} of ${account}`).toContain('NotAllowed');
      if (root !== 'lookup') expect(calls).toEqual([]);
    }
    expect(await count()).toBe(before);
  });

  test('they can do what the others allow', async () => {
    for (const [root, , probe] of [...reads, ...writes]) {
      const open = OPEN.find((name) => (name === 'hashlee') === probe.accounts.includes('hashlee-2'))!;
      if (probe.accounts === CLOSED || root === 'lookup') continue;
      const real = await bytes(
        LACKING[scope],
        documentOf(probe, TYPES),
        probe.variables(things.get(open)!, open),
      );
      expect(real, root).not.toMatch(/NOT_ALLOWED|no such account/);
    }
  });
});

describe('accounts in which they may do nothing', () => {
  const everything = [...READS, ...WRITES].flatMap((probe) =>
    probe.accounts.map((account) => [probe.root, account, probe] as const),
  );

  test('are not there, by any path', async () => {
    const before = await count();
    for (const [root, account, probe] of everything) {
      sandbox.clearCalls();
      const { real, ghost } = await both(STRANGER, probe, account, TYPES);
      expect(real, `${root} of ${account}`).toBe(ghost);
      expect(callsTo(account), `${root} of ${account}`).toEqual([]);
    }
    expect(await count()).toBe(before);
  });

  test('are in no list, in no message and in no account of what was asked', async () => {
    const marks = CLOSED.flatMap((name) => {
      const { payout, wallet, hash, operation } = things.get(name)!;
      return [name, payout.uuid, wallet.uuid, hash, operation, encodeId({ kind: 'Account', account: name })];
    }).concat('HELEKET', 'REPAY');
    const ghosts = new Set([GHOST.payout.uuid, GHOST.wallet.uuid, GHOST.hash]);
    const lists = ['payouts', 'withdrawals', 'staticWallets', 'operations', 'accounts'];
    for (const root of lists) {
      const answer = await bytes(STRANGER, wholeDocument('query', root, []), {});
      expect(answer).toMatch(/^200 \{"data"/);
      expect(answer).toMatch(/cryptomus|hashlee/);
      expect(
        marks.filter((mark) => !ghosts.has(mark) && answer.includes(mark)),
        root,
      ).toEqual([]);
    }
    const lost = await bytes(STRANGER, '{ lookup(reference: "lost") { asked { name } } }');
    expect(lost).toBe('200 {"data":{"lookup":{"asked":[{"name":"cryptomus"},{"name":"hashlee"}]}}}');
    expect(await bytes(STRANGER, `{ payouts(accounts: ["x"]) { totalCount } }`)).toContain(
      'no such account is configured; there are: cryptomus, hashlee',
    );
    expect(sandbox.calls.filter(({ provider }) => provider === 'heleket' || provider === 'repay')).toEqual(
      [],
    );
    expect(callsTo('hashlee-2')).toEqual([]);
  });

  test('do not change a list: it is the list of the others, to the byte, cursors and counts included', async () => {
    for (const [root, account] of [
      ['payouts', 'cryptomus'],
      ['withdrawals', 'hashlee'],
      ['staticWallets', 'cryptomus'],
    ]) {
      const document = wholeDocument('query', root!, []);
      const seen = JSON.parse((await bytes(STRANGER, document, { first: 3 })).slice(4)).data[root!];
      const all = JSON.parse((await bytes(ROOT, document, { first: 3, accounts: [account] })).slice(4)).data[
        root!
      ];
      // The stranger's list of wallets and payouts is also of an account that has none.
      const { pageInfo: _seen, edges: seenEdges, ...seenRest } = seen;
      const { pageInfo: _all, edges: allEdges, ...allRest } = all;
      expect(seenRest).toEqual(allRest);
      expect(seenEdges.map(({ node }: { node: object }) => node)).toEqual(
        allEdges.map(({ node }: { node: object }) => node),
      );
    }
  });
});

test('how an account fares is shown to those who may read its operations, and to no one else', async () => {
  for (const scope of SCOPES) {
    const answer = await bytes(ALONE[scope], '{ accounts { health { reads { waiting } } } }');
    expect(answer.includes('"waiting":0'), scope).toBe(scope === 'operations:read');
    expect(answer.includes('"health":null'), scope).toBe(scope !== 'operations:read');
  }
});

describe('the result of a write', () => {
  const READ_LACKING = [
    ['createStaticWallet', 'wallets:create', NEW_WALLET, 'wallet', 1],
    ['createPayout', 'payouts:create', NEW_PAYOUT, 'payout', 1],
    ['createWithdrawal', 'withdrawals:create', NEW_WITHDRAWAL, 'withdrawal', 1],
  ] as const;

  test.each(READ_LACKING)(
    '%s with %s alone shows its operation, and reads no object',
    async (name, scope, input, field, calls) => {
      const result = await write(as(ALONE[scope]), name, input, `${field} { id }`);
      expect(result).toMatchObject({
        operation: { state: 'SUCCEEDED', caller: ALONE[scope].name, account: { name: input.account } },
        [field]: null,
      });
      expect(sandbox.calls).toHaveLength(calls);
      expect(await bytes(ALONE[scope], '{ operations { totalCount } }')).toContain('NOT_ALLOWED');
    },
  );

  test('blockWallet and cancelWithdrawal read no object either', async () => {
    const wallet = byOrderId('cryptomus', things.get('cryptomus')!.wallet.orderId);
    const blocked = await write(as(ALONE['wallets:block']), 'blockWallet', { wallet }, 'wallet { id }');
    expect(blocked).toMatchObject({ operation: { state: 'SUCCEEDED' }, wallet: null });
    const refunded = await write(
      as(ALONE['wallets:refund']),
      'refundBlocked',
      { wallet, toAddress: ADDRESS },
      'wallet { id }',
    );
    expect(refunded.wallet ?? null).toBeNull();
    const [hash] = openOf('vojvzo') as [string];
    const canceled = await write(
      as(ALONE['withdrawals:cancel']),
      'cancelWithdrawal',
      { withdrawal: byHash(hash) },
      'withdrawal { id }',
    );
    expect(canceled).toMatchObject({ operation: { state: 'SUCCEEDED' }, withdrawal: null });
  });

  test('shows a failure with its operation to whoever asked, and to nobody else without operations:read', async () => {
    sandbox.inject({ kind: 'refusal', provider: 'cryptomus' });
    const failed = await write(as(ALONE['payouts:create']), 'createPayout', {
      ...NEW_PAYOUT,
      orderId: 'refused',
    });
    expect(failed).toMatchObject({
      __typename: 'ProviderFailure',
      account: { name: 'cryptomus' },
      ledgerEntry: { caller: 'alone-payouts-create', state: 'REJECTED' },
    });
    const query = 'query ($id: ID!) { node(id: $id) { id } }';
    expect(await bytes(ALONE['payouts:create'], query, { id: failed.ledgerEntry.id })).toBe(
      '200 {"data":{"node":null}}',
    );
    expect(await bytes(ALONE['operations:read'], query, { id: failed.ledgerEntry.id })).toContain(
      failed.ledgerEntry.id,
    );
  });

  test('does not say whose operation is in the way without operations:read', async () => {
    const [hash] = openOf('vojvzo') as [string];
    const input = { withdrawal: byHash(hash) };
    sandbox.inject({ kind: 'drop-after', endpoint: 'W4', times: 1 });
    await write(as(ROOT), 'cancelWithdrawal', input);
    const busy = { __typename: 'IdempotencyConflict', code: 'TARGET_BUSY' };
    expect(await write(as(ALONE['withdrawals:cancel']), 'cancelWithdrawal', input)).toEqual({
      ...busy,
      message: 'hashlee: another operation on the same target is not settled yet; nothing was sent.',
      ledgerEntry: null,
    });
    expect(await write(as(STRANGER), 'cancelWithdrawal', input)).toMatchObject({
      ...busy,
      ledgerEntry: { caller: 'root' },
    });
  });
});

describe('idempotency keys', () => {
  const idempotencyKey = 'a-key-of-everybody';

  test('belong to a caller: the same one from another is another operation, and tells nothing', async () => {
    const first = await write(as(ROOT), 'createPayout', { ...NEW_PAYOUT, idempotencyKey });
    const other = await write(as(STRANGER), 'createPayout', {
      ...NEW_PAYOUT,
      orderId: 'another',
      amount: '7',
      idempotencyKey,
    });
    expect(other).toMatchObject({ __typename: 'CreatePayoutPayload', operation: { caller: 'stranger' } });
    expect(other.operation.id).not.toBe(first.operation.id);
  });

  test('that were used with an account which the caller does not see any more do not tell of it', async () => {
    await write(as(ALONE['withdrawals:cancel']), 'cancelWithdrawal', {
      withdrawal: byHash(things.get('hashlee-2')!.hash, 'hashlee-2'),
      idempotencyKey,
    });
    const conflict = await write(as(ALONE['withdrawals:cancel']), 'cancelWithdrawal', {
      withdrawal: byHash(things.get('hashlee')!.hash),
      idempotencyKey,
    });
    expect(conflict).toMatchObject({ code: 'KEY_REUSED', ledgerEntry: null });
    expect(conflict.message).toMatch(/^hashlee: /);
  });
});

test('what may be done is shown as the caller may do it', async () => {
  const wallet = byOrderId('cryptomus', 'for-actions');
  await write(as(ROOT), 'createStaticWallet', { ...NEW_WALLET, orderId: 'for-actions' });
  const query = `query ($by: StaticWalletRef!) {
    staticWallet(by: $by) { availableActions }
    withdrawals(accounts: ["hashlee"], first: 1, filter: { rawStatus: { eq: "OPEN" } }) { nodes { availableActions } }
  }`;
  const seen = async (caller: TestToken) => {
    const { data } = await as(caller)(query, { by: wallet });
    return [data.staticWallet.availableActions, data.withdrawals.nodes[0].availableActions];
  };
  expect(await seen(ROOT)).toEqual([['BLOCK'], ['CANCEL']]);
  expect(await seen(NEVER['wallets:block'])).toEqual([[], ['CANCEL']]);
  expect(await seen(NEVER['withdrawals:cancel'])).toEqual([['BLOCK'], []]);
});
