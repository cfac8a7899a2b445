/** The six writes as a frontend asks for them, each with an input that the sandbox takes, and what is known of them
 * afterwards. */

import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import { SANDBOX_CREDENTIALS, type Sandbox } from '../../sandbox/index.ts';
import type { Ask } from './app.ts';

export type WriteName =
  | 'createStaticWallet'
  | 'blockWallet'
  | 'refundBlocked'
  | 'createPayout'
  | 'createWithdrawal'
  | 'cancelWithdrawal';

export const ADDRESS = 'TDD97yguPESTpcrJMqU6h2ozZbibv4Vaqm';
export const CARD = '2202098765432109';
export const UNIT = SANDBOX_CREDENTIALS.hashlee.units[0];

/** Everything of an operation. */
export const OPERATION = `id kind account { name } targetId input idempotencyKey caller state settledBy
  failure { code outcome } sends checks createdAt sentAt settledAt nextCheckAt`;

const ERRORS = `... on Error { message code }
  ... on InvalidInput { issues { path message } }
  ... on ProviderFailure { outcome retryAfterMs issues { field rule } account { name } ledgerEntry { ${OPERATION} } }
  ... on IdempotencyConflict { ledgerEntry { ${OPERATION} } }`;

/** Asks for a write and answers its result; `payload` selects more of what it is when it succeeded. */
export async function write(ask: Ask, name: WriteName, input: Record<string, unknown>, payload = '') {
  const capital = `${name[0]!.toUpperCase()}${name.slice(1)}`;
  const { data, errors } = await ask(
    `mutation ($input: ${capital}Input!) {
      result: ${name}(input: $input) {
        __typename ${ERRORS} ... on ${capital}Payload { operation { ${OPERATION} } ${payload} }
      }
    }`,
    { input: { idempotencyKey: randomUUID(), ...input } },
  );
  expect(errors).toBeUndefined();
  return data.result;
}

/** The operation that a result shows, whichever result it is. */
// biome-ignore lint/suspicious/noExplicitAny: the answer of a query, looked into freely.
export function operationOf(result: any) {
  return result.operation ?? result.ledgerEntry;
}

export const byOrderId = (account: string, orderId: string) => ({ orderId: { account, orderId } });
export const byUuid = (account: string, uuid: string) => ({ uuid: { account, uuid } });
export const byHash = (hash: string, account = 'hashlee') => ({ hash: { account, hash } });

/** Inputs that work as they stand, to be spread and changed. */
export const NEW_WALLET = { account: 'cryptomus', orderId: 'new-wallet', currency: 'USDT', network: 'tron' };
export const NEW_PAYOUT = {
  account: 'cryptomus',
  orderId: 'new-payout',
  amount: '5',
  currency: 'USDT',
  destination: { crypto: { address: ADDRESS, network: 'tron' } },
  feePayer: 'MERCHANT',
};
export const NEW_CARD_PAYOUT = {
  account: 'repay',
  orderId: 'new-payout',
  amount: '1000',
  currency: 'RUB',
  destination: { card: { number: CARD, bankId: 'bank-7' } },
};
export const NEW_WITHDRAWAL = {
  account: 'hashlee',
  targetAccountId: 'jqozmk',
  currency: 'BRL',
  netAmount: '100.00',
  code: '123456',
};

/** The hash of a withdrawal that can be canceled. */
export function openHash(sandbox: Sandbox, at = 0): string {
  return sandbox.rows.withdrawals(UNIT).filter(({ status }) => status === 'OPEN')[at]!.hash;
}

/** Resolves once so many calls have arrived at the sandbox. */
export async function arrived(sandbox: Sandbox, count: number): Promise<void> {
  await expect.poll(() => sandbox.calls.length, { interval: 5, timeout: 10_000 }).toBe(count);
}
