/** How the outcome of a write is found out by reading, and what reading may not decide. */

import { sql } from 'drizzle-orm';
import { describe, expect, test } from 'vitest';
import { encodeId } from '../../src/id.ts';
import { createStore } from '../../src/store/store.ts';
import { startProduct, UPSTREAM } from '../support/app.ts';
import { onEachDatabase, onServer } from '../support/databases.ts';
import {
  ADDRESS,
  byHash,
  byOrderId,
  NEW_CARD_PAYOUT,
  NEW_PAYOUT,
  NEW_WALLET,
  NEW_WITHDRAWAL,
  OPERATION,
  openHash,
  operationOf,
  UNIT,
  type WriteName,
  write,
} from '../support/writes.ts';

const NOBODY = '00000000-0000-4000-8000-000000000000';
const MAX_CHECKS = 3;
/** A withdrawal is looked for among those made since it was sent, so the sandbox must keep the time. */
const RUNNING = { clock: 'running' } as const;

onEachDatabase(async (kind) => {
  const product = await startProduct(UPSTREAM, RUNNING, kind);
  const { sandbox, serve, accounts, database } = product;
  const { ask, services } = serve(accounts, { maxChecks: MAX_CHECKS });
  const endpoints = () => sandbox.calls.map(({ endpoint }) => endpoint);
  const operation = async (id: string) =>
    (await ask(`query ($id: ID!) { operation(id: $id) { ${OPERATION} } }`, { id })).data.operation;

  /** Makes every operation due that is looked for at all, and looks. */
  async function look(times = 1): Promise<void> {
    for (let time = 0; time < times; time++) {
      await database.db.execute(
        sql`update operations set next_check_at = now() - interval '1 second' where next_check_at is not null`,
      );
      await services.reconciler.round();
    }
  }

  /** A write whose answer is lost, after or before it happened. */
  async function lost(kind: 'drop-after' | 'drop-before', name: WriteName, input: object, payload = '') {
    sandbox.inject({ kind, times: 1 });
    const result = await write(ask, name, { ...input }, payload);
    expect(result).toMatchObject({ outcome: 'UNKNOWN', ledgerEntry: { state: 'UNKNOWN', checks: 0 } });
    sandbox.clearCalls();
    return result.ledgerEntry;
  }

  const UNSETTLED = { settledBy: null, settledAt: null };
  const BY_READING = { settledBy: 'READING', settledAt: expect.any(String), nextCheckAt: null };

  /** Stays unknown for as long as it is looked for, then a person is asked; never a refusal, never a success. */
  async function endsInReview(id: string): Promise<void> {
    for (let checks = 1; checks < MAX_CHECKS; checks++) {
      await look();
      expect(await operation(id)).toMatchObject({
        state: 'UNKNOWN',
        checks,
        nextCheckAt: expect.any(String),
        ...UNSETTLED,
      });
    }
    await look();
    const ended = { state: 'NEEDS_REVIEW', checks: MAX_CHECKS, nextCheckAt: null, ...UNSETTLED };
    expect(await operation(id)).toMatchObject(ended);
    sandbox.clearCalls();
    await look();
    expect(await operation(id)).toMatchObject(ended);
    expect(sandbox.calls).toEqual([]);
  }

  describe('a cancellation', () => {
    const cancellation = () => ({ withdrawal: byHash(openHash(sandbox)) });

    test('that happened is found by reading its withdrawal', async () => {
      const input = { ...cancellation(), idempotencyKey: 'k' };
      const { id } = await lost('drop-after', 'cancelWithdrawal', input);
      await look();
      expect(endpoints()).toEqual(['W2']);
      expect(await operation(id)).toMatchObject({
        state: 'SUCCEEDED',
        checks: 1,
        failure: null,
        ...BY_READING,
      });
      expect(await write(ask, 'cancelWithdrawal', input, 'withdrawal { rawStatus }')).toMatchObject({
        __typename: 'CancelWithdrawalPayload',
        operation: { id },
        withdrawal: { rawStatus: 'CANCELED' },
      });
      expect(sandbox.effects).toHaveLength(1);
    });

    test('whose withdrawal is still open may yet happen: it ends with a person', async () => {
      const { id } = await lost('drop-before', 'cancelWithdrawal', cancellation());
      await endsInReview(id);
    });

    test('that happens late is found late', async () => {
      const { id } = await lost('drop-before', 'cancelWithdrawal', cancellation());
      await look(2);
      sandbox.setWithdrawalStatus(UNIT, openHash(sandbox), 'CANCELED');
      await look();
      expect(await operation(id)).toMatchObject({ state: 'SUCCEEDED', checks: 3, ...BY_READING });
    });

    test.each(['PENDING', 'EXPORTED', 'FINISHED'])(
      'whose withdrawal went on to %s did not happen, and says so',
      async (status) => {
        const hash = openHash(sandbox);
        const input = { withdrawal: byHash(hash), idempotencyKey: 'k' };
        const { id } = await lost('drop-before', 'cancelWithdrawal', input);
        sandbox.setWithdrawalStatus(UNIT, hash, status);
        await look();
        expect(await operation(id)).toMatchObject({ state: 'REJECTED', checks: 1, ...BY_READING });
        expect(await write(ask, 'cancelWithdrawal', input)).toMatchObject({
          __typename: 'ProviderFailure',
          code: 'NOT_CANCELABLE',
          outcome: 'REJECTED',
          message: expect.not.stringContaining('it may have happened'),
        });
        expect(endpoints()).toEqual(['W2']);
      },
    );

    test.each(['REVERSED', 'quarantined'])(
      'whose withdrawal is %s, of which nothing follows, ends with a person',
      async (status) => {
        const hash = openHash(sandbox);
        const { id } = await lost('drop-before', 'cancelWithdrawal', { withdrawal: byHash(hash) });
        sandbox.setWithdrawalStatus(UNIT, hash, status);
        await endsInReview(id);
      },
    );

    test('of a withdrawal that is not there ends with a person', async () => {
      const { id } = await lost('drop-before', 'cancelWithdrawal', { withdrawal: byHash(NOBODY) });
      await endsInReview(id);
    });

    test('keeps its own failure while the provider cannot be asked', async () => {
      const { id } = await lost('drop-after', 'cancelWithdrawal', cancellation());
      sandbox.inject({ kind: 'unauthorized', endpoint: 'W2' });
      await endsInReview(id);
      expect(await operation(id)).toMatchObject({ failure: { code: 'UNAVAILABLE', outcome: 'UNKNOWN' } });
    });

    test('is found by the next look after one that failed', async () => {
      const { id } = await lost('drop-after', 'cancelWithdrawal', cancellation());
      sandbox.inject({ kind: 'forbidden', endpoint: 'W2', times: 1 });
      await look(2);
      expect(await operation(id)).toMatchObject({ state: 'SUCCEEDED', checks: 2 });
    });
  });

  describe('a payout', () => {
    const inputs = [
      { ...NEW_PAYOUT, account: 'cryptomus' },
      { ...NEW_PAYOUT, account: 'heleket' },
      NEW_CARD_PAYOUT,
    ];

    test.each(inputs)('that was made at $account is found by its order id', async (input) => {
      const { id } = await lost('drop-after', 'createPayout', { ...input, idempotencyKey: 'k' });
      await look();
      expect(sandbox.calls).toHaveLength(1);
      expect(await operation(id)).toMatchObject({
        state: 'SUCCEEDED',
        checks: 1,
        failure: null,
        ...BY_READING,
      });
      const again = await write(ask, 'createPayout', { ...input, idempotencyKey: 'k' }, 'payout { id }');
      expect(again.payout.id).toBe(again.operation.targetId);
      expect(sandbox.effects).toHaveLength(1);
    });

    test.each(inputs)('that is not there at $account may yet come: it ends with a person', async (input) => {
      const { id } = await lost('drop-before', 'createPayout', input);
      await endsInReview(id);
    });

    test('that was made at Repay is in the directory from then on', async () => {
      await lost('drop-after', 'createPayout', NEW_CARD_PAYOUT);
      await look();
      const { data } = await ask(
        '{ payouts(accounts: ["repay"]) { nodes { reference learned { origin at } } } }',
      );
      expect(data.payouts.nodes).toEqual([
        { reference: 'new-payout', learned: { origin: 'CREATED', at: expect.any(String) } },
      ]);
    });

    test.each([
      ['another amount', { amount: '999' }],
      ['more digits of the amount', { amount: '1000.01' }],
    ])('whose order id belongs to one of %s is for a person at once', async (_what, change) => {
      const { id } = await lost('drop-before', 'createPayout', {
        ...NEW_CARD_PAYOUT,
        ...change,
        orderId: '0001',
      });
      await look();
      expect(await operation(id)).toMatchObject({ state: 'NEEDS_REVIEW', checks: 1, ...UNSETTLED });
      expect(endpoints()).toEqual(['R1']);
    });

    test('to another address than asked for is for a person at once', async () => {
      await write(ask, 'createPayout', NEW_PAYOUT);
      const destination = { crypto: { address: 'TXYZopYRdj2D9XRtbG411XZZ3kM5VkAeBf', network: 'tron' } };
      const { id } = await lost('drop-before', 'createPayout', { ...NEW_PAYOUT, destination });
      await look();
      expect(await operation(id)).toMatchObject({ state: 'NEEDS_REVIEW', checks: 1, ...UNSETTLED });
    });

    test('whose amount comes back in other digits is the same payout', async () => {
      const { id } = await lost('drop-after', 'createPayout', { ...NEW_PAYOUT, amount: '5.000' });
      await look();
      expect(await operation(id)).toMatchObject({ state: 'SUCCEEDED' });
    });

    test('whose order id is too long to be read by is for a person at once, without a call', async () => {
      const { id } = await lost('drop-after', 'createPayout', { ...NEW_PAYOUT, orderId: 'x'.repeat(33) });
      await look();
      expect(await operation(id)).toMatchObject({ state: 'NEEDS_REVIEW', checks: 1, ...UNSETTLED });
      expect(sandbox.calls).toEqual([]);
    });
  });

  describe('a withdrawal', () => {
    /** Somebody else asks for a withdrawal, past Paygraph. */
    async function madeElsewhere(change: object = {}): Promise<void> {
      const response = await fetch(`${sandbox.urls.hashlee}/v1/gateway-units/${UNIT}/withdrawals`, {
        method: 'POST',
        headers: {
          authorization: 'Bearer sandbox-hashlee-token',
          code: '1',
          'content-type': 'application/json',
        },
        body: JSON.stringify({
          gateway_unit_account_id: 'jqozmk',
          currency: 'BRL',
          net_amount: '100',
          description: '',
          ...change,
        }),
      });
      expect(response.status).toBe(201);
      sandbox.clearCalls();
    }
    const made = () =>
      sandbox.effects.filter(({ kind }) => kind === 'CREATE_WITHDRAWAL').map(({ target }) => target);

    test('that was made is found among those made since', async () => {
      const input = { ...NEW_WITHDRAWAL, description: 'for the landlord', idempotencyKey: 'k' };
      const { id } = await lost('drop-after', 'createWithdrawal', input);
      await look();
      expect(endpoints()).toEqual(['W1']);
      expect(await operation(id)).toMatchObject({
        state: 'SUCCEEDED',
        checks: 1,
        failure: null,
        targetId: encodeId({ kind: 'Withdrawal', account: 'hashlee', hash: made()[0]! }),
        ...BY_READING,
      });
      const again = await write(ask, 'createWithdrawal', input, 'withdrawal { netAmount { amount } }');
      expect(again.withdrawal).toEqual({ netAmount: { amount: '100.00000000' } });
      expect(made()).toHaveLength(1);
    });

    test('that was not made may yet come: it ends with a person', async () => {
      const { id } = await lost('drop-before', 'createWithdrawal', NEW_WITHDRAWAL);
      await endsInReview(id);
    });

    test('is not taken for one of several that are alike', async () => {
      const { id } = await lost('drop-after', 'createWithdrawal', NEW_WITHDRAWAL);
      await madeElsewhere();
      await endsInReview(id);
    });

    test.each([
      ['another amount', { net_amount: '100.01' }],
      ['another currency', { currency: 'BTC' }],
      ['another description', { description: 'of somebody else' }],
    ])('is not taken for one with %s', async (_what, change) => {
      const { id } = await lost('drop-before', 'createWithdrawal', NEW_WITHDRAWAL);
      await madeElsewhere(change);
      await endsInReview(id);
    });

    test('is not taken for one that was made before it was sent', async () => {
      sandbox.advance(-3_600_000);
      await madeElsewhere();
      sandbox.advance(3_600_000);
      const { id } = await lost('drop-before', 'createWithdrawal', NEW_WITHDRAWAL);
      await endsInReview(id);
    });

    test('is not taken for one of another unit', async () => {
      const { id } = await lost('drop-before', 'createWithdrawal', NEW_WITHDRAWAL);
      await write(ask, 'createWithdrawal', { ...NEW_WITHDRAWAL, account: 'hashlee-2' });
      await endsInReview(id);
    });

    test('is not taken for one that another operation is known to have made', async () => {
      const { id } = await lost('drop-before', 'createWithdrawal', NEW_WITHDRAWAL);
      await write(ask, 'createWithdrawal', NEW_WITHDRAWAL);
      await endsInReview(id);
    });

    test.each([
      ['alike', {}],
      ['alike but for the digits of the amount', { netAmount: '100' }],
      ['alike but for an empty description', { description: '' }],
      [
        'alike but for the account that it goes to, which a list does not tell',
        { targetAccountId: 'wbnxla' },
      ],
    ])(
      'of two unknown ones that are %s, neither is said to be the one that was made',
      async (_how, change) => {
        const notMade = await lost('drop-before', 'createWithdrawal', NEW_WITHDRAWAL);
        const wasMade = await lost('drop-after', 'createWithdrawal', { ...NEW_WITHDRAWAL, ...change });
        await look(MAX_CHECKS);
        for (const { id } of [notMade, wasMade]) {
          expect(await operation(id)).toMatchObject({ state: 'NEEDS_REVIEW', targetId: null, ...UNSETTLED });
        }
      },
    );

    test('of two unknown ones that differ in what a list tells, each is found', async () => {
      const one = await lost('drop-after', 'createWithdrawal', NEW_WITHDRAWAL);
      const other = await lost('drop-after', 'createWithdrawal', { ...NEW_WITHDRAWAL, description: 'rent' });
      await look();
      const found = [await operation(one.id), await operation(other.id)];
      expect(found).toMatchObject([{ state: 'SUCCEEDED' }, { state: 'SUCCEEDED' }]);
      expect(found.map(({ targetId }) => targetId)).toEqual(
        made().map((hash) => encodeId({ kind: 'Withdrawal', account: 'hashlee', hash })),
      );
    });
  });

  test.each([
    ['createStaticWallet', () => NEW_WALLET],
    ['blockWallet', () => ({ wallet: byOrderId('cryptomus', '1') })],
    ['refundBlocked', () => ({ wallet: byOrderId('heleket', 'blocked'), toAddress: ADDRESS })],
  ] as const)('the outcome of %s cannot be read: a person must look', async (name, input) => {
    const { id } = await lost('drop-after', name, input());
    await look();
    expect(await operation(id)).toMatchObject({ state: 'NEEDS_REVIEW', ...UNSETTLED });
    expect(sandbox.calls).toEqual([]);
    expect(sandbox.effects).toHaveLength(1);
  });

  test('what is not due yet is left alone', async () => {
    const { id } = await lost('drop-after', 'cancelWithdrawal', { withdrawal: byHash(openHash(sandbox)) });
    await database.db.execute(sql`update operations set next_check_at = now() + interval '1 hour'`);
    expect(await services.reconciler.round()).toBe(0);
    expect(sandbox.calls).toEqual([]);
    expect(await operation(id)).toMatchObject({ state: 'UNKNOWN', checks: 0 });
  });

  test('an operation of an account that is not configured any more ends with a person', async () => {
    const { id } = await lost('drop-after', 'cancelWithdrawal', { withdrawal: byHash(openHash(sandbox)) });
    const without = serve([], { maxChecks: 1 });
    await database.db.execute(sql`update operations set next_check_at = now() - interval '1 second'`);
    expect(await without.services.reconciler.round()).toBe(1);
    expect(await operation(id)).toMatchObject({ state: 'NEEDS_REVIEW' });
    const shown = await without.ask('{ operations { nodes { state account { name } } } }');
    expect(shown.data.operations.nodes).toEqual([{ state: 'NEEDS_REVIEW', account: null }]);
  });

  test('one that cannot be looked for keeps no other from being found', async () => {
    const first = await lost('drop-after', 'cancelWithdrawal', { withdrawal: byHash(openHash(sandbox)) });
    const second = await lost('drop-after', 'createPayout', NEW_PAYOUT);
    sandbox.inject({ kind: 'unauthorized', endpoint: 'W2' });
    await look();
    expect(await operation(first.id)).toMatchObject({ state: 'UNKNOWN' });
    expect(await operation(second.id)).toMatchObject({ state: 'SUCCEEDED' });
  });

  test('looks by itself once it is started, and no more once it is stopped', async () => {
    const other = serve(accounts, { reconcileEveryMs: 5, maxChecks: 100 });
    const { id } = await lost('drop-after', 'cancelWithdrawal', { withdrawal: byHash(openHash(sandbox)) });
    other.services.reconciler.start();
    await expect.poll(async () => (await operation(id)).state, { interval: 10 }).toBe('SUCCEEDED');
    await other.services.reconciler.stop();
    const last = await lost('drop-after', 'createPayout', NEW_PAYOUT);
    for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(await operation(last.id)).toMatchObject({ state: 'UNKNOWN', checks: 0 });
  });

  test('waits twice as long after each look, and never more than an hour', async () => {
    const { id } = await lost('drop-before', 'cancelWithdrawal', { withdrawal: byHash(openHash(sandbox)) });
    const patient = createStore(database, 60_000);
    const minutes: number[] = [];
    for (let checks = 0; checks < 9; checks++) {
      await database.db.execute(
        sql`update operations set next_check_at = now() - interval '1 second', checks = ${checks * checks}`,
      );
      expect(await patient.ledger.claimDue(5)).toHaveLength(1);
      const { nextCheckAt } = await operation(id);
      minutes.push(Math.round((Date.parse(nextCheckAt) - Date.now()) / 60_000));
    }
    expect(minutes).toEqual([1, 2, 16, 60, 60, 60, 60, 60, 60]);
  });
});

