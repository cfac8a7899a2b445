/** `lookup`: what an id finds at every account that has it, how many calls that takes, and what it says of accounts that
 * could not answer. */

import { describe, expect, test } from 'vitest';
import { SANDBOX_CREDENTIALS } from '../../sandbox/index.ts';
import type { StaticWallet } from '../../src/domain.ts';
import { encodeId } from '../../src/id.ts';
import { startProduct } from '../support/app.ts';

const { ask, sandbox, store, accounts, serve } = await startProduct();
const [UNIT] = SANDBOX_CREDENTIALS.hashlee.units;
const ALL = accounts.map(({ name }) => name);
const WITHDRAWING = ['hashlee', 'hashlee-2'];
/** Calls that one account may take. */
const MOST_CALLS = 2;

const QUERY = `query ($reference: String!) {
  lookup(reference: $reference) {
    results {
      __typename
      ... on StaticWallet { account { name } wallet: uuid }
      ... on Payout { account { name } name: uuid }
      ... on Withdrawal { account { name } name: hash }
    }
    gaps { account { name } failure { code } }
    asked { name }
  }
}`;

interface Found {
  readonly __typename: string;
  readonly account: { readonly name: string };
  readonly name?: string;
  readonly wallet?: string;
}

async function lookup(reference: string, door = ask) {
  sandbox.clearCalls();
  const { data, errors } = await door(QUERY, { reference });
  expect(errors).toBeUndefined();
  const { results, gaps, asked } = data.lookup;
  return {
    found: results.map(
      ({ __typename, account, name, wallet }: Found) => `${__typename} ${account.name} ${name ?? wallet}`,
    ) as string[],
    gaps: gaps.map((gap: { account: { name: string }; failure: { code: string } }) => [
      gap.account.name,
      gap.failure.code,
    ]),
    asked: asked.map(({ name }: { name: string }) => name) as string[],
    calls: sandbox.calls.length,
  };
}

const learnWallet = (account: string, uuid: string, orderId: string) =>
  store.directory.learnWallet({
    kind: 'StaticWallet',
    account,
    uuid,
    orderId,
    address: null,
    network: null,
    currency: null,
    paymentUrl: null,
    status: 'ACTIVE',
    rawStatus: null,
    refund: null,
    refundSpent: false,
    origin: 'REGISTERED',
    learnedAt: new Date(),
    updatedAt: new Date(),
  } satisfies StaticWallet);

/** Every id of an object in the providers' documents, and where the sandbox has it. */
const SAMPLES: [id: string, found: string[]][] = [
  [
    'a7c0caec-a594-4aaa-b1c4-77d511857594',
    [
      'Payout cryptomus a7c0caec-a594-4aaa-b1c4-77d511857594',
      'Payout heleket a7c0caec-a594-4aaa-b1c4-77d511857594',
    ],
  ],
  [
    '92c39264-d180-4503-9c16-ee16f083bbb8',
    [
      'Payout cryptomus 92c39264-d180-4503-9c16-ee16f083bbb8',
      'Payout heleket 92c39264-d180-4503-9c16-ee16f083bbb8',
    ],
  ],
  [
    '129359',
    [
      'Payout cryptomus 2b852d86-3cf1-43fb-b1bb-36f0b7d12151',
      'Payout heleket 2b852d86-3cf1-43fb-b1bb-36f0b7d12151',
    ],
  ],
  [
    '2b852d86-3cf1-43fb-b1bb-36f0b7d12151',
    [
      'Payout cryptomus 2b852d86-3cf1-43fb-b1bb-36f0b7d12151',
      'Payout heleket 2b852d86-3cf1-43fb-b1bb-36f0b7d12151',
    ],
  ],
  ['0001', ['Payout repay 20f8286a-b181-4bb0-9e3b-f87ca4926dc9']],
  ['70e00550-06f2-4a37-84bb-8d7f30dc1eac', ['Withdrawal hashlee 70e00550-06f2-4a37-84bb-8d7f30dc1eac']],
  ['eea55e84-33e9-4bf1-a6ea-a6f853c801c7', ['Withdrawal hashlee eea55e84-33e9-4bf1-a6ea-a6f853c801c7']],
  ['9fc80af5-b845-427f-9064-e5eaed6e843f', ['Withdrawal hashlee 70e00550-06f2-4a37-84bb-8d7f30dc1eac']],
];

