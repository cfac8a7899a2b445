// The 50 wallets that exist at the start: the documented ones, one for every documented refusal of a refund, and
// ordinary ones.
import type { Random } from '../random.ts';
import { inventAddress } from './coins.ts';
import type { Profile } from './profile.ts';
import type { Wallet } from './state.ts';

const COUNT = 50;

/** What is known of a wallet beforehand; the rest is invented. */
interface Plan extends Partial<Wallet> {
  orderId: string;
}

const PLANNED: readonly Plan[] = [
  {
    orderId: '1',
    uuid: 'fcc40793-39f9-4fa9-85b2-93148039a72b',
    network: 'tron',
    currency: 'USDT',
    received: '10.00',
  },
  {
    orderId: '2',
    uuid: '87961ae5-80c5-413a-a4fe-d38199894940',
    walletUuid: 'de15b0f6-883f-4585-b27b-73a648044a92',
    address: 'TTEtddVZyNtLD9wbq4PzomjBhtxenSMXbb',
    network: 'tron',
    currency: 'USDT',
    received: '25.00',
  },
  { orderId: 'empty', network: 'tron', currency: 'USDT', received: '0' },
  { orderId: 'dust', network: 'tron', currency: 'USDT', received: '0.90' },
  { orderId: 'blocked', network: 'bsc', currency: 'USDT', received: '100.00', status: 'blocked' },
  {
    orderId: 'refund-running',
    network: 'tron',
    currency: 'USDT',
    received: '75.00',
    status: 'blocked',
    refund: { runningUntil: Number.POSITIVE_INFINITY },
  },
  {
    orderId: 'refunded',
    network: 'tron',
    currency: 'USDT',
    received: '30.00',
    status: 'blocked',
    refund: 'done',
  },
  { orderId: 'inactive', network: 'eth', currency: 'ETH', received: '0.5', status: 'in_active' },
  { orderId: 'no-service', network: 'dash', currency: 'DASH', received: '3.00000000', status: 'blocked' },
  {
    orderId: 'huge',
    network: 'eth',
    currency: 'ETH',
    received: '123456789012.345678901234567890',
    status: 'blocked',
  },
];

const COINS = [
  ['tron', 'USDT'],
  ['tron', 'USDT'],
  ['bsc', 'USDT'],
  ['tron', 'TRX'],
  ['btc', 'BTC'],
  ['eth', 'ETH'],
  ['ltc', 'LTC'],
  ['doge', 'DOGE'],
] as const;

export function seedWallets(profile: Profile, random: Random): Wallet[] {
  return Array.from({ length: COUNT }, (_, index) => {
    const [network, currency] = random.pick(COINS);
    const orderId = `client-${String(index + 1).padStart(4, '0')}`;
    const plan = PLANNED[index] ?? { orderId, network, currency };
    return inventWallet(profile, random, plan);
  });
}

function inventWallet(profile: Profile, random: Random, plan: Plan): Wallet {
  const network = plan.network ?? 'tron';
  return {
    uuid: random.uuid(),
    walletUuid: random.uuid(),
    address: inventAddress(network, random),
    network,
    currency: 'USDT',
    url: profile.paymentPage + random.uuid(),
    status: 'active',
    received: `${random.int(0, 900)}.${random.digits(8)}`,
    refund: 'none',
    ...plan,
  };
}
