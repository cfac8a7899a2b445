/** The page "Withdrawals" of Hashlee, replayed: list, show, create and cancel, each request to the byte, each answer in
 * turn. */

import { afterEach, expect, test } from 'vitest';
import { WITHDRAWAL_RELATIONS, type WithdrawalQuery, type WithdrawalRequest } from '../../src/domain.ts';
import type { Withdrawals } from '../../src/providers/provider.ts';
import { openAccount, UNIT } from '../providers/hashlee/account.ts';
import { createAsker, failureOf } from '../support/calls.ts';
import { fixture, startUpstream } from './upstream.ts';

const HASH = '70e00550-06f2-4a37-84bb-8d7f30dc1eac';
const BASE = `/v1/gateway-units/${UNIT}/withdrawals`;
const closing: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function stage(status: number, body: string) {
  const upstream = await startUpstream(() => ({ status, body }));
  const account = openAccount(upstream.url, 'secret-token');
  closing.push(account.close, upstream.close);
  return { requests: upstream.requests, withdrawals: account.withdrawals };
}

const documented = {
  kind: 'Withdrawal',
  account: 'unit',
  hash: HASH,
  reference: null,
  amount: { amount: '259180.80032041', currency: 'BTC' },
  fee: { amount: '0.53333096', currency: 'BTC' },
  netAmount: { amount: '259181.33365137', currency: 'BTC' },
  status: 'SUCCEEDED',
  rawStatus: 'FINISHED',
  isFinal: true,
  unitId: 'vojvzo',
  userId: 'oqrwgk',
  receiptId: null,
  targetAccountId: null,
  profileId: null,
  externalReference: '9fc80af5-b845-427f-9064-e5eaed6e843f',
  description: 'Quia perspiciatis ab facere corrupti.',
  verifiedAt: null,
  finishedAt: new Date('2018-05-26T15:11:16Z'),
  createdAt: new Date('2018-06-26T14:38:56Z'),
  updatedAt: new Date('2018-06-26T14:38:56Z'),
  cancelable: false,
  relations: {},
};

const finished: WithdrawalQuery = {
  conditions: [{ field: 'rawStatus', operator: 'eq', value: 'FINISHED' }],
  accountType: null,
  orderBy: { field: 'createdAt', direction: 'desc' },
};

