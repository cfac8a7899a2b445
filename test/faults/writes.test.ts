/** What a write comes to when its upstream misbehaves. The law: it is sent once, and whoever is told that it was
 * rejected can rely on it. */

import { expect, test } from 'vitest';
import { FAULT_KINDS, type FaultKind } from '../../sandbox/faults.ts';
import { SANDBOX_CREDENTIALS } from '../../sandbox/index.ts';
import { startProduct, UPSTREAM } from '../support/app.ts';
import { operationOf } from '../support/writes.ts';
import { block, callsOf, cancel, refund, WRITES } from './operations.ts';

const { ask, sandbox, serve, openAccounts } = await startProduct();
/** For upstreams that hang, which exceed any patience; a write has all of the budget for its one attempt. */
const impatient = serve(openAccounts({ ...UPSTREAM, budgetMs: 1_000 }));
const [UNIT] = SANDBOX_CREDENTIALS.hashlee.units;

/** Code and outcome for each write, and whether it happened; `+` is a fault after the write took effect. */
const TABLE = `
fault          | merchants                 | hashlee                  | repay                    | happened
slow           | done                      | done                     | done                     | yes
hang           | TIMEOUT UNKNOWN           | TIMEOUT UNKNOWN          | TIMEOUT UNKNOWN          | no
hang +         | TIMEOUT UNKNOWN           | TIMEOUT UNKNOWN          | TIMEOUT UNKNOWN          | yes
rate-limit     | RATE_LIMITED REJECTED     | RATE_LIMITED REJECTED    | RATE_LIMITED REJECTED    | no
server-error   | UNAVAILABLE UNKNOWN       | UNAVAILABLE UNKNOWN      | UNAVAILABLE UNKNOWN      | no
error-after    | UNAVAILABLE UNKNOWN       | UNAVAILABLE UNKNOWN      | UNAVAILABLE UNKNOWN      | yes
html           | BAD_RESPONSE UNKNOWN      | BAD_RESPONSE UNKNOWN     | BAD_RESPONSE UNKNOWN     | no
html +         | BAD_RESPONSE UNKNOWN      | BAD_RESPONSE UNKNOWN     | BAD_RESPONSE UNKNOWN     | yes
bad-gateway    | UNAVAILABLE UNKNOWN       | UNAVAILABLE UNKNOWN      | UNAVAILABLE UNKNOWN      | no
bad-gateway +  | UNAVAILABLE UNKNOWN       | UNAVAILABLE UNKNOWN      | UNAVAILABLE UNKNOWN      | yes
cut            | UNAVAILABLE UNKNOWN       | UNAVAILABLE UNKNOWN      | UNAVAILABLE UNKNOWN      | yes
cut-json       | BAD_RESPONSE UNKNOWN      | BAD_RESPONSE UNKNOWN     | BAD_RESPONSE UNKNOWN     | yes
drop-before    | UNAVAILABLE UNKNOWN       | UNAVAILABLE UNKNOWN      | UNAVAILABLE UNKNOWN      | no
drop-after     | UNAVAILABLE UNKNOWN       | UNAVAILABLE UNKNOWN      | UNAVAILABLE UNKNOWN      | yes
unknown-status | done                      | done                     | done                     | yes
empty          | BAD_RESPONSE UNKNOWN      | BAD_RESPONSE UNKNOWN     | BAD_RESPONSE UNKNOWN     | yes
bare-failure   | REJECTED REJECTED         | REJECTED REJECTED        | REJECTED REJECTED        | no
refusal        | UNAVAILABLE REJECTED      | REJECTED REJECTED        | REJECTED REJECTED        | no
forbidden      | FORBIDDEN REJECTED        | FORBIDDEN REJECTED       | FORBIDDEN REJECTED       | no
unauthorized   | UNAUTHENTICATED REJECTED  | UNAUTHENTICATED REJECTED | UNAUTHENTICATED REJECTED | no
redirect       | BAD_RESPONSE UNKNOWN      | BAD_RESPONSE UNKNOWN     | BAD_RESPONSE UNKNOWN     | no
redirect +     | BAD_RESPONSE UNKNOWN      | BAD_RESPONSE UNKNOWN     | BAD_RESPONSE UNKNOWN     | yes
huge           | BAD_RESPONSE UNKNOWN      | BAD_RESPONSE UNKNOWN     | BAD_RESPONSE UNKNOWN     | no
huge +         | BAD_RESPONSE UNKNOWN      | BAD_RESPONSE UNKNOWN     | BAD_RESPONSE UNKNOWN     | yes
`;
const ROWS = TABLE.trim()
  .split('\n')
  .slice(1)
  .map((line) => line.split('|').map((cell) => cell.trim()))
  .map(([fault = '', merchants = '', hashlee = '', repay = '', happened = '']) => {
    return { fault, merchants, hashlee, repay, happened: happened === 'yes' };
  });

