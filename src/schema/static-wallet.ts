/** `StaticWallet`: a permanent deposit address at Cryptomus or Heleket, and what can be done to it. */

import { requireAccount, unsupported } from '../accounts.ts';
import { type StaticWallet, WALLET_ORIGINS, WALLET_STATUSES, type WalletRefund } from '../domain.ts';
import { encodeId } from '../id.ts';
import { AccountRef, ProviderEnum } from './account.ts';
import { builder } from './builder.ts';
import { describedEnum } from './enums.ts';
import { MUTATION_ERRORS } from './errors.ts';
import { IDEMPOTENCY_KEY } from './idempotency.ts';
import { resolveObjectRef, StaticWalletRefInput } from './reference.ts';
import * as rules from './rules.ts';

export const StaticWalletRef = builder.objectRef<StaticWallet>('StaticWallet');

const WalletStatusEnum = builder.enumType('WalletStatus', {
  description: 'Whether a static wallet takes payments.',
  values: describedEnum(WALLET_STATUSES, {
    ACTIVE: 'Payments are credited.',
    BLOCKED: 'Payments are no longer credited. A wallet stays blocked for good.',
    INACTIVE: 'The provider calls it inactive and does not explain.',
    UNKNOWN: 'The provider did not say, or said something that is not known here; see `rawStatus`.',
  }),
});

const WalletActionEnum = builder.enumType('WalletAction', {
  description: 'A mutation that a static wallet may accept.',
  values: describedEnum(['BLOCK', 'REFUND_BLOCKED'], {
    BLOCK: '`blockWallet`.',
    REFUND_BLOCKED: '`refundBlocked`.',
  }),
});

const WalletOriginEnum = builder.enumType('WalletOrigin', {
  description: 'How Paygraph learned what it tells of a wallet.',
  values: describedEnum(WALLET_ORIGINS, {
    BLOCK_ANSWER: "From the provider's answer to `blockWallet`.",
    REFUND_ANSWER: "From the provider's answer to `refundBlocked`.",
  }),
});

const WalletRefundRef = builder.objectRef<WalletRefund>('WalletRefund').implement({
  description: 'The one refund of what a blocked wallet holds. The provider names no currency.',
  fields: (t) => ({
    amount: t.expose('amount', { type: 'Decimal', description: 'The refunded amount.' }),
    commission: t.expose('commission', { type: 'Decimal', description: 'What the refund cost.' }),
    toAddress: t.exposeString('toAddress', { description: 'Where it goes.' }),
    requestedAt: t.expose('requestedAt', { type: 'DateTime', description: 'When it was asked for.' }),
  }),
});

function availableActions({ status, refundSpent }: StaticWallet) {
  const mayBlock = status === 'ACTIVE' || status === 'INACTIVE' || status === 'UNKNOWN';
  const mayRefund = !refundSpent && (status === 'BLOCKED' || status === 'UNKNOWN');
  return [...(mayBlock ? (['BLOCK'] as const) : []), ...(mayRefund ? (['REFUND_BLOCKED'] as const) : [])];
}

