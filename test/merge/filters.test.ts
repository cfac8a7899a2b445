/** Filters and orders over several accounts: what a provider cannot do is done here, over a bounded number of its pages
 * a request, and the pages together are those rows that match, no matter how far apart they are. */

import { describe, expect, test } from 'vitest';
import { SANDBOX_CREDENTIALS } from '../../sandbox/index.ts';
import { startProduct } from '../support/app.ts';
import { learnDeals, nameOf, payoutsPage, withdrawalsPage } from './held.ts';

const { ask, sandbox, store } = await startProduct();
const UNITS = SANDBOX_CREDENTIALS.hashlee.units;
/** Pages of one account that one request looks through, and payouts that are read one by one. */
const MOST_CALLS = 20;

interface Sent {
  readonly name: string;
  readonly at: number;
  readonly status: string;
  readonly currency: string;
  readonly amount: string;
  readonly reference: string | null;
}

/** All payouts in the order of the list, but those of Repay while nobody has learned of them. */
function payouts(learned = true): Sent[] {
  const merchants = (['cryptomus', 'heleket'] as const).flatMap((account) =>
    sandbox.rows.payouts(account).map((row) => ({
      name: `${account} ${row.uuid}`,
      at: Date.parse(row.created_at),
      status: row.status,
      currency: row.currency,
      amount: row.amount,
      reference: row.order_id,
    })),
  );
  const deals = sandbox.rows.payouts('repay').map((row) => ({
    name: `repay ${row.id}`,
    at: Date.parse(row.created_at),
    status: row.state,
    currency: 'RUB',
    amount: row.amount,
    reference: row.order_id,
  }));
  return [...merchants, ...(learned ? deals : [])].sort((a, b) => b.at - a.at);
}

interface Page {
  readonly names: string[];
  /** By provider. */
  readonly calls: Readonly<Record<string, number>>;
}

async function walk(query: string, args: object): Promise<Page[]> {
  const pages: Page[] = [];
  for (let after: string | null = null, more = true; more; ) {
    sandbox.clearCalls();
    const { data, errors } = await ask(query, { ...args, after });
    expect(errors).toBeUndefined();
    expect(data.list.gaps).toEqual([]);
    const calls: Record<string, number> = {};
    for (const { provider } of sandbox.calls) calls[provider] = (calls[provider] ?? 0) + 1;
    pages.push({ names: data.list.nodes.map(nameOf), calls });
    more = data.list.pageInfo.hasNextPage;
    after = data.list.pageInfo.endCursor;
  }
  return pages;
}

const named = (pages: readonly Page[]) => pages.flatMap(({ names }) => names);

describe('payouts of all accounts', () => {
  const FILTERS: [name: string, learned: boolean, filter: object, passes: (payout: Sent) => boolean][] = [
    ['by status', true, { status: { eq: 'FAILED' } }, ({ status }) => /fail|reject/.test(status)],
    [
      'by raw status',
      false,
      { rawStatus: { in: ['paid', 'rejected'] } },
      ({ status }) => /^(paid|rejected)$/.test(status),
    ],
    [
      'by currency',
      false,
      { currency: { nin: ['USDT', 'DOGE'] } },
      ({ currency }) => !/^(USDT|DOGE)$/.test(currency),
    ],
    [
      'by amount',
      false,
      { amount: { gte: '1000', lt: '5000' } },
      ({ amount }) => Number(amount) >= 1000 && Number(amount) < 5000,
    ],
    [
      'by amount and time',
      true,
      { amount: { gt: '1.0' }, createdAt: { gte: '2024-10-01T00:00:00Z', lt: '2024-12-01T00:00:00Z' } },
      ({ amount, at }) => Number(amount) > 1 && at >= Date.UTC(2024, 9, 1) && at < Date.UTC(2024, 11, 1),
    ],
  ];

  test.each(FILTERS)('%s are those that match, in bounded steps', async (_name, learned, filter, passes) => {
    if (learned) await learnDeals(store, sandbox);
    const pages = await walk(payoutsPage, { filter, first: 30 });
    const expected = payouts(learned).filter(passes);
    expect(expected.length).toBeGreaterThan(5);
    expect(named(pages)).toEqual(expected.map(({ name }) => name));
    for (const { calls } of pages) {
      for (const count of Object.values(calls)) expect(count).toBeLessThanOrEqual(MOST_CALLS);
    }
  });

  test('that are few and far between come on short pages that go on', async () => {
    const [wanted] = payouts(false)
      .filter(({ name }) => name.startsWith('cryptomus'))
      .slice(-1);
    const filter = { amount: { eq: wanted!.amount }, currency: { eq: wanted!.currency } };
    const pages = await walk(payoutsPage, { filter, first: 10, accounts: ['cryptomus', 'heleket'] });
    expect(named(pages)).toContain(wanted!.name);
    expect(pages.length).toBeGreaterThan(3);
    // 70 pages each, with one of the last request's looked at again.
    const total = pages.flatMap(({ calls }) => Object.values(calls)).reduce((sum, count) => sum + count);
    expect(total).toBeLessThanOrEqual(2 * 70 + 2 * pages.length);
  });

  test('of a period are asked for upstream', async () => {
    await learnDeals(store, sandbox);
    const createdAt = { gte: '2024-10-01T00:00:00Z', lt: '2024-10-08T00:00:00Z' };
    const [from, to] = [Date.parse(createdAt.gte), Date.parse(createdAt.lt)];
    const pages = await walk(payoutsPage, { filter: { createdAt }, first: 100 });
    const expected = payouts().filter(({ at }) => at >= from && at < to);
    expect(named(pages)).toEqual(expected.map(({ name }) => name));
    const deals = expected.filter(({ name }) => name.startsWith('repay')).length;
    expect(pages.map(({ calls }) => calls)).toEqual([{ cryptomus: 1, heleket: 1, repay: deals }]);
  });

  test('of Repay by order id ask for those alone', async () => {
    await learnDeals(store, sandbox);
    const reference = { in: ['0001', '0123', '9999'] };
    const pages = await walk(payoutsPage, { filter: { reference }, accounts: ['repay'] });
    expect(named(pages)).toEqual(
      payouts()
        .filter((payout) => reference.in.includes(payout.reference!) && payout.name.startsWith('repay'))
        .map(({ name }) => name),
    );
    expect(pages.map(({ calls }) => calls)).toEqual([{ repay: 2 }]);
  });

  test('oldest first are the same rows the other way round', async () => {
    await learnDeals(store, sandbox);
    const createdAt = { gte: '2024-10-01T00:00:00Z', lt: '2024-11-01T00:00:00Z' };
    const newest = await walk(payoutsPage, { filter: { createdAt }, first: 40 });
    const oldest = await walk(payoutsPage, { filter: { createdAt }, first: 40, direction: 'ASC' });
    expect(named(oldest)).toEqual(named(newest).reverse());
    expect(named(oldest).length).toBeGreaterThan(50);
  });
});