/** What a cell of the table says of one write; an empty answer to a cancellation is all that there is to say. */
function expected(name: string, row: (typeof ROWS)[number]): string {
  if (name === 'cancel' && row.fault === 'empty') return 'done';
  if (name === 'payout repay') return row.repay;
  return name === 'cancel' || name === 'withdrawal' ? row.hashlee : row.merchants;
}

/** `done`, or code and outcome of the failure; the ledger must say the same. */
function summary(result: Awaited<ReturnType<(typeof WRITES)[number]['run']>>): string {
  const { __typename: type, code, outcome } = result;
  const { state, sends, failure } = operationOf(result);
  expect(sends).toBe(1);
  if (type !== 'ProviderFailure') {
    expect(type).toMatch(/Payload$/);
    expect([state, failure]).toEqual(['SUCCEEDED', null]);
    return 'done';
  }
  expect([state, failure]).toEqual([outcome, { code, outcome }]);
  return `${code} ${outcome}`;
}

test('the table has a row for every kind of fault', () => {
  const kinds = new Set(ROWS.map(({ fault }) => fault.replace(' +', '')));
  expect([...kinds].sort()).toEqual(Object.keys(FAULT_KINDS).sort());
});

test.each(ROWS)('each write under $fault has its code and outcome, and is sent once', async (row) => {
  const kind = row.fault.replace(' +', '') as FaultKind;
  const door = kind === 'hang' ? impatient.ask : ask;
  sandbox.inject({ kind, ms: 40, ...(row.fault.endsWith('+') && { applied: true }) });

  const seen = await Promise.all(
    WRITES.map(async (write) => [
      write.name,
      summary(await write.run(door, sandbox)),
      callsOf(sandbox, write),
    ]),
  );
  expect(seen).toEqual(WRITES.map(({ name }) => [name, expected(name, row), 1]));
  expect(sandbox.effects).toHaveLength(row.happened ? WRITES.length : 0);

  // The law itself, whatever the table says.
  const rejected = seen.some(([, outcome]) => String(outcome).endsWith(' REJECTED'));
  if (rejected) expect(sandbox.effects).toEqual([]);
});

test('a write whose first answer fails is not sent again, although a second one would work', async () => {
  for (const endpoint of ['C1', 'C3', 'C4', 'C5', 'H1', 'H3', 'H4', 'H5', 'R2', 'W3', 'W4']) {
    sandbox.inject({ kind: 'drop-before', endpoint, times: 1 });
  }
  for (const write of WRITES) {
    expect(summary(await write.run(ask, sandbox))).toBe('UNAVAILABLE UNKNOWN');
    expect(callsOf(sandbox, write)).toBe(1);
  }
  expect(sandbox.effects).toEqual([]);
});

test('of writes that wait for a connection until time is up, those that were not sent are rejected', async () => {
  const budgetMs = 2_000;
  const accounts = openAccounts({ connections: 1, attemptMs: budgetMs, budgetMs });
  const narrow = serve(accounts);
  const hashlee = accounts.find(({ name }) => name === 'hashlee')!;
  const open = sandbox.rows.withdrawals(UNIT).filter(({ status }) => status === 'OPEN');
  sandbox.hold({ endpoint: 'W4' });
  const outcomes = Promise.all(
    open.slice(0, 4).map(async ({ hash }) => summary(await cancel(narrow.ask, hash))),
  );
  await expect
    .poll(() => hashlee.provider.health().writes, { interval: 5 })
    .toMatchObject({
      inFlight: 1,
      waiting: 3,
    });
  await expect.poll(() => sandbox.calls.length, { interval: 5 }).toBe(1);
  // For all of them at once, or one could still have its turn when another has given up.
  standStill(budgetMs);
  expect((await outcomes).sort()).toEqual([...Array(3).fill('TIMEOUT REJECTED'), 'TIMEOUT UNKNOWN']);
  expect(sandbox.calls).toHaveLength(1);
});

