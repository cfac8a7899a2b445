/** `Payout`: money sent to somebody, by Cryptomus, Heleket or Repay. */

import type { Account } from '../accounts.ts';
import type { Context } from '../context.ts';
import {
  DESTINATION_TYPES,
  type Destination,
  PAYOUT_ORIGINS,
  type Payout,
  type PayoutQuery,
} from '../domain.ts';
import { encodeId } from '../id.ts';
import { readPage } from '../pager.ts';
import type { Source } from '../providers/provider.ts';
import type { KnownPayout } from '../store/directory.ts';
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
      'The payouts of an account, newest first: complete, whatever the page size. Repay cannot list its payouts: there ' +
      'it is those that Paygraph learned of, each read afresh, one upstream call a payout. Null, with an ' +
      'error, when the account could not be asked.',
    args: {
      ...connectionArgs,
      filter: t.arg({ type: PayoutFilterInput, description: 'Which payouts; all when left out.' }),
    },
    resolve: async (_root, { accounts, filter, ...page }, context) => {
      const account = accountToList(context, accounts, ({ provider }) => !!provider.payouts, 'listPayouts');
      const query = { conditions: conditionsOf(filter) };
      const source = account.provider.payouts?.list?.(query) ?? knownPayouts(account, query, context);
      const { asker, loaders } = context;
      const rows = await readPage(source, page, ['payouts', account.name, query], asker);
      for (const { node } of rows.edges) loaders.payouts.prime({ account, key: node.key }, node);
      return { ...rows, total: async () => (await source.total?.(asker)) ?? null };
    },
  }),
}));

/** The payouts that the directory knows of an account, each read afresh; one that the provider lost is left out. */
function knownPayouts(account: Account, query: PayoutQuery, { loaders, store }: Context): Source<Payout> {
  const known = store.directory.payouts(account.name, query);
  return {
    async read(from, direction, want, asker) {
      for (let at = from; ; ) {
        const { rows, end } = await known.read(at, direction, want, asker);
        const read = await Promise.all(
          rows.map(async ({ row, position }) => {
            const payout = await loaders.payouts.load({ account, key: { orderId: row.orderId } });
            return payout && { row: payout, position };
          }),
        );
        const found = read.filter((row) => row !== null);
        if (found.length > 0 || end) return { rows: found, end };
        at = rows.at(-1)?.position ?? at;
      }
    },
    ...(known.total && { total: known.total }),
  };
}
