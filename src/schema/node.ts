/** `node` and `nodes`: anything that can be read again, by the id that it was given. */

import type { GraphQLResolveInfo } from 'graphql';
import { requireAccount } from '../accounts.ts';
import type { Scope } from '../caller.ts';
import type { Context } from '../context.ts';
import { InvalidInputError } from '../errors.ts';
import { decodeId, type NodeKey } from '../id.ts';
import { builder } from './builder.ts';
import { readOperation } from './operation.ts';
import * as rules from './rules.ts';
import { costs, lengthOf, objectReads, WITHDRAWAL_READ } from './upstream.ts';
import { selectedRelations } from './withdrawal.ts';

/** What whoever reads by an id needs; an account is seen by whoever may do anything with it. */
export const READ_SCOPES: Record<Exclude<NodeKey['kind'], 'Account'>, Scope> = {
  StaticWallet: 'wallets:read',
  Payout: 'payouts:read',
  Withdrawal: 'withdrawals:read',
  Operation: 'operations:read',
};

async function read(id: string, path: readonly string[], context: Context, info: GraphQLResolveInfo) {
  const node = decodeId(id);
  if (!node) throw new InvalidInputError([{ path, message: 'is not an id of this API' }]);
  if (node.kind === 'Operation') return readOperation(node.operation, context);
  if (node.kind === 'Account') return requireAccount(context.accounts, node.account, path);
  const account = requireAccount(context.accountsFor(READ_SCOPES[node.kind]), node.account, path);
  switch (node.kind) {
    case 'Payout':
      return context.loaders.payouts.load({ account, key: node.key });
    case 'Withdrawal':
      return context.loaders.withdrawals.load({
        account,
        hash: node.hash,
        include: selectedRelations(info, [[]]),
      });
    case 'StaticWallet':
      return context.store.directory.wallet(account.name, node.key);
  }
}

builder.queryFields((t) => ({
  node: t.field({
    type: builder.nodeInterfaceRef(),
    nullable: true,
    extensions: costs({ calls: WITHDRAWAL_READ }),
    description: 'The object with this id; null when there is no such object, or none any more.',
    args: { id: t.arg.id({ required: true, description: 'The id, as this API gave it.' }) },
    resolve: (_root, { id }, context, info) => read(id, ['id'], context, info),
  }),
  nodes: t.field({
    type: [builder.nodeInterfaceRef()],
    nullable: { list: false, items: true },
    extensions: costs({
      calls: ({ arg, accounts }) => objectReads(lengthOf(arg('ids')), accounts),
      rows: ({ arg }) => lengthOf(arg('ids')),
    }),
    description:
      'The objects with these ids, in their order; null, with an error, for one that cannot be read. ' +
      'Withdrawals of one account are read in one upstream call.',
    args: {
      ids: t.arg.idList({ required: true, validate: rules.shortList, description: 'At most 100 ids.' }),
    },
    resolve: (_root, { ids }, context, info) =>
      ids.map((id, index) => read(id, ['ids', String(index)], context, info)),
  }),
}));
