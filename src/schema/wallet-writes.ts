/** The mutations that make, block and refund static wallets, and the one that tells the directory of them. */

import { type Account, requireAccount, unsupported } from '../accounts.ts';
import type { Context } from '../context.ts';
import type { ObjectKey, StaticWallet } from '../domain.ts';
import { InvalidInputError, type ProviderError } from '../errors.ts';
import type { Operation, OperationObject } from '../operation.ts';
import type { Wallets } from '../providers/provider.ts';
import { builder } from './builder.ts';
import { INPUT_ERRORS, WRITE_ERRORS } from './errors.ts';
import { IDEMPOTENCY_KEY } from './idempotency.ts';
import { shown } from './operation.ts';
import { OperationRef } from './operation-ref.ts';
import { resolveObjectRef, StaticWalletRefInput } from './reference.ts';
import * as rules from './rules.ts';
import { StaticWalletRef } from './static-wallet.ts';

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
        description: 'The wallet, as far as it is known; null while the write is pending.',
        resolve: ({ operation: { account, object, state } }, _args, { store }) =>
          state === 'SUCCEEDED' && object?.kind === 'StaticWallet'
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

function unknownWallet(account: Account, key: ObjectKey, now: Date): StaticWallet {
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

/** Once, and once more when somebody repeats the key of a refund that is not known to have happened. */
const REFUND_SENDS = 2;

builder.mutationFields((t) => ({
  createStaticWallet: t.field({
    type: CreateStaticWalletPayload,
    errors: WRITE_ERRORS,
    description:
      'Creates a static wallet. An order id that exists gives the wallet that it belongs to; if that has another coin ' +
      'or chain, it is refused.',
    args: { input: t.arg({ type: CreateStaticWalletInput, required: true, description: 'What to create.' }) },
    resolve: async (_root, { input }, context) => {
      const account = requireAccount(context.accounts, input.account, ['input', 'account']);
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
    description:
      'Blocks a static wallet for good: further payments to it are not credited. What it holds can be refunded once.',
    args: { input: t.arg({ type: BlockWalletInput, required: true, description: 'What to block.' }) },
    resolve: async (_root, { input }, context) => {
      const { account, key } = resolveObjectRef('StaticWallet', input.wallet, ['input', 'wallet'], context);
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
    description:
      'Refunds, once, everything that a blocked static wallet holds to one address. When the outcome is not known, the ' +
      'same key sent again sends it once more: the provider refuses a second refund, which then settles the first.',
    args: { input: t.arg({ type: RefundBlockedInput, required: true, description: 'What to refund.' }) },
    resolve: async (_root, { input }, context) => {
      const { account, key } = resolveObjectRef('StaticWallet', input.wallet, ['input', 'wallet'], context);
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
        inferred: ({ failure }: ProviderError) =>
          failure.code === 'ALREADY_DONE'
            ? { object: about(key), learn: () => learnWallet(refundedSomehow(account, key, toAddress)) }
            : undefined,
      });
      return { operation: shown(operation, account) };
    },
  }),
}));

const KnownWalletInput = builder.inputType('KnownWallet', {
  description: 'A static wallet that was made elsewhere: at least its `uuid` or its `orderId`.',
  fields: (t) => ({
    account: t.string({ required: true, description: 'Name of a Cryptomus or Heleket account.' }),
    uuid: t.field({ type: 'UUID', validate: rules.uuid, description: "The provider's id." }),
    orderId: t.string({ validate: rules.newOrderId, description: "The merchant's order id." }),
    address: t.string({ description: 'The deposit address.' }),
    network: t.string({ validate: rules.code, description: 'The chain.' }),
    currency: t.string({ validate: rules.code, description: 'The coin.' }),
  }),
});

const RegisterStaticWalletsInput = builder.inputType('RegisterStaticWalletsInput', {
  description: 'Static wallets to add to the directory.',
  fields: (t) => ({
    wallets: t.field({
      type: [KnownWalletInput],
      required: true,
      validate: rules.shortList,
      description: 'At most 100.',
    }),
  }),
});

const RegisteredWalletRef = builder
  .objectRef<{ wallet: StaticWallet | null; failure: InvalidInputError | null }>('RegisteredWallet')
  .implement({
    description: 'What became of one row.',
    fields: (t) => ({
      wallet: t.expose('wallet', {
        type: StaticWalletRef,
        nullable: true,
        description: 'The wallet with all that is known of it; null when the row was refused.',
      }),
      failure: t.expose('failure', {
        type: InvalidInputError,
        nullable: true,
        description: 'Why the row was refused; null when it was not.',
      }),
    }),
  });

const RegisterStaticWalletsPayload = builder
  .objectRef<{ results: { wallet: StaticWallet | null; failure: InvalidInputError | null }[] }>(
    'RegisterStaticWalletsPayload',
  )
  .implement({
    description: 'What became of each row.',
    fields: (t) => ({
      results: t.expose('results', { type: [RegisteredWalletRef], description: 'In the order of the rows.' }),
    }),
  });

builder.mutationField('registerStaticWallets', (t) =>
  t.field({
    type: RegisterStaticWalletsPayload,
    errors: INPUT_ERRORS,
    description:
      'Adds static wallets that were made elsewhere to the directory, row by row. Asks no provider: nobody can check them.',
    args: { input: t.arg({ type: RegisterStaticWalletsInput, required: true, description: 'The wallets.' }) },
    resolve: async (_root, { input }, context) => {
      const results = [];
      // One after another: two rows may be about the same wallet.
      for (const [index, row] of input.wallets.entries()) {
        try {
          const wallet = registered(context, row, ['input', 'wallets', String(index)]);
          results.push({ wallet: await context.store.directory.learnWallet(wallet), failure: null });
        } catch (error) {
          if (!(error instanceof InvalidInputError)) throw error;
          results.push({ wallet: null, failure: error });
        }
      }
      return { results };
    },
  }),
);

function registered(
  context: Context,
  row: typeof KnownWalletInput.$inferInput,
  path: readonly string[],
): StaticWallet {
  const account = requireAccount(context.accounts, row.account, [...path, 'account']);
  if (!account.provider.wallets) {
    throw new InvalidInputError([{ path: [...path, 'account'], message: 'has no static wallets' }]);
  }
  const { uuid, orderId, address, network, currency } = row;
  if (uuid == null && orderId == null) {
    throw new InvalidInputError([{ path, message: 'must have a uuid or an orderId' }]);
  }
  return {
    ...unknownWallet(
      account,
      uuid == null ? { orderId: orderId ?? '' } : { uuid: uuid.toLowerCase() },
      new Date(),
    ),
    orderId: orderId ?? null,
    address: address ?? null,
    network: network ?? null,
    currency: currency ?? null,
  };
}
