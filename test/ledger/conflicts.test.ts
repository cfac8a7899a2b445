/** Who may send when several want to: one of those with the same key, one of those with the same target, wherever they
 * come from. The sandbox counts. */

import { sql } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { type Ask, startProduct, UPSTREAM } from '../support/app.ts';
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
  write,
} from '../support/writes.ts';

const KEY = 'the-key';

onEachDatabase(async (kind) => {
  const { ask, sandbox, database, services } = await startProduct(UPSTREAM, {}, kind);
  const walletUuid = (orderId: string) =>
    sandbox.rows.wallets('cryptomus').find((wallet) => wallet.order_id === orderId)!.uuid;
  const block = (wallet: object, idempotencyKey?: string) =>
    write(ask, 'blockWallet', { wallet, ...(idempotencyKey && { idempotencyKey }) });
  const refund = (wallet: object) => write(ask, 'refundBlocked', { wallet, toAddress: ADDRESS });
  const register = (wallet: object) =>
    ask(
      `mutation ($input: RegisterStaticWalletsInput!) {
        registerStaticWallets(input: $input) { ... on RegisterStaticWalletsPayload { results { wallet { id } } } }
      }`,
      { input: { wallets: [{ account: 'cryptomus', ...wallet }] } },
    );
  const BUSY = { __typename: 'IdempotencyConflict', code: 'TARGET_BUSY' };

  test('20 requests at once with one key send once, and all learn of the one operation', async () => {
    const results = await Promise.all(
      Array.from({ length: 20 }, () =>
        write(ask, 'createWithdrawal', { ...NEW_WITHDRAWAL, idempotencyKey: KEY }),
      ),
    );
    expect(new Set(results.map((result) => operationOf(result).id)).size).toBe(1);
    expect(sandbox.calls).toHaveLength(1);
    expect(sandbox.effects).toHaveLength(1);
  });

  test('20 requests at once with keys of their own about one withdrawal cancel it once', async () => {
    const withdrawal = byHash(openHash(sandbox));
    const release = sandbox.hold({ endpoint: 'W4' });
    const asked = Array.from({ length: 20 }, () => write(ask, 'cancelWithdrawal', { withdrawal }));
    const refused = Promise.all(asked.map((each) => each.then(({ code }) => code ?? 'done')));
    await arrived(sandbox, 1);
    await expect
      .poll(async () => (await ask('{ operations { totalCount } }')).data.operations.totalCount)
      .toBe(1);
    release();
    const codes = (await refused).sort();
    expect(codes.filter((code) => code === 'done')).toHaveLength(1);
    expect(new Set(codes)).toEqual(
      new Set(['TARGET_BUSY', 'done', ...codes.filter((c) => c === 'NOT_CANCELABLE')]),
    );
    expect(sandbox.effects).toHaveLength(1);
  });

  test('two fields of one document with the same key and input send once', async () => {
    const field = `cancelWithdrawal(input: {
      idempotencyKey: "${KEY}", withdrawal: { hash: { account: "hashlee", hash: "${openHash(sandbox)}" } }
    }) { ... on CancelWithdrawalPayload { operation { id sends } } }`;
    const { data, errors } = await ask(`mutation { one: ${field} two: ${field} }`);
    expect(errors).toBeUndefined();
    expect(data.two).toEqual(data.one);
    expect(data.one.operation.sends).toBe(1);
    expect(sandbox.calls).toHaveLength(1);
  });

  test('two fields of one document with the same key and other input: the second is refused', async () => {
    const field = (orderId: string) => `blockWallet(input: {
      idempotencyKey: "${KEY}", wallet: { orderId: { account: "cryptomus", orderId: "${orderId}" } }
    }) { __typename ... on Error { code } }`;
    const { data } = await ask(`mutation { one: ${field('1')} two: ${field('2')} }`);
    expect(data).toEqual({
      one: { __typename: 'BlockWalletPayload' },
      two: { __typename: 'IdempotencyConflict', code: 'KEY_REUSED' },
    });
    expect(sandbox.calls).toHaveLength(1);
  });

  test('a second write on a withdrawal is refused while the first is under way, and names it', async () => {
    const withdrawal = byHash(openHash(sandbox));
    const release = sandbox.hold({ endpoint: 'W4' });
    const first = write(ask, 'cancelWithdrawal', { withdrawal });
    await arrived(sandbox, 1);
    const second = await write(ask, 'cancelWithdrawal', {
      withdrawal: byHash(openHash(sandbox).toUpperCase()),
    });
    release();
    expect(second).toMatchObject({
      ...BUSY,
      message: 'hashlee: another operation on the same target is not settled yet; nothing was sent.',
      ledgerEntry: { id: (await first).operation.id, state: 'PENDING' },
    });
    expect(sandbox.calls).toHaveLength(1);
  });

  test('writes on different targets, or at different accounts, do not wait for one another', async () => {
    const release = sandbox.hold({});
    const asked = [
      block(byOrderId('cryptomus', '1')),
      block(byOrderId('cryptomus', '2')),
      block(byOrderId('heleket', '1')),
      write(ask, 'createPayout', NEW_PAYOUT),
      write(ask, 'createWithdrawal', NEW_WITHDRAWAL),
      write(ask, 'createWithdrawal', NEW_WITHDRAWAL),
    ];
    await arrived(sandbox, 6);
    release();
    for (const result of await Promise.all(asked)) expect(result.operation.state).toBe('SUCCEEDED');
  });

  test('a refund is refused while the block of its wallet is under way, and goes out afterwards', async () => {
    const release = sandbox.hold({ endpoint: 'C3' });
    const blocked = block(byOrderId('cryptomus', '1'));
    await arrived(sandbox, 1);
    expect(await refund(byOrderId('cryptomus', '1'))).toMatchObject(BUSY);
    release();
    await blocked;
    expect(await refund(byOrderId('cryptomus', '1'))).toMatchObject({ operation: { state: 'SUCCEEDED' } });
    expect(sandbox.effects.map((effect) => effect.kind)).toEqual(['BLOCK', 'REFUND']);
  });

  test('a wallet is one target by its uuid and by its order id, once the directory knows both', async () => {
    const uuid = walletUuid('1');
    await register({ uuid, orderId: '1' });
    const names = [
      byUuid('cryptomus', uuid),
      byUuid('cryptomus', uuid.toUpperCase()),
      byOrderId('cryptomus', '1'),
    ];
    for (const [at, name] of names.entries()) {
      sandbox.inject({ kind: 'drop-before', endpoint: 'C3', times: 1 });
      const first = await block(name);
      expect(first).toMatchObject({ outcome: 'UNKNOWN' });
      for (const other of names) expect(await block(other)).toMatchObject(BUSY);
      expect(sandbox.calls).toHaveLength(at + 1);
      await database.db.execute(sql`truncate operations`);
    }
  });

  test('a write stays in the way while its outcome is unknown, and no longer once a person must look', async () => {
    sandbox.inject({ kind: 'drop-before', endpoint: 'C3', times: 1 });
    await block(byOrderId('cryptomus', '1'));
    expect(await refund(byOrderId('cryptomus', '1'))).toMatchObject(BUSY);
    await database.db.execute(sql`update operations set next_check_at = now() - interval '1 second'`);
    // A wallet cannot be read, so the first look ends it.
    await expect.poll(() => services.reconciler.round(), { interval: 5 }).toBe(1);
    expect(await block(byOrderId('cryptomus', '1'))).toMatchObject({ operation: { state: 'SUCCEEDED' } });
  });

  test.each([
    ['succeeded', undefined],
    ['is unknown', 'drop-after'],
  ] as const)('an order id at Repay stays taken after its payout %s', async (_how, fault) => {
    if (fault) sandbox.inject({ kind: fault, endpoint: 'R2', times: 1 });
    const first = operationOf(await write(ask, 'createPayout', NEW_CARD_PAYOUT));
    const second = await write(ask, 'createPayout', { ...NEW_CARD_PAYOUT, amount: '999' });
    expect(second).toMatchObject({ ...BUSY, ledgerEntry: { id: first.id, state: first.state } });
    expect(sandbox.calls).toHaveLength(1);
  });

  test('an order id at Repay stays taken when a person must look', async () => {
    sandbox.inject({ kind: 'drop-before', endpoint: 'R2', times: 1 });
    await write(ask, 'createPayout', NEW_CARD_PAYOUT);
    await database.db.execute(
      sql`update operations set checks = 99, next_check_at = now() - interval '1 second'`,
    );
    await expect.poll(() => services.reconciler.round(), { interval: 5 }).toBe(1);
    const second = await write(ask, 'createPayout', NEW_CARD_PAYOUT);
    expect(second).toMatchObject({ ...BUSY, ledgerEntry: { state: 'NEEDS_REVIEW' } });
    expect(sandbox.calls.filter(({ endpoint }) => endpoint === 'R2')).toHaveLength(1);
  });

  test('an order id at Repay is free again after its payout was refused', async () => {
    sandbox.inject({ kind: 'forbidden', endpoint: 'R2', times: 1 });
    expect(await write(ask, 'createPayout', NEW_CARD_PAYOUT)).toMatchObject({ code: 'FORBIDDEN' });
    expect(await write(ask, 'createPayout', NEW_CARD_PAYOUT)).toMatchObject({
      operation: { state: 'SUCCEEDED' },
    });
    expect(sandbox.effects).toHaveLength(1);
  });

  test('an order id at Cryptomus is not taken: it gives the payout that it has', async () => {
    const first = await write(ask, 'createPayout', NEW_PAYOUT, 'payout { uuid }');
    const second = await write(ask, 'createPayout', NEW_PAYOUT, 'payout { uuid }');
    expect(second.payout).toEqual(first.payout);
    expect(second.operation.id).not.toBe(first.operation.id);
    expect(sandbox.effects).toHaveLength(1);
  });

  test('an order id of another payout at Cryptomus is refused, and so is one of another wallet', async () => {
    await write(ask, 'createPayout', NEW_PAYOUT);
    expect(await write(ask, 'createPayout', { ...NEW_PAYOUT, amount: '6' })).toMatchObject({
      code: 'INVALID_REQUEST',
      outcome: 'REJECTED',
      issues: [{ field: 'order_id', rule: 'taken' }],
    });
    await write(ask, 'createStaticWallet', NEW_WALLET);
    expect(await write(ask, 'createStaticWallet', { ...NEW_WALLET, network: 'bsc' })).toMatchObject({
      code: 'INVALID_REQUEST',
      outcome: 'REJECTED',
      issues: [{ field: 'order_id', rule: 'taken' }],
    });
    expect(sandbox.effects.map((effect) => effect.kind)).toEqual(['CREATE_PAYOUT', 'CREATE_WALLET']);
  });
});

