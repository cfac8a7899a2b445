/** The list of withdrawals: its pages, its filters, and the orders in which it can be walked. */

import type { Account } from '../accounts.ts';
import { ACCOUNT_TYPES, WITHDRAWAL_ORDER_FIELDS, type Withdrawal, type WithdrawalQuery } from '../domain.ts';
import { compareDecimals } from '../money.ts';
import { builder } from './builder.ts';
import {
  accountsToList,
  connectionArgs,
  DirectionEnum,
  GAPS,
  GapRef,
  type MergedConnection,
  readMerged,
} from './connection.ts';
import { describedEnum } from './enums.ts';
import {
  conditionsOf,
  DateTimeFilterInput,
  DecimalFilterInput,
  StringFilterInput,
  TransferStatusFilterInput,
} from './filter.ts';
import { type Asked, costs, howMany, overAccounts, pageSizeOf, pagesOf } from './upstream.ts';
import { selectedRelations, WithdrawalRef } from './withdrawal.ts';

const WithdrawalConnection = builder.connectionObject(
  {
    type: WithdrawalRef,
    name: 'WithdrawalConnection',
    description: 'A page of withdrawals.',
    fields: (t) => ({
      totalCount: t.int({
        nullable: true,
        extensions: costs({
          calls: ({ accounts }) => howMany(accounts, ({ provider }) => !!provider.withdrawals),
        }),
        description:
          'How many withdrawals match; at most one more upstream call an account, made only when selected, and null ' +
          'when an account could not be asked.',
        resolve: (page) => (page as unknown as MergedConnection<Withdrawal>).total(),
      }),
      gaps: t.field({
        type: [GapRef],
        description: GAPS,
        resolve: (page) => (page as unknown as MergedConnection<Withdrawal>).gaps,
      }),
    }),
  },
  { description: 'A withdrawal and its place in the list.' },
);

const AccountTypeEnum = builder.enumType('AccountType', {
  description: 'What kind of account a withdrawal goes to.',
  values: describedEnum(ACCOUNT_TYPES, {
    BANK: 'A bank account.',
    WALLET: 'A crypto wallet.',
    PREPAID_CARD: 'A prepaid card.',
  }),
});

const WithdrawalOrderFieldEnum = builder.enumType('WithdrawalOrderField', {
  description:
    'What withdrawals can be ordered by: only fields that never change, so that no page can miss a row.',
  values: {
    CREATED_AT: { value: WITHDRAWAL_ORDER_FIELDS[0], description: 'When it was asked for.' },
    AMOUNT: { value: WITHDRAWAL_ORDER_FIELDS[1], description: 'Its amount, by value.' },
    FEE: { value: WITHDRAWAL_ORDER_FIELDS[2], description: 'Its fee, by value.' },
    NET_AMOUNT: { value: WITHDRAWAL_ORDER_FIELDS[3], description: 'Its net amount, by value.' },
  },
});

const WithdrawalOrderInput = builder.inputType('WithdrawalOrder', {
  description:
    'In which order to list withdrawals. Rows with equal values are ordered by account, then by hash.',
  fields: (t) => ({
    field: t.field({ type: WithdrawalOrderFieldEnum, required: true, description: 'By what.' }),
    direction: t.field({
      type: DirectionEnum,
      required: true,
      defaultValue: 'desc',
      description: 'Which end first.',
    }),
  }),
});

const WithdrawalFilterInput = builder.inputType('WithdrawalFilter', {
  description: 'Which withdrawals to list. All conditions must hold; all are applied by the provider.',
  fields: (t) => ({
    hash: t.field({ type: StringFilterInput, description: "The provider's id." }),
    status: t.field({
      type: TransferStatusFilterInput,
      description: 'How far it is, in the common vocabulary.',
    }),
    rawStatus: t.field({ type: StringFilterInput, description: "The provider's word for the status." }),
    currency: t.field({ type: StringFilterInput, description: 'Currency code.' }),
    amount: t.field({ type: DecimalFilterInput, description: 'The amount.' }),
    fee: t.field({ type: DecimalFilterInput, description: 'The fee.' }),
    netAmount: t.field({ type: DecimalFilterInput, description: 'The net amount.' }),
    externalReference: t.field({
      type: StringFilterInput,
      description: 'The reference outside the provider.',
    }),
    createdAt: t.field({ type: DateTimeFilterInput, description: 'When it was asked for.' }),
    updatedAt: t.field({ type: DateTimeFilterInput, description: 'When it last changed.' }),
    finishedAt: t.field({ type: DateTimeFilterInput, description: 'When it was finished.' }),
  }),
});

builder.queryField('withdrawals', (t) =>
  t.field({
    type: WithdrawalConnection,
    nullable: true,
    extensions: costs({ calls: overAccounts(listCost), rows: pageSizeOf }),
    authScopes: { may: 'withdrawals:read' },
    description:
      'The withdrawals of all accounts, or of some, as one list, newest first unless ordered otherwise: complete, ' +
      'whatever the page size. Null, with an error, when the arguments are refused, or an account failed and `onGap` ' +
      'is `FAIL`.',
    args: {
      ...connectionArgs,
      filter: t.arg({ type: WithdrawalFilterInput, description: 'Which withdrawals; all when left out.' }),
      accountType: t.arg({ type: AccountTypeEnum, description: 'Only those to this kind of account.' }),
      orderBy: t.arg({ type: WithdrawalOrderInput, description: 'The order; newest first when left out.' }),
    },
    resolve: async (_root, args, context, info) => {
      const { accounts, filter, accountType, orderBy } = args;
      const chosen = accountsToList(
        context.accountsFor('withdrawals:read'),
        accounts,
        ({ provider }) => !!provider.withdrawals,
        'listWithdrawals',
      );
      const query: WithdrawalQuery = {
        conditions: conditionsOf(filter),
        accountType: accountType ?? null,
        orderBy: orderBy ?? { field: 'createdAt', direction: 'desc' },
      };
      const include = selectedRelations(info, [['nodes'], ['edges', 'node']]);
      const members = chosen.flatMap((account) => {
        const source = account.provider.withdrawals?.list(query, include);
        return source ? [{ account, source }] : [];
      });
      const rows = await readMerged(
        {
          operation: 'listWithdrawals',
          members: query.orderBy.direction === 'desc' ? members : members.reverse(),
          compare: orderOf(query),
          settled: settledOf(query),
          show: (withdrawal) => withdrawal,
          identity: ['withdrawals', query],
        },
        args,
        context,
      );
      for (const { node } of rows.edges) {
        const account = context.accounts.get(node.account);
        if (account) context.loaders.withdrawals.prime({ account, hash: node.hash, include }, node);
      }
      return rows;
    },
  }),
);

function listCost({ provider: { withdrawals } }: Account, asked: Asked): number {
  return withdrawals ? pagesOf(withdrawals.listCost, pageSizeOf(asked)) : 0;
}

/** New rows are newer than others, and may be of any amount. */
function settledOf({ orderBy: { field, direction } }: WithdrawalQuery) {
  if (field !== 'createdAt') return null;
  return direction === 'desc' ? 'forward' : 'backward';
}

function orderOf({ orderBy: { field, direction } }: WithdrawalQuery) {
  const sign = direction === 'asc' ? 1 : -1;
  return (left: Withdrawal, right: Withdrawal) =>
    sign *
    (field === 'createdAt'
      ? left.createdAt.getTime() - right.createdAt.getTime()
      : compareDecimals(left[field].amount, right[field].amount));
}
