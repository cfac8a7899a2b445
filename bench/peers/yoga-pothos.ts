/** GraphQL Yoga with Pothos and its dataloader plugin, as their documentation shows. */

import { createServer } from 'node:http';
import SchemaBuilder from '@pothos/core';
import DataloaderPlugin from '@pothos/plugin-dataloader';
import { createYoga } from 'graphql-yoga';
import { listen } from './announce.ts';
import { type Money, type Payout, payoutOf, type Withdrawal, withdrawalsOf } from './objects.ts';

const builder = new SchemaBuilder({ plugins: [DataloaderPlugin] });

const MoneyRef = builder.objectRef<Money>('Money').implement({
  fields: (t) => ({ amount: t.exposeString('amount'), currency: t.exposeString('currency') }),
});

const DestinationRef = builder.objectRef<Payout['destination']>('Destination').implement({
  fields: (t) => ({ value: t.exposeString('value'), network: t.exposeString('network') }),
});

const PayoutRef = builder.loadableObject('Payout', {
  load: (uuids: string[]) => Promise.all(uuids.map(payoutOf)),
  fields: (t) => ({
    id: t.exposeID('id'),
    uuid: t.exposeString('uuid'),
    amount: t.expose('amount', { type: MoneyRef }),
    status: t.exposeString('status'),
    rawStatus: t.exposeString('rawStatus'),
    isFinal: t.exposeBoolean('isFinal'),
    destination: t.expose('destination', { type: DestinationRef }),
    txid: t.exposeString('txid', { nullable: true }),
    createdAt: t.exposeString('createdAt'),
  }),
});

const WithdrawalRef = builder.objectRef<Withdrawal>('Withdrawal').implement({
  fields: (t) => ({
    id: t.exposeID('id'),
    hash: t.exposeString('hash'),
    amount: t.expose('amount', { type: MoneyRef }),
    fee: t.expose('fee', { type: MoneyRef }),
    netAmount: t.expose('netAmount', { type: MoneyRef }),
    status: t.exposeString('status'),
    rawStatus: t.exposeString('rawStatus'),
    isFinal: t.exposeBoolean('isFinal'),
    externalReference: t.exposeString('externalReference'),
    createdAt: t.exposeString('createdAt'),
  }),
});

builder.queryType({
  fields: (t) => ({
    payout: t.field({
      type: PayoutRef,
      nullable: true,
      args: { uuid: t.arg.string({ required: true }) },
      resolve: (_root, { uuid }) => uuid,
    }),
    payouts: t.field({
      type: [PayoutRef],
      nullable: { list: false, items: true },
      args: { uuids: t.arg.stringList({ required: true }) },
      resolve: (_root, { uuids }) => uuids,
    }),
    withdrawals: t.field({
      type: [WithdrawalRef],
      nullable: false,
      args: { first: t.arg.int({ required: true }), reference: t.arg.string({ required: true }) },
      resolve: (_root, { first, reference }) => withdrawalsOf(first, reference),
    }),
  }),
});

listen(createServer(createYoga({ schema: builder.toSchema(), logging: false })));
