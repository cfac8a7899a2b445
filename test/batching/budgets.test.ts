/** The cost that matters is calls upstream: what each way of asking for single objects may cost, as the sandbox counts
 * them. */

import { describe, expect, test } from 'vitest';
import { SANDBOX_CREDENTIALS } from '../../sandbox/index.ts';
import { encodeId } from '../../src/id.ts';
import { startProduct, UPSTREAM } from '../support/app.ts';

const { ask, sandbox, serve, openAccounts } = await startProduct();
const [UNIT, OTHER_UNIT] = SANDBOX_CREDENTIALS.hashlee.units;
const NOBODY = '00000000-0000-4000-8000-000000000000';

const hashes = (unit: string, count: number) =>
  sandbox.rows
    .withdrawals(unit)
    .slice(0, count)
    .map(({ hash }) => hash);
const idOf = (hash: string, account = 'hashlee') => encodeId({ kind: 'Withdrawal', account, hash });
const endpoints = () => sandbox.calls.map(({ endpoint }) => endpoint);
/** The query of a call, decoded. */
const queryOf = (at: number) => new URLSearchParams(sandbox.calls[at]!.path.split('?')[1]);

const NODES = 'query ($ids: [ID!]!) { nodes(ids: $ids) { id ... on Withdrawal { hash rawStatus } } }';

async function readNodes(ids: readonly string[], query = NODES) {
  const { data, errors } = await ask(query, { ids });
  return { nodes: data?.nodes, errors };
}

/** `a0: withdrawal(…) {…} a1: …`, one for each hash. */
function aliases(wanted: readonly string[], selection: string | ((index: number) => string)) {
  return wanted
    .map((hash, index) => {
      const selected = typeof selection === 'string' ? selection : selection(index);
      return `a${index}: withdrawal(by: { hash: { account: "hashlee", hash: "${hash}" } }) { ${selected} }`;
    })
    .join('\n');
}

describe('one object', () => {
  test('under 50 names is read with one call', async () => {
    const { uuid } = sandbox.rows.payouts('cryptomus')[0]!;
    const names = Array.from({ length: 50 }, (_, index) => {
      return `p${index}: payout(by: { uuid: { account: "cryptomus", uuid: "${uuid}" } }) { uuid }`;
    });
    const { data } = await ask(`{ ${names.join('\n')} }`);
    expect(Object.values(data)).toEqual(Array(50).fill({ uuid }));
    expect(endpoints()).toEqual(['C6']);
  });

  test('by its id, by its uuid in other letters, and as a node is read with one call', async () => {
    const { uuid } = sandbox.rows.payouts('heleket')[0]!;
    const id = encodeId({ kind: 'Payout', account: 'heleket', key: { uuid } });
    const { data } = await ask(`{
      one: payout(by: { id: "${id}" }) { uuid }
      two: payout(by: { uuid: { account: "heleket", uuid: "${uuid.toUpperCase()}" } }) { uuid }
      three: node(id: "${id}") { ... on Payout { uuid } }
      four: nodes(ids: ["${id}", "${id}"]) { ... on Payout { uuid } }
    }`);
    expect(data).toEqual({ one: { uuid }, two: { uuid }, three: { uuid }, four: [{ uuid }, { uuid }] });
    expect(endpoints()).toEqual(['H6']);
  });

  test('that is not there is asked for once', async () => {
    const { nodes } = await readNodes([idOf(NOBODY), idOf(NOBODY)]);
    expect(nodes).toEqual([null, null]);
    expect(endpoints()).toEqual(['W2']);
  });

  test('that cannot be read fails once, for each who asked', async () => {
    sandbox.inject({ kind: 'unauthorized' });
    const { errors } = await readNodes([idOf(hashes(UNIT, 1)[0]!), idOf(hashes(UNIT, 1)[0]!)]);
    expect(errors?.map(({ path }) => path)).toEqual([
      ['nodes', 0],
      ['nodes', 1],
    ]);
    expect(endpoints()).toEqual(['W2']);
  });
});

