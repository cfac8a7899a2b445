/** The list of payouts over several accounts: its filters, its order, and where its rows come from. */

import type { Account } from '../accounts.ts';
import type { Context } from '../context.ts';
import type { Condition, Payout } from '../domain.ts';
import { type Comparable, matches } from '../match.ts';
import type { Source } from '../providers/provider.ts';
import type { KnownPayout } from '../store/directory.ts';
import { filteredSource, reversedSource } from '../view.ts';
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
import { type Asked, costs, overAccounts, pageSizeOf, pagesOf } from './upstream.ts';

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
      description:
        "The merchant's order id. Cryptomus and Heleket do not tell it in every row of a list, and what is not told " +
        'equals nothing: one payout is found by `payout` or `lookup`.',
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

/** Upstream pages of one account that one request may look through for rows that match. */
const MAX_PAGES = 20;
/** The same for payouts that are read one by one: so many at once, so many times. */
const READ_AHEAD = 10;
const MAX_ROUNDS = 2;

/** What is merged: a payout, or one that is read only once it is on the page. */
type Listed = Payout | KnownPayout;

builder.queryField('payouts', (t) =>
  t.field({
    type: PayoutConnection,
    nullable: true,
    extensions: costs({ calls: overAccounts(listCost), rows: pageSizeOf }),
    authScopes: { may: 'payouts:read' },
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
    resolve: async (_root, args, context) => {
      const { accounts, filter, direction } = args;
      const chosen = accountsToList(
        context.accountsFor('payouts:read'),
        accounts,
        ({ provider }) => !!provider.payouts,
        'listPayouts',
      );
      const conditions = conditionsOf<FilterField>(filter);
      const members = chosen.map((account) => ({
        account,
        source: payoutSource(account, conditions, context),
      }));
      const newestFirst = direction === 'desc';
      const sign = newestFirst ? -1 : 1;
      const rows = await readMerged(
        {
          operation: 'listPayouts',
          members: newestFirst ? members : members.map(fromTheOldest).reverse(),
          compare: (left, right) => sign * (timeOf(left) - timeOf(right)),
          isPlaced: ({ createdAt }) => createdAt !== null,
          settled: newestFirst ? 'forward' : 'backward',
          show: (listed, name) => ('kind' in listed ? listed : readKnown(listed, name, context)),
          identity: ['payouts', conditions, direction],
        },
        args,
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

/** With a filter the rows are looked for, at most so far. A payout that its provider lost costs its call and fills no
 * place on the page; those are not counted. */
function listCost({ provider: { payouts } }: Account, asked: Asked): number {
  if (!payouts) return 0;
  const size = pageSizeOf(asked);
  const filtered = asked.arg('filter') != null;
  const { listCost: list } = payouts;
  if (!list) return Math.max(size, filtered ? MAX_ROUNDS * READ_AHEAD : 0);
  return Math.max(pagesOf(list, size), filtered ? MAX_PAGES + list.aside : 0);
}

function timeOf({ createdAt }: Listed): number {
  return createdAt?.getTime() ?? 0;
}

function fromTheOldest<Member extends { readonly source: Source<Listed> }>(member: Member): Member {
  return { ...member, source: reversedSource(member.source) };
}

/** The payouts of one account, newest first, with what the provider cannot filter filtered here. */
function payoutSource(
  account: Account,
  conditions: readonly Condition<FilterField>[],
  context: Context,
): Source<Listed> {
  const { list } = account.provider.payouts!;
  const there = conditions.filter(
    (condition): condition is Condition<'createdAt' | 'reference'> =>
      condition.field === 'createdAt' || (!list && condition.field === 'reference'),
  );
  const here = conditions.filter(({ field }) => !there.some((condition) => condition.field === field));
  const keeps = (payout: Payout) => matches(here, (field) => COMPARED[field](payout));
  if (list) {
    const source = list({ conditions: there as Condition<'createdAt'>[] });
    return here.length === 0 ? source : filteredSource(source, keeps, MAX_PAGES);
  }
  const known = context.store.directory.payouts(account.name, { conditions: there });
  return here.length === 0 ? known : filteredSource(readAhead(known, context), keeps, MAX_ROUNDS);
}

function readKnown(known: KnownPayout, name: string, { accounts, loaders }: Context) {
  return loaders.payouts.load({ account: accounts.get(name)!, key: { orderId: known.orderId }, known });
}

/** Payouts of the directory with what their provider says of them; one that it lost is left out. */
function readAhead(known: Source<KnownPayout>, context: Context): Source<Payout> {
  return {
    async read(from, direction, _want, asker, inclusive) {
      const { rows, end } = await known.read(from, direction, READ_AHEAD, asker, inclusive);
      const read = await Promise.allSettled(rows.map(({ row }) => readKnown(row, row.account, context)));
      const failed = read.findIndex(({ status }) => status === 'rejected');
      if (failed === 0) throw (read[0] as PromiseRejectedResult).reason;
      const good = failed === -1 ? rows : rows.slice(0, failed);
      const reached = good.at(-1)?.position;
      return {
        rows: good.flatMap(({ position }, index) => {
          const { value } = read[index] as PromiseFulfilledResult<Payout | null>;
          return value ? [{ row: value, position }] : [];
        }),
        end: end && failed === -1,
        ...(reached && { reached }),
      };
    },
  };
}
