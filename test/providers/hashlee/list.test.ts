/** Walks through the list of the pretend Hashlee, page by page, while it stands still and while it moves. */

import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Sandbox, startSandbox, type WithdrawalRow } from '../../../sandbox/index.ts';
import {
  type Condition,
  WITHDRAWAL_ORDER_FIELDS,
  type WithdrawalField,
  type WithdrawalOrderField,
  type WithdrawalQuery,
} from '../../../src/domain.ts';
import { InvalidInputError } from '../../../src/errors.ts';
import type { Direction } from '../../../src/providers/provider.ts';
import { createAsker, failureOf } from '../../support/calls.ts';
import { type Account, openAccount, UNIT, walk } from './account.ts';

const NEWEST_FIRST = { field: 'createdAt', direction: 'desc' } as const;
let sandbox: Sandbox;
let account: Account;

beforeAll(async () => {
  sandbox = await startSandbox();
  account = openAccount(sandbox.urls.hashlee);
});
afterEach(() => sandbox.reset());
afterAll(async () => {
  await account.close();
  await sandbox.close();
});

function listOf(
  conditions: readonly Condition<WithdrawalField>[] = [],
  orderBy: WithdrawalQuery['orderBy'] = NEWEST_FIRST,
) {
  return account.withdrawals.list({ conditions, accountType: null, orderBy }, []);
}

const VALUES: Record<WithdrawalOrderField, (row: WithdrawalRow) => bigint> = {
  createdAt: (row) => BigInt(Date.parse(row.created_at)),
  amount: (row) => BigInt(row.amount.replace('.', '')),
  fee: (row) => BigInt(row.fee.replace('.', '')),
  netAmount: (row) => BigInt(row.net_amount.replace('.', '')),
};

/** The hashes of all rows as the list must show them: by value, then by hash, reversed as a whole. */
function expected({ field, direction }: WithdrawalQuery['orderBy'], rows = sandbox.rows.withdrawals(UNIT)) {
  const numberOf = VALUES[field];
  const ascending = [...rows].sort((a, b) => {
    const [left, right] = [numberOf(a), numberOf(b)];
    return left < right || (left === right && a.hash < b.hash) ? -1 : 1;
  });
  const hashes = ascending.map(({ hash }) => hash);
  return direction === 'asc' ? hashes : hashes.reverse();
}