describe('withdrawals of all accounts', () => {
  const all = () =>
    UNITS.flatMap((unit, index) =>
      sandbox.rows.withdrawals(unit).map((row) => ({ ...row, account: ['hashlee', 'hashlee-2'][index]! })),
    );

  test('are filtered, ordered and chosen by kind of account upstream', async () => {
    const filter = { currency: { eq: 'BTC' }, fee: { lt: '0.5' } };
    const pages = await walk(withdrawalsPage, {
      filter,
      first: 90,
      orderBy: { field: 'AMOUNT', direction: 'ASC' },
    });
    const value = ({ amount }: { amount: string }) => BigInt(amount.replace('.', ''));
    const expected = all()
      .filter(({ currency, fee }) => currency === 'BTC' && Number(fee) < 0.5)
      .sort((a, b) => (value(a) < value(b) ? -1 : 1));
    expect(named(pages)).toEqual(expected.map(({ account, hash }) => `${account} ${hash}`));
    for (const { calls } of pages) expect(calls.hashlee).toBeLessThanOrEqual(4);
  });

  test.each(['AMOUNT', 'CREATED_AT'])(
    'by %s ascending are those descending the other way round',
    async (field) => {
      const filter = { createdAt: { gte: '2023-01-01T00:00:00Z', lt: '2024-01-01T00:00:00Z' } };
      const [up, down] = await Promise.all(
        ['ASC', 'DESC'].map((direction) =>
          walk(withdrawalsPage, { filter, first: 60, orderBy: { field, direction } }),
        ),
      );
      expect(named(up!).length).toBeGreaterThan(100);
      expect(named(up!)).toEqual(named(down!).reverse());
    },
  );
});

describe('accounts', () => {
  test('named in another order, or twice, are the same list, and its cursors hold', async () => {
    const first = await ask(payoutsPage, { first: 5, accounts: ['heleket', 'cryptomus', 'heleket'] });
    const same = await ask(payoutsPage, { first: 5, accounts: ['cryptomus', 'heleket'] });
    expect(first).toEqual(same);
    const { endCursor } = first.data.list.pageInfo;
    const next = await ask(payoutsPage, { first: 5, accounts: ['cryptomus', 'heleket'], after: endCursor });
    expect([...first.data.list.nodes, ...next.data.list.nodes].map(nameOf)).toEqual(
      payouts(false)
        .slice(0, 10)
        .map(({ name }) => name),
    );
  });

  test('all of them by name are the same list as none by name', async () => {
    const { data } = await ask(payoutsPage, { first: 5 });
    const accounts = ['repay', 'heleket', 'cryptomus'];
    const { errors } = await ask(payoutsPage, { first: 5, after: data.list.pageInfo.endCursor, accounts });
    expect(errors).toBeUndefined();
  });

  test('that are others make another list, whose cursors are refused without a call', async () => {
    const { data } = await ask(payoutsPage, { first: 5, accounts: ['heleket'] });
    sandbox.clearCalls();
    const after = data.list.pageInfo.endCursor;
    const { errors } = await ask(payoutsPage, { first: 5, after, accounts: ['cryptomus', 'heleket'] });
    expect(errors).toMatchObject([{ extensions: { code: 'INVALID_INPUT', issues: [{ path: ['after'] }] } }]);
    expect(sandbox.calls).toHaveLength(0);
  });

  test.each([
    [[], 'INVALID_INPUT'],
    [['nobody'], 'INVALID_INPUT'],
    [['cryptomus', 'hashlee'], 'UNSUPPORTED'],
  ])('%j are refused with %s, and nobody is asked', async (accounts, code) => {
    const { data, errors } = await ask(payoutsPage, { accounts });
    expect(data).toEqual({ list: null });
    expect(errors).toMatchObject([{ extensions: { code } }]);
    expect(sandbox.calls).toHaveLength(0);
  });
});
