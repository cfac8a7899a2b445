// What one pretend merchant has: wallets, payouts and balances.
import { createRandom, type Random } from '../random.ts';
import type { World } from '../world.ts';
import { BALANCES } from './coins.ts';
import type { Profile } from './profile.ts';
import { seedPayouts } from './seed-payouts.ts';
import { seedWallets } from './seed-wallets.ts';

export interface Wallet {
  readonly uuid: string;
  readonly walletUuid: string;
  readonly orderId: string;
  readonly address: string;
  readonly network: string;
  readonly currency: string;
  readonly url: string;
  status: 'active' | 'blocked' | 'in_active';
  /** All that was ever paid in. */
  received: string;
  /** `running` ends at the given moment of sandbox time; infinity never ends. */
  refund: 'none' | 'done' | { runningUntil: number };
}

export interface Payout {
  /** The number inside list cursors; never shown otherwise. */
  readonly id: number;
  readonly uuid: string;
  readonly orderId: string | null;
  readonly amount: string;
  readonly currency: string;
  readonly network: string;
  readonly address: string;
  txid: string | null;
  status: string;
  isFinal: boolean;
  /** The merchant's balance right after this payout. */
  readonly balance: string;
  readonly payerCurrency: string;
  readonly payerAmount: string;
  readonly commission: string;
  readonly merchantAmount: string;
  readonly createdAt: number;
  updatedAt: number;
  /** Lists show some payouts with `order_id` and `payment_status` and others without, as the documentation does. */
  readonly listedInFull: boolean;
}

export interface Merchant {
  readonly profile: Profile;
  readonly world: World;
  readonly random: Random;
  readonly wallets: Wallet[];
  /** Oldest first, ids ascending. */
  readonly payouts: Payout[];
  readonly balances: Map<string, string>;
  /** Payouts made through the API, which move on with sandbox time. */
  readonly moving: Set<Payout>;
}

export function createMerchant(profile: Profile, world: World): Merchant {
  return {
    profile,
    world,
    random: createRandom(world.seed, `${profile.key} new rows`),
    wallets: seedWallets(profile, createRandom(world.seed, `${profile.key} wallets`)),
    payouts: seedPayouts(createRandom(world.seed, `${profile.key} payouts`)).slice(-world.newest),
    balances: new Map(Object.entries(BALANCES)),
    moving: new Set(),
  };
}
