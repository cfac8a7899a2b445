/** Making a withdrawal at Hashlee: what is sent with which proof, what may come back, and the pretend Hashlee. */

import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type Sandbox, startSandbox } from '../../../sandbox/index.ts';
import type { SecondFactor, WithdrawalRequest } from '../../../src/domain.ts';
import { fixture, startUpstream } from '../../documents/upstream.ts';
import { createAsker, failureOf } from '../../support/calls.ts';
import { type Account, openAccount, UNIT } from './account.ts';

const REQUEST: WithdrawalRequest = {
  targetAccountId: 'jqozmk',
  netAmount: { amount: '100.00', currency: 'BRL' },
  description: null,
};
const CODE = { code: '493817' };

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

async function stage(status: number, body: string) {
  const upstream = await startUpstream(() => ({ status, body }));
  const staged = openAccount(upstream.url);
  closing.push(staged.close, upstream.close);
  return {
    requests: upstream.requests,
    create: (change: Partial<WithdrawalRequest> = {}, factor: SecondFactor | null = CODE) =>
      staged.withdrawals.create({ ...REQUEST, ...change }, factor, createAsker()),
  };
}

/** The documented answer with other values. */
function answer(change: object): string {
  const { data } = JSON.parse(fixture('hashlee/created.json'));
  return JSON.stringify({ data: { ...data, ...change } });
}

test.each([
  [CODE, { code: '493817', signature: undefined }],
  [{ signature: 'keyId="a", sig="b+/="' }, { signature: 'keyId="a", sig="b+/="', code: undefined }],
  [null, { code: undefined, signature: undefined }],
])('sends the second factor %j as one header or none', async (factor, headers) => {
  const { requests, create } = await stage(201, fixture('hashlee/created.json'));
  await create({}, factor);
  const { code, signature } = requests[0]!.headers;
  expect({ code, signature }).toEqual(headers);
});

test('sends a description and every digit of the amount', async () => {
  const amount = '1234567890123456789012.12345678';
  const { requests, create } = await stage(201, answer({ net_amount: amount, currency: 'BTC' }));
  await create({ netAmount: { amount, currency: 'BTC' }, description: 'Rent — "May"' });
  expect(requests[0]!.body).toBe(
    `{"gateway_unit_account_id":"jqozmk","currency":"BTC","net_amount":"${amount}",` +
      '"description":"Rent — \\"May\\""}',
  );
});

test.each([
  ['200', 200, {}],
  ['202', 202, {}],
  ['a number for an amount', 201, { net_amount: 100 }],
  ['no account', 201, { gateway_unit_account_id: undefined }],
])('takes an answer with %s for the withdrawal that was asked for', async (_, status, change) => {
  const { create } = await stage(status, answer(change));
  expect(await create()).toMatchObject({ hash: 'eea55e84-33e9-4bf1-a6ea-a6f853c801c7' });
});

test.each([
  ['a currency that is not offered', { netAmount: { amount: '1', currency: 'USD' } }, CODE, 'currency'],
  ['a currency in other letters', { netAmount: { amount: '1', currency: 'brl' } }, CODE, 'currency'],
  ['a ninth decimal', { netAmount: { amount: '1.000000001', currency: 'BTC' } }, CODE, 'net_amount'],
  ['an empty code', {}, { code: '' }, 'code'],
  ['a code with a line break', {}, { code: '493817\r\nX-Other: 1' }, 'code'],
  ['a signature that is not ASCII', {}, { signature: 'assinatura é' }, 'signature'],
  ['a signature that is blank', {}, { signature: ' ' }, 'signature'],
] as const)('refuses %s without asking', async (_, change, factor, field) => {
  const { requests, create } = await stage(201, fixture('hashlee/created.json'));
  expect(await failureOf(create(change, factor), ['493817', 'assinatura'])).toMatchObject({
    code: 'INVALID_REQUEST',
    outcome: 'REJECTED',
    operation: 'createWithdrawal',
    issues: [{ field, rule: 'invalid' }],
  });
  expect(requests).toEqual([]);
});

test('does not count zeros as decimals', async () => {
  const { create } = await stage(201, fixture('hashlee/created.json'));
  const netAmount = { amount: '100.0000000000', currency: 'BRL' };
  expect(await create({ netAmount })).toMatchObject({ netAmount: { amount: '100.00000000' } });
});