describe('several withdrawals', () => {
  test('50 nodes of one unit are one call, in the order of asking', async () => {
    const wanted = hashes(UNIT, 50).reverse();
    const { nodes } = await readNodes(wanted.map((hash) => idOf(hash)));
    expect(nodes.map(({ hash }: { hash: string }) => hash)).toEqual(wanted);
    expect(endpoints()).toEqual(['W1']);
    expect(JSON.parse(queryOf(0).get('filters[]')!)).toEqual({
      field: 'hash',
      operation: 'in',
      value: wanted,
    });
  });

  test('50 under names of their own are one call, each its own', async () => {
    const wanted = hashes(UNIT, 50);
    const { data } = await ask(`{ ${aliases(wanted, 'hash')} }`);
    expect(Object.values(data).map((row) => (row as { hash: string }).hash)).toEqual(wanted);
    expect(endpoints()).toEqual(['W1']);
  });

  test('100 nodes with every one twice are one call for 50', async () => {
    const wanted = hashes(UNIT, 50);
    const { nodes } = await readNodes([...wanted, ...wanted].map((hash) => idOf(hash)));
    expect(nodes.map(({ hash }: { hash: string }) => hash)).toEqual([...wanted, ...wanted]);
    expect(endpoints()).toEqual(['W1']);
    expect(queryOf(0).get('limit')).toBe('50');
  });

  test('of two units are two calls, and neither unit sees a hash of the other', async () => {
    const mine = hashes(UNIT, 25);
    const others = hashes(OTHER_UNIT, 25);
    const mixed = mine.flatMap((hash, at) => [idOf(hash), idOf(others[at]!, 'hashlee-2')]);
    const { nodes } = await readNodes(mixed);
    expect(nodes.map(({ id }: { id: string }) => id)).toEqual(mixed);
    expect(endpoints()).toEqual(['W1', 'W1']);
    for (const { path } of sandbox.calls) {
      const asked = path.includes(UNIT) ? mine : others;
      const filter = new URLSearchParams(path.split('?')[1]).get('filters[]')!;
      expect(JSON.parse(filter).value).toEqual(asked);
    }
  });

  test('of which some are not in the answer are asked for one by one, and only these', async () => {
    const [one, two] = hashes(UNIT, 2);
    const stranger = hashes(OTHER_UNIT, 1)[0]!;
    const { nodes, errors } = await readNodes([one!, NOBODY, two!, stranger].map((hash) => idOf(hash)));
    expect(errors).toBeUndefined();
    expect(nodes.map((row: { hash: string } | null) => row?.hash ?? null)).toEqual([one, null, two, null]);
    expect(endpoints()).toEqual(['W1', 'W2', 'W2']);
    expect(sandbox.calls.slice(1).map(({ path }) => path.split('/').at(-1))).toEqual([NOBODY, stranger]);
  });

  test.each(['forbidden', 'bare-failure', 'refusal'] as const)(
    'whose batch is refused by %s are read one by one',
    async (kind) => {
      sandbox.inject({ kind, endpoint: 'W1' });
      const wanted = hashes(UNIT, 3);
      const { nodes, errors } = await readNodes(wanted.map((hash) => idOf(hash)));
      expect(errors).toBeUndefined();
      expect(nodes.map(({ hash }: { hash: string }) => hash)).toEqual(wanted);
      expect(endpoints()).toEqual(['W1', 'W2', 'W2', 'W2']);
    },
  );

  test.each(['unauthorized', 'rate-limit', 'html'] as const)(
    'whose batch fails by %s are not asked for again one by one',
    async (kind) => {
      sandbox.inject({ kind, endpoint: 'W1' });
      const { nodes, errors } = await readNodes(hashes(UNIT, 3).map((hash) => idOf(hash)));
      expect(nodes).toEqual([null, null, null]);
      expect(errors).toHaveLength(3);
      expect(endpoints()).toEqual(['W1']);
    },
  );

  test('of which one cannot be read alone leave the others readable', async () => {
    sandbox.inject({ kind: 'forbidden', endpoint: 'W1' });
    sandbox.inject({ kind: 'unauthorized', endpoint: 'W2', times: 1 });
    const { nodes, errors } = await readNodes(hashes(UNIT, 3).map((hash) => idOf(hash)));
    expect(nodes.filter(Boolean)).toHaveLength(2);
    expect(errors).toHaveLength(1);
  });
});

