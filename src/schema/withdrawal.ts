/** `Withdrawal`: money taken out of a Hashlee business unit. */

import type { GraphQLResolveInfo } from 'graphql';
import type { RelatedObject, Withdrawal, WithdrawalRelation } from '../domain.ts';
import { encodeId } from '../id.ts';
import { builder } from './builder.ts';
import { describedEnum } from './enums.ts';
import { MoneyRef } from './money.ts';
import { resolveWithdrawalRef, WithdrawalRefInput } from './reference.ts';
import { selectedFields } from './selection.ts';
import { TransferRef } from './transfer.ts';
import { costs, WITHDRAWAL_READ } from './upstream.ts';

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
        description:
          'The mutations that it accepts in its present status, and that the token of the request allows.',
        resolve: ({ account, cancelable }, _args, { inbound }) =>
          cancelable && inbound.caller.may('withdrawals:cancel', account) ? (['CANCEL'] as const) : [],
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

builder.queryField('withdrawal', (t) =>
  t.field({
    type: WithdrawalRef,
    nullable: true,
    extensions: costs({ calls: WITHDRAWAL_READ }),
    authScopes: { may: 'withdrawals:read' },
    description: 'One withdrawal; null when the provider has no such withdrawal.',
    args: { by: t.arg({ type: WithdrawalRefInput, required: true, description: 'Which withdrawal.' }) },
    resolve: (_root, { by }, context, info) =>
      context.loaders.withdrawals.load({
        ...resolveWithdrawalRef(by, ['by'], context.accountsFor('withdrawals:read')),
        include: selectedRelations(info, [[]]),
      }),
  }),
);