StaticWalletRef.implement({
  description:
    'A permanent deposit address. Providers cannot read one back, so whatever they have not told is null.',
  interfaces: [builder.nodeInterfaceRef()],
  isTypeOf: (value) => (value as StaticWallet).kind === 'StaticWallet',
  fields: (t) => ({
    id: t.id({
      description: 'Opaque and stable.',
      resolve: ({ account, uuid, orderId }) =>
        encodeId({
          kind: 'StaticWallet',
          account,
          key: uuid === null ? { orderId: orderId ?? '' } : { uuid },
        }),
    }),
    account: t.field({
      type: AccountRef,
      description: 'The account that it belongs to.',
      resolve: ({ account }, _args, { accounts }) => requireAccount(accounts, account, []),
    }),
    provider: t.field({
      type: ProviderEnum,
      description: 'The provider that keeps it.',
      resolve: ({ account }, _args, { accounts }) => requireAccount(accounts, account, []).provider.name,
    }),
    uuid: t.expose('uuid', {
      type: 'UUID',
      nullable: true,
      description: "The provider's id; null when the wallet is known by its order id only.",
    }),
    orderId: t.exposeString('orderId', {
      nullable: true,
      description: "The merchant's order id; null when the wallet is known by its uuid only.",
    }),
    address: t.exposeString('address', {
      nullable: true,
      description: 'The deposit address; null while not told.',
    }),
    network: t.exposeString('network', { nullable: true, description: 'The chain; null while not told.' }),
    currency: t.exposeString('currency', { nullable: true, description: 'The coin; null while not told.' }),
    paymentUrl: t.exposeString('paymentUrl', {
      nullable: true,
      description: "The provider's payment page; null while not told.",
    }),
    qrCode: t.string({
      nullable: true,
      description:
        'QR code of the address, as a data URI of a PNG. One upstream call; null when the uuid is not known or ' +
        'the call failed.',
      resolve: ({ account, uuid }, _args, { accounts, asker }) =>
        uuid === null
          ? null
          : (requireAccount(accounts, account, []).provider.wallets?.qrCode(uuid, asker) ?? null),
    }),
    status: t.expose('status', { type: WalletStatusEnum, description: 'Whether it takes payments.' }),
    rawStatus: t.exposeString('rawStatus', {
      nullable: true,
      description: "The provider's own word for its status; null when its answer had none.",
    }),
    refund: t.expose('refund', {
      type: WalletRefundRef,
      nullable: true,
      description: 'The refund of what it holds; null when there is none that is known.',
    }),
    availableActions: t.field({
      type: [WalletActionEnum],
      description: 'The mutations that may succeed: one that is not here must fail.',
      resolve: availableActions,
    }),
    origin: t.expose('origin', { type: WalletOriginEnum, description: 'Where this knowledge comes from.' }),
    learnedAt: t.expose('learnedAt', { type: 'DateTime', description: 'When it was learned.' }),
  }),
});

const BlockWalletInput = builder.inputType('BlockWalletInput', {
  description: 'What to block.',
  fields: (t) => ({
    idempotencyKey: t.string(IDEMPOTENCY_KEY),
    wallet: t.field({ type: StaticWalletRefInput, required: true, description: 'Which wallet.' }),
    forceRefund: t.boolean({
      required: true,
      defaultValue: false,
      description: 'Also send all incoming payments back to their senders. This uses up the one refund.',
    }),
  }),
});

const RefundBlockedInput = builder.inputType('RefundBlockedInput', {
  description: 'What to refund, and where to.',
  fields: (t) => ({
    idempotencyKey: t.string(IDEMPOTENCY_KEY),
    wallet: t.field({ type: StaticWalletRefInput, required: true, description: 'Which blocked wallet.' }),
    toAddress: t.string({
      required: true,
      validate: rules.refundAddress,
      description: 'All blocked funds go there: 10 to 128 letters, digits, hyphens or underscores.',
    }),
  }),
});

const walletPayload = (name: string, description: string) =>
  builder.objectRef<{ wallet: StaticWallet }>(name).implement({
    description,
    fields: (t) => ({
      wallet: t.expose('wallet', {
        type: StaticWalletRef,
        description: "The wallet, as far as the provider's answer tells it.",
      }),
    }),
  });
const BlockWalletPayload = walletPayload('BlockWalletPayload', 'The wallet is blocked.');
const RefundBlockedPayload = walletPayload('RefundBlockedPayload', 'The refund is under way.');

builder.mutationFields((t) => ({
  blockWallet: t.field({
    type: BlockWalletPayload,
    errors: MUTATION_ERRORS,
    description:
      'Blocks a static wallet for good: further payments to it are not credited. What it holds can be refunded once.',
    args: { input: t.arg({ type: BlockWalletInput, required: true, description: 'What to block.' }) },
    resolve: async (_root, { input }, context) => {
      const { account, key } = resolveObjectRef('StaticWallet', input.wallet, ['input', 'wallet'], context);
      const { wallets } = account.provider;
      if (!wallets) throw unsupported(account, 'blockWallet');
      return { wallet: await wallets.block(key, input.forceRefund, context.asker) };
    },
  }),
  refundBlocked: t.field({
    type: RefundBlockedPayload,
    errors: MUTATION_ERRORS,
    description: 'Refunds, once, everything that a blocked static wallet holds to one address.',
    args: { input: t.arg({ type: RefundBlockedInput, required: true, description: 'What to refund.' }) },
    resolve: async (_root, { input }, context) => {
      const { account, key } = resolveObjectRef('StaticWallet', input.wallet, ['input', 'wallet'], context);
      const { wallets } = account.provider;
      if (!wallets) throw unsupported(account, 'refundBlocked');
      return { wallet: await wallets.refund(key, input.toAddress, context.asker) };
    },
  }),
}));