describe('an id from the documents', () => {
  test.each(SAMPLES)('%s is found at each account that has it, and nowhere else', async (id, found) => {
    expect(await lookup(id)).toMatchObject({ found, gaps: [], asked: ALL });
    const most = { cryptomus: 1, heleket: 1, repay: 1, hashlee: WITHDRAWING.length };
    for (const [name, accounts] of Object.entries(most)) {
      const calls = sandbox.calls.filter(({ provider }) => provider === name);
      expect(calls.length).toBeLessThanOrEqual(MOST_CALLS * accounts);
    }
  });

  test.each([
    ['upper case', 'EEA55E84-33E9-4BF1-A6EA-A6F853C801C7'],
    ['blanks around it', '  0001 '],
  ])('in %s is the same', async (_name, id) => {
    expect((await lookup(id)).found).toHaveLength(1);
  });

  test('of a static wallet is found where it was learned', async () => {
    const uuid = 'fcc40793-39f9-4fa9-85b2-93148039a72b';
    expect(await lookup(uuid)).toMatchObject({ found: [], gaps: [] });
    await learnWallet('heleket', uuid, 'order-of-a-wallet');
    const found = [`StaticWallet heleket ${uuid}`];
    expect(await lookup(uuid)).toMatchObject({ found, gaps: [] });
    expect(await lookup('order-of-a-wallet')).toMatchObject({ found, gaps: [] });
  });

  test('of a payout of Repay, which is read by order id, is found by the order id that was learned', async () => {
    const id = '20f8286a-b181-4bb0-9e3b-f87ca4926dc9';
    await lookup('0001');
    expect(await lookup(id)).toMatchObject({ found: [`Payout repay ${id}`], gaps: [] });
    const asked = sandbox.calls.filter(({ provider }) => provider === 'repay');
    expect(asked.map(({ path }) => path.split('/').at(-1))).toEqual(['0001']);
  });

  test('that is one order of several kinds finds them all, by account', async () => {
    await learnWallet('heleket', 'fcc40793-39f9-4fa9-85b2-93148039a72b', '1');
    expect((await lookup('1')).found).toEqual([
      'Payout cryptomus a7c0caec-a594-4aaa-b1c4-77d511857594',
      'StaticWallet heleket fcc40793-39f9-4fa9-85b2-93148039a72b',
      'Payout heleket a7c0caec-a594-4aaa-b1c4-77d511857594',
    ]);
  });
});

describe('what is nobody’s', () => {
  test.each([
    ['a word', 'nonsense', ALL, 5],
    ['a uuid', '00000000-0000-4000-8000-000000000000', ALL, 7],
    ['a number', '424242', ALL, 5],
    ['a sentence', 'was it paid?', WITHDRAWING, 3],
    ['an address', '0x5f0c1b8a7e2d49630af1c8e57b94d2063ae81c7d', ['repay', ...WITHDRAWING], 3],
    [
      'a transaction that a payout has',
      '5e5810946152ea569d2a2aa9aa32a45c0e4223a4f9aad8e31d2fc660d2cdedb8',
      ['repay', ...WITHDRAWING],
      3,
    ],
    ['letters of another script', 'заказ-17', WITHDRAWING, 3],
    ['what looks like a filter', '[{"field":"hash"}]', WITHDRAWING, 3],
  ])('%s finds nothing, without a gap, and says who was asked', async (_name, text, asked, calls) => {
    expect(await lookup(text)).toEqual({ found: [], gaps: [], asked, calls });
  });

  test.each(['', '   ', 'two\nlines', 'x'.repeat(600)])(
    '%j is refused, and nobody is asked',
    async (reference) => {
      const { data, errors } = await ask(QUERY, { reference });
      expect(data).toEqual({ lookup: null });
      expect(errors).toMatchObject([{ extensions: { code: 'INVALID_INPUT' } }]);
      expect(sandbox.calls).toHaveLength(0);
    },
  );
});