onServer(async () => {
  const { sandbox, database, replica, ask } = await startProduct(UPSTREAM, RUNNING, 'server');
  // What one replica took to look for is not due again before the others are through.
  const others = await Promise.all([1, 2, 3].map(() => replica({}, 60_000)));

  test('of several replicas that look at once, each operation is looked for by one', async () => {
    sandbox.inject({ kind: 'drop-after', endpoint: 'C5' });
    await Promise.all(
      Array.from({ length: 15 }, (_, at) =>
        write(ask, 'createPayout', { ...NEW_PAYOUT, orderId: `order-${at}` }),
      ),
    );
    sandbox.clearCalls();
    await database.db.execute(sql`update operations set next_check_at = now() - interval '1 second'`);
    const looks = await Promise.all(others.map(({ services }) => services.reconciler.round()));
    expect(looks.reduce((sum, each) => sum + each, 0)).toBe(15);
    expect(sandbox.calls).toHaveLength(15);
    const { data } = await ask('{ operations { nodes { state checks settledBy } } }');
    expect(data.operations.nodes).toEqual(
      Array(15).fill({ state: 'SUCCEEDED', checks: 1, settledBy: 'READING' }),
    );
  });

  test('what was settled while it was looked for stays as it was settled', async () => {
    sandbox.inject({ kind: 'drop-after', endpoint: 'W4', times: 1 });
    const result = await write(ask, 'cancelWithdrawal', { withdrawal: byHash(openHash(sandbox)) });
    await database.db.execute(sql`update operations set next_check_at = now() - interval '1 second'`);
    const release = sandbox.hold({ endpoint: 'W2' });
    const look = others[0]!.services.reconciler.round();
    await expect.poll(() => sandbox.calls.length, { interval: 5 }).toBe(2);
    await database.db.execute(
      sql`update operations set state = 'REJECTED', settled_by = 'ANSWER', settled_at = now(), next_check_at = null`,
    );
    release();
    await look;
    const { data } = await ask('{ operations { nodes { id state settledBy } } }');
    expect(data.operations.nodes).toEqual([
      { id: operationOf(result).id, state: 'REJECTED', settledBy: 'ANSWER' },
    ]);
  });
});
