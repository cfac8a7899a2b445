/** What stopping waits for, and what a process that did not stop in order leaves behind. */

import { sql } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { openDatabase } from '../../src/store/database.ts';
import { operations } from '../../src/store/schema.ts';
import { createStore } from '../../src/store/store.ts';
import { startProduct, UPSTREAM } from '../support/app.ts';
import { newDatabase, onEachDatabase, onServer } from '../support/databases.ts';
import { arrived, byHash, OPERATION, openHash, write } from '../support/writes.ts';

const OPERATIONS = `{ operations { nodes { ${OPERATION} } } }`;

onEachDatabase(async (kind) => {
  const { ask, sandbox, serve, openAccounts, database, services } = await startProduct(UPSTREAM, {}, kind);
  const operation = async () => (await ask(OPERATIONS)).data.operations.nodes[0];
  const cancel = (through = ask) =>
    write(through, 'cancelWithdrawal', { withdrawal: byHash(openHash(sandbox)) });

  test('stopping waits for the write that is being sent, and for its record', async () => {
    const place = await newDatabase(kind);
    const opened = await openDatabase(place);
    const other = serve(openAccounts(), { store: createStore(opened, 1) });
    const release = sandbox.hold({ endpoint: 'W4' });
    const asked = cancel(other.ask);
    await arrived(sandbox, 1);

    const order: string[] = [];
    const stopped = other.services.close().then(() => order.push('stopped'));
    const [row] = await opened.db.select().from(operations);
    expect([row?.state, order]).toEqual(['PENDING', []]);
    release();
    expect(await asked).toMatchObject({ operation: { state: 'SUCCEEDED' } });
    await stopped;
    if (kind === 'embedded') return;
    const again = await openDatabase(place);
    expect(await again.db.select().from(operations)).toMatchObject([{ state: 'SUCCEEDED' }]);
    await again.close();
  });

  test('what a process that is gone was sending is unknown, is looked for, and is not sent again', async () => {
    await cancel();
    sandbox.clearCalls();
    await database.db
      .update(operations)
      .set({ state: 'PENDING', settledBy: null, settledAt: null, owner: 7 });
    expect(await services.store.ledger.orphan()).toBe(1);
    expect(await operation()).toMatchObject({
      state: 'UNKNOWN',
      failure: null,
      sends: 1,
      settledAt: null,
      nextCheckAt: expect.any(String),
    });
    expect(sandbox.calls).toEqual([]);
    expect(await services.store.ledger.orphan()).toBe(0);
  });

  test('somebody who asks again for what a process left behind is told that it was cut off', async () => {
    const input = { withdrawal: byHash(openHash(sandbox)), idempotencyKey: 'k' };
    await write(ask, 'cancelWithdrawal', input);
    await database.db.execute(
      sql`update operations set state = 'UNKNOWN', settled_by = null, settled_at = null`,
    );
    expect(await write(ask, 'cancelWithdrawal', input)).toMatchObject({
      __typename: 'ProviderFailure',
      code: 'UNAVAILABLE',
      message:
        'hashlee: cancelWithdrawal failed: Paygraph was cut off before the answer came; it may have happened.',
      outcome: 'UNKNOWN',
      ledgerEntry: { state: 'UNKNOWN', failure: null },
    });
    expect(sandbox.calls).toHaveLength(1);
  });

  test('what this process is sending stays pending, whoever asks what is left behind', async () => {
    const release = sandbox.hold({ endpoint: 'W4' });
    const asked = cancel();
    await arrived(sandbox, 1);
    expect(await services.store.ledger.orphan()).toBe(0);
    expect(await operation()).toMatchObject({ state: 'PENDING' });
    release();
    expect(await asked).toMatchObject({ operation: { state: 'SUCCEEDED' } });
  });

  test('an answer that comes after its process was given up still counts', async () => {
    const release = sandbox.hold({ endpoint: 'W4' });
    const asked = cancel();
    await arrived(sandbox, 1);
    await database.db.update(operations).set({ state: 'UNKNOWN', owner: 7 });
    release();
    expect(await asked).toMatchObject({ operation: { state: 'SUCCEEDED', settledBy: 'ANSWER' } });
  });
});

onServer(async () => {
  const { sandbox, replica, database, ask } = await startProduct(UPSTREAM, {}, 'server');
  const operation = async () => (await ask(OPERATIONS)).data.operations.nodes[0];
  const cancel = (through = ask) =>
    write(through, 'cancelWithdrawal', { withdrawal: byHash(openHash(sandbox)) });

  test('what another process is sending stays pending as long as that one lives', async () => {
    const other = await replica();
    const release = sandbox.hold({ endpoint: 'W4' });
    const asked = cancel(other.ask);
    await arrived(sandbox, 1);
    expect(await createStore(database, 1).ledger.orphan()).toBe(0);
    expect(await operation()).toMatchObject({ state: 'PENDING' });
    release();
    expect(await asked).toMatchObject({ operation: { state: 'SUCCEEDED' } });
  });

  test('what another process was sending is unknown once its connections are gone', async () => {
    const other = await replica();
    const release = sandbox.hold({ endpoint: 'W4' });
    const asked = cancel(other.ask);
    await arrived(sandbox, 1);
    await database.db.execute(sql`select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory'
      and ((classid::bigint << 32) | objid::bigint) = ${other.database.owner}`);
    await expect.poll(() => createStore(database, 1).ledger.orphan(), { interval: 10 }).toBe(1);
    expect(await operation()).toMatchObject({ state: 'UNKNOWN' });

    // It lives after all: its answer is the truth, and it makes itself known again.
    release();
    expect(await asked).toMatchObject({ operation: { state: 'SUCCEEDED' } });
    await expect
      .poll(
        async () => {
          const held = await database.db.execute(
            sql`select pg_try_advisory_xact_lock(${other.database.owner}::bigint) as free`,
          );
          return (held as unknown as { rows: { free: boolean }[] }).rows[0]!.free;
        },
        { interval: 50, timeout: 5_000 },
      )
      .toBe(false);
  });
});
