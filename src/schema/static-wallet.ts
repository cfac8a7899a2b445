/** `StaticWallet`: a permanent deposit address at Cryptomus or Heleket, as the directory knows it. */

import { type Account, requireAccount } from '../accounts.ts';
import {
  type ObjectKey,
  type StaticWallet,
  WALLET_ORIGINS,
  WALLET_STATUSES,
  type WalletRefund,
} from '../domain.ts';
import { encodeId } from '../id.ts';
import type { Inbound } from '../inbound.ts';
import { readPage } from '../pager.ts';
import { AccountRef, ProviderEnum } from './account.ts';
import { builder } from './builder.ts';
import { type Connection, pageArgs } from './connection.ts';
import { describedEnum } from './enums.ts';
import { conditionsOf, DateTimeFilterInput, enumFilter, StringFilterInput } from './filter.ts';
import { resolveObjectRef, StaticWalletRefInput } from './reference.ts';
import * as rules from './rules.ts';
import { costs, pageSizeOf } from './upstream.ts';

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
  description: 'How Paygraph first learned of a wallet.',
  values: describedEnum(WALLET_ORIGINS, {
    CREATE_ANSWER: "From the provider's answer to `createStaticWallet`.",
    BLOCK_ANSWER: "From the provider's answer to `blockWallet`.",
    REFUND_ANSWER: "From the provider's answer to `refundBlocked`.",
    REGISTERED: 'Somebody told it by `registerStaticWallets`.',
  }),
});

const WalletRefundRef = builder.objectRef<WalletRefund>('WalletRefund').implement({
  description: 'The one refund of what a blocked wallet holds. The provider names no currency.',
  fields: (t) => ({
    amount: t.expose('amount', {
      type: 'Decimal',
      nullable: true,
      description: 'The refunded amount; null when it is only known that the refund took place.',
    }),
    commission: t.expose('commission', {
      type: 'Decimal',
      nullable: true,
      description: 'What the refund cost; null when it is only known that the refund took place.',
    }),
    toAddress: t.exposeString('toAddress', { description: 'Where it goes.' }),
    requestedAt: t.expose('requestedAt', { type: 'DateTime', description: 'When it was asked for.' }),
  }),
});

function availableActions({ account, status, refundSpent }: StaticWallet, { caller }: Inbound) {
  const mayBlock =
    (status === 'ACTIVE' || status === 'INACTIVE' || status === 'UNKNOWN') &&
    caller.may('wallets:block', account);
  const mayRefund =
    !refundSpent && (status === 'BLOCKED' || status === 'UNKNOWN') && caller.may('wallets:refund', account);
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
      extensions: costs({ calls: 1 }),
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
      description:
        'The mutations that may succeed, and that the token of the request allows: one that is not here must fail.',
      resolve: (wallet, _args, { inbound }) => availableActions(wallet, inbound),
    }),
    origin: t.expose('origin', { type: WalletOriginEnum, description: 'How Paygraph first learned of it.' }),
    learnedAt: t.expose('learnedAt', { type: 'DateTime', description: 'When Paygraph first learned of it.' }),
    updatedAt: t.expose('updatedAt', {
      type: 'DateTime',
      description: 'When it last learned something of it.',
    }),
  }),
});

const StaticWalletConnection = builder.connectionObject(
  {
    type: StaticWalletRef,
    name: 'StaticWalletConnection',
    description: 'A page of static wallets.',
    fields: (t) => ({
      totalCount: t.int({
        nullable: true,
        description: 'How many wallets that Paygraph learned of match; null when they could not be counted.',
        resolve: (page) => (page as unknown as Connection<StaticWallet>).total(),
      }),
    }),
  },
  { description: 'A static wallet and its place in the list.' },
);

const StaticWalletFilterInput = builder.inputType('StaticWalletFilter', {
  description: 'Which static wallets to list. All conditions must hold.',
  fields: (t) => ({
    status: t.field({ type: enumFilter('WalletStatus', WalletStatusEnum), description: 'Its status.' }),
    orderId: t.field({ type: StringFilterInput, description: "The merchant's order id." }),
    currency: t.field({ type: StringFilterInput, description: 'The coin.' }),
    network: t.field({ type: StringFilterInput, description: 'The chain.' }),
    learnedAt: t.field({ type: DateTimeFilterInput, description: 'When Paygraph first learned of it.' }),
  }),
});

builder.queryFields((t) => ({
  staticWallet: t.field({
    type: StaticWalletRef,
    nullable: true,
    authScopes: { may: 'wallets:read' },
    description: 'One static wallet as the directory knows it; null when Paygraph never learned of it.',
    args: { by: t.arg({ type: StaticWalletRefInput, required: true, description: 'Which wallet.' }) },
    resolve: (_root, { by }, context) => {
      const readable = context.accountsFor('wallets:read');
      const { account, key } = resolveObjectRef('StaticWallet', by, ['by'], readable);
      return context.store.directory.wallet(account.name, key);
    },
  }),
  staticWallets: t.field({
    type: StaticWalletConnection,
    nullable: true,
    extensions: costs({ rows: pageSizeOf }),
    authScopes: { may: 'wallets:read' },
    description:
      'The static wallets that Paygraph learned of, last learned first. Providers cannot list theirs: what was made ' +
      'elsewhere and never registered is not here. Asks no provider. Null, with an error, when the arguments are refused.',
    args: {
      ...pageArgs,
      accounts: t.arg.stringList({
        validate: rules.shortList,
        description: 'Names of the accounts; all when left out.',
      }),
      filter: t.arg({ type: StaticWalletFilterInput, description: 'Which wallets; all when left out.' }),
    },
    resolve: async (_root, args, context) => {
      const { accounts, filter } = args;
      const readable = context.accountsFor('wallets:read');
      for (const name of accounts ?? []) requireAccount(readable, name, ['accounts']);
      // The directory outlives accounts, and a wallet is nothing without its account.
      const names = accounts ?? [...readable.keys()];
      const conditions = conditionsOf({ account: { in: names }, ...filter });
      const source = context.store.directory.wallets(conditions);
      const rows = await readPage(source, args, ['staticWallets', conditions], context.asker);
      return { ...rows, total: async () => (await source.total?.(context.asker)) ?? null };
    },
  }),
}));

/** A wallet of which no more is known than how it is named. */
export function unknownWallet(account: Account, key: ObjectKey, now: Date): StaticWallet {
  return {
    kind: 'StaticWallet',
    account: account.name,
    uuid: 'uuid' in key ? key.uuid : null,
    orderId: 'orderId' in key ? key.orderId : null,
    address: null,
    network: null,
    currency: null,
    paymentUrl: null,
    status: 'UNKNOWN',
    rawStatus: null,
    refund: null,
    refundSpent: false,
    origin: 'REGISTERED',
    learnedAt: now,
    updatedAt: now,
  };
}
