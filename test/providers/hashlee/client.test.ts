/** Reading and canceling withdrawals at the pretend Hashlee, and what may come back instead. */

import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type Sandbox, startSandbox } from '../../../sandbox/index.ts';
import { WITHDRAWAL_RELATIONS } from '../../../src/domain.ts';
import { fixture, startUpstream } from '../../documents/upstream.ts';
import { createAsker, failureOf } from '../../support/calls.ts';
import { type Account, openAccount, UNIT } from './account.ts';

const NOBODY = '00000000-0000-4000-8000-000000000000';
const BASE = `/v1/gateway-units/${UNIT}/withdrawals`;
let sandbox: Sandbox;
let account: Account;
const closing: (() => Promise<void>)[] = [];

beforeAll(async () => {
  sandbox = await startSandbox();
  account = openAccount(sandbox.urls.hashlee);
});
afterEach(async () => {
  sandbox.reset();
  for (const close of closing.splice(0)) await close();
});
afterAll(async () => {
  await account.close();
  await sandbox.close();
});

async function stage(status: number, body: string, token?: string) {
  const upstream = await startUpstream(() => ({ status, body }));
  const staged = openAccount(upstream.url, token);
  closing.push(staged.close, upstream.close);
  return { requests: upstream.requests, withdrawals: staged.withdrawals };
}

test('reads a withdrawal by its hash with the relations that it has', async () => {
  const row = sandbox.rows.withdrawals(UNIT).find((each) => each.receipt_id === null)!;
  const withdrawal = await account.withdrawals.byHash(row.hash, [...WITHDRAWAL_RELATIONS], createAsker());
  expect(withdrawal).toMatchObject({ hash: row.hash, rawStatus: row.status, amount: { amount: row.amount } });
  expect(Object.keys(withdrawal!.relations)).toEqual([
    'unit',
    'user',
    'account',
    'transfers',
    'transactions',
  ]);
  expect(withdrawal!.relations.unit).toMatchObject({ id: UNIT });
  expect(Array.isArray(withdrawal!.relations.transactions)).toBe(true);
});

test('finds a withdrawal whatever the case of its hash', async () => {
  const { hash } = sandbox.rows.withdrawals(UNIT)[0]!;
  expect(await account.withdrawals.byHash(hash.toUpperCase(), [], createAsker())).toMatchObject({ hash });
});

test('answers null for a hash that does not exist', async () => {
  expect(await account.withdrawals.byHash(NOBODY, [], createAsker())).toBeNull();
});

test('reads as many withdrawals as a batch may have with one call, matched by hash', async () => {
  const rows = sandbox.rows.withdrawals(UNIT).slice(100, 200);
  const asker = createAsker();
  const hashes = rows.map(({ hash }) => hash).sort();
  expect(hashes).toHaveLength(account.withdrawals.batchSize);
  const found = await account.withdrawals.byHashes(hashes, ['user'], asker);
  expect(asker.operations).toEqual(['readWithdrawals']);
  for (const row of rows) {
    expect(found.get(row.hash)).toMatchObject({
      hash: row.hash,
      amount: { amount: row.amount },
      relations: { user: { id: row.user_id } },
    });
  }
});

test('leaves out of a batch what does not exist, and asks nothing for no hashes', async () => {
  const { hash } = sandbox.rows.withdrawals(UNIT)[0]!;
  const asker = createAsker();
  const found = await account.withdrawals.byHashes([NOBODY, hash], [], asker);
  expect([...found.keys()]).toEqual([hash]);
  expect(await account.withdrawals.byHashes([], [], asker)).toEqual(new Map());
  expect(asker.operations).toHaveLength(1);
});

test('asks for a batch by a filter over the hashes and takes nothing that was not asked for', async () => {
  const { requests, withdrawals } = await stage(200, fixture('hashlee/list.json'));
  expect(await withdrawals.byHashes([NOBODY, 'a&b'], ['unit', 'user'], createAsker())).toEqual(new Map());
  expect([...new URLSearchParams(requests[0]!.path.split('?')[1])]).toEqual([
    ['limit', '2'],
    ['page', '1'],
    ['filters[]', `{"field":"hash","operation":"in","value":["${NOBODY}","a&b"]}`],
    ['include', 'unit,user'],
  ]);
});