describe('a list that stands still', () => {
  const orders = WITHDRAWAL_ORDER_FIELDS.flatMap((field) =>
    (['asc', 'desc'] as const).flatMap((direction) =>
      (['forward', 'backward'] as const).map((way) => [field, direction, way] as const),
    ),
  );
  test.each(orders)('is shown whole by %s %s, walked %s', async (field, direction, way) => {
    const { hashes } = await walk(listOf([], { field, direction }), way, 60);
    const whole = expected({ field, direction });
    expect(hashes).toEqual(way === 'forward' ? whole : whole.reverse());
  });

  test.each([
    [10, 'forward'],
    [10, 'backward'],
    [37, 'forward'],
    [90, 'backward'],
  ] as const)('costs one call per page of %i, walked %s', async (size, way) => {
    const { hashes, callsPerPage } = await walk(listOf(), way, size);
    expect([...hashes].sort()).toEqual(expected(NEWEST_FIRST).sort());
    expect(callsPerPage).toEqual(callsPerPage.map(() => 1));
  });

  test('is shown whole in pages of one row', async () => {
    const rows = sandbox.rows.withdrawals(UNIT).filter(({ status }) => status === 'OPEN');
    const open = listOf([{ field: 'status', operator: 'eq', value: 'PENDING' }]);
    const { hashes } = await walk(open, 'forward', 1);
    expect(hashes).toEqual(expected(NEWEST_FIRST, rows));
  });

  test.each([7, 100])('is shown whole where a page has at most %i rows', async (greatestLimit) => {
    sandbox.set({ greatestLimit });
    const { hashes, callsPerPage } = await walk(listOf(), 'forward', 100);
    expect(hashes).toEqual(expected(NEWEST_FIRST));
    expect(Math.max(...callsPerPage)).toBeLessThanOrEqual(greatestLimit === 100 ? 2 : 40);
  });

  test('turns around at any row without losing or repeating one', async () => {
    const whole = expected(NEWEST_FIRST);
    const source = listOf();
    const { rows } = await source.read(null, 'forward', 40, createAsker());
    const there = rows[30]!.position;
    const [after, before] = await Promise.all([
      source.read(there, 'forward', 5, createAsker()),
      source.read(there, 'backward', 5, createAsker()),
    ]);
    expect(after.rows.slice(0, 5).map(({ row }) => row.hash)).toEqual(whole.slice(31, 36));
    expect(before.rows.slice(0, 5).map(({ row }) => row.hash)).toEqual(whole.slice(25, 30).reverse());
  });

  test.each(['forward', 'backward'] as const)('begins with a row itself, walked %s', async (way) => {
    const whole = expected(NEWEST_FIRST);
    const { rows } = await listOf().read(null, 'forward', 60, createAsker());
    for (const [index, { position }] of rows.slice(0, 60).entries()) {
      const asker = createAsker();
      const slice = await listOf().read(position, way, 5, asker, true);
      const onward = way === 'forward' ? whole.slice(index) : whole.slice(0, index + 1).reverse();
      expect(slice.rows.slice(0, 5).map(({ row }) => row.hash)).toEqual(onward.slice(0, 5));
      expect(asker.take()).toBe(1);
    }
  });

  test('ends exactly at its last row', async () => {
    const whole = expected(NEWEST_FIRST);
    const { rows } = await listOf().read(null, 'backward', 3, createAsker());
    expect(rows[0]!.row.hash).toBe(whole.at(-1));
    const [last, beforeLast] = await Promise.all([
      listOf().read(rows[0]!.position, 'forward', 10, createAsker()),
      listOf().read(rows[1]!.position, 'forward', 1, createAsker()),
    ]);
    expect(last).toEqual({ rows: [], end: true });
    expect(beforeLast.rows.map(({ row }) => row.hash)).toEqual([whole.at(-1)]);
    expect(beforeLast.end).toBe(true);
  });

  test('attaches the relations that were asked for to every row', async () => {
    const query = { conditions: [], accountType: null, orderBy: NEWEST_FIRST };
    const { rows } = await account.withdrawals.list(query, ['user']).read(null, 'forward', 20, createAsker());
    for (const { row } of rows) expect(row.relations).toMatchObject({ user: { id: row.userId } });
  });
});

describe('a list that moves', () => {
  test.each(['forward', 'backward'] as const)(
    'shows every row that was there once, walked %s, while rows arrive at its head',
    async (way: Direction) => {
      const before = expected(NEWEST_FIRST);
      const { hashes, callsPerPage } = await walk(listOf(), way, 50, (page) => {
        if (page <= 20) sandbox.addWithdrawals(UNIT, 9);
      });
      expect(new Set(hashes).size).toBe(hashes.length);
      // The head is the end of a walk backward, which so meets all that arrived.
      const met = way === 'forward' ? before : expected(NEWEST_FIRST).reverse();
      expect(hashes).toEqual(met);
      expect(callsPerPage).toEqual(callsPerPage.map(() => 1));
    },
  );

  test('shows every row that keeps its status once, while others change theirs', async () => {
    const finished = sandbox.rows.withdrawals(UNIT).filter(({ status }) => status === 'FINISHED');
    const whole = expected(NEWEST_FIRST, finished);
    const source = listOf([{ field: 'status', operator: 'eq', value: 'SUCCEEDED' }]);
    const changed = new Set<string>();
    const { hashes } = await walk(source, 'forward', 25, (page) => {
      // Rows already shown, the one that the next page continues from, and one that is still to come.
      for (const at of [page * 25 - 1, page * 25 - 2, page * 25 - 13, page * 25 + 3]) {
        const hash = whole[at];
        if (hash === undefined) continue;
        sandbox.setWithdrawalStatus(UNIT, hash, 'PENDING');
        changed.add(hash);
      }
    });
    expect(new Set(hashes).size).toBe(hashes.length);
    expect(hashes.filter((hash) => !changed.has(hash))).toEqual(whole.filter((hash) => !changed.has(hash)));
    expect(changed.size).toBeGreaterThan(50);
  });
});

