// The pretend Cryptomus and Heleket: which path is which endpoint, who may ask, and what a test may do to their data.
import { add, compare, isDecimal } from '../decimal.ts';
import type { Provider, Reply, Request } from '../provider.ts';
import { createRandom } from '../random.ts';
import { seeded } from '../seeded.ts';
import { burst, type World } from '../world.ts';
import { createFailures, createRefusals, invalidSign, notAllowed, type Refusals } from './envelope.ts';
import { findNamed } from './ids.ts';
import { listPayouts } from './payout-list.ts';
import { listedWire } from './payout-wire.ts';
import { calculatePayout, createPayout, listServices, movePayouts, showPayout } from './payouts.ts';
import { type MerchantKey, PROFILES } from './profile.ts';
import { refundBlocked } from './refunds.ts';
import { inventPayout } from './seed-payouts.ts';
import { isSigned } from './sign.ts';
import { createMerchant, type Merchant } from './state.ts';
import { type Input, readInput } from './validate.ts';
import { blockWallet, createWallet, showQr, walletWire } from './wallets.ts';

type Endpoint = (merchant: Merchant, refusals: Refusals, input: Input, request: Request) => Reply;

/** By number; the letter before it says whose endpoint it is. */
const ENDPOINTS: Readonly<Record<string, readonly [number, Endpoint]>> = {
  '/v1/wallet': [1, createWallet],
  '/v1/wallet/qr': [2, showQr],
  '/v1/wallet/block-address': [3, blockWallet],
  '/v1/wallet/blocked-address-refund': [4, refundBlocked],
  '/v1/payout': [5, createPayout],
  '/v1/payout/info': [6, showPayout],
  '/v1/payout/list': [7, listPayouts],
  '/v1/payout/services': [8, listServices],
  '/v1/payout/calc': [13, (_, refusals, input, { path }) => calculatePayout(refusals, input, path)],
  '/v1/payout/calculate': [13, (_, refusals, input, { path }) => calculatePayout(refusals, input, path)],
};

export interface WalletRow {
  readonly wallet_uuid: string;
  readonly uuid: string;
  readonly address: string;
  readonly network: string;
  readonly currency: string;
  readonly url: string;
  readonly order_id: string;
  readonly status: string;
}

/** A payout as lists print it, and its order id even where a list would keep it back. */
export interface MerchantPayoutRow {
  readonly uuid: string;
  readonly order_id: string | null;
  readonly amount: string;
  readonly currency: string;
  readonly network: string;
  readonly address: string;
  readonly txid: string | null;
  readonly status: string;
  readonly is_final: boolean;
  readonly balance: string;
  readonly created_at: string;
  readonly updated_at: string;
}

export interface MerchantProvider extends Provider {
  /** Newest first. */
  payoutRows(): MerchantPayoutRow[];
  walletRows(): WalletRow[];
  addPayouts(count: number): void;
  setPayoutStatus(uuidOrOrderId: string, status: string): void;
  deposit(uuidOrOrderId: string, amount: string): void;
}

const FINAL = new Set(['paid', 'fail', 'cancel', 'system_fail']);

export function createMerchantProvider(key: MerchantKey, world: World): MerchantProvider {
  const profile = PROFILES[key];
  const refusals = createRefusals(world.switches);
  const data = seeded(() => createMerchant(profile, world));

  function endpointOf(method: string, path: string) {
    const found = Object.hasOwn(ENDPOINTS, path) ? ENDPOINTS[path] : undefined;
    if (!found || method !== 'POST') return 'unknown';
    return found[0] === 13 && !profile.calculates ? 'unknown' : `${profile.letter}${found[0]}`;
  }

  function answer(request: Request): Reply {
    if (request.endpoint === 'unknown') return notAllowed();
    if (!isSigned(request, profile.credentials)) return invalidSign();
    const merchant = data.get();
    movePayouts(merchant);
    const [, endpoint] = ENDPOINTS[request.path]!;
    return endpoint(merchant, refusals, readInput(request), request);
  }

  function addPayouts(count: number) {
    const { payouts } = data.get();
    const random = createRandom(world.seed, `${key} payouts after ${payouts.length}`);
    for (const createdAt of burst(world, payouts.at(-1)!.createdAt, count)) {
      const orderId = `new-${String(payouts.length + 1).padStart(5, '0')}`;
      const id = payouts.at(-1)!.id + random.int(1, 40);
      payouts.push({ id, ...inventPayout(random, orderId, createdAt) });
    }
  }

  function setPayoutStatus(named: string, status: string) {
    const merchant = data.get();
    const payout = findNamed(merchant.payouts, named);
    if (!payout) throw new Error(`${key} has no payout ${named}`);
    merchant.moving.delete(payout);
    payout.status = status;
    payout.isFinal = FINAL.has(status);
    payout.updatedAt = Math.max(world.clock.now(), payout.createdAt);
  }

  function deposit(named: string, amount: string) {
    const wallet = findNamed(data.get().wallets, named);
    if (!wallet) throw new Error(`${key} has no wallet ${named}`);
    if (!isDecimal(amount) || compare(amount, '0') <= 0) throw new Error('amount is a positive decimal');
    if (wallet.status === 'active') wallet.received = add(wallet.received, amount);
  }

  return {
    key,
    failures: createFailures(refusals),
    endpointOf,
    answer,
    payoutRows() {
      const merchant = data.get();
      movePayouts(merchant);
      return merchant.payouts
        .map(
          (payout) => ({ ...listedWire(payout), order_id: payout.orderId }) as unknown as MerchantPayoutRow,
        )
        .reverse();
    },
    walletRows: () =>
      data.get().wallets.map((wallet) => ({
        ...walletWire(profile, wallet),
        order_id: wallet.orderId,
        status: wallet.status,
      })),
    addPayouts,
    setPayoutStatus,
    deposit,
    reset: data.drop,
  };
}
