// Static wallets: create, QR image, block (docs/providers.md, 1.6.1 to 1.6.3). Refunds have their own file.
import { qrImage } from '../png.ts';
import type { Reply } from '../provider.ts';
import { inventAddress, SERVICES } from './coins.ts';
import { type Refusals, success } from './envelope.ts';
import { findByIds, idFields, idsOf, orderIdLimit } from './ids.ts';
import type { Profile } from './profile.ts';
import type { Merchant, Wallet } from './state.ts';
import {
  alphaDash,
  booleanOf,
  type Input,
  isBoolean,
  isMissing,
  isText,
  max,
  min,
  textOf,
  url,
  uuid,
  validate,
} from './validate.ts';

export function createWallet(merchant: Merchant, refusals: Refusals, input: Input): Reply {
  const errors = validate(input, {
    currency: { presence: 'required', rules: [isText] },
    network: { presence: 'required', rules: [isText] },
    order_id: { presence: 'required', rules: [isText, min(1), max(100), alphaDash] },
    url_callback: { rules: [isText, min(6), max(255), url] },
    from_referral_code: { rules: [isText] },
  });
  if (errors) return refusals.invalid(errors);

  const orderId = textOf(input, 'order_id')!;
  const existing = merchant.wallets.find((wallet) => wallet.orderId === orderId);
  if (existing) return success(walletWire(merchant.profile, existing));

  const network = textOf(input, 'network')!.toLowerCase();
  const currency = textOf(input, 'currency')!.toUpperCase();
  const offered = SERVICES.some(
    (each) => each.isAvailable && each.currency === currency && each.network.toLowerCase() === network,
  );
  if (!offered) return refusals.refuse('The service was not found');

  const { random, profile, world } = merchant;
  const wallet: Wallet = {
    uuid: random.uuid(),
    walletUuid: random.uuid(),
    orderId,
    address: inventAddress(network, random),
    network,
    currency,
    url: profile.paymentPage + random.uuid(),
    status: 'active',
    received: '0',
    refund: 'none',
  };
  merchant.wallets.push(wallet);
  world.effects.record(profile.key, 'CREATE_WALLET', wallet.uuid);
  return success(walletWire(merchant.profile, wallet));
}

/** The documented members only: strict clients break on more. */
export function walletWire(profile: Profile, wallet: Wallet) {
  const { walletUuid, uuid: id, address, orderId, network, currency, url: page } = wallet;
  return {
    wallet_uuid: walletUuid,
    uuid: id,
    address,
    ...(profile.walletOrderId ? { order_id: orderId } : {}),
    network,
    currency,
    url: page,
  };
}

/** Official SDKs send `merchant_payment_uuid`, the documentation says `wallet_address_uuid`. */
export function showQr(merchant: Merchant, refusals: Refusals, input: Input): Reply {
  const alias = isMissing(input.wallet_address_uuid)
    ? input.merchant_payment_uuid
    : input.wallet_address_uuid;
  const given = { wallet_address_uuid: alias };
  const errors = validate(given, { wallet_address_uuid: { presence: 'required', rules: [isText, uuid] } });
  if (errors) return refusals.invalid(errors);
  const wallet = findByIds(
    merchant.wallets,
    { uuid: textOf(given, 'wallet_address_uuid'), orderId: undefined },
    'uuid',
  );
  if (!wallet) return refusals.refuse('Not found');
  return success({ image: qrImage(wallet.address) });
}

export function blockWallet(merchant: Merchant, refusals: Refusals, input: Input): Reply {
  const errors = validate(input, {
    ...idFields(orderIdLimit(merchant)),
    is_force_refund: { rules: [isBoolean] },
  });
  if (errors) return refusals.invalid(errors);
  const wallet = findByIds(merchant.wallets, idsOf(input), 'order_id');
  if (!wallet) return refusals.bare();

  const { effects, switches } = merchant.world;
  if (wallet.status === 'active') {
    wallet.status = 'blocked';
    effects.record(merchant.profile.key, 'BLOCK', wallet.uuid);
  }
  const forced =
    booleanOf(input.is_force_refund) ?? (switches.isRefundAlias ? booleanOf(input.is_refund) : false);
  if (forced && wallet.status === 'blocked' && wallet.refund === 'none') wallet.refund = 'done';
  return success({ uuid: wallet.uuid, status: wallet.status });
}
