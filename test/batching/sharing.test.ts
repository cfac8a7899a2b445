/** Which reads share a call that is already under way, and which must not; and the count of calls that a request may
 * ask for. Requests are held at the sandbox, so that what is under way is no question of luck. */

import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { SANDBOX_CREDENTIALS } from '../../sandbox/index.ts';
import { type Answer, startProduct, UPSTREAM } from '../support/app.ts';
import { NEW_WITHDRAWAL } from '../support/writes.ts';

// Patient, so that no call that is held is repeated and taken for another one.
const { ask, post, sandbox } = await startProduct({ ...UPSTREAM, attemptMs: 15_000, budgetMs: 30_000 });
const [UNIT] = SANDBOX_CREDENTIALS.hashlee.units;

const hash = () => sandbox.rows.withdrawals(UNIT).find(({ status }) => status === 'OPEN')!.hash;
const endpoints = () => sandbox.calls.map(({ endpoint }) => endpoint);
const read = (of: string, selection = 'rawStatus', account = 'hashlee') =>
  ask(`{ withdrawal(by: { hash: { account: "${account}", hash: "${of}" } }) { ${selection} } }`);
const cancel = (of: string) =>
  ask(`mutation {
    cancelWithdrawal(input: { idempotencyKey: "k", withdrawal: { hash: { account: "hashlee", hash: "${of}" } } }) {
      __typename
    }
  }`);
const withdraw = () =>
  ask(
    `mutation ($input: CreateWithdrawalInput!) {
      createWithdrawal(input: $input) { ... on CreateWithdrawalPayload { withdrawalId } }
    }`,
    { input: { ...NEW_WITHDRAWAL, idempotencyKey: randomUUID() } },
  );

/** Resolves once so many calls have arrived. */
async function arrived(count: number): Promise<void> {
  await expect.poll(() => sandbox.calls.length, { interval: 5, timeout: 5_000 }).toBe(count);
}