/** Nothing else happens in this process meanwhile. */
function standStill(ms: number) {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

/** Order id of a seeded wallet that cannot be refunded, and how the platform's words come out. */
const REFUSED_REFUNDS = [
  ['nobody-has-this', 'NOT_FOUND'],
  ['1', 'NOT_FOUND'],
  ['refunded', 'ALREADY_DONE'],
  ['refund-running', 'IN_PROGRESS'],
  ['no-service', 'UNAVAILABLE'],
] as const;
const REFUSED_ONCE_BLOCKED = [
  ['empty', 'NOTHING_TO_REFUND'],
  ['dust', 'AMOUNT_TOO_SMALL'],
] as const;

for (const account of ['cryptomus', 'heleket'] as const) {
  for (const businessStatus of [422, 200] as const) {
    test(`${account}: every refusal of a refund by HTTP ${businessStatus} has its code, and nothing happened`, async () => {
      sandbox.set({ businessStatus });
      for (const [orderId, code] of REFUSED_REFUNDS) {
        expect(summary(await refund(ask, account, orderId)), orderId).toBe(`${code} REJECTED`);
      }
      expect(sandbox.effects).toEqual([]);
      for (const [orderId, code] of REFUSED_ONCE_BLOCKED) {
        await block(ask, account, orderId);
        expect(summary(await refund(ask, account, orderId)), orderId).toBe(`${code} REJECTED`);
      }
      sandbox.set({ payoutsForbidden: true });
      expect(summary(await refund(ask, account, 'blocked'))).toBe('FORBIDDEN REJECTED');
      expect(sandbox.effects.map(({ kind }) => kind)).toEqual(['BLOCK', 'BLOCK']);
    });

    test(`${account}: a bare refusal by HTTP ${businessStatus} of a block is rejected without a reason`, async () => {
      sandbox.set({ businessStatus });
      expect(summary(await block(ask, account, 'nobody-has-this'))).toBe('REJECTED REJECTED');
      expect(sandbox.effects).toEqual([]);
    });
  }

  test(`${account}: a wallet is refunded once, and the second time is told so`, async () => {
    expect(summary(await block(ask, account, '2'))).toBe('done');
    expect(summary(await refund(ask, account, '2'))).toBe('done');
    expect(summary(await refund(ask, account, '2'))).toBe('ALREADY_DONE REJECTED');
    expect(sandbox.effects.map(({ kind }) => kind)).toEqual(['BLOCK', 'REFUND']);
  });
}

test('hashlee: only an open withdrawal can be canceled, and one that is not there is not found', async () => {
  const rows = sandbox.rows.withdrawals(UNIT);
  for (const status of ['PENDING', 'EXPORTED', 'FINISHED', 'CANCELED']) {
    const { hash } = rows.find((row) => row.status === status)!;
    expect(summary(await cancel(ask, hash)), status).toBe('NOT_CANCELABLE REJECTED');
  }
  expect(summary(await cancel(ask, '00000000-0000-4000-8000-000000000000'))).toBe('NOT_FOUND REJECTED');
  expect(sandbox.effects).toEqual([]);
});

test('hashlee: a cancellation is done even when the withdrawal cannot be read afterwards', async () => {
  const { hash } = sandbox.rows.withdrawals(UNIT).find(({ status }) => status === 'OPEN')!;
  sandbox.inject({ kind: 'unauthorized', endpoint: 'W2' });
  const { data, errors } = await ask(
    `mutation ($by: WithdrawalRef!) {
      cancelWithdrawal(input: { idempotencyKey: "k", withdrawal: $by }) {
        __typename
        ... on CancelWithdrawalPayload { withdrawalId withdrawal { rawStatus } }
      }
    }`,
    { by: { hash: { account: 'hashlee', hash } } },
  );
  expect(data.cancelWithdrawal).toMatchObject({ __typename: 'CancelWithdrawalPayload', withdrawal: null });
  expect(errors).toMatchObject([
    { path: ['cancelWithdrawal', 'withdrawal'], extensions: { code: 'UNAUTHENTICATED' } },
  ]);
  expect(sandbox.effects).toHaveLength(1);
});
