/** The mutations that make, block and refund static wallets. */

import { type Account, requireAccount, unsupported } from '../accounts.ts';
import { demand } from '../caller.ts';
import type { Context } from '../context.ts';
import type { ObjectKey, StaticWallet } from '../domain.ts';
import type { ProviderError } from '../errors.ts';
import type { Operation, OperationObject } from '../operation.ts';
import type { Wallets } from '../providers/provider.ts';
import { builder } from './builder.ts';
import { WRITE_ERRORS } from './errors.ts';
import { IDEMPOTENCY_KEY } from './idempotency.ts';
import { shown } from './operation.ts';
import { OperationRef } from './operation-ref.ts';
import { resolveObjectRef, StaticWalletRefInput } from './reference.ts';
import * as rules from './rules.ts';
import { StaticWalletRef, unknownWallet } from './static-wallet.ts';
import { WRITE_COST } from './upstream.ts';

interface WalletPayload {
  readonly operation: Operation;
}

const walletPayload = (name: string, description: string) =>
  builder.objectRef<WalletPayload>(name).implement({
    description,
    fields: (t) => ({
      operation: t.expose('operation', {
        type: OperationRef,
        description: 'The write, as the ledger keeps it.',
      }),
      wallet: t.field({
        type: StaticWalletRef,
        nullable: true,
        description:
          'The wallet, as far as it is known; null while the write is pending, and without the scope `wallets:read`.',
        resolve: ({ operation: { account, object, state } }, _args, { store, inbound }) =>
          state === 'SUCCEEDED' &&
          object?.kind === 'StaticWallet' &&
          inbound.caller.may('wallets:read', account)
            ? store.directory.wallet(account, object.key)
            : null,
      }),
    }),
  });

const CreateStaticWalletPayload = walletPayload(
  'CreateStaticWalletPayload',
  'The wallet is there: new, or the one that the order id already had.',
);
const BlockWalletPayload = walletPayload('BlockWalletPayload', 'The wallet is blocked.');
const RefundBlockedPayload = walletPayload('RefundBlockedPayload', 'The refund is under way.');

