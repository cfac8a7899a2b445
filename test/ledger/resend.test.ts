/** When the same key may send a write once more, and what the provider's answer to that tells of the first time. */

import { sql } from 'drizzle-orm';
import { describe, expect, test } from 'vitest';
import { startProduct, UPSTREAM } from '../support/app.ts';
import { onEachDatabase, onServer } from '../support/databases.ts';
import {
  ADDRESS,
  arrived,
  byHash,
  byOrderId,
  byUuid,
  NEW_CARD_PAYOUT,
  NEW_PAYOUT,
  NEW_WALLET,
  NEW_WITHDRAWAL,
  openHash,
  operationOf,
  type WriteName,
  write,
} from '../support/writes.ts';

const KEY = 'the-key';
const WALLET = 'wallet { status availableActions refund { amount commission toAddress requestedAt } }';

onEachDatabase(async (kind) => {
  const { ask, sandbox, services, database } = await startProduct(UPSTREAM, {}, kind);
  const kinds = () => sandbox.effects.map((effect) => effect.kind);
  const toReview = async () => {
    await database.db.execute(sql`update operations set next_check_at = now() - interval '1 second'`);
    expect(await services.reconciler.round()).toBe(1);
  };

  describe('a refund whose outcome is unknown', () => {
    const refund = (orderId = 'blocked', idempotencyKey = KEY) =>
      write(
        ask,
        'refundBlocked',
        { idempotencyKey, wallet: byOrderId('cryptomus', orderId), toAddress: ADDRESS },
        WALLET,
      );
    async function lost(kind: 'drop-after' | 'drop-before', orderId?: string) {
      sandbox.inject({ kind, endpoint: 'C4', times: 1 });
      const result = await refund(orderId);
      expect(result).toMatchObject({ outcome: 'UNKNOWN', ledgerEntry: { state: 'UNKNOWN', sends: 1 } });
      return result.ledgerEntry;
    }

    test('and that happened is settled by its key: it can be done only once, so it was', async () => {
      const { id } = await lost('drop-after');
      const settled = await refund();
      expect(settled).toMatchObject({
        __typename: 'RefundBlockedPayload',
        operation: { id, state: 'SUCCEEDED', settledBy: 'INFERRED', sends: 2, failure: null },
        wallet: {
          status: 'BLOCKED',
          availableActions: [],
          refund: { amount: null, commission: null, toAddress: ADDRESS, requestedAt: expect.any(String) },
        },
      });
      expect(await refund()).toEqual(settled);
      expect(sandbox.calls).toHaveLength(2);
      expect(kinds()).toEqual(['REFUND']);
    });

    test('and that did not happen is done by its key, with its amounts', async () => {
      const { id } = await lost('drop-before');
      expect(await refund()).toMatchObject({
        operation: { id, state: 'SUCCEEDED', settledBy: 'ANSWER', sends: 2 },
        wallet: { refund: { amount: '99.50', commission: '0.50', toAddress: ADDRESS } },
      });
      expect(sandbox.calls).toHaveLength(2);
      expect(kinds()).toEqual(['REFUND']);
    });

    test('may go out by its key after a person was asked, too', async () => {
      const { id } = await lost('drop-after');
      await toReview();
      expect(await refund()).toMatchObject({
        operation: { id, state: 'SUCCEEDED', settledBy: 'INFERRED', sends: 2 },
      });
    });

    test('is never sent by the reconciler', async () => {
      await lost('drop-before');
      await toReview();
      expect(sandbox.calls).toHaveLength(1);
      expect(sandbox.effects).toEqual([]);
    });

    const REFUSALS = [
      ['it is under way', { kind: 'refusal', text: 'Refund is in process' }, 'IN_PROGRESS'],
      ['there is nothing to refund', { kind: 'refusal', text: 'Nothing to withdraw' }, 'NOTHING_TO_REFUND'],
      ['there is no such wallet', { kind: 'refusal', text: 'Not found' }, 'NOT_FOUND'],
      ['it is too small', { kind: 'refusal', text: 'The amount is too small' }, 'AMOUNT_TOO_SMALL'],
      ['it is forbidden', { kind: 'forbidden' }, 'FORBIDDEN'],
      ['there are too many calls', { kind: 'rate-limit' }, 'RATE_LIMITED'],
      ['something without a reason', { kind: 'bare-failure' }, 'REJECTED'],
    ] as const;
    test.each(REFUSALS)(
      'stays unknown when the second time is answered that %s',
      async (_what, fault, code) => {
        await lost('drop-after');
        sandbox.inject({ ...fault, endpoint: 'C4', times: 1 });
        expect(await refund()).toMatchObject({
          __typename: 'ProviderFailure',
          code,
          outcome: 'UNKNOWN',
          ledgerEntry: { state: 'UNKNOWN', sends: 2, settledBy: null, nextCheckAt: expect.any(String) },
        });
        expect(kinds()).toEqual(['REFUND']);
      },
    );

    test('goes out twice at most, whatever becomes of it and however often it is asked', async () => {
      sandbox.inject({ kind: 'drop-before', endpoint: 'C4' });
      for (let time = 0; time < 4; time++) expect(await refund()).toMatchObject({ outcome: 'UNKNOWN' });
      await toReview();
      for (let time = 0; time < 2; time++) {
        expect(await refund()).toMatchObject({ ledgerEntry: { state: 'NEEDS_REVIEW', sends: 2 } });
      }
      expect(sandbox.calls).toHaveLength(2);
    });

    test('goes out once more for 20 requests with its key at once', async () => {
      await lost('drop-after');
      const results = await Promise.all(Array.from({ length: 20 }, () => refund()));
      expect(new Set(results.map((result) => operationOf(result).id)).size).toBe(1);
      expect(await refund()).toMatchObject({ operation: { settledBy: 'INFERRED', sends: 2 } });
      expect(sandbox.calls).toHaveLength(2);
    });

    test('does not go out again under its key for another address', async () => {
      await lost('drop-after');
      const other = await write(ask, 'refundBlocked', {
        idempotencyKey: KEY,
        wallet: byOrderId('cryptomus', 'blocked'),
        toAddress: `${ADDRESS}x`,
      });
      expect(other).toMatchObject({ code: 'KEY_REUSED' });
      expect(sandbox.calls).toHaveLength(1);
    });

    test('does not go out again under another key', async () => {
      await lost('drop-after');
      expect(await refund('blocked', 'other')).toMatchObject({ code: 'TARGET_BUSY' });
      expect(sandbox.calls).toHaveLength(1);
    });

    test('waits while another write on its wallet is under way', async () => {
      const { id } = await lost('drop-before');
      await toReview();
      const release = sandbox.hold({ endpoint: 'C3' });
      const block = write(ask, 'blockWallet', { wallet: byOrderId('cryptomus', 'blocked') });
      await arrived(sandbox, 2);
      expect(operationOf(await refund())).toMatchObject({ id, state: 'NEEDS_REVIEW', sends: 1 });
      release();
      await block;
      expect(operationOf(await refund())).toMatchObject({ id, state: 'SUCCEEDED', sends: 2 });
    });

    test('stands in the way of other writes on its wallet while it goes out again', async () => {
      await lost('drop-before');
      await toReview();
      const release = sandbox.hold({ endpoint: 'C4' });
      const again = refund();
      await arrived(sandbox, 2);
      expect(await refund('blocked', 'other')).toMatchObject({ code: 'TARGET_BUSY' });
      release();
      expect(await again).toMatchObject({ operation: { state: 'SUCCEEDED' } });
      expect(kinds()).toEqual(['REFUND']);
    });

    test('is not taken for the one that was done under another key before it', async () => {
      const done = await refund('blocked', 'first');
      await lost('drop-before');
      expect(await refund()).toMatchObject({
        __typename: 'ProviderFailure',
        code: 'ALREADY_DONE',
        ledgerEntry: { state: 'UNKNOWN', sends: 2, settledBy: null },
      });
      const { data } = await ask(
        `query ($by: StaticWalletRef!) { staticWallet(by: $by) { refund { amount toAddress } } }`,
        { by: byOrderId('cryptomus', 'blocked') },
      );
      expect(data.staticWallet.refund).toEqual({ amount: done.wallet.refund.amount, toAddress: ADDRESS });
    });

    test('that is refused at its first time is refused for good, though it was done before', async () => {
      expect(await refund('refunded')).toMatchObject({
        code: 'ALREADY_DONE',
        outcome: 'REJECTED',
        ledgerEntry: { state: 'REJECTED', settledBy: 'ANSWER', sends: 1 },
      });
      await refund('refunded');
      expect(sandbox.calls).toHaveLength(1);
    });
  });

  describe('a creation whose outcome is unknown', () => {
    const WALLET_OF = 'wallet { uuid orderId address status origin }';
    const CREATIONS: [
      WriteName,
      'cryptomus' | 'heleket',
      endpoint: string,
      input: object,
      payload: string,
    ][] = [
      ['createStaticWallet', 'cryptomus', 'C1', NEW_WALLET, WALLET_OF],
      ['createStaticWallet', 'heleket', 'H1', NEW_WALLET, WALLET_OF],
      ['createPayout', 'cryptomus', 'C5', NEW_PAYOUT, 'payout { uuid reference }'],
      ['createPayout', 'heleket', 'H5', NEW_PAYOUT, 'payout { uuid reference }'],
    ];
    const made = (account: 'cryptomus' | 'heleket', name: WriteName) =>
      name === 'createPayout'
        ? sandbox.rows.payouts(account).find((row) => row.order_id === NEW_PAYOUT.orderId)
        : sandbox.rows.wallets(account).find((row) => row.order_id === NEW_WALLET.orderId);

    for (const fault of ['drop-after', 'drop-before'] as const) {
      test.each(CREATIONS)(
        `%s at %s gives the same object by its key after ${fault}, and one effect`,
        async (name, account, endpoint, input, payload) => {
          const create = () => write(ask, name, { ...input, account, idempotencyKey: KEY }, payload);
          sandbox.inject({ kind: fault, endpoint, times: 1 });
          expect(await create()).toMatchObject({ outcome: 'UNKNOWN', ledgerEntry: { sends: 1 } });
          const again = await create();
          expect(again.operation).toMatchObject({ state: 'SUCCEEDED', settledBy: 'ANSWER', sends: 2 });
          expect(again[name === 'createPayout' ? 'payout' : 'wallet']).toMatchObject({
            uuid: made(account, name)!.uuid,
          });
          expect(sandbox.effects).toHaveLength(1);
          expect((await create()).operation).toEqual(again.operation);
          expect(sandbox.calls.filter((call) => call.endpoint === endpoint)).toHaveLength(2);
        },
      );
    }

    test.each(CREATIONS)(
      '%s at %s may be tried as often as it takes',
      async (name, account, endpoint, input) => {
        const create = () => write(ask, name, { ...input, account, idempotencyKey: KEY });
        sandbox.inject({ kind: 'drop-after', endpoint, times: 4 });
        for (let sends = 1; sends <= 4; sends++) {
          expect(await create()).toMatchObject({ ledgerEntry: { state: 'UNKNOWN', sends } });
        }
        expect(await create()).toMatchObject({ operation: { state: 'SUCCEEDED', sends: 5 } });
        expect(sandbox.effects).toHaveLength(1);
      },
    );

    test('of a wallet may be tried again after a person was asked', async () => {
      const create = () => write(ask, 'createStaticWallet', { ...NEW_WALLET, idempotencyKey: KEY });
      sandbox.inject({ kind: 'drop-after', endpoint: 'C1', times: 1 });
      await create();
      await toReview();
      expect(await create()).toMatchObject({ operation: { state: 'SUCCEEDED', sends: 2 } });
    });

    test('stays unknown when the second time is refused: the first may have happened', async () => {
      const create = () => write(ask, 'createPayout', { ...NEW_PAYOUT, idempotencyKey: KEY });
      sandbox.inject({ kind: 'drop-after', endpoint: 'C5', times: 1 });
      await create();
      sandbox.inject({ kind: 'forbidden', endpoint: 'C5', times: 1 });
      expect(await create()).toMatchObject({
        code: 'FORBIDDEN',
        outcome: 'UNKNOWN',
        ledgerEntry: { state: 'UNKNOWN', sends: 2 },
      });
    });
  });

  test.each([
    ['blockWallet', () => ({ wallet: byUuid('cryptomus', 'fcc40793-39f9-4fa9-85b2-93148039a72b') })],
    ['createPayout', () => NEW_CARD_PAYOUT],
    ['createWithdrawal', () => NEW_WITHDRAWAL],
    ['cancelWithdrawal', () => ({ withdrawal: byHash(openHash(sandbox)) })],
  ] as const)('%s goes out once, though nothing came of it and its key comes again', async (name, input) => {
    sandbox.inject({ kind: 'drop-before', times: 1 });
    const first = await write(ask, name, { ...input(), idempotencyKey: KEY });
    for (let time = 0; time < 3; time++) {
      expect(await write(ask, name, { ...input(), idempotencyKey: KEY })).toEqual(first);
    }
    expect(first.ledgerEntry).toMatchObject({ state: 'UNKNOWN', sends: 1 });
    expect(sandbox.calls).toHaveLength(1);
  });
});

onServer(async () => {
  const { ask, sandbox, replica } = await startProduct(UPSTREAM, {}, 'server');
  const other = await replica();

  test('of replicas that are asked at once for the key of an unknown refund, one sends it once more', async () => {
    const refund = (through = ask) =>
      write(through, 'refundBlocked', {
        idempotencyKey: KEY,
        wallet: byOrderId('cryptomus', 'blocked'),
        toAddress: ADDRESS,
      });
    sandbox.inject({ kind: 'drop-after', endpoint: 'C4', times: 1 });
    await refund();
    await Promise.all([ask, other.ask, ask, other.ask, ask, other.ask].map((door) => refund(door)));
    expect(await refund(other.ask)).toMatchObject({ operation: { settledBy: 'INFERRED', sends: 2 } });
    expect(sandbox.calls).toHaveLength(2);
  });
});