describe('a node id', () => {
  const hash = 'eea55e84-33e9-4bf1-a6ea-a6f853c801c7';

  test('asks its own account only, with one call', async () => {
    const id = encodeId({ kind: 'Withdrawal', account: 'hashlee', hash });
    expect(await lookup(id)).toEqual({
      found: [`Withdrawal hashlee ${hash}`],
      gaps: [],
      asked: ['hashlee'],
      calls: 1,
    });
  });

  test('of a payout and of a wallet find these', async () => {
    const payout = encodeId({ kind: 'Payout', account: 'repay', key: { orderId: '0001' } });
    expect((await lookup(payout)).found).toEqual(['Payout repay 20f8286a-b181-4bb0-9e3b-f87ca4926dc9']);
    const uuid = 'fcc40793-39f9-4fa9-85b2-93148039a72b';
    await learnWallet('cryptomus', uuid, '1');
    const wallet = encodeId({ kind: 'StaticWallet', account: 'cryptomus', key: { uuid } });
    expect(await lookup(wallet)).toEqual({
      found: [`StaticWallet cryptomus ${uuid}`],
      gaps: [],
      asked: [],
      calls: 0,
    });
  });

  test.each([
    ['of an account that is gone', { kind: 'Withdrawal', account: 'closed', hash }],
    ['of an account itself', { kind: 'Account', account: 'hashlee' }],
    ['of an operation', { kind: 'Operation', account: 'hashlee', operation: hash }],
  ] as const)('%s asks nobody', async (_name, node) => {
    expect(await lookup(encodeId(node))).toEqual({ found: [], gaps: [], asked: [], calls: 0 });
  });

  test('of what is not there finds nothing', async () => {
    const nobody = '00000000-0000-4000-8000-000000000000';
    const id = encodeId({ kind: 'Withdrawal', account: 'hashlee-2', hash: nobody });
    expect(await lookup(id)).toMatchObject({ found: [], gaps: [], asked: ['hashlee-2'] });
  });
});

describe('accounts that cannot answer', () => {
  test('are gaps, one each, and the others answer', async () => {
    sandbox.inject({ kind: 'unauthorized', provider: 'heleket' });
    const { found, gaps } = await lookup('a7c0caec-a594-4aaa-b1c4-77d511857594');
    expect(found).toEqual(['Payout cryptomus a7c0caec-a594-4aaa-b1c4-77d511857594']);
    expect(gaps).toEqual([['heleket', 'UNAUTHENTICATED']]);
  });

  test('in one of two ways are a gap, and what the other way found is told', async () => {
    sandbox.inject({ kind: 'forbidden', endpoint: 'W1' });
    const { hash } = sandbox.rows.withdrawals(UNIT)[0]!;
    expect(await lookup(hash)).toMatchObject({
      found: [`Withdrawal hashlee ${hash}`],
      gaps: WITHDRAWING.map((name) => [name, 'FORBIDDEN']),
    });
  });

  test('are not waited for longer than for a list, by a node id neither', async () => {
    const impatient = serve(accounts, { listWaitMs: 1_000 });
    const release = sandbox.hold({ provider: 'repay' });
    const id = encodeId({ kind: 'Payout', account: 'repay', key: { orderId: '0002' } });
    const [text, node] = await Promise.all([
      impatient.ask(QUERY, { reference: '0001' }),
      impatient.ask(QUERY, { reference: id }),
    ]);
    for (const { data } of [text, node]) {
      expect(data.lookup).toMatchObject({
        results: [],
        gaps: [{ account: { name: 'repay' }, failure: { code: 'TIMEOUT' } }],
      });
    }
    release();
    expect((await lookup('0001')).found).toHaveLength(1);
  });

  test('all of them leave nothing but gaps', async () => {
    sandbox.inject({ kind: 'server-error' });
    const { found, gaps, asked } = await lookup('0001');
    expect(found).toEqual([]);
    expect(gaps).toEqual(ALL.map((name) => [name, 'UNAVAILABLE']));
    expect(asked).toEqual(ALL);
  });
});

test('all accounts are asked at once', async () => {
  const release = sandbox.hold({});
  const answer = lookup('eea55e84-33e9-4bf1-a6ea-a6f853c801c7');
  await expect.poll(() => sandbox.calls.length, { interval: 5, timeout: 5_000 }).toBe(7);
  release();
  expect((await answer).found).toHaveLength(1);
});