const CreateStaticWalletInput = builder.inputType('CreateStaticWalletInput', {
  description: 'What wallet to create.',
  fields: (t) => ({
    idempotencyKey: t.string(IDEMPOTENCY_KEY),
    account: t.string({ required: true, description: 'Name of a Cryptomus or Heleket account.' }),
    orderId: t.string({
      required: true,
      validate: rules.newOrderId,
      description:
        'Your order id: 1 to 100 letters, digits, hyphens or underscores, unique in the account. One of more than 32 ' +
        'cannot be used to name the wallet later.',
    }),
    currency: t.string({ required: true, validate: rules.code, description: 'Coin, such as `USDT`.' }),
    network: t.string({ required: true, validate: rules.code, description: 'Chain, such as `tron`.' }),
    callbackUrl: t.string({
      validate: rules.callbackUrl,
      description: 'Where the provider tells of each payment: 6 to 255 characters.',
    }),
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
      description:
        'Also send all incoming payments back to their senders. This uses up the one refund, and needs the scope ' +
        '`wallets:refund` as well.',
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

function walletOf(wallet: typeof StaticWalletRefInput.$inferInput, { accounts }: Context) {
  return resolveObjectRef('StaticWallet', wallet, ['input', 'wallet'], accounts);
}

function walletsOf(account: Account, operation: string): Wallets {
  const { wallets } = account.provider;
  if (!wallets) throw unsupported(account, operation);
  return wallets;
}

const about = (key: ObjectKey): OperationObject => ({ kind: 'StaticWallet', key });
const keyOf = ({ uuid, orderId }: StaticWallet): ObjectKey =>
  uuid === null ? { orderId: orderId ?? '' } : { uuid };

/** One text for one wallet, whichever way it is named, as far as the directory knows both. */
async function targetOf({ store }: Context, account: Account, key: ObjectKey): Promise<string> {
  const known = await store.directory.wallet(account.name, key);
  return `wallet/${JSON.stringify(known ? keyOf(known) : key)}`;
}

/** Every way in which the wallet may have been named, as far as the directory knows. */
async function namesOf({ store }: Context, account: Account, key: ObjectKey): Promise<ObjectKey[]> {
  const known = await store.directory.wallet(account.name, key);
  const { uuid = null, orderId = null } = known ?? {};
  return [key, ...(uuid === null ? [] : [{ uuid }]), ...(orderId === null ? [] : [{ orderId }])];
}

/** A refund that took place, and nothing tells of what amount. */
function refundedSomehow(account: Account, key: ObjectKey, toAddress: string): StaticWallet {
  const now = new Date();
  return {
    ...unknownWallet(account, key, now),
    status: 'BLOCKED',
    refund: { amount: null, commission: null, toAddress, requestedAt: now },
    refundSpent: true,
    origin: 'REFUND_ANSWER',
  };
}

/** Once, and once more when somebody repeats the key of a refund that is not known to have happened. */
const REFUND_SENDS = 2;

builder.mutationFields((t) => ({
  createStaticWallet: t.field({
    type: CreateStaticWalletPayload,
    errors: WRITE_ERRORS,
    extensions: WRITE_COST,
    authScopes: { may: 'wallets:create' },
    description:
      'Creates a static wallet. An order id that exists gives the wallet that it belongs to; if that has another coin ' +
      'or chain, it is refused.',
    args: { input: t.arg({ type: CreateStaticWalletInput, required: true, description: 'What to create.' }) },
    resolve: async (_root, { input }, context) => {
      const account = requireAccount(context.accounts, input.account, ['input', 'account']);
      demand(context.inbound.caller, 'wallets:create', account.name);
      const wallets = walletsOf(account, 'createStaticWallet');
      const { learnWallet } = context.store.directory;
      const { idempotencyKey, orderId, currency, network } = input;
      const request = { orderId, currency, network, callbackUrl: input.callbackUrl ?? null };
      const operation = await context.write({
        idempotencyKey,
        action: 'CREATE_STATIC_WALLET',
        account,
        input: request,
        object: null,
        target: `wallet/${JSON.stringify({ orderId })}`,
        exclusive: false,
        // The order id makes a repetition give the same wallet.
        sendLimit: Number.POSITIVE_INFINITY,
        send: async (asker) => {
          const wallet = await wallets.create(request, asker);
          return { object: about(keyOf(wallet)), learn: () => learnWallet(wallet) };
        },
      });
      return { operation: shown(operation, account) };
    },
  }),

  blockWallet: t.field({
    type: BlockWalletPayload,
    errors: WRITE_ERRORS,
    extensions: WRITE_COST,
    authScopes: { may: 'wallets:block' },
    description:
      'Blocks a static wallet for good: further payments to it are not credited. What it holds can be refunded once.',
    args: { input: t.arg({ type: BlockWalletInput, required: true, description: 'What to block.' }) },
    resolve: async (_root, { input }, context) => {
      const { account, key } = walletOf(input.wallet, context);
      demand(context.inbound.caller, 'wallets:block', account.name);
      if (input.forceRefund) demand(context.inbound.caller, 'wallets:refund', account.name);
      const wallets = walletsOf(account, 'blockWallet');
      const { learnWallet } = context.store.directory;
      const { idempotencyKey, forceRefund } = input;
      const operation = await context.write({
        idempotencyKey,
        action: 'BLOCK_WALLET',
        account,
        input: { forceRefund },
        object: about(key),
        target: await targetOf(context, account, key),
        exclusive: false,
        sendLimit: 1,
        send: async (asker) => {
          const wallet = await wallets.block(key, forceRefund, asker);
          return { object: about(keyOf(wallet)), learn: () => learnWallet(wallet) };
        },
      });
      return { operation: shown(operation, account) };
    },
  }),

  refundBlocked: t.field({
    type: RefundBlockedPayload,
    errors: WRITE_ERRORS,
    extensions: WRITE_COST,
    authScopes: { may: 'wallets:refund' },
    description:
      'Refunds, once, everything that a blocked static wallet holds to one address. When the outcome is not known, the ' +
      'same key sent again sends it once more: the provider refuses a second refund, which then settles the first.',
    args: { input: t.arg({ type: RefundBlockedInput, required: true, description: 'What to refund.' }) },
    resolve: async (_root, { input }, context) => {
      const { account, key } = walletOf(input.wallet, context);
      demand(context.inbound.caller, 'wallets:refund', account.name);
      const wallets = walletsOf(account, 'refundBlocked');
      const { learnWallet } = context.store.directory;
      const { idempotencyKey, toAddress } = input;
      const operation = await context.write({
        idempotencyKey,
        action: 'REFUND_BLOCKED',
        account,
        input: { toAddress },
        object: about(key),
        target: await targetOf(context, account, key),
        exclusive: false,
        sendLimit: REFUND_SENDS,
        send: async (asker) => {
          const wallet = await wallets.refund(key, toAddress, asker);
          return { object: about(key), learn: () => learnWallet(wallet) };
        },
        inferred: async ({ failure }: ProviderError, operation) => {
          if (failure.code !== 'ALREADY_DONE') return undefined;
          const names = await namesOf(context, account, key);
          if (await context.store.ledger.isRefundShared(operation, names)) return undefined;
          const learn = () => learnWallet(refundedSomehow(account, key, toAddress));
          return { object: about(key), learn };
        },
      });
      return { operation: shown(operation, account) };
    },
  }),
}));
