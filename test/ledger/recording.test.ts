/** What the ledger knows of a write and when: before it is sent, whatever becomes of whoever asked, and however often
 * the same key comes again. */

import { sql } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { encodeId } from '../../src/id.ts';
import { startProduct, UPSTREAM } from '../support/app.ts';
import { onEachDatabase } from '../support/databases.ts';
import {
  ADDRESS,
  arrived,
  byHash,
  byOrderId,
  NEW_CARD_PAYOUT,
  NEW_PAYOUT,
  NEW_WALLET,
  NEW_WITHDRAWAL,
  OPERATION,
  openHash,
  operationOf,
  type WriteName,
  write,
} from '../support/writes.ts';

const OPERATIONS = `{ operations { nodes { ${OPERATION} } } }`;
const KEY = 'the-key';

onEachDatabase(async (kind) => {
  const { ask, sandbox, serve, database, accounts } = await startProduct(UPSTREAM, {}, kind);
  const openHashAtFirst = openHash(sandbox);
  const operations = async () => (await ask(OPERATIONS)).data.operations.nodes;
  /** Cancels the same withdrawal with the same key, as often as it is called. */
  const cancel = (through = ask) =>
    write(through, 'cancelWithdrawal', { idempotencyKey: KEY, withdrawal: byHash(openHashAtFirst) });

  const INPUTS: [WriteName, kind: string, input: () => object, kept: object, target: () => object | null][] =
    [
      [
        'createStaticWallet',
        'CREATE_STATIC_WALLET',
        () => NEW_WALLET,
        { orderId: 'new-wallet', currency: 'USDT', network: 'tron', callbackUrl: null },
        () => null,
      ],
      [
        'blockWallet',
        'BLOCK_WALLET',
        () => ({ wallet: byOrderId('cryptomus', '1') }),
        { forceRefund: false },
        () => ({ kind: 'StaticWallet', account: 'cryptomus', key: { orderId: '1' } }),
      ],
      [
        'refundBlocked',
        'REFUND_BLOCKED',
        () => ({ wallet: byOrderId('heleket', 'blocked'), toAddress: ADDRESS }),
        { toAddress: ADDRESS },
        () => ({ kind: 'StaticWallet', account: 'heleket', key: { orderId: 'blocked' } }),
      ],
      [
        'createPayout',
        'CREATE_PAYOUT',
        () => NEW_PAYOUT,
        {
          amount: '5',
          currency: 'USDT',
          destination: 'CRYPTO_ADDRESS',
          address: ADDRESS,
          recipient: null,
          network: 'tron',
          memo: null,
          feePayer: 'MERCHANT',
          payCurrency: null,
          fromCurrency: null,
          callbackUrl: null,
        },
        () => ({ kind: 'Payout', account: 'cryptomus', key: { orderId: 'new-payout' } }),
      ],
      [
        'createWithdrawal',
        'CREATE_WITHDRAWAL',
        () => NEW_WITHDRAWAL,
        { targetAccountId: 'jqozmk', currency: 'BRL', netAmount: '100.00', description: null },
        () => null,
      ],
      [
        'cancelWithdrawal',
        'CANCEL_WITHDRAWAL',
        () => ({ withdrawal: byHash(openHashAtFirst) }),
        {},
        () => ({ kind: 'Withdrawal', account: 'hashlee', hash: openHashAtFirst }),
      ],
    ];

  test.each(INPUTS)(
    '%s is in the ledger, committed, before the first byte is sent',
    async (name, action, input, kept, target) => {
      const release = sandbox.hold({});
      const asked = write(ask, name, { ...input(), idempotencyKey: KEY });
      await arrived(sandbox, 1);
      const [operation, ...others] = await operations();
      expect(others).toEqual([]);
      const object = target();
      expect(operation).toEqual({
        id: expect.any(String),
        kind: action,
        account: { name: sandbox.calls[0]!.provider },
        targetId: object && encodeId(object as Parameters<typeof encodeId>[0]),
        input: kept,
        idempotencyKey: KEY,
        caller: 'anonymous',
        state: 'PENDING',
        settledBy: null,
        failure: null,
        sends: 1,
        checks: 0,
        createdAt: expect.any(String),
        sentAt: operation.createdAt,
        settledAt: null,
        nextCheckAt: null,
      });

      release();
      const result = await asked;
      expect(operationOf(result)).toMatchObject({
        id: operation.id,
        state: 'SUCCEEDED',
        settledBy: 'ANSWER',
        settledAt: expect.any(String),
        targetId: expect.any(String),
      });
      expect(sandbox.effects).toHaveLength(1);
    },
  );

  test('the same key and input while it is being sent answers with the pending operation, and sends nothing', async () => {
    const release = sandbox.hold({ endpoint: 'W4' });
    const first = cancel();
    await arrived(sandbox, 1);
    const second = await cancel();
    expect(second).toMatchObject({ __typename: 'CancelWithdrawalPayload', operation: { state: 'PENDING' } });
    release();
    expect((await first).operation.id).toBe(second.operation.id);
    expect(sandbox.calls).toHaveLength(1);
  });

  test('the same key and input after it succeeded answers with what happened, and sends nothing', async () => {
    const first = await cancel();
    expect(await cancel()).toEqual(first);
    expect(first.operation.state).toBe('SUCCEEDED');
    expect(sandbox.calls).toHaveLength(1);
  });

  test('the same key and input after it was refused answers with the refusal, and sends nothing', async () => {
    sandbox.inject({ kind: 'forbidden', times: 1 });
    const first = await cancel();
    expect(first).toMatchObject({
      __typename: 'ProviderFailure',
      code: 'FORBIDDEN',
      ledgerEntry: { state: 'REJECTED', settledBy: 'ANSWER', settledAt: expect.any(String) },
    });
    expect(await cancel()).toEqual(first);
    expect(sandbox.calls).toHaveLength(1);
  });

  test('the same key and input while its outcome is unknown answers with that, and sends nothing', async () => {
    sandbox.inject({ kind: 'drop-after', times: 1 });
    const first = await cancel();
    expect(first).toMatchObject({
      outcome: 'UNKNOWN',
      ledgerEntry: { state: 'UNKNOWN', settledBy: null, settledAt: null, nextCheckAt: expect.any(String) },
    });
    expect(await cancel()).toEqual(first);
    expect(sandbox.calls).toHaveLength(1);
  });

  test('the same key and input while a person must look answers with that, and sends nothing', async () => {
    sandbox.inject({ kind: 'drop-after', times: 1 });
    const first = await cancel();
    await database.db.execute(sql`update operations set state = 'NEEDS_REVIEW', next_check_at = null`);
    expect(await cancel()).toEqual({
      ...first,
      ledgerEntry: { ...first.ledgerEntry, state: 'NEEDS_REVIEW', nextCheckAt: null },
    });
    expect(sandbox.calls).toHaveLength(1);
  });

  test.each([
    ['another target', { withdrawal: byHash(openHash(sandbox, 1)) }],
    ['another account', { withdrawal: byHash(openHashAtFirst, 'hashlee-2') }],
  ])('the same key for %s is refused, and sends nothing', async (_what, change) => {
    const { operation } = await cancel();
    const second = await write(ask, 'cancelWithdrawal', { idempotencyKey: KEY, ...change });
    expect(second).toMatchObject({
      __typename: 'IdempotencyConflict',
      code: 'KEY_REUSED',
      ledgerEntry: { id: operation.id },
    });
    expect(sandbox.calls).toHaveLength(1);
  });

  test.each([
    ['another amount', { amount: '6' }],
    ['the same amount in other digits', { amount: '5.0' }],
    ['another address', { destination: { crypto: { address: `${ADDRESS}x`, network: 'tron' } } }],
    ['another network', { destination: { crypto: { address: ADDRESS, network: 'bsc' } } }],
    ['another to pay the fee', { feePayer: 'RECIPIENT' }],
    ['another order id', { orderId: 'other' }],
    ['another callback', { callbackUrl: 'https://other.example/' }],
  ])('the same key for a payout of %s is refused, and sends nothing', async (_what, change) => {
    await write(ask, 'createPayout', { ...NEW_PAYOUT, idempotencyKey: KEY });
    const second = await write(ask, 'createPayout', { ...NEW_PAYOUT, ...change, idempotencyKey: KEY });
    expect(second).toMatchObject({ __typename: 'IdempotencyConflict', code: 'KEY_REUSED' });
    expect(sandbox.calls).toHaveLength(1);
  });

  test('the same key for a payout to another card is refused, although no card number is kept', async () => {
    const pay = (number: string) =>
      write(ask, 'createPayout', {
        ...NEW_CARD_PAYOUT,
        destination: { card: { number, bankId: null } },
        idempotencyKey: KEY,
      });
    await pay('2202098765432109');
    expect(await pay('2202098765432109')).toMatchObject({ operation: { state: 'SUCCEEDED' } });
    expect(await pay('2202098765432117')).toMatchObject({ code: 'KEY_REUSED' });
    expect(sandbox.calls).toHaveLength(1);
  });

  test('the same key for another mutation is refused, and sends nothing', async () => {
    await cancel();
    const second = await write(ask, 'blockWallet', {
      wallet: byOrderId('cryptomus', '1'),
      idempotencyKey: KEY,
    });
    expect(second).toMatchObject({ code: 'KEY_REUSED', ledgerEntry: { kind: 'CANCEL_WITHDRAWAL' } });
    expect(sandbox.calls).toHaveLength(1);
  });

  test('another second factor does not make it another request: it is kept nowhere', async () => {
    const withdraw = (factor: object) =>
      write(ask, 'createWithdrawal', { ...NEW_WITHDRAWAL, code: null, ...factor, idempotencyKey: KEY });
    const first = await withdraw({ code: '111111' });
    expect(await withdraw({ signature: 'of-somebody' })).toEqual(first);
    expect(sandbox.calls).toHaveLength(1);
  });

  test('input that is refused leaves nothing in the ledger', async () => {
    await write(ask, 'cancelWithdrawal', { withdrawal: byHash('no hash') });
    await write(ask, 'blockWallet', { wallet: byOrderId('nowhere', '1') });
    await write(ask, 'blockWallet', { wallet: byOrderId('repay', '1') });
    await write(ask, 'createWithdrawal', { ...NEW_WITHDRAWAL, signature: 'beside a code' });
    expect(await operations()).toEqual([]);
    expect(sandbox.calls).toEqual([]);
  });

  test('a client that hangs up does not stop its write, nor keep it from being recorded', async () => {
    const { door, url } = serve(accounts);
    const client = new AbortController();
    const release = sandbox.hold({ endpoint: 'W4' });
    const answer = fetch(await url(), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        query: 'mutation ($input: CancelWithdrawalInput!) { cancelWithdrawal(input: $input) { __typename } }',
        variables: { input: { idempotencyKey: KEY, withdrawal: byHash(openHashAtFirst) } },
      }),
      signal: client.signal,
    });
    await arrived(sandbox, 1);
    client.abort();
    await expect(answer).rejects.toThrow('aborted');
    await door.close(60_000);
    release();

    await expect.poll(async () => (await operations())[0].state, { interval: 10 }).toBe('SUCCEEDED');
    expect(await cancel()).toMatchObject({ operation: { state: 'SUCCEEDED' } });
    expect(sandbox.calls).toHaveLength(1);
  });

  test('an outcome is recorded although the database was away when it came', async () => {
    const awayFor: unknown[] = [];
    const door = serve(accounts, { onBug: (error) => awayFor.push(error) });
    const release = sandbox.hold({ endpoint: 'W4' });
    const asked = cancel(door.ask);
    await arrived(sandbox, 1);
    await database.db.execute(sql`alter table operations rename to operations_away`);
    release();
    await expect.poll(() => awayFor.length, { interval: 5, timeout: 5_000 }).toBeGreaterThan(0);
    await database.db.execute(sql`alter table operations_away rename to operations`);
    expect(await asked).toMatchObject({ operation: { state: 'SUCCEEDED' } });
  });
});
