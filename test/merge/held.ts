/** What the sandbox holds, as the lists of all accounts are to show it. */

import { SANDBOX_CREDENTIALS, type Sandbox } from '../../sandbox/index.ts';
import type { Payout } from '../../src/domain.ts';
import type { Store } from '../../src/store/store.ts';

const [UNIT, OTHER_UNIT] = SANDBOX_CREDENTIALS.hashlee.units;

export interface Held {
  /** The account and the provider's id, which two providers may share. */
  readonly id: string;
  readonly at: number;
}

export interface HeldList {
  /** Newest first. */
  readonly rows: readonly Held[];
  /** `PAGES` of 15 begin and end at rows of their own, `KEYS` are as many rows as wanted for a call, and of `KNOWN`
   * rows those are read that are shown, each with a call. */
  readonly cut: 'PAGES' | 'KEYS' | 'KNOWN';
}

const held = (account: string, id: string, created: string): Held => ({
  id: `${account} ${id}`,
  at: Date.parse(created),
});

/** The same name for a row that was answered. */
export const nameOf = (node: { id: string; account: { name: string } }) => `${node.account.name} ${node.id}`;

export function payoutLists(sandbox: Sandbox): HeldList[] {
  const merchants = (['cryptomus', 'heleket'] as const).map((provider) => ({
    rows: sandbox.rows.payouts(provider).map((row) => held(provider, row.uuid, row.created_at)),
    cut: 'PAGES' as const,
  }));
  const deals = sandbox.rows.payouts('repay').map((row) => held('repay', row.id, row.created_at));
  return [...merchants, { rows: deals, cut: 'KNOWN' }];
}

export function withdrawalLists(sandbox: Sandbox): HeldList[] {
  const units = { hashlee: UNIT, 'hashlee-2': OTHER_UNIT };
  return Object.entries(units).map(([account, unit]) => ({
    rows: sandbox.rows
      .withdrawals(unit)
      .map((row) => held(account, row.hash, row.created_at))
      .sort((a, b) => b.at - a.at || (a.id < b.id ? 1 : -1)),
    cut: 'KEYS',
  }));
}

/** What Paygraph is to have learned of: every payout that Repay holds. */
export async function learnDeals({ directory }: Store, { rows }: Sandbox): Promise<void> {
  await Promise.all(
    rows.payouts('repay').map(({ id, order_id, created_at }) => {
      const payout = { account: 'repay', reference: order_id, uuid: id, createdAt: new Date(created_at) };
      return directory.learnPayout(payout as Payout, 'REGISTERED');
    }),
  );
}

/** The union, newest first; of equal times the rows of earlier accounts first. */
export function union(lists: readonly HeldList[]): string[] {
  const ranked = lists.flatMap(({ rows }, rank) => rows.map((row, index) => ({ ...row, rank, index })));
  return ranked.sort((a, b) => b.at - a.at || a.rank - b.rank || a.index - b.index).map(({ id }) => id);
}

const SELECTION = `gaps { account { name } failure { code operation retryAfterMs } }
  pageInfo { hasNextPage hasPreviousPage startCursor endCursor }`;
const PAGE = '$first: Int, $after: String, $last: Int, $before: String, $onGap: OnGap! = REPORT';
const PAGED = 'first: $first, after: $after, last: $last, before: $before, onGap: $onGap';

export const payoutsPage = `query ($accounts: [String!], $filter: PayoutFilter, $direction: OrderDirection! = DESC, ${PAGE}) {
  list: payouts(accounts: $accounts, filter: $filter, direction: $direction, ${PAGED}) {
    nodes { id: uuid account { name } }
    ${SELECTION}
  }
}`;

export const withdrawalsPage = `query ($accounts: [String!], $filter: WithdrawalFilter, $orderBy: WithdrawalOrder, ${PAGE}) {
  list: withdrawals(accounts: $accounts, filter: $filter, orderBy: $orderBy, ${PAGED}) {
    nodes { id: hash account { name } }
    ${SELECTION}
  }
}`;