describe('payouts of a provider that has no batch', () => {
  const orderIds = () =>
    sandbox.rows
      .payouts('repay')
      .slice(0, 50)
      .map(({ order_id }) => order_id);
  const payouts = (wanted: readonly string[]) =>
    `{ ${wanted.map((orderId, at) => `p${at}: payout(by: { orderId: { account: "repay", orderId: "${orderId}" } }) { reference }`).join('\n')} }`;

  test('50 are 50 calls, several at once but never more than there are connections', async () => {
    const narrow = serve(openAccounts({ ...UPSTREAM, connections: 4 }));
    // The connections are open before any of these is answered.
    sandbox.inject({ kind: 'slow', ms: 10 });
    const { data } = await narrow.ask(payouts(orderIds()));
    expect(Object.values(data).map((row) => (row as { reference: string }).reference)).toEqual(orderIds());
    expect(sandbox.calls).toHaveLength(50);
    expect(sandbox.peak('repay')).toBeGreaterThan(1);
    expect(sandbox.peak('repay')).toBeLessThanOrEqual(4);
  });

  test('50 of which half are named twice are 25 calls', async () => {
    const half = orderIds().slice(0, 25);
    await ask(payouts([...half, ...half]));
    expect(sandbox.calls).toHaveLength(25);
  });
});

describe('a list', () => {
  test('of payouts spares the reads of its rows in the same request', async () => {
    const { uuid } = sandbox.rows.payouts('cryptomus')[0]!;
    // Fields of a mutation run one after another; those of a query begin together, so only nested reads can profit.
    const { data } = await ask(`{
      payouts(accounts: ["cryptomus"], first: 15) { nodes { id uuid } }
      accounts { name capabilities }
    }`);
    expect(data.payouts.nodes[0].uuid).toBe(uuid);
    expect(sandbox.calls).toHaveLength(1);
  });

  test('asked for twice in one request is read once', async () => {
    await ask(`{
      one: payouts(accounts: ["cryptomus"], first: 5) { nodes { uuid } }
      two: payouts(accounts: ["cryptomus"], first: 9) { nodes { uuid } }
    }`);
    expect(endpoints()).toEqual(['C7']);
  });
});

describe('a QR code', () => {
  const block = (selection: string) => `mutation {
    blockWallet(input: { idempotencyKey: "k", wallet: { orderId: { account: "heleket", orderId: "1" } } }) {
      ... on BlockWalletPayload { wallet { ${selection} } }
    }
  }`;
  test('costs its call when it is selected', async () => {
    const { data } = await ask(block('uuid qrCode'));
    expect(data.blockWallet.wallet.qrCode).toMatch(/^data:image\/png;base64,/);
    expect(endpoints()).toEqual(['H3', 'H2']);
  });
  test('costs nothing when it is not', async () => {
    await ask(block('uuid qrCode @skip(if: true)'));
    expect(endpoints()).toEqual(['H3']);
  });
  test('that cannot be had leaves the wallet', async () => {
    sandbox.inject({ kind: 'html', endpoint: 'H2' });
    const { data, errors } = await ask(block('status qrCode'));
    expect(data.blockWallet.wallet).toEqual({ status: 'BLOCKED', qrCode: null });
    expect(errors).toMatchObject([
      { path: ['blockWallet', 'wallet', 'qrCode'], extensions: { code: 'BAD_RESPONSE' } },
    ]);
  });
});

