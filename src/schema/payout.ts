/** `Payout`: money sent to somebody, by Cryptomus, Heleket or Repay. */

import { unsupported } from '../accounts.ts';
import { DESTINATION_TYPES, type Destination, type Payout } from '../domain.ts';
import { encodeId } from '../id.ts';
import { readPage } from '../pager.ts';
import { builder } from './builder.ts';
import { accountToList, type Connection, connectionArgs } from './connection.ts';
import { describedEnum } from './enums.ts';
import { conditionsOf, DateTimeFilterInput } from './filter.ts';
import { MoneyRef } from './money.ts';
import { PayoutRefInput, resolveObjectRef } from './reference.ts';
import { TransferRef } from './transfer.ts';

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
    remainingBalance: t.expose('remainingBalance', {
      type: 'Decimal',
      nullable: true,
      description:
        'What the paying balance held afterwards, in its own currency, which the provider does not name.',
    }),
  }),
});

const PayoutConnection = builder.connectionObject(
  {
    type: PayoutRef,
    name: 'PayoutConnection',
    description: 'A page of payouts.',
    fields: (t) => ({
      totalCount: t.int({
        nullable: true,
        description: 'How many payouts there are; null where the provider does not count them.',
        resolve: (page) => (page as unknown as Connection<Payout>).total(),
      }),
    }),
  },
  { description: 'A payout and its place in the list.' },
);

const PayoutFilterInput = builder.inputType('PayoutFilter', {
  description: 'Which payouts to list. All conditions must hold.',
  fields: (t) => ({
    createdAt: t.field({ type: DateTimeFilterInput, description: 'When the payout was asked for.' }),
  }),
});

builder.queryFields((t) => ({
  payout: t.field({
    type: PayoutRef,
    nullable: true,
    description: 'One payout; null when the provider has no such payout.',
    args: { by: t.arg({ type: PayoutRefInput, required: true, description: 'Which payout.' }) },
    resolve: (_root, { by }, context) =>
      context.loaders.payouts.load(resolveObjectRef('Payout', by, ['by'], context)),
  }),
  payouts: t.field({
    type: PayoutConnection,
    nullable: true,
    description:
      'The payouts of an account, newest first: complete, whatever the page size. Null, with an error, when the ' +
      'account could not be asked.',
    args: {
      ...connectionArgs,
      filter: t.arg({ type: PayoutFilterInput, description: 'Which payouts; all when left out.' }),
    },
    resolve: async (_root, { accounts, filter, ...page }, context) => {
      const account = accountToList(
        context,
        accounts,
        ({ provider }) => !!provider.payouts?.list,
        'listPayouts',
      );
      const query = { conditions: conditionsOf(filter) };
      const source = account.provider.payouts?.list?.(query);
      if (!source) throw unsupported(account, 'listPayouts');
      const { asker, loaders } = context;
      const rows = await readPage(source, page, ['payouts', account.name, query], asker);
      for (const { node } of rows.edges) loaders.payouts.prime({ account, key: node.key }, node);
      return { ...rows, total: async () => (await source.total?.(asker)) ?? null };
    },
  }),
}));
