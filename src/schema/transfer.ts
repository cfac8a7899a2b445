/** `Transfer`: what payouts and withdrawals have in common, and the one status that both are told in. */

import { requireAccount } from '../accounts.ts';
import { TRANSFER_STATUSES, type Transfer } from '../domain.ts';
import { AccountRef, ProviderEnum } from './account.ts';
import { builder } from './builder.ts';
import { describedEnum } from './enums.ts';
import { MoneyRef } from './money.ts';

export const TransferRef = builder.interfaceRef<Transfer>('Transfer');

export const TransferStatusEnum = builder.enumType('TransferStatus', {
  description: 'How far a transfer is, in one vocabulary for all providers.',
  values: describedEnum(TRANSFER_STATUSES, {
    PENDING: 'Asked for; the provider has not begun.',
    PROCESSING: 'Under way.',
    SUCCEEDED: 'The money arrived.',
    FAILED: 'It did not go through.',
    CANCELED: 'It was called off.',
    UNRECOGNIZED: 'The provider says something that is not known here; see `rawStatus`.',
  }),
});

TransferRef.implement({
  description: 'Money on its way out: a payout or a withdrawal.',
  fields: (t) => ({
    account: t.field({
      type: AccountRef,
      description: 'The account that it belongs to.',
      resolve: ({ account }, _args, { accounts }) => requireAccount(accounts, account, []),
    }),
    provider: t.field({
      type: ProviderEnum,
      description: 'The provider that moves the money.',
      resolve: ({ account }, _args, { accounts }) => requireAccount(accounts, account, []).provider.name,
    }),
    reference: t.exposeString('reference', {
      nullable: true,
      description: "The merchant's own order id; null where the provider keeps none or did not tell it.",
    }),
    amount: t.expose('amount', {
      type: MoneyRef,
      description: 'The amount, as the provider states it.',
    }),
    fee: t.expose('fee', {
      type: MoneyRef,
      nullable: true,
      description: 'The fee; null where the provider does not tell it.',
    }),
    netAmount: t.expose('netAmount', {
      type: MoneyRef,
      nullable: true,
      description:
        'The net amount as the provider states it, never computed from the others; null where it states none.',
    }),
    status: t.expose('status', { type: TransferStatusEnum, description: 'How far it is.' }),
    rawStatus: t.exposeString('rawStatus', { description: "The provider's own word for its status." }),
    isFinal: t.exposeBoolean('isFinal', {
      description: "Whether the status will not change any more: the provider's word where it gives one.",
    }),
    createdAt: t.expose('createdAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was asked for; null where the provider does not tell it.',
    }),
    updatedAt: t.expose('updatedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it last changed; null where the provider does not tell it.',
    }),
  }),
});