onServer(async () => {
  const { ask, sandbox, replica } = await startProduct(UPSTREAM, {}, 'server');
  const others = await Promise.all([replica(), replica()]);
  const doors: Ask[] = [ask, ...others.map((other) => other.ask)];

  test('of three replicas that are asked at once with one key, one sends, for every one of 30 keys', async () => {
    const results = await Promise.all(
      Array.from({ length: 30 }, (_, at) =>
        doors.map((door) =>
          write(door, 'createWithdrawal', { ...NEW_WITHDRAWAL, idempotencyKey: `key-${at}` }),
        ),
      ).flat(),
    );
    expect(new Set(results.map((result) => operationOf(result).id)).size).toBe(30);
    expect(sandbox.calls).toHaveLength(30);
    expect(sandbox.effects).toHaveLength(30);
  });

  test('of three replicas that are asked at once about one withdrawal, one sends', async () => {
    const release = sandbox.hold({ endpoint: 'W4' });
    const withdrawal = byHash(openHash(sandbox));
    const asked = doors.map((door) => write(door, 'cancelWithdrawal', { withdrawal }));
    const codes = Promise.all(asked.map(async (each) => (await each).code ?? 'done'));
    await arrived(sandbox, 1);
    const busy = await Promise.any(asked.map(async (each) => (await each).code));
    expect(busy).toBe('TARGET_BUSY');
    release();
    expect((await codes).filter((code) => code === 'done')).toHaveLength(1);
    expect(sandbox.effects).toHaveLength(1);
  });

  test('an order id at Repay is paid out once, whichever replica is asked', async () => {
    const results = await Promise.all(
      doors.flatMap((door) => [1, 2, 3].map(() => write(door, 'createPayout', NEW_CARD_PAYOUT))),
    );
    expect(results.filter((result) => result.code !== 'TARGET_BUSY')).toHaveLength(1);
    expect(sandbox.calls).toHaveLength(1);
  });

  test('what one replica is sending is shown by the others', async () => {
    const release = sandbox.hold({ endpoint: 'W3' });
    const asked = write(doors[1]!, 'createWithdrawal', { ...NEW_WITHDRAWAL, idempotencyKey: KEY });
    await arrived(sandbox, 1);
    const shown = await write(doors[2]!, 'createWithdrawal', { ...NEW_WITHDRAWAL, idempotencyKey: KEY });
    expect(shown.operation).toMatchObject({ state: 'PENDING', targetId: null });
    release();
    expect((await asked).operation.id).toBe(shown.operation.id);
  });
});