test('cancels an open withdrawal once, and is refused the second time', async () => {
  const { hash } = sandbox.rows.withdrawals(UNIT).find(({ status }) => status === 'OPEN')!;
  await account.withdrawals.cancel(hash, createAsker());
  expect(sandbox.effects).toHaveLength(1);
  expect(await account.withdrawals.byHash(hash, [], createAsker())).toMatchObject({
    status: 'CANCELED',
    isFinal: true,
    cancelable: false,
  });
  expect(await failureOf(account.withdrawals.cancel(hash, createAsker()))).toMatchObject({
    code: 'NOT_CANCELABLE',
    outcome: 'REJECTED',
  });
  expect(sandbox.effects).toHaveLength(1);
});

test.each([
  ['drop-after', 1, 'UNAVAILABLE'],
  ['drop-before', 0, 'UNAVAILABLE'],
  ['error-after', 1, 'UNAVAILABLE'],
  ['cut-json', 1, 'BAD_RESPONSE'],
] as const)('sends a cancellation once and says UNKNOWN after %s', async (kind, effects, code) => {
  const { hash } = sandbox.rows.withdrawals(UNIT).find(({ status }) => status === 'OPEN')!;
  sandbox.inject({ provider: 'hashlee', endpoint: 'W4', kind });
  const asker = createAsker();
  const failure = await failureOf(account.withdrawals.cancel(hash, asker));
  expect(failure).toMatchObject({ code, outcome: 'UNKNOWN', operation: 'cancelWithdrawal' });
  expect(asker.operations).toEqual(['cancelWithdrawal']);
  expect(sandbox.effects).toHaveLength(effects);
});

test.each([
  ['an empty answer', ''],
  ['a web page', '<p>done</p>'],
  ['words that are not known', '{"message":"Scheduled"}'],
])('says UNKNOWN when a cancellation succeeds with %s', async (_, body) => {
  const { withdrawals } = await stage(200, body);
  expect(await failureOf(withdrawals.cancel(NOBODY, createAsker()))).toMatchObject({
    code: 'BAD_RESPONSE',
    outcome: 'UNKNOWN',
  });
});

test.each([
  ['another withdrawal', 200, fixture('hashlee/withdrawal.json'), 'BAD_RESPONSE'],
  [
    'an amount that is no number',
    200,
    fixture('hashlee/withdrawal.json').replace('0.53', 'x'),
    'BAD_RESPONSE',
  ],
  ['a web page that says 404', 404, '<p>Not Found</p>', 'BAD_RESPONSE'],
  ['a 404 in other words', 404, '{"message":"Not Found"}', 'REJECTED'],
  ['the framework refusing the token', 401, '{"message":"Unauthenticated."}', 'UNAUTHENTICATED'],
])('does not take %s for the withdrawal or for its absence', async (_, status, body, code) => {
  const { withdrawals } = await stage(status, body);
  expect(await failureOf(withdrawals.byHash(NOBODY, [], createAsker()))).toMatchObject({ code });
});

test.each(['', '.', '..', 'half \ud83d'])(
  'refuses the hash %j, which no path can name, without a call',
  async (hash) => {
    const asker = createAsker();
    for (const action of [
      account.withdrawals.byHash(hash, [], asker),
      account.withdrawals.cancel(hash, asker),
    ]) {
      expect(await failureOf(action)).toMatchObject({
        code: 'INVALID_REQUEST',
        issues: [{ field: 'hash', rule: 'invalid' }],
      });
    }
    expect(asker.operations).toEqual([]);
  },
);

test('keeps a hash inside its segment of the path', async () => {
  const { requests, withdrawals } = await stage(404, fixture('hashlee/invalid-identifier.json'));
  expect(await withdrawals.byHash('../a?b', [], createAsker())).toBeNull();
  expect(requests[0]!.path).toBe(`${BASE}/..%2Fa%3Fb`);
});

test.each([
  ['abc', 'Bearer abc'],
  ['Bearer abc', 'Bearer abc'],
  ['Token abc', 'Token abc'],
])('sends the token %s as %s', async (token, authorization) => {
  const { requests, withdrawals } = await stage(404, fixture('hashlee/invalid-identifier.json'), token);
  await withdrawals.byHash(NOBODY, [], createAsker());
  expect(requests[0]!.headers.authorization).toBe(authorization);
});