describe('conditions', () => {
  const cases: [string, readonly Condition<WithdrawalField>[], (row: WithdrawalRow) => boolean][] = [
    [
      'statuses without a name',
      [{ field: 'status', operator: 'eq', value: 'UNRECOGNIZED' }],
      (row) => row.status === 'REVERSED',
    ],
    [
      'statuses and amounts together',
      [
        { field: 'status', operator: 'in', value: ['PROCESSING', 'CANCELED'] },
        { field: 'amount', operator: 'gte', value: '100' },
        { field: 'currency', operator: 'eq', value: 'BRL' },
      ],
      (row) =>
        ['PENDING', 'EXPORTED', 'CANCELED'].includes(row.status) &&
        row.currency === 'BRL' &&
        BigInt(row.amount.replace('.', '')) >= 100_00000000n,
    ],
    [
      'a year by half seconds',
      [
        { field: 'createdAt', operator: 'gt', value: new Date('2020-12-31T23:59:59.500Z') },
        { field: 'createdAt', operator: 'lte', value: new Date('2021-12-31T23:59:59.500Z') },
      ],
      (row) => new Date(row.created_at).getUTCFullYear() === 2021,
    ],
  ];

  test.each(cases)('select by %s', async (_, conditions, matches) => {
    const rows = sandbox.rows.withdrawals(UNIT).filter(matches);
    const { hashes } = await walk(listOf(conditions), 'forward', 40);
    expect(rows.length).toBeGreaterThan(5);
    expect(hashes).toEqual(expected(NEWEST_FIRST, rows));
  });

  test('that no row can satisfy cost no call', async () => {
    const asker = createAsker();
    const source = listOf([{ field: 'status', operator: 'eq', value: 'FAILED' }]);
    expect(await source.read(null, 'forward', 10, asker)).toEqual({ rows: [], end: true });
    expect(await source.total!(asker)).toBe(0);
    expect(asker.operations).toEqual([]);
  });

  test('split the list by the kind of account without a rest', async () => {
    const totals = await Promise.all(
      (['BANK', 'WALLET', 'PREPAID_CARD'] as const).map((accountType) =>
        account.withdrawals.list({ conditions: [], accountType, orderBy: NEWEST_FIRST }, []).total!(
          createAsker(),
        ),
      ),
    );
    expect(totals.every((total) => total > 0)).toBe(true);
    expect(totals.reduce((sum, total) => sum + total)).toBe(sandbox.rows.withdrawals(UNIT).length);
  });
});

describe('the total', () => {
  const everything = () => sandbox.rows.withdrawals(UNIT).length;

  test('comes with the first page', async () => {
    const asker = createAsker();
    const source = listOf();
    const [, total] = await Promise.all([source.read(null, 'forward', 10, asker), source.total!(asker)]);
    expect(total).toBe(everything());
    expect(asker.operations).toEqual(['listWithdrawals']);
  });

  test('costs one small call when no first page was read, and is that of the whole list', async () => {
    const { rows } = await listOf().read(null, 'forward', 10, createAsker());
    sandbox.clearCalls();
    const source = listOf();
    const asker = createAsker();
    await source.read(rows[9]!.position, 'forward', 10, asker);
    expect(await source.total!(asker)).toBe(everything());
    expect(asker.operations).toHaveLength(2);
    expect(new URLSearchParams(sandbox.calls[1]!.path.split('?')[1]).get('limit')).toBe('1');
  });

  test('is asked for again after a first page that failed', async () => {
    sandbox.inject({ provider: 'hashlee', kind: 'rate-limit', times: 1 });
    const source = listOf();
    const failure = await failureOf(source.read(null, 'forward', 10, createAsker()));
    expect(failure).toMatchObject({ code: 'RATE_LIMITED', retryAfterMs: 300_000 });
    expect(await source.total!(createAsker())).toBe(everything());
  });
});

const HASH = '70e00550-06f2-4a37-84bb-8d7f30dc1eac';

test.each([
  ['createdAt', {}],
  ['createdAt', { value: '5', hash: HASH }],
  ['createdAt', { value: '2018-06-26T11:38:56-03:00' }],
  ['createdAt', { value: '2018-06-26T11:38:56-03:00', hash: HASH, page: 2 }],
  ['amount', { value: '2018-06-26T11:38:56-03:00', hash: HASH }],
  ['amount', { value: 5, hash: HASH }],
] as const)('refuses, for a list by %s, the position %j without a call', async (field, position) => {
  const asker = createAsker();
  const reading = listOf([], { field, direction: 'asc' }).read(position, 'forward', 10, asker);
  await expect(reading).rejects.toBeInstanceOf(InvalidInputError);
  expect(asker.operations).toEqual([]);
});
