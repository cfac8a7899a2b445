/** The list of payouts over several accounts: its filters, its order, and where its rows come from. */

import type { Account } from '../accounts.ts';
import type { Context } from '../context.ts';
import type { Condition, Payout, PayoutQuery } from '../domain.ts';
import { type Comparable, matches } from '../match.ts';
import { filteredSource, reversedSource } from '../merge.ts';
import type { Source } from '../providers/provider.ts';
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
import {
  conditionsOf,
  DateTimeFilterInput,
  DecimalFilterInput,
  StringFilterInput,
  TransferStatusFilterInput,
} from './filter.ts';
import { PayoutRef } from './payout.ts';

const PayoutConnection = builder.connectionObject(
  {
    type: PayoutRef,
    name: 'PayoutConnection',
    description: 'A page of payouts.',
    fields: (t) => ({
      totalCount: t.int({
        nullable: true,
        description: 'How many payouts there are; null where an account in the list does not count them.',
        resolve: (page) => (page as unknown as MergedConnection<Payout>).total(),
      }),
      gaps: t.field({
        type: [GapRef],
        description: GAPS,
        resolve: (page) => (page as unknown as MergedConnection<Payout>).gaps,
      }),
    }),
  },
  { description: 'A payout and its place in the list.' },
);

const PayoutFilterInput = builder.inputType('PayoutFilter', {
  description:
    'Which payouts to list. All conditions must hold. Cryptomus and Heleket filter by `createdAt` only: the others are ' +
    'applied here, over a bounded number of upstream pages a request, so that a page may be short while ' +
    '`pageInfo` says that there is more.',
  fields: (t) => ({
    createdAt: t.field({ type: DateTimeFilterInput, description: 'When the payout was asked for.' }),
    status: t.field({
      type: TransferStatusFilterInput,
      description: 'How far it is, in the common vocabulary.',
    }),
    rawStatus: t.field({ type: StringFilterInput, description: "The provider's word for the status." }),
    currency: t.field({ type: StringFilterInput, description: 'Currency code of the amount.' }),
    reference: t.field({
      type: StringFilterInput,
      description: "The merchant's order id; lists of Cryptomus do not always tell it.",
    }),
    amount: t.field({ type: DecimalFilterInput, description: 'The amount.' }),
  }),
});

type FilterField = 'createdAt' | 'status' | 'rawStatus' | 'currency' | 'reference' | 'amount';

const COMPARED: Record<FilterField, (payout: Payout) => Comparable> = {
  createdAt: ({ createdAt }) => ({ instant: createdAt }),
  status: ({ status }) => ({ text: status }),
  rawStatus: ({ rawStatus }) => ({ text: rawStatus }),
  currency: ({ amount }) => ({ text: amount.currency }),
  reference: ({ reference }) => ({ text: reference }),
  amount: ({ amount }) => ({ decimal: amount.amount }),
};

/** Upstream reads of one account that one request may look through for rows that match. */
const MAX_READS = 20;
/** Payouts of the directory that are read ahead of the merge: each costs a call. */
const READ_AHEAD = 10;

builder.queryField('payouts', (t) =>
  t.field({
    type: PayoutConnection,
    nullable: true,
    description:
      'The payouts of all accounts, or of some, as one list by creation time: complete, whatever the page size. Repay ' +
      'cannot list its payouts: there it is those that Paygraph learned of, each read afresh, one upstream call a ' +
      'payout. Null, with an error, when the arguments are refused, or an account failed and `onGap` is `FAIL`.',
    args: {
      ...connectionArgs,
      filter: t.arg({ type: PayoutFilterInput, description: 'Which payouts; all when left out.' }),
      direction: t.arg({
        type: DirectionEnum,
        required: true,
        defaultValue: 'desc',
        description: 'Newest or oldest first.',
      }),
    },
    resolve: async (_root, { accounts, filter, direction, ...page }, context) => {
      const chosen = accountsToList(context, accounts, ({ provider }) => !!provider.payouts, 'listPayouts');
      const conditions = conditionsOf<FilterField>(filter);
      const newestFirst = direction === 'desc';
      const members = chosen.map((account) => {
        const source = payoutSource(account, conditions, context);
        return { account, source: newestFirst ? source : reversedSource(source) };
      });
      const sign = newestFirst ? -1 : 1;
      const rows = await readMerged(
        {
          operation: 'listPayouts',
          members,
          compare: (left, right) => sign * (timeOf(left) - timeOf(right)),
          identity: ['payouts', conditions, direction],
        },
        page,
        context,
      );
      for (const { node } of rows.edges) {
        const account = context.accounts.get(node.account);
        if (account) context.loaders.payouts.prime({ account, key: node.key }, node);
      }
      return rows;
    },
  }),
);

function timeOf({ createdAt }: Payout): number {
  return createdAt?.getTime() ?? 0;
}

/** The payouts of one account, newest first, with what the provider cannot filter filtered here. */
function payoutSource(
  account: Account,
  conditions: readonly Condition<FilterField>[],
  context: Context,
): Source<Payout> {
  const upstream = conditions.filter(
    (condition): condition is Condition<'createdAt'> => condition.field === 'createdAt',
  );
  const query: PayoutQuery = { conditions: upstream };
  const source = account.provider.payouts?.list?.(query) ?? learnedPayouts(account, query, context);
  const here = conditions.filter(({ field }) => field !== 'createdAt');
  if (here.length === 0) return source;
  return filteredSource(source, (payout) => matches(here, (field) => COMPARED[field](payout)), MAX_READS);
}

/** The payouts that the directory knows of an account, each read afresh; one that the provider lost is left out. */
function learnedPayouts(account: Account, query: PayoutQuery, { loaders, store }: Context): Source<Payout> {
  const known = store.directory.payouts(account.name, query);
  return {
    async read(from, direction, want, asker, inclusive) {
      const { rows, end } = await known.read(from, direction, Math.min(want, READ_AHEAD), asker, inclusive);
      const read = await Promise.all(
        rows.map(async ({ row, position }) => {
          const payout = await loaders.payouts.load({ account, key: { orderId: row.orderId } });
          return payout && { row: payout, position };
        }),
      );
      const reached = rows.at(-1)?.position;
      return { rows: read.filter((row) => row !== null), end, ...(reached && { reached }) };
    },
    ...(known.total && { total: known.total }),
  };
}
