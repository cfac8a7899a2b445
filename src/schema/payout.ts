/** `Payout`: money sent to somebody, by Cryptomus, Heleket or Repay. */

import { DESTINATION_TYPES, type Destination, PAYOUT_ORIGINS, type Payout } from '../domain.ts';
import { encodeId } from '../id.ts';
import type { KnownPayout } from '../store/directory.ts';
import { builder } from './builder.ts';
import { describedEnum } from './enums.ts';
import { MoneyRef } from './money.ts';
import { PayoutRefInput, resolveObjectRef } from './reference.ts';
import { TransferRef } from './transfer.ts';
import { costs } from './upstream.ts';

export const PayoutRef = builder.objectRef<Payout>('Payout');

const DestinationTypeEnum = builder.enumType('DestinationType', {
  description: 'What kind of place a payout goes to.',
  values: describedEnum(DESTINATION_TYPES, {
    CRYPTO_ADDRESS: 'An address on a chain.',
    CARD: 'A bank card.',
    PHONE: 'A phone number.',
    BANK_ACCOUNT: 'A bank account.',
    UNRECOGNIZED: 'The provider says something that is not known here.',
  }),
});

const DestinationRef = builder.objectRef<Destination>('Destination').implement({
  description: 'Where a payout goes.',
  fields: (t) => ({
    type: t.expose('type', { type: DestinationTypeEnum, description: 'What kind of place.' }),
    value: t.exposeString('value', {
      description: 'The address or requisites as the provider shows them. Card numbers arrive masked.',
    }),
    network: t.exposeString('network', {
      nullable: true,
      description: 'The chain, lower case, such as `tron`; null outside crypto.',
    }),
  }),
});

const PayoutOriginEnum = builder.enumType('PayoutOrigin', {
  description: 'How Paygraph learned of a payout.',
  values: describedEnum(PAYOUT_ORIGINS, {
    CREATED: 'By `createPayout`.',
    READ: 'By reading it.',
    REGISTERED: 'By `registerPayouts`.',
  }),
});

const LearnedPayoutRef = builder.objectRef<KnownPayout>('LearnedPayout').implement({
  description: 'What the directory keeps of a payout.',
  fields: (t) => ({
    origin: t.expose('origin', { type: PayoutOriginEnum, description: 'How it was learned.' }),
    at: t.expose('learnedAt', { type: 'DateTime', description: 'When.' }),
  }),
});

PayoutRef.implement({
  description: 'Money sent to somebody, by Cryptomus, Heleket or Repay.',
  interfaces: [builder.nodeInterfaceRef(), TransferRef],
  isTypeOf: (value) => (value as Payout).kind === 'Payout',
  fields: (t) => ({
    id: t.id({
      description: 'Opaque and stable.',
      resolve: ({ account, key }) => encodeId({ kind: 'Payout', account, key }),
    }),
    uuid: t.expose('uuid', { type: 'UUID', description: "The provider's own id." }),
    debitedAmount: t.expose('debitedAmount', {
      type: MoneyRef,
      nullable: true,
      description:
        "What left the merchant's balance, fees included; null where the provider does not tell it.",
    }),
    paidAmount: t.expose('paidAmount', {
      type: MoneyRef,
      nullable: true,
      description: 'What was paid, in the coin actually paid; null where the provider does not tell it.',
    }),
    destination: t.expose('destination', { type: DestinationRef, description: 'Where it goes.' }),
    txid: t.exposeString('txid', {
      nullable: true,
      description: 'The transaction on its chain; null before there is one and outside crypto.',
    }),
    learned: t.field({
      type: LearnedPayoutRef,
      nullable: true,
      description:
        'How Paygraph came to list it, at a provider that cannot; null elsewhere. Asks no provider.',
      resolve: ({ account, reference }, _args, { store }) =>
        reference === null ? null : store.directory.payout(account, reference),
    }),
    remainingBalance: t.expose('remainingBalance', {
      type: 'Decimal',
      nullable: true,
      description:
        'What the paying balance held afterwards, in its own currency, which the provider does not name.',
    }),
  }),
});

builder.queryField('payout', (t) =>
  t.field({
    type: PayoutRef,
    nullable: true,
    extensions: costs({ calls: 1 }),
    authScopes: { may: 'payouts:read' },
    description: 'One payout; null when the provider has no such payout.',
    args: { by: t.arg({ type: PayoutRefInput, required: true, description: 'Which payout.' }) },
    resolve: (_root, { by }, context) =>
      context.loaders.payouts.load(
        resolveObjectRef('Payout', by, ['by'], context.accountsFor('payouts:read')),
      ),
  }),
);