describe('relations of withdrawals', () => {
  const FRAGMENTS = {
    Money: 'fragment Money on Withdrawal { amount { amount } receipt { id } }',
    Deep: 'fragment Deep on WithdrawalConnection { edges { node { ... on Withdrawal { transfers { json } } } } }',
    Base: 'fragment Base on Transfer { ... on Withdrawal { user { id } } }',
  };
  const page = (selection: string) => {
    const used = Object.entries(FRAGMENTS).filter(([name]) => selection.includes(`...${name}`));
    const fragments = used.map(([, text]) => text).join('\n');
    return `{ withdrawals(accounts: ["hashlee"], first: 10) { ${selection} } } ${fragments}`;
  };

  /** What is selected, and what is asked for. */
  const SELECTIONS: [selection: string, include: string | null][] = [
    ['nodes { hash }', null],
    ['nodes { unit { id } user { json } }', 'unit,user'],
    ['nodes { targetAccount { json } }', 'account'],
    ['nodes { account { name } provider }', null],
    ['edges { node { transactions { id } } } nodes { unit { id } }', 'unit,transactions'],
    ['nodes { w: receipt { id } x: receipt { json } }', 'receipt'],
    ['nodes { unit @skip(if: true) { id } user @include(if: false) { id } }', null],
    ['nodes { unit @skip(if: false) { id } user @include(if: true) { id } }', 'unit,user'],
    ['nodes @include(if: false) { unit { id } } edges { node { user { id } } }', 'user'],
    ['...Deep @skip(if: true) pageInfo { hasNextPage }', null],
    ['nodes { ...Money }', 'receipt'],
    ['...Deep nodes { ...Money }', 'receipt,transfers'],
    ['nodes { ... on Withdrawal { unit { id } } ... { user { id } } }', 'unit,user'],
    ['nodes { ...Base }', 'user'],
    ['nodes { ... on Node { ... on Withdrawal { transfers { id } } } }', 'transfers'],
    ['totalCount pageInfo { hasNextPage }', null],
    [
      'nodes { transactions { id } transfers { id } receipt { id } targetAccount { id } user { id } unit { id } }',
      'unit,user,account,receipt,transfers,transactions',
    ],
  ];
  test.each(SELECTIONS)('{ %s } asks for include=%s with one call', async (selection, include) => {
    const { errors } = await ask(page(selection));
    expect(errors).toBeUndefined();
    expect(endpoints()).toEqual(['W1']);
    expect(queryOf(0).get('include')).toBe(include);
  });

  test('that variables leave out are not asked for', async () => {
    const query = `query ($with: Boolean!) {
      withdrawals(accounts: ["hashlee"], first: 10) {
        nodes { unit @include(if: $with) { id } user @skip(if: $with) { id } }
      }
    }`;
    await ask(query, { with: true });
    await ask(query, { with: false });
    expect(sandbox.calls.map((_, at) => queryOf(at).get('include'))).toEqual(['unit', 'user']);
  });

  test('of one withdrawal, and of a node, are asked for only when selected', async () => {
    const [one, two] = hashes(UNIT, 2) as [string, string];
    await ask(`{ ${aliases([one], 'hash unit { id }')} }`);
    await ask(
      `{ node(id: "${idOf(two)}") { ... on Withdrawal { targetAccount { id } } ... on Payout { uuid } } }`,
    );
    await ask(`{ node(id: "${idOf(two)}") { id } }`);
    expect(sandbox.calls.map((_, at) => queryOf(at).get('include'))).toEqual(['unit', 'account', null]);
  });

  test('that several withdrawals select differently are asked for in one call', async () => {
    const wanted = hashes(UNIT, 3);
    const { data } = await ask(`{ ${aliases(wanted, (at) => ['hash', 'unit { id }', 'user { id }'][at]!)} }`);
    expect(endpoints()).toEqual(['W1']);
    expect(queryOf(0).get('include')).toBe('unit,user');
    expect(data).toMatchObject({ a0: { hash: wanted[0] }, a1: { unit: { id: UNIT } }, a2: { user: {} } });
  });

  test('of the same withdrawal, selected at two places, are all there with one call', async () => {
    const [hash] = hashes(UNIT, 1) as [string];
    const { data, errors } = await ask(
      `{ ${aliases([hash, hash], (at) => ['unit { id }', 'user { id }'][at]!)} }`,
    );
    expect(errors).toBeUndefined();
    expect(data.a0.unit).not.toBeNull();
    expect(data.a1.user).not.toBeNull();
    expect(endpoints()).toEqual(['W2']);
    expect(queryOf(0).get('include')).toBe('unit,user');
  });

  test('of a canceled withdrawal are read with the cancellation, when selected', async () => {
    const open = sandbox.rows.withdrawals(UNIT).filter(({ status }) => status === 'OPEN');
    const cancel = (hash: string, selection: string) =>
      ask(`mutation { cancelWithdrawal(input: { idempotencyKey: "${hash}", withdrawal: { id: "${idOf(hash)}" } }) {
        ... on CancelWithdrawalPayload { withdrawalId ${selection} }
      } }`);
    const { data } = await cancel(open[0]!.hash, 'withdrawal { rawStatus user { id } }');
    expect(data.cancelWithdrawal.withdrawal.rawStatus).toBe('CANCELED');
    expect(endpoints()).toEqual(['W4', 'W2']);
    expect(queryOf(1).get('include')).toBe('user');
    sandbox.clearCalls();
    await cancel(open[1]!.hash, '');
    expect(endpoints()).toEqual(['W4']);
  });
});