/** Lets everything run that does not wait for the sandbox. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
}

describe('reads under way', () => {
  test('20 identical ones, from requests of their own, share one call', async () => {
    const release = sandbox.hold({ endpoint: 'W2' });
    const asked = Array.from({ length: 20 }, () => read(hash()));
    await arrived(1);
    await settled();
    release();
    const answers = await Promise.all(asked);
    expect(answers).toEqual(Array(20).fill({ data: { withdrawal: { rawStatus: 'OPEN' } } }));
    expect(endpoints()).toEqual(['W2']);
  });

  test('share a call that is a POST just as well', async () => {
    const release = sandbox.hold({ endpoint: 'C7' });
    const list = () => ask('{ payouts(accounts: ["cryptomus"], first: 5) { nodes { uuid } } }');
    const asked = [list(), list(), list()];
    await arrived(1);
    await settled();
    release();
    await Promise.all(asked);
    expect(endpoints()).toEqual(['C7']);
  });

  test('share a failure too, and the next one asks again', async () => {
    const release = sandbox.hold({ endpoint: 'W2' });
    sandbox.inject({ kind: 'unauthorized', times: 1 });
    const asked = [read(hash()), read(hash())];
    await arrived(1);
    await settled();
    release();
    for (const { errors } of await Promise.all(asked)) {
      expect(errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
    }
    expect(await read(hash())).toMatchObject({ data: { withdrawal: { rawStatus: 'OPEN' } } });
    expect(endpoints()).toEqual(['W2', 'W2']);
  });

  test('are not shared once they are answered: nothing is kept', async () => {
    await read(hash());
    sandbox.setWithdrawalStatus(UNIT, hash(), 'EXPORTED');
    const other = sandbox.rows.withdrawals(UNIT).find(({ status }) => status === 'EXPORTED')!;
    expect(await read(other.hash)).toMatchObject({ data: { withdrawal: { rawStatus: 'EXPORTED' } } });
    expect(endpoints()).toEqual(['W2', 'W2']);
  });

  test('of different arguments, objects or relations are calls of their own', async () => {
    const [one, two] = sandbox.rows.withdrawals(UNIT).map((row) => row.hash) as [string, string];
    const release = sandbox.hold({ endpoint: 'W2' });
    const asked = [read(one), read(two), read(one, 'unit { id }')];
    await arrived(3);
    release();
    await Promise.all(asked);
    expect(endpoints()).toEqual(['W2', 'W2', 'W2']);
  });

  test('of different accounts never share, even for the same hash', async () => {
    const shared = hash();
    const release = sandbox.hold({ endpoint: 'W2' });
    const asked = [read(shared), read(shared, 'rawStatus', 'hashlee-2')];
    await arrived(2);
    release();
    const [mine, others] = await Promise.all(asked);
    expect(mine?.data).toEqual({ withdrawal: { rawStatus: 'OPEN' } });
    expect(others?.data).toEqual({ withdrawal: null });
  });
});

describe('a write', () => {
  test('is never shared: two that are alike are both sent', async () => {
    const release = sandbox.hold({ endpoint: 'W3' });
    const asked = [withdraw(), withdraw()];
    await arrived(2);
    release();
    const ids = (await Promise.all(asked)).map(({ data }) => data.createWithdrawal.withdrawalId);
    expect(new Set(ids).size).toBe(2);
    expect(sandbox.effects).toHaveLength(2);
  });

  test('cuts off the reads before it: what is asked after it is asked anew', async () => {
    const target = hash();
    const release = sandbox.hold({ endpoint: 'W2' });
    const before = read(target);
    await arrived(1);
    await cancel(target);
    const after = read(target);
    await arrived(3);
    release();
    expect(await after).toEqual({ data: { withdrawal: { rawStatus: 'CANCELED' } } });
    await before;
    expect(endpoints()).toEqual(['W2', 'W4', 'W2']);
  });

  test('cuts off the reads before it as soon as it is sent', async () => {
    const target = hash();
    const releaseReads = sandbox.hold({ endpoint: 'W2' });
    const before = read(target);
    await arrived(1);
    const releaseWrite = sandbox.hold({ endpoint: 'W4' });
    const write = cancel(target);
    await arrived(2);
    const during = read(target);
    await arrived(3);
    expect(endpoints()).toEqual(['W2', 'W4', 'W2']);
    releaseReads();
    releaseWrite();
    await Promise.all([before, write, during]);
  });

  test('cuts off the reads while it is under way, too', async () => {
    const target = hash();
    const releaseWrite = sandbox.hold({ endpoint: 'W4' });
    const write = cancel(target);
    await arrived(1);
    const releaseRead = sandbox.hold({ endpoint: 'W2' });
    const during = read(target);
    await arrived(2);
    releaseWrite();
    await write;
    const after = read(target);
    await arrived(3);
    releaseRead();
    expect(await after).toEqual({ data: { withdrawal: { rawStatus: 'CANCELED' } } });
    await during;
  });

  test('that failed cuts them off as well: it may have happened', async () => {
    const target = hash();
    const release = sandbox.hold({ endpoint: 'W2' });
    sandbox.inject({ kind: 'drop-after', endpoint: 'W4' });
    const before = read(target);
    await arrived(1);
    await cancel(target);
    const after = read(target);
    await arrived(3);
    release();
    expect(await after).toEqual({ data: { withdrawal: { rawStatus: 'CANCELED' } } });
    await before;
  });

  test('in the same request is followed by a fresh read of what it changed', async () => {
    const [one, two] = sandbox.rows.withdrawals(UNIT).filter(({ status }) => status === 'OPEN');
    const field = (name: string, of: string) => `${name}: cancelWithdrawal(
      input: { idempotencyKey: "${name}", withdrawal: { hash: { account: "hashlee", hash: "${of}" } } }
    ) { ... on CancelWithdrawalPayload { withdrawal { hash rawStatus } } }`;
    const { data } = await ask(`mutation { ${field('a', one!.hash)} ${field('b', two!.hash)} }`);
    expect(data).toEqual({
      a: { withdrawal: { hash: one!.hash, rawStatus: 'CANCELED' } },
      b: { withdrawal: { hash: two!.hash, rawStatus: 'CANCELED' } },
    });
    expect(endpoints()).toEqual(['W4', 'W2', 'W4', 'W2']);
  });
});

describe('extensions.upstream', () => {
  const HEADER = { 'x-paygraph-upstream': '1' };
  const query =
    '{ payout(by: { orderId: { account: "repay", orderId: "0001" } }) { uuid } accounts { name } }';

  test('is not there when nobody asked', async () => {
    expect(await ask(query)).not.toHaveProperty('extensions');
  });

  test('counts by account when the header asks', async () => {
    const { extensions } = await ask(query, {}, HEADER);
    expect(extensions).toEqual({ upstream: { calls: 1, byAccount: { repay: 1 } } });
  });

  test('counts when the request asks in its extensions, and only for true', async () => {
    const asking = async (extensions: unknown) =>
      (await (await post({ query, extensions })).json()) as Answer;
    expect((await asking({ upstream: true })).extensions).toEqual({
      upstream: { calls: 1, byAccount: { repay: 1 } },
    });
    for (const other of [{ upstream: 'yes' }, { upstream: false }, {}, null]) {
      expect(await asking(other)).not.toHaveProperty('extensions');
    }
  });

  test('counts every attempt of a read', async () => {
    sandbox.inject({ kind: 'server-error', endpoint: 'R1' });
    const { extensions, errors } = await ask(query, {}, HEADER);
    expect(errors).toHaveLength(1);
    expect(extensions).toEqual({ upstream: { calls: 3, byAccount: { repay: 3 } } });
    expect(sandbox.calls).toHaveLength(3);
  });

  test('counts the calls of several accounts, writes and reads that follow them', async () => {
    const { extensions } = await ask(
      `mutation {
        a: blockWallet(input: { idempotencyKey: "1", wallet: { orderId: { account: "heleket", orderId: "1" } } }) {
          ... on BlockWalletPayload { wallet { qrCode } }
        }
        b: blockWallet(input: { idempotencyKey: "2", wallet: { orderId: { account: "cryptomus", orderId: "1" } } }) {
          __typename
        }
      }`,
      {},
      HEADER,
    );
    expect(extensions).toEqual({ upstream: { calls: 3, byAccount: { heleket: 2, cryptomus: 1 } } });
  });

  test('is zero where nothing was asked', async () => {
    const { extensions } = await ask('{ accounts { name } }', {}, HEADER);
    expect(extensions).toEqual({ upstream: { calls: 0, byAccount: {} } });
    const refused = await ask(
      '{ payouts(accounts: ["cryptomus"], first: 0) { nodes { uuid } } }',
      {},
      HEADER,
    );
    expect(refused.extensions).toEqual({ upstream: { calls: 0, byAccount: {} } });
  });

  test('counts a call that another request began for that request', async () => {
    const target = hash();
    const release = sandbox.hold({ endpoint: 'W2' });
    const counted = () =>
      ask(`{ withdrawal(by: { hash: { account: "hashlee", hash: "${target}" } }) { hash } }`, {}, HEADER);
    const asked = [counted(), counted()];
    await arrived(1);
    await settled();
    release();
    const calls = (await Promise.all(asked)).map(({ extensions }) => extensions.upstream.calls);
    expect(calls.sort()).toEqual([0, 1]);
  });
});
