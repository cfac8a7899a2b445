/** The mutation that tells the directory of static wallets that were made elsewhere. */

import { requireAccount } from '../accounts.ts';
import { demand } from '../caller.ts';
import type { Context } from '../context.ts';
import type { StaticWallet } from '../domain.ts';
import { type InputIssue, InvalidInputError } from '../errors.ts';
import { builder } from './builder.ts';
import { INPUT_ERRORS, toldError } from './errors.ts';
import * as rules from './rules.ts';
import { StaticWalletRef, unknownWallet } from './static-wallet.ts';
import { type Asked, costs, lengthOf } from './upstream.ts';

const KnownWalletInput = builder.inputType('KnownWallet', {
  description: 'A static wallet that was made elsewhere: at least its `uuid` or its `orderId`.',
  fields: (t) => ({
    account: t.string({ required: true, description: 'Name of a Cryptomus or Heleket account.' }),
    uuid: t.field({ type: 'UUID', validate: rules.uuid, description: "The provider's id." }),
    orderId: t.string({ validate: rules.newOrderId, description: "The merchant's order id." }),
    address: t.string({ validate: rules.headerText, description: 'The deposit address.' }),
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

function registeredRows({ arg }: Asked): number {
  return lengthOf((arg('input') as { wallets?: unknown } | null | undefined)?.wallets);
}

builder.mutationField('registerStaticWallets', (t) =>
  t.field({
    type: RegisterStaticWalletsPayload,
    errors: INPUT_ERRORS,
    extensions: costs({ rows: registeredRows }),
    authScopes: { may: 'wallets:create' },
    description:
      'Adds static wallets that were made elsewhere to the directory, row by row. Asks no provider: nobody can check ' +
      'them. Needs the scopes `wallets:create` and `wallets:read`.',
    args: { input: t.arg({ type: RegisterStaticWalletsInput, required: true, description: 'The wallets.' }) },
    resolve: async (_root, { input }, context) => {
      for (const { account } of input.wallets) {
        if (!context.accounts.has(account)) continue;
        demand(context.inbound.caller, 'wallets:create', account);
        demand(context.inbound.caller, 'wallets:read', account);
      }
      const results = [];
      // One after another: two rows may be about the same wallet.
      for (const [index, row] of input.wallets.entries()) {
        try {
          const path = ['input', 'wallets', String(index)];
          const wallet = registered(context, row, path);
          await refuseOtherNames(context, wallet, path);
          results.push({ wallet: await context.store.directory.learnWallet(wallet), failure: null });
        } catch (error) {
          if (!(error instanceof InvalidInputError)) throw error;
          results.push({ wallet: null, failure: toldError(error) });
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

/** Refuses a name that goes with another one: two wallets would become one, and nobody could tell them apart again. */
async function refuseOtherNames(
  { store }: Context,
  { account, uuid, orderId }: StaticWallet,
  path: readonly string[],
): Promise<void> {
  if (uuid === null || orderId === null) return;
  const [byUuid, byOrderId] = await Promise.all([
    store.directory.wallet(account, { uuid }),
    store.directory.wallet(account, { orderId }),
  ]);
  const issues: InputIssue[] = [];
  if (byUuid?.orderId != null && byUuid.orderId !== orderId) {
    issues.push({ path: [...path, 'orderId'], message: 'is not the one that this uuid is known with' });
  }
  if (byOrderId?.uuid != null && byOrderId.uuid !== uuid) {
    issues.push({ path: [...path, 'uuid'], message: 'is not the one that this orderId is known with' });
  }
  if (issues.length > 0) throw new InvalidInputError(issues);
}
