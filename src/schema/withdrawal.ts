/** `Withdrawal`: money taken out of a Hashlee business unit. */

import type { GraphQLResolveInfo } from 'graphql';
import { unsupported } from '../accounts.ts';
import {
  ACCOUNT_TYPES,
  type RelatedObject,
  WITHDRAWAL_ORDER_FIELDS,
  type Withdrawal,
  type WithdrawalQuery,
  type WithdrawalRelation,
} from '../domain.ts';
import { encodeId } from '../id.ts';
import { readPage } from '../pager.ts';
import { builder } from './builder.ts';
import { accountToList, type Connection, connectionArgs } from './connection.ts';
import { describedEnum } from './enums.ts';
import {
  conditionsOf,
  DateTimeFilterInput,
  DecimalFilterInput,
  StringFilterInput,
  TransferStatusFilterInput,
} from './filter.ts';
import { MoneyRef } from './money.ts';
import { resolveWithdrawalRef, WithdrawalRefInput } from './reference.ts';
import { selectedFields } from './selection.ts';
import { TransferRef } from './transfer.ts';

export const WithdrawalRef = builder.objectRef<Withdrawal>('Withdrawal');

/** Relations under their names in the schema; `account` is taken there by the account that a transfer belongs to. */
const RELATION_FIELDS: Readonly<Record<string, WithdrawalRelation>> = {
  unit: 'unit',
  user: 'user',
  targetAccount: 'account',
  receipt: 'receipt',
  transfers: 'transfers',
  transactions: 'transactions',
};

/** The relations selected on withdrawals under the resolved field, at any of `paths` below it. */
export function selectedRelations(
  info: GraphQLResolveInfo,
  paths: readonly (readonly string[])[],
): WithdrawalRelation[] {
  const selected = selectedFields(info, 'Withdrawal', paths);
  return Object.entries(RELATION_FIELDS).flatMap(([field, relation]) =>
    selected.has(field) ? [relation] : [],
  );
}

const WithdrawalActionEnum = builder.enumType('WithdrawalAction', {
  description: 'A mutation that a withdrawal accepts.',
  values: describedEnum(['CANCEL'], { CANCEL: '`cancelWithdrawal`.' }),
});

const RelatedObjectRef = builder.objectRef<RelatedObject>('RelatedObject').implement({
  description: 'An object that Hashlee attaches to a withdrawal and whose fields it does not document.',
  fields: (t) => ({
    id: t.string({
      nullable: true,
      description: 'Its `hash` or `id`, where it has one.',
      resolve: ({ hash, id }) => String(hash ?? id ?? '') || null,
    }),
    json: t.field({
      type: 'JSON',
      description: 'All of it, as the provider sent it.',
      resolve: (object) => object,
    }),
  }),
});

WithdrawalRef.implement({
  description:
    "Money taken out of a Hashlee business unit. `amount`, `fee` and `netAmount` are the provider's own: whether " +
    'the fee is inside the amount differs between withdrawals, so none is ever computed from the others.',
  interfaces: [builder.nodeInterfaceRef(), TransferRef],
  isTypeOf: (value) => (value as Withdrawal).kind === 'Withdrawal',
  fields: (t) => {
    const one = (relation: WithdrawalRelation, description: string) =>
      t.field({
        type: RelatedObjectRef,
        nullable: true,
        description: `${description} Asked for only when selected; null when the provider attaches none.`,
        resolve: ({ relations }) => (relations[relation] as RelatedObject | undefined) ?? null,
      });
    const many = (relation: WithdrawalRelation, description: string) =>
      t.field({
        type: [RelatedObjectRef],
        nullable: true,
        description: `${description} Asked for only when selected; null when the provider attaches none.`,
        resolve: ({ relations }) => (relations[relation] as readonly RelatedObject[] | undefined) ?? null,
      });
    return {
      id: t.id({
        description: 'Opaque and stable.',
        resolve: ({ account, hash }) => encodeId({ kind: 'Withdrawal', account, hash }),
      }),
      hash: t.expose('hash', { type: 'UUID', description: "The provider's own id." }),
      fee: t.expose('fee', { type: MoneyRef, description: 'The fee.' }),
      netAmount: t.expose('netAmount', {
        type: MoneyRef,
        description: 'The net amount: what was asked for when it was created.',
      }),
      createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was asked for.' }),
      updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When it last changed.' }),
      verifiedAt: t.expose('verifiedAt', {
        type: 'DateTime',
        nullable: true,
        description: 'When it was verified; null while it is not.',
      }),
      finishedAt: t.expose('finishedAt', {
        type: 'DateTime',
        nullable: true,
        description: 'When it was finished; null while it is not.',
      }),
      unitId: t.exposeString('unitId', { description: 'The business unit that the money comes from.' }),
      userId: t.exposeString('userId', {
        nullable: true,
        description: 'Who asked for it, where it is told.',
      }),
      receiptId: t.exposeString('receiptId', {
        nullable: true,
        description: 'Its receipt; null before there is one.',
      }),
      targetAccountId: t.exposeString('targetAccountId', {
        nullable: true,
        description: 'The account that it goes to; told only in the answer to its creation, null otherwise.',
      }),
      profileId: t.exposeString('profileId', {
        nullable: true,
        description: 'Its withdrawal profile; told only in the answer to its creation, null otherwise.',
      }),
      externalReference: t.exposeString('externalReference', {
        nullable: true,
        description: 'The reference of the payment outside the provider; null before there is one.',
      }),
      description: t.exposeString('description', {
        nullable: true,
        description: 'Free text; null when none was given.',
      }),
      availableActions: t.field({
        type: [WithdrawalActionEnum],
        description: 'The mutations that it accepts in its present status.',
        resolve: ({ cancelable }) => (cancelable ? (['CANCEL'] as const) : []),
      }),
      unit: one('unit', 'The business unit.'),
      user: one('user', 'Who asked for it.'),
      targetAccount: one('account', 'The account that it goes to.'),
      receipt: one('receipt', 'Its receipt.'),
      transfers: many('transfers', 'The transfers that it consists of.'),
      transactions: many('transactions', 'The transactions that it consists of.'),
    };
  },
});

