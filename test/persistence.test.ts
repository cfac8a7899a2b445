/** What a restart keeps: the process as `npm start` starts it, over a data folder of its own. */

import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, expect, inject, test } from 'vitest';
import type { Answer, Ask } from './support/app.ts';
import { createServerDatabase, hasServer } from './support/postgres.ts';
import { type Started, startMain } from './support/start.ts';
import { ADDRESS, byOrderId, OPERATION, operationOf, write } from './support/writes.ts';

const folder = mkdtempSync(join(tmpdir(), 'paygraph-kept-'));
const running: Started[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((started) => started.stop('SIGKILL')));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function start(settings: Record<string, string>) {
  const started = startMain(settings);
  running.push(started);
  const url = await started.url;
  const ask: Ask = async (query, variables) => {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query, variables }),
    });
    return (await response.json()) as Answer;
  };
  /** Lets the pretend providers answer late, to what is asked from now on. */
  const slowDown = async (endpoint: string) => {
    await expect.poll(() => started.output().stdout, { interval: 10 }).toMatch(/broken: http:\S+\n/);
    const [, control] = /broken: (http:\S+)\n/.exec(started.output().stdout)!;
    const rule = { kind: 'slow', endpoint, ms: 400 };
    expect((await fetch(`${control}/faults`, { method: 'POST', body: JSON.stringify(rule) })).ok).toBe(true);
    return async () => {
      const calls = (await (await fetch(`${control}/calls`)).json()) as { endpoint: string }[];
      return calls.filter((call) => call.endpoint === endpoint).length;
    };
  };
  return { started, ask, slowDown };
}

const LEDGER = `{ operations { nodes { ${OPERATION} } } }`;
const WALLET = 'wallet { id uuid orderId status origin learnedAt refund { amount toAddress } }';
const READ = `query ($by: StaticWalletRef!, $id: ID!) {
  staticWallet(by: $by) { id uuid orderId status origin learnedAt refund { amount toAddress } }
  node(id: $id) { ... on Operation { ${OPERATION} } }
}`;

/** Writes, stops in the middle of a write, starts again, looks at what there is, and leaves that running. */
async function expectKept(settings: Record<string, string>) {
  const first = await start(settings);
  const by = byOrderId('cryptomus', '1');
  const block = { idempotencyKey: 'block', wallet: by };
  const blocked = await write(first.ask, 'blockWallet', block, WALLET);
  expect(blocked.wallet).toMatchObject({ orderId: '1', status: 'BLOCKED' });

  const refundsSeen = await first.slowDown('C4');
  const refund = { idempotencyKey: 'refund', wallet: by, toAddress: ADDRESS };
  const asked = write(first.ask, 'refundBlocked', refund, WALLET);
  await expect.poll(refundsSeen, { interval: 10 }).toBe(1);
  const stopped = first.started.stop('SIGTERM');
  const refunded = await asked;
  expect(refunded).toMatchObject({
    operation: { state: 'SUCCEEDED' },
    wallet: { refund: { amount: '9.50' } },
  });
  expect(await stopped).toBe(0);
  expect(first.started.output().stderr).toBe('');

  const second = await start(settings);
  const { data } = await second.ask(READ, { by, id: blocked.operation.id });
  expect(data).toEqual({ staticWallet: refunded.wallet, node: blocked.operation });
  expect((await second.ask(LEDGER)).data.operations.nodes).toEqual([refunded.operation, blocked.operation]);
  // The sandbox began anew, where this wallet is not blocked: an answer from the ledger asks nobody.
  expect(operationOf(await write(second.ask, 'refundBlocked', refund))).toEqual(refunded.operation);
  expect(operationOf(await write(second.ask, 'blockWallet', block))).toEqual(blocked.operation);
  return second;
}

test('a wallet that was blocked, and its refund that was under way, are there after a restart', async () => {
  const settings = { DATA_DIR: folder };
  // A database that is new, and made already.
  mkdirSync(join(folder, 'postgres'));
  execFileSync('tar', ['-xf', inject('preparedDatabase'), '-C', join(folder, 'postgres')]);
  const last = await expectKept(settings);

  const other = startMain(settings);
  running.push(other);
  expect(await other.exitCode).toBe(1);
  expect(other.output().stderr).toBe(
    `Paygraph cannot open its database: the data folder ${folder} is in use by another process; ` +
      'stop it, or set DATA_DIR to another folder.\n',
  );
  expect((await last.ask(LEDGER)).data.operations.nodes).toHaveLength(2);
  expect(last.started.output().stdout).toContain(`State: in ${folder}\n`);
  expect(await last.started.stop('SIGTERM')).toBe(0);
}, 60_000);

test.runIf(hasServer())(
  'the same is kept on a PostgreSQL server',
  async () => {
    const last = await expectKept({ DATABASE_URL: await createServerDatabase() });
    expect(last.started.output().stdout).toContain('State: on the PostgreSQL server of DATABASE_URL\n');
    expect(await last.started.stop('SIGTERM')).toBe(0);
  },
  60_000,
);

test('a server that cannot be reached is told of, without the password', async () => {
  const started = startMain({ DATABASE_URL: 'postgres://paygraph:hunter2@localhost:1/ledger' });
  running.push(started);
  expect(await started.exitCode).toBe(1);
  expect(started.output().stderr).toMatch(/^Paygraph cannot open its database: .*ECONNREFUSED.*\.\n$/);
  expect(started.output().stderr).not.toContain('hunter2');
});
