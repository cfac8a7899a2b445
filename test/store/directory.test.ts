/** How what is told of wallets adds up: nothing that was known is lost, whatever is told, in which order, and at once. */

import { eq, sql } from 'drizzle-orm';
import fc from 'fast-check';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import type { StaticWallet, WalletRefund } from '../../src/domain.ts';
import { createDirectory } from '../../src/store/directory.ts';
import { payouts, staticWallets } from '../../src/store/schema.ts';
import { onEachDatabase, openNewDatabase } from '../support/databases.ts';

const NOW = new Date('2026-01-01T12:00:00.000Z');
const LATER = new Date('2026-01-02T12:00:00.000Z');
const UUID = '11111111-1111-4111-8111-111111111111';
const OTHER_UUID = '22222222-2222-4222-8222-222222222222';

const REFUND: WalletRefund = { amount: '9.50', commission: '0.50', toAddress: 'TO', requestedAt: NOW };
const SOMEHOW: WalletRefund = { ...REFUND, amount: null, commission: null };

/** A wallet of which nothing is known but what is given. */
function told(facts: Partial<StaticWallet>): StaticWallet {
  return {
    kind: 'StaticWallet',
    account: 'cryptomus',
    uuid: null,
    orderId: null,
    address: null,
    network: null,
    currency: null,
    paymentUrl: null,
    status: 'UNKNOWN',
    rawStatus: null,
    refund: null,
    refundSpent: false,
    origin: 'REGISTERED',
    learnedAt: NOW,
    updatedAt: NOW,
    ...facts,
  };
}

const CREATED = told({
  uuid: UUID,
  orderId: 'order',
  address: 'ADDRESS',
  network: 'tron',
  currency: 'USDT',
  paymentUrl: 'https://pay.example/1',
  status: 'ACTIVE',
  origin: 'CREATE_ANSWER',
});
const BLOCKED = told({ uuid: UUID, status: 'BLOCKED', rawStatus: 'blocked', origin: 'BLOCK_ANSWER' });
const REFUNDED = told({
  orderId: 'order',
  status: 'BLOCKED',
  refund: REFUND,
  refundSpent: true,
  origin: 'REFUND_ANSWER',
});

/** Something true of the one wallet of these tests, named in one way or in both, by somebody who knows a part of it. */
const truth: fc.Arbitrary<StaticWallet> = fc
  .record({
    name: fc.constantFrom({ uuid: UUID }, { orderId: 'order' }, { uuid: UUID, orderId: 'order' }),
    address: fc.constantFrom(null, 'ADDRESS'),
    network: fc.constantFrom(null, 'tron'),
    currency: fc.constantFrom(null, 'USDT'),
    paymentUrl: fc.constantFrom(null, 'https://pay.example/1'),
    rest: fc.constantFrom<Partial<StaticWallet>>(
      { origin: 'REGISTERED' },
      { origin: 'CREATE_ANSWER', status: 'ACTIVE' },
      { origin: 'BLOCK_ANSWER', status: 'BLOCKED', rawStatus: 'blocked' },
      { origin: 'BLOCK_ANSWER', status: 'BLOCKED', rawStatus: 'blocked', refundSpent: true },
      { origin: 'REFUND_ANSWER', status: 'BLOCKED', refund: REFUND, refundSpent: true },
      { origin: 'REFUND_ANSWER', status: 'BLOCKED', refund: SOMEHOW, refundSpent: true },
    ),
  })
  .map(({ name, rest, ...facts }) => told({ ...facts, ...name, ...rest }));

/** What must be known of a wallet after all of this was told of it. */
function sum(tellings: readonly StaticWallet[]) {
  const any = <Value>(read: (wallet: StaticWallet) => Value | null) =>
    tellings.map(read).find((value) => value !== null) ?? null;
  const blocked = tellings.some(({ status }) => status === 'BLOCKED');
  const refunds = tellings.flatMap(({ refund }) => refund ?? []);
  return {
    uuid: any(({ uuid }) => uuid),
    orderId: any(({ orderId }) => orderId),
    address: any(({ address }) => address),
    network: any(({ network }) => network),
    currency: any(({ currency }) => currency),
    paymentUrl: any(({ paymentUrl }) => paymentUrl),
    status: blocked ? 'BLOCKED' : (tellings.find(({ status }) => status !== 'UNKNOWN')?.status ?? 'UNKNOWN'),
    refund: refunds.find(({ amount }) => amount !== null) ?? refunds[0] ?? null,
    refundSpent: tellings.some(({ refundSpent }) => refundSpent),
  };
}