const WithdrawalConnection = builder.connectionObject(
  {
    type: WithdrawalRef,
    name: 'WithdrawalConnection',
    description: 'A page of withdrawals.',
    fields: (t) => ({
      totalCount: t.int({
        nullable: true,
        description: 'How many withdrawals match; at most one more upstream call, made only when selected.',
        resolve: (page) => (page as unknown as Connection<Withdrawal>).total(),
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

const DirectionEnum = builder.enumType('OrderDirection', {
  description: 'Which end of an order comes first.',
  values: {
    ASC: { value: 'asc' as const, description: 'Smallest or oldest first.' },
    DESC: { value: 'desc' as const, description: 'Greatest or newest first.' },
  },
});

const WithdrawalOrderInput = builder.inputType('WithdrawalOrder', {
  description: 'In which order to list withdrawals. Rows with equal values are ordered by hash.',
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

builder.queryFields((t) => ({
  withdrawal: t.field({
    type: WithdrawalRef,
    nullable: true,
    description: 'One withdrawal; null when the provider has no such withdrawal.',
    args: { by: t.arg({ type: WithdrawalRefInput, required: true, description: 'Which withdrawal.' }) },
    resolve: (_root, { by }, context, info) =>
      context.loaders.withdrawals.load({
        ...resolveWithdrawalRef(by, ['by'], context),
        include: selectedRelations(info, [[]]),
      }),
  }),
  withdrawals: t.field({
    type: WithdrawalConnection,
    description:
      'The withdrawals of an account, newest first unless ordered otherwise: complete at any page size.',
    args: {
      ...connectionArgs,
      filter: t.arg({ type: WithdrawalFilterInput, description: 'Which withdrawals; all when left out.' }),
      accountType: t.arg({ type: AccountTypeEnum, description: 'Only those to this kind of account.' }),
      orderBy: t.arg({ type: WithdrawalOrderInput, description: 'The order; newest first when left out.' }),
    },
    resolve: async (_root, { accounts, filter, accountType, orderBy, ...page }, context, info) => {
      const account = accountToList(
        context,
        accounts,
        ({ provider }) => !!provider.withdrawals,
        'listWithdrawals',
      );
      const { withdrawals } = account.provider;
      if (!withdrawals) throw unsupported(account, 'listWithdrawals');
      const query: WithdrawalQuery = {
        conditions: conditionsOf(filter),
        accountType: accountType ?? null,
        orderBy: orderBy ?? { field: 'createdAt', direction: 'desc' },
      };
      const include = selectedRelations(info, [['nodes'], ['edges', 'node']]);
      const source = withdrawals.list(query, include);
      const rows = await readPage(source, page, ['withdrawals', account.name, query], context.asker);
      for (const { node } of rows.edges) {
        context.loaders.withdrawals.prime({ account, hash: node.hash, include }, node);
      }
      return { ...rows, total: async () => (await source.total?.(context.asker)) ?? null };
    },
  }),
}));