test.each([
  ['another amount', 201, answer({ net_amount: '95.00000000', amount: '100.00000000' }), 'BAD_RESPONSE'],
  ['another currency', 201, answer({ currency: 'BTC' }), 'BAD_RESPONSE'],
  ['another account', 201, answer({ gateway_unit_account_id: 'wbnxla' }), 'BAD_RESPONSE'],
  ['no hash', 201, answer({ hash: '' }), 'BAD_RESPONSE'],
  ['an amount that is no number', 201, answer({ fee: 'five' }), 'BAD_RESPONSE'],
  ['an empty object', 200, '{}', 'BAD_RESPONSE'],
  ['an empty answer', 204, '', 'BAD_RESPONSE'],
  ['words that are not known', 200, '{"message":"Scheduled"}', 'BAD_RESPONSE'],
  ['a web page', 200, '<p>done</p>', 'BAD_RESPONSE'],
  ['a failing server', 500, '{"message":"Server Error"}', 'UNAVAILABLE'],
  ['a failing server that blames the request', 500, fixture('hashlee/invalid-data.json'), 'INVALID_REQUEST'],
])('does not claim to know what happened after %s', async (_, status, body, code) => {
  const { requests, create } = await stage(status, body);
  expect(await failureOf(create(), ['493817', 'jqozmk', 'wbnxla'])).toMatchObject({
    code,
    outcome: 'UNKNOWN',
    operation: 'createWithdrawal',
  });
  expect(requests).toHaveLength(1);
});

test.each([
  ['the framework refusing the token', 401, '{"message":"Unauthenticated."}', 'UNAUTHENTICATED'],
  ['a refusal in other words', 400, '{"message":"Something else"}', 'REJECTED'],
  ['an error that is documented elsewhere', 400, fixture('hashlee/cancel-error.json'), 'REJECTED'],
])('says that nothing was made after %s', async (_, status, body, code) => {
  const { create } = await stage(status, body);
  expect(await failureOf(create())).toMatchObject({ code, outcome: 'REJECTED' });
});

const make = (
  change: Partial<WithdrawalRequest> = {},
  factor: SecondFactor | null = CODE,
  asker = createAsker(),
) => account.withdrawals.create({ ...REQUEST, ...change }, factor, asker);

test.each([CODE, { signature: 'of-the-user' }])('makes a withdrawal with %j and one call', async (factor) => {
  const asker = createAsker();
  const withdrawal = await make({ description: 'Rent' }, factor, asker);
  expect(asker.operations).toEqual(['createWithdrawal']);
  expect(withdrawal).toMatchObject({
    hash: sandbox.rows.withdrawals(UNIT)[0]!.hash,
    amount: { amount: '105.00000000', currency: 'BRL' },
    netAmount: { amount: '100.00000000', currency: 'BRL' },
    description: 'Rent',
    status: 'PENDING',
    cancelable: true,
    targetAccountId: 'jqozmk',
    profileId: 'jqozmk',
  });
  const read = await account.withdrawals.byHash(withdrawal.hash, [], asker);
  expect(read).toEqual({ ...withdrawal, targetAccountId: null, profileId: null });
  expect(sandbox.effects).toHaveLength(1);
});

test('makes two withdrawals when asked twice: nothing upstream knows that they are one', async () => {
  const [first, second] = [await make(), await make()];
  expect(first.hash).not.toBe(second.hash);
  expect(sandbox.effects).toHaveLength(2);
});

test('is refused without a second factor', async () => {
  expect(await failureOf(make({}, null))).toMatchObject({ code: 'UNAUTHENTICATED', outcome: 'REJECTED' });
  expect(sandbox.effects).toEqual([]);
});

test.each([
  [{ targetAccountId: 'nobody' }, 'gateway_unit_account_id', 'invalid'],
  [{ targetAccountId: '' }, 'gateway_unit_account_id', 'required'],
  [{ netAmount: { amount: '0', currency: 'BRL' } }, 'net_amount', 'invalid'],
  [{ netAmount: { amount: '-1', currency: 'BRL' } }, 'net_amount', 'invalid'],
])('is told what is wrong with %j', async (change, field, rule) => {
  expect(await failureOf(make(change))).toMatchObject({
    code: 'INVALID_REQUEST',
    outcome: 'REJECTED',
    issues: [{ field, rule }],
  });
  expect(sandbox.effects).toEqual([]);
});

test.each([
  ['drop-after', 1],
  ['error-after', 1],
  ['cut-json', 1],
  ['empty', 1],
  ['drop-before', 0],
] as const)('sends a creation once and says UNKNOWN after %s', async (kind, effects) => {
  sandbox.inject({ kind, endpoint: 'W3' });
  const asker = createAsker();
  expect(await failureOf(make({}, CODE, asker), ['493817'])).toMatchObject({ outcome: 'UNKNOWN' });
  expect(asker.operations).toEqual(['createWithdrawal']);
  expect(sandbox.effects).toHaveLength(effects);
});
