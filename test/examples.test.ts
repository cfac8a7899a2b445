import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { startProduct } from './support/app.ts';

const FOLDER = new URL('../examples/', import.meta.url);
const files = readdirSync(FOLDER).sort();

/** What each example costs in upstream calls, and what it answers in the main. */
const EXPECTED: Readonly<Record<string, { calls: number; data: object }>> = {
  '01-accounts.graphql': {
    calls: 0,
    data: {
      accounts: ['cryptomus', 'heleket', 'repay', 'hashlee', 'hashlee-2'].map((name) => ({
        name,
        mode: 'SANDBOX',
      })),
    },
  },
  '02-payout-by-order-id.graphql': {
    calls: 1,
    data: { payout: { amount: { amount: '1000', currency: 'RUB' }, status: 'SUCCEEDED' } },
  },
  '03-payouts-page.graphql': {
    calls: 2,
    data: {
      payouts: {
        nodes: Array.from({ length: 20 }, () => ({ amount: {} })),
        pageInfo: { hasNextPage: true },
      },
    },
  },
  '04-payouts-of-a-day.graphql': {
    calls: 1,
    data: {
      payouts: {
        nodes: [{ createdAt: '2024-02-06T08:03:12Z' }, { createdAt: '2024-02-06T03:57:24Z' }],
        pageInfo: { hasNextPage: false },
      },
    },
  },
  '05-withdrawals.graphql': {
    calls: 1,
    data: {
      withdrawals: {
        totalCount: expect.any(Number),
        edges: Array.from({ length: 5 }, () => ({
          node: { user: { id: expect.any(String) }, targetAccount: { json: {} } },
        })),
        pageInfo: { hasNextPage: true },
      },
    },
  },
  '06-withdrawal-by-hash.graphql': {
    calls: 1,
    data: { withdrawal: { amount: { amount: '259180.80032041', currency: 'BTC' }, status: 'SUCCEEDED' } },
  },
  '07-nodes.graphql': {
    calls: 3,
    data: {
      nodes: [
        { __typename: 'Account', name: 'heleket' },
        { __typename: 'Payout', account: { name: 'repay' } },
        { __typename: 'Payout', account: { name: 'cryptomus' } },
        { __typename: 'Withdrawal', rawStatus: 'FINISHED' },
        { __typename: 'Withdrawal', rawStatus: 'OPEN' },
      ],
    },
  },
  '08-block-wallet.graphql': {
    calls: 1,
    data: { blockWallet: { __typename: 'BlockWalletPayload', wallet: { status: 'BLOCKED' } } },
  },
  '09-refund-blocked.graphql': {
    calls: 1,
    data: { refundBlocked: { __typename: 'RefundBlockedPayload', wallet: { availableActions: [] } } },
  },
  '10-cancel-withdrawal.graphql': {
    calls: 2,
    data: {
      cancelWithdrawal: {
        __typename: 'CancelWithdrawalPayload',
        withdrawal: { status: 'CANCELED', availableActions: [] },
      },
    },
  },
  '11-refusal.graphql': {
    calls: 1,
    data: {
      refundBlocked: { __typename: 'ProviderFailure', code: 'ALREADY_DONE', outcome: 'REJECTED' },
    },
  },
  '12-invalid-input.graphql': {
    calls: 0,
    data: {
      refundBlocked: {
        __typename: 'InvalidInput',
        issues: [
          { path: ['input', 'idempotencyKey'] },
          { path: ['input', 'wallet', 'uuid', 'uuid'] },
          { path: ['input', 'toAddress'] },
        ],
      },
    },
  },
  '13-all-payouts.graphql': {
    calls: 2,
    data: {
      payouts: {
        nodes: Array.from({ length: 20 }, () => ({ account: {} })),
        gaps: [],
        pageInfo: { hasNextPage: true },
      },
    },
  },
  '14-payouts-that-failed.graphql': {
    calls: 9,
    data: {
      payouts: {
        nodes: Array.from({ length: 5 }, () => ({ rawStatus: expect.stringMatching(/fail/) })),
        gaps: [],
        pageInfo: { hasNextPage: true },
      },
    },
  },
  '15-lookup.graphql': {
    calls: 5,
    data: {
      lookup: {
        results: ['cryptomus', 'heleket'].map((name) => ({
          __typename: 'Payout',
          account: { name },
          amount: { amount: '207.00000000', currency: 'USDT' },
        })),
        gaps: [],
        asked: ['cryptomus', 'heleket', 'repay', 'hashlee', 'hashlee-2'].map((name) => ({ name })),
      },
    },
  },
  '16-create-static-wallet.graphql': {
    calls: 1,
    data: {
      createStaticWallet: {
        __typename: 'CreateStaticWalletPayload',
        wallet: { status: 'ACTIVE', availableActions: ['BLOCK'] },
        operation: { state: 'SUCCEEDED', sends: 1 },
      },
    },
  },
  '17-create-payout.graphql': {
    calls: 2,
    data: {
      createPayout: {
        __typename: 'CreatePayoutPayload',
        payout: { reference: 'salary-2026-01', amount: { amount: '1500', currency: 'RUB' } },
        operation: { state: 'SUCCEEDED' },
      },
    },
  },
  '18-operations.graphql': {
    calls: 0,
    data: { operations: { nodes: expect.any(Array), pageInfo: { hasNextPage: false } } },
  },
};

const product = await startProduct();

test('every example has its row here', () => {
  expect(files).toEqual(Object.keys(EXPECTED));
});

describe.each(files)('%s', (file) => {
  const query = readFileSync(new URL(file, FOLDER), 'utf8');
  const expected = EXPECTED[file];

  test('runs as it stands, for no more upstream calls than it says', async () => {
    const answer = await product.ask(query, undefined, { 'x-paygraph-upstream': '1' });

    expect(answer.errors).toBeUndefined();
    expect(answer.data).toMatchObject(expected!.data);
    expect(product.sandbox.calls).toHaveLength(expected!.calls);
    expect(answer.extensions?.upstream.calls).toBe(expected!.calls);
  });

  test('says in its comment what it costs', () => {
    const [, cost] = /^(?:#.*\n)*?# Upstream calls: (none|\d+)\b/.exec(query) ?? [];
    expect(cost).toBe(expected?.calls === 0 ? 'none' : String(expected?.calls));
  });
});

test('all of them run one after another, as somebody does who tries every tab', async () => {
  for (const file of files) {
    const answer = await product.ask(readFileSync(new URL(file, FOLDER), 'utf8'));
    expect(answer.errors, file).toBeUndefined();
    expect(answer.data, file).toMatchObject(EXPECTED[file]!.data);
  }
});