test('lists with the documented parameters, each filter one JSON text, all relations in one text', async () => {
  const { requests, withdrawals } = await stage(200, fixture('hashlee/list.json'));
  const source = withdrawals.list({ ...finished, accountType: 'BANK' }, WITHDRAWAL_RELATIONS);
  await source.read(null, 'forward', 2, createAsker());
  const { method, path, headers, body } = requests[0]!;
  expect({ method, body }).toEqual({ method: 'GET', body: '' });
  expect(headers).toMatchObject({ authorization: 'Bearer secret-token', accept: 'application/json' });

  const [pathname, query = ''] = path.split('?');
  expect(pathname).toBe(BASE);
  expect(query).not.toMatch(/[[\]{}" ]/);
  expect([...new URLSearchParams(query)]).toEqual([
    ['type', 'BANK'],
    ['limit', '10'],
    ['page', '1'],
    ['orderBy', 'created_at'],
    ['orderByDirection', 'desc'],
    ['filters[]', '{"field":"status","operation":"=","value":"FINISHED"}'],
    ['include', 'unit,user,account,receipt,transfers,transactions'],
  ]);
});

test('lists the documented withdrawal, does not take one row of 61 for the whole list, and counts all', async () => {
  const { requests, withdrawals } = await stage(200, fixture('hashlee/list.json'));
  const source = withdrawals.list(finished, []);
  expect(await source.read(null, 'forward', 2, createAsker())).toEqual({
    rows: [{ row: documented, position: { value: '2018-06-26T11:38:56-03:00', hash: HASH } }],
    end: false,
  });
  // The second one asked whether that row has ties, because the page ended with it.
  expect(requests).toHaveLength(2);
  expect(await source.total!(createAsker())).toBe(61);
  expect(requests).toHaveLength(2);
});

test('shows one withdrawal with the documented request and answer', async () => {
  const { requests, withdrawals } = await stage(200, fixture('hashlee/withdrawal.json'));
  expect(await withdrawals.byHash(HASH, [], createAsker())).toEqual(documented);
  expect(requests).toHaveLength(1);
  expect(requests[0]).toMatchObject({
    method: 'GET',
    path: `${BASE}/${HASH}`,
    headers: { authorization: 'Bearer secret-token', accept: 'application/json' },
    body: '',
  });
});

test('asks for relations in one order, whatever the order of asking', async () => {
  const { requests, withdrawals } = await stage(200, fixture('hashlee/withdrawal.json'));
  await withdrawals.byHash(HASH, ['transactions', 'unit'], createAsker());
  expect(requests[0]!.path).toBe(`${BASE}/${HASH}?include=unit%2Ctransactions`);
});

test('answers null when the documented refusal says that the identifier is not known', async () => {
  const { withdrawals } = await stage(404, fixture('hashlee/invalid-identifier.json'));
  expect(await withdrawals.byHash(HASH, [], createAsker())).toBeNull();
});

const creation: WithdrawalRequest = {
  targetAccountId: 'jqozmk',
  netAmount: { amount: '100.00', currency: 'BRL' },
  description: null,
};

test.each([
  ['code', { code: '493817' }, '493817', undefined],
  ['signature', { signature: 'user-signature' }, undefined, 'user-signature'],
] as const)(
  'creates with the documented request and the %s of the user',
  async (_, factor, code, signature) => {
    const { requests, withdrawals } = await stage(201, fixture('hashlee/created.json'));
    await withdrawals.create(creation, factor, createAsker());
    expect(requests).toHaveLength(1);
    const { method, path, headers, body } = requests[0]!;
    expect({ method, path }).toEqual({ method: 'POST', path: BASE });
    expect(headers).toMatchObject({
      authorization: 'Bearer secret-token',
      'content-type': 'application/json',
      accept: 'application/json',
    });
    expect([headers.code, headers.signature]).toEqual([code, signature]);
    expect(body).toBe(JSON.stringify(JSON.parse(fixture('hashlee/creation.json'))));
  },
);

test.each([200, 201])('tells the created withdrawal from the documented answer with %i', async (status) => {
  const { withdrawals } = await stage(status, fixture('hashlee/created.json'));
  expect(await withdrawals.create(creation, null, createAsker())).toEqual({
    kind: 'Withdrawal',
    account: 'unit',
    hash: 'eea55e84-33e9-4bf1-a6ea-a6f853c801c7',
    reference: null,
    amount: { amount: '105.00000000', currency: 'BRL' },
    fee: { amount: '5.00000000', currency: 'BRL' },
    netAmount: { amount: '100.00000000', currency: 'BRL' },
    status: 'PENDING',
    rawStatus: 'OPEN',
    isFinal: false,
    unitId: 'vojvzo',
    userId: 'jqozmk',
    receiptId: null,
    targetAccountId: 'jqozmk',
    profileId: 'jqozmk',
    externalReference: null,
    description: null,
    verifiedAt: null,
    finishedAt: null,
    createdAt: new Date('2018-06-28T15:44:30Z'),
    updatedAt: new Date('2018-06-28T15:44:30Z'),
    cancelable: true,
    relations: {},
  });
});

test('reports which fields the documented refusal of a creation names, and that nothing was made', async () => {
  const { requests, withdrawals } = await stage(422, fixture('hashlee/invalid-data.json'));
  const creating = withdrawals.create(creation, { code: '493817' }, createAsker());
  expect(await failureOf(creating, ['493817', 'jqozmk'])).toEqual({
    code: 'INVALID_REQUEST',
    message: 'unit: createWithdrawal failed: the provider does not accept these values.',
    account: 'unit',
    provider: 'HASHLEE',
    operation: 'createWithdrawal',
    outcome: 'REJECTED',
    retryAfterMs: null,
    issues: [
      { field: 'currency', rule: 'required' },
      { field: 'net_amount', rule: 'required' },
    ],
  });
  expect(requests).toHaveLength(1);
});

test('cancels with the documented request: no body, and the empty object for success', async () => {
  const { requests, withdrawals } = await stage(200, fixture('hashlee/canceled.json'));
  await withdrawals.cancel(HASH, createAsker());
  expect(requests).toHaveLength(1);
  expect(requests[0]).toMatchObject({
    method: 'PATCH',
    path: `${BASE}/${HASH}/cancel`,
    headers: { authorization: 'Bearer secret-token', accept: 'application/json' },
    body: '',
  });
});

const CALLS = {
  listWithdrawals: (withdrawals: Withdrawals) =>
    withdrawals.list(finished, []).read(null, 'forward', 2, createAsker()),
  readWithdrawal: (withdrawals: Withdrawals) => withdrawals.byHash(HASH, [], createAsker()),
  createWithdrawal: (withdrawals: Withdrawals) =>
    withdrawals.create(creation, { code: '493817' }, createAsker()),
  cancelWithdrawal: (withdrawals: Withdrawals) => withdrawals.cancel(HASH, createAsker()),
} as const;

test.each([
  ['listWithdrawals', 'unauthorized', 401, 'UNAUTHENTICATED', null],
  ['listWithdrawals', 'limit-of-attempts', 429, 'RATE_LIMITED', 300_000],
  ['readWithdrawal', 'unauthorized', 401, 'UNAUTHENTICATED', null],
  ['readWithdrawal', 'unauthorized', 403, 'FORBIDDEN', null],
  ['readWithdrawal', 'limit-of-attempts', 429, 'RATE_LIMITED', 300_000],
  ['createWithdrawal', 'unauthorized', 401, 'UNAUTHENTICATED', null],
  ['createWithdrawal', 'limit-of-attempts', 429, 'RATE_LIMITED', 300_000],
  ['cancelWithdrawal', 'invalid-identifier', 404, 'NOT_FOUND', null],
  ['cancelWithdrawal', 'unauthorized', 401, 'UNAUTHENTICATED', null],
  ['cancelWithdrawal', 'limit-of-attempts', 429, 'RATE_LIMITED', 300_000],
  ['cancelWithdrawal', 'cancel-error', 400, 'NOT_CANCELABLE', null],
] as const)('%s, answered %s with %i, fails with %s', async (operation, name, status, code, retryAfterMs) => {
  const { requests, withdrawals } = await stage(status, fixture(`hashlee/${name}.json`));
  expect(await failureOf(CALLS[operation](withdrawals))).toMatchObject({
    code,
    outcome: 'REJECTED',
    account: 'unit',
    provider: 'HASHLEE',
    operation,
    retryAfterMs,
    issues: [],
  });
  expect(requests).toHaveLength(1);
});

test('leaves the outcome of a cancellation open when the documented error comes from a failing server', async () => {
  const { requests, withdrawals } = await stage(500, fixture('hashlee/cancel-error.json'));
  expect(await failureOf(withdrawals.cancel(HASH, createAsker()))).toMatchObject({
    code: 'NOT_CANCELABLE',
    outcome: 'UNKNOWN',
  });
  expect(requests).toHaveLength(1);
});