/** Those of the tellings that are known to be about one wallet, by what they name. */
function groups(tellings: readonly StaticWallet[]): StaticWallet[][] {
  const linked = tellings.some(({ uuid, orderId }) => uuid !== null && orderId !== null);
  if (linked) return [[...tellings]];
  return [
    tellings.filter(({ uuid }) => uuid !== null),
    tellings.filter(({ orderId }) => orderId !== null),
  ].filter((group) => group.length > 0);
}

onEachDatabase(async (kind) => {
  const { db, close } = await openNewDatabase(kind);
  const directory = createDirectory(db);
  const forget = async () => void (await db.execute(sql`truncate static_wallets, payouts restart identity`));
  const all = () => db.select().from(staticWallets).where(eq(staticWallets.account, 'cryptomus'));
  beforeEach(forget);
  afterAll(close);

  async function expectAllKnown(tellings: readonly StaticWallet[]): Promise<void> {
    const expected = groups(tellings);
    expect(await all()).toHaveLength(expected.length);
    for (const group of expected) {
      const known = sum(group);
      if (known.uuid !== null) {
        expect(await directory.wallet('cryptomus', { uuid: known.uuid })).toMatchObject(known);
      }
      if (known.orderId !== null) {
        expect(await directory.wallet('cryptomus', { orderId: known.orderId })).toMatchObject(known);
      }
    }
  }

  test('whatever is told of one wallet, nothing of it is lost, and it is one row once both its names are known', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(truth, { minLength: 1, maxLength: 6 }), async (tellings) => {
        await forget();
        for (const [at, telling] of tellings.entries()) {
          const known = await directory.learnWallet(telling);
          const soFar = tellings.slice(0, at + 1);
          const group = groups(soFar).find((one) => one.includes(telling))!;
          expect(known).toMatchObject(sum(group));
          expect(known.origin).toBe(group[0]!.origin);
        }
        await expectAllKnown(tellings);
      }),
      { numRuns: 40 },
    );
  });

  test('it adds up the same when all is told at once', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(truth, { minLength: 2, maxLength: 6 }), async (tellings) => {
        await forget();
        await Promise.all(tellings.map((telling) => directory.learnWallet(telling)));
        await expectAllKnown(tellings);
      }),
      { numRuns: 25 },
    );
  });

  test('a wallet known by its uuid and one known by its order id become one, with what both knew', async () => {
    await directory.learnWallet(told({ uuid: UUID, address: 'ADDRESS' }));
    await directory.learnWallet(REFUNDED);
    expect(await all()).toHaveLength(2);
    const known = await directory.learnWallet(told({ uuid: UUID, orderId: 'order', updatedAt: LATER }));
    expect(await all()).toHaveLength(1);
    expect(known).toMatchObject({
      uuid: UUID,
      orderId: 'order',
      address: 'ADDRESS',
      status: 'BLOCKED',
      refund: REFUND,
      refundSpent: true,
      origin: 'REGISTERED',
      updatedAt: LATER,
    });
  });

  test('keeps when and how it learned of a wallet first', async () => {
    const first = await directory.learnWallet(told({ orderId: 'order' }));
    const then = await directory.learnWallet({ ...CREATED, updatedAt: LATER });
    expect(then).toMatchObject({ origin: 'REGISTERED', learnedAt: first.learnedAt, updatedAt: LATER });
    expect(Math.abs(first.learnedAt.getTime() - Date.now())).toBeLessThan(60_000);
  });

  test('wallets of different accounts have nothing to do with one another', async () => {
    await directory.learnWallet(CREATED);
    await directory.learnWallet({ ...BLOCKED, account: 'heleket' });
    expect(await directory.wallet('cryptomus', { uuid: UUID })).toMatchObject({ status: 'ACTIVE' });
    expect(await directory.wallet('heleket', { uuid: UUID })).toMatchObject({
      status: 'BLOCKED',
      orderId: null,
    });
    expect(await directory.wallet('heleket', { orderId: 'order' })).toBeNull();
  });

  test('two wallets stay two', async () => {
    await directory.learnWallet(CREATED);
    await directory.learnWallet({ ...CREATED, uuid: OTHER_UUID, orderId: 'other', address: 'OTHER' });
    expect(await all()).toHaveLength(2);
    expect(await directory.wallet('cryptomus', { orderId: 'other' })).toMatchObject({ address: 'OTHER' });
    expect(await directory.wallet('cryptomus', { uuid: UUID })).toMatchObject({ address: 'ADDRESS' });
  });

  describe('a status', () => {
    const STATUSES: [string, StaticWallet[], Partial<StaticWallet>][] = [
      [
        'stays blocked when the wallet is created again',
        [BLOCKED, CREATED],
        { status: 'BLOCKED', rawStatus: 'blocked' },
      ],
      [
        'stays blocked when it is registered',
        [BLOCKED, told({ uuid: UUID })],
        { status: 'BLOCKED', rawStatus: 'blocked' },
      ],
      [
        'stays blocked when a block is answered in words that nobody knows',
        [BLOCKED, { ...BLOCKED, status: 'UNKNOWN', rawStatus: 'quarantined' }],
        { status: 'BLOCKED', rawStatus: 'blocked' },
      ],
      [
        'is blocked by a refund, and gets its word from the next block',
        [told({ uuid: UUID, status: 'BLOCKED', origin: 'REFUND_ANSWER' }), BLOCKED],
        { status: 'BLOCKED', rawStatus: 'blocked' },
      ],
      [
        'is what a block says that does not block',
        [CREATED, { ...BLOCKED, status: 'INACTIVE', rawStatus: 'in_active' }],
        { status: 'INACTIVE', rawStatus: 'in_active' },
      ],
      [
        'is not known any more when a block is answered in words that nobody knows',
        [CREATED, { ...BLOCKED, status: 'UNKNOWN', rawStatus: 'quarantined' }],
        { status: 'UNKNOWN', rawStatus: 'quarantined' },
      ],
      [
        'in words that nobody knows is not forgotten when the wallet is registered',
        [
          { ...BLOCKED, status: 'UNKNOWN', rawStatus: 'quarantined' },
          told({ uuid: UUID, address: 'ADDRESS' }),
        ],
        { status: 'UNKNOWN', rawStatus: 'quarantined', address: 'ADDRESS' },
      ],
    ];
    test.each(STATUSES)('%s', async (_what, tellings, expected) => {
      for (const telling of tellings) await directory.learnWallet(telling);
      expect(await directory.wallet('cryptomus', { uuid: UUID })).toMatchObject(expected);
    });
  });

  test('what a provider answered is not overwritten by what somebody registers', async () => {
    await directory.learnWallet(CREATED);
    const known = await directory.learnWallet(
      told({ uuid: UUID, address: 'MINE', network: 'bsc', currency: 'ETH', updatedAt: LATER }),
    );
    expect(known).toMatchObject({ address: 'ADDRESS', network: 'tron', currency: 'USDT' });
  });

  test('what somebody registered is corrected by what a provider answers', async () => {
    await directory.learnWallet(told({ orderId: 'order', address: 'MINE', network: 'bsc', currency: 'ETH' }));
    expect(await directory.learnWallet(CREATED)).toMatchObject({
      uuid: UUID,
      address: 'ADDRESS',
      network: 'tron',
      currency: 'USDT',
    });
  });

  describe('a payout', () => {
    const payout = { account: 'repay', reference: 'order', uuid: UUID, createdAt: NOW } as Parameters<
      typeof directory.learnPayout
    >[0];

    test('keeps its place, its origin and the time of learning when it is learned of again', async () => {
      await directory.learnOrder('repay', 'order');
      const first = await directory.payout('repay', 'order');
      await directory.learnPayout(payout, 'READ');
      await directory.learnPayout({ ...payout, createdAt: LATER }, 'REGISTERED');
      expect(await directory.payout('repay', 'order')).toEqual({ ...first, uuid: UUID });
      expect(first).toMatchObject({ origin: 'CREATED', uuid: null });
    });

    test('is written when there is news of it, and not for every read', async () => {
      const version = async () => (await db.select({ at: sql`ctid` }).from(payouts))[0]?.at;
      await directory.learnOrder('repay', 'order');
      const first = await version();
      await directory.learnPayout(payout, 'READ');
      const second = await version();
      expect(second).not.toEqual(first);
      await directory.learnPayout(payout, 'READ');
      await directory.learnOrder('repay', 'order');
      expect(await version()).toEqual(second);
      await directory.learnPayout({ ...payout, uuid: OTHER_UUID }, 'READ');
      expect(await version()).not.toEqual(second);
    });

    test('without an order id cannot be read again, and is not kept', async () => {
      await directory.learnPayout({ ...payout, reference: null }, 'READ');
      const { rows } = await directory.payouts('repay', { conditions: [] }).read(null, 'forward', 10, {
        called: () => {},
      });
      expect(rows).toEqual([]);
    });

    test('that is learned of 20 times at once is one', async () => {
      await Promise.all(Array.from({ length: 20 }, () => directory.learnPayout(payout, 'READ')));
      expect(await directory.payouts('repay', { conditions: [] }).total?.({ called: () => {} })).toBe(1);
    });
  });
});
