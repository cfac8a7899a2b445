/** The mutation that makes payouts, and the one that tells the directory of payouts that were made elsewhere. */

import { requireAccount, unsupported } from '../accounts.ts';
import { demand } from '../caller.ts';
import { FEE_PAYERS, type Payout, type Requisites } from '../domain.ts';
import { ProviderError } from '../errors.ts';
import type { Operation } from '../operation.ts';
import { builder } from './builder.ts';
import { describedEnum } from './enums.ts';
import { INPUT_ERRORS, toldError, WRITE_ERRORS } from './errors.ts';
import { IDEMPOTENCY_KEY } from './idempotency.ts';
import { shown } from './operation.ts';
import { OperationRef } from './operation-ref.ts';
import { PayoutRef } from './payout.ts';
import * as rules from './rules.ts';
import { type Asked, costs, lengthOf, WRITE_COST } from './upstream.ts';

const FeePayerEnum = builder.enumType('FeePayer', {
  description: 'Who pays the fee of a payout.',
  values: describedEnum(FEE_PAYERS, {
    MERCHANT: 'The merchant, on top: the recipient gets the whole amount.',
    RECIPIENT: 'The recipient: the fee is taken out of the amount.',
  }),
});

const CryptoDestinationInput = builder.inputType('CryptoDestination', {
  description: 'An address on a chain. Cryptomus and Heleket.',
  fields: (t) => ({
    address: t.string({ required: true, validate: rules.headerText, description: 'The address.' }),
    network: t.string({
      validate: rules.code,
      description: 'The chain, such as `tron`; may be left out for a coin that has only one.',
    }),
    memo: t.string({ validate: rules.memo, description: 'Memo of 1 to 30 characters, for TON.' }),
  }),
});

const BankDestinationInput = builder.inputType('BankDestination', {
  description: 'A card, a phone or an account at a bank. Repay.',
  fields: (t) => ({
    number: t.string({
      required: true,
      validate: rules.requisites,
      description: 'The number of the card, the phone or the account. Kept nowhere.',
    }),
    bankId: t.string({
      validate: rules.foreignId,
      description: 'The bank, by the id that Repay gave it; for a phone, its id in the fast payment system.',
    }),
  }),
});

const PayoutDestinationInput = builder.inputType('PayoutDestination', {
  isOneOf: true,
  description: 'Where a payout is to go: exactly one of these.',
  fields: (t) => ({
    crypto: t.field({ type: CryptoDestinationInput, description: 'To an address on a chain.' }),
    card: t.field({ type: BankDestinationInput, description: 'To a bank card.' }),
    phone: t.field({ type: BankDestinationInput, description: 'To a phone number.' }),
    bankAccount: t.field({ type: BankDestinationInput, description: 'To a bank account.' }),
  }),
});

const CreatePayoutInput = builder.inputType('CreatePayoutInput', {
  description: 'What to pay out, and where to.',
  fields: (t) => ({
    idempotencyKey: t.string(IDEMPOTENCY_KEY),
    account: t.string({ required: true, description: 'Name of a Cryptomus, Heleket or Repay account.' }),
    orderId: t.string({
      required: true,
      validate: rules.newOrderId,
      description:
        'Your order id: 1 to 100 letters, digits, hyphens or underscores, unique in the account. Paygraph finds a ' +
        'payout again by it, at Cryptomus and Heleket only if it has at most 32.',
    }),
    amount: t.field({
      type: 'Decimal',
      required: true,
      validate: rules.positiveDecimal,
      description: 'How much.',
    }),
    currency: t.string({
      required: true,
      validate: rules.code,
      description: 'Of what, such as `USDT` or `RUB`.',
    }),
    destination: t.field({ type: PayoutDestinationInput, required: true, description: 'Where to.' }),
    feePayer: t.field({
      type: FeePayerEnum,
      description: 'Who pays the fee. Must be given at Cryptomus and Heleket; Repay leaves no choice.',
    }),
    payCurrency: t.string({
      validate: rules.code,
      description: 'The coin to pay in, when `currency` is a fiat currency.',
    }),
    fromCurrency: t.string({
      validate: rules.code,
      description: 'The coin of the balance to pay from, when it is another one: `USDT`.',
    }),
    callbackUrl: t.string({
      validate: rules.callbackUrl,
      description: 'Where the provider tells of each change.',
    }),
  }),
});

const CreatePayoutPayload = builder
  .objectRef<{ readonly operation: Operation }>('CreatePayoutPayload')
  .implement({
    description: 'The payout is there: new, or the one that the order id already had.',
    fields: (t) => ({
      operation: t.expose('operation', {
        type: OperationRef,
        description: 'The write, as the ledger keeps it.',
      }),
      payout: t.field({
        type: PayoutRef,
        nullable: true,
        extensions: costs({ calls: 1 }),
        description:
          'The payout as it is now, read when selected and not in the answer; null while it is pending, without the ' +
          'scope `payouts:read`, and when that read failed, which undoes nothing.',
        resolve: ({ operation: { account: name, object, state } }, _args, { accountsFor, loaders }) => {
          const account = accountsFor('payouts:read').get(name);
          return account && state === 'SUCCEEDED' && object?.kind === 'Payout'
            ? loaders.payouts.load({ account, key: object.key })
            : null;
        },
      }),
    }),
  });

function requisitesOf(destination: typeof PayoutDestinationInput.$inferInput): Requisites {
  const { crypto, card, phone, bankAccount } = destination;
  if (crypto) {
    const { address, network = null, memo = null } = crypto;
    return { type: 'CRYPTO_ADDRESS', value: address, network, memo };
  }
  if (card) return { type: 'CARD', value: card.number, bankId: card.bankId ?? null };
  if (phone) return { type: 'PHONE', value: phone.number, bankId: phone.bankId ?? null };
  return { type: 'BANK_ACCOUNT', value: bankAccount?.number ?? '', bankId: bankAccount?.bankId ?? null };
}

builder.mutationField('createPayout', (t) =>
  t.field({
    type: CreatePayoutPayload,
    errors: WRITE_ERRORS,
    extensions: WRITE_COST,
    authScopes: { may: 'payouts:create' },
    description:
      'Pays out. At Cryptomus and Heleket an order id that exists gives its payout, and is refused if that is another ' +
      'one; at Repay an order id is sent once, whatever becomes of it, unless it was refused.',
    args: { input: t.arg({ type: CreatePayoutInput, required: true, description: 'What to pay out.' }) },
    resolve: async (_root, { input }, context) => {
      const account = requireAccount(context.accounts, input.account, ['input', 'account']);
      demand(context.inbound.caller, 'payouts:create', account.name);
      const { payouts } = account.provider;
      if (!payouts) throw unsupported(account, 'createPayout');
      const { orderId, amount, currency, feePayer = null, payCurrency = null, fromCurrency = null } = input;
      const { idempotencyKey, callbackUrl = null } = input;
      const requisites = requisitesOf(input.destination);
      const request = {
        orderId,
        amount: { amount, currency },
        requisites,
        feePayer,
        payCurrency,
        fromCurrency,
        callbackUrl,
      };
      const isCrypto = requisites.type === 'CRYPTO_ADDRESS';
      const operation = await context.write({
        idempotencyKey,
        action: 'CREATE_PAYOUT',
        account,
        input: {
          amount,
          currency,
          destination: requisites.type,
          // What a bank knows somebody by is not kept, only what tells one from another.
          address: isCrypto ? requisites.value : null,
          recipient: isCrypto ? null : (payouts.seal?.(JSON.stringify(requisites)) ?? null),
          network: isCrypto ? requisites.network : null,
          memo: isCrypto ? requisites.memo : null,
          feePayer,
          payCurrency,
          fromCurrency,
          callbackUrl,
        },
        object: { kind: 'Payout', key: { orderId } },
        target: `payout/${orderId}`,
        exclusive: !payouts.honoursOrderId,
        sendLimit: payouts.honoursOrderId ? Number.POSITIVE_INFINITY : 1,
        send: async (asker) => {
          const { key, payout } = await payouts.create(request, asker);
          const learn = async () => {
            if (payout) context.loaders.payouts.prime({ account, key }, payout);
            else await context.store.directory.learnOrder(account.name, orderId);
          };
          return { object: { kind: 'Payout', key }, learn };
        },
      });
      return { operation: shown(operation, account) };
    },
  }),
);

const RegisterPayoutsInput = builder.inputType('RegisterPayoutsInput', {
  description: 'Payouts to add to the directory.',
  fields: (t) => ({
    account: t.string({ required: true, description: "The account's name." }),
    orderIds: t.stringList({
      required: true,
      validate: { ...rules.shortList, items: rules.payoutOrderId },
      description: 'Their order ids: at most 100.',
    }),
  }),
});

interface Registered {
  readonly orderId: string;
  readonly payout: Payout | null;
  readonly failure: ProviderError | null;
}

const RegisteredPayoutRef = builder.objectRef<Registered>('RegisteredPayout').implement({
  description: 'What became of one order id.',
  fields: (t) => ({
    orderId: t.exposeString('orderId', { description: 'The order id.' }),
    payout: t.expose('payout', {
      type: PayoutRef,
      nullable: true,
      description: 'The payout; null when the provider has none with this order id, or could not be asked.',
    }),
    failure: t.expose('failure', {
      type: ProviderError,
      nullable: true,
      description: 'Why the provider could not be asked; null when it could.',
    }),
  }),
});

const RegisterPayoutsPayload = builder
  .objectRef<{ results: readonly Registered[] }>('RegisterPayoutsPayload')
  .implement({
    description: 'What became of each order id.',
    fields: (t) => ({
      results: t.expose('results', { type: [RegisteredPayoutRef], description: 'In the order of the ids.' }),
    }),
  });

function registeredRows({ arg }: Asked): number {
  return lengthOf((arg('input') as { orderIds?: unknown } | null | undefined)?.orderIds);
}

builder.mutationField('registerPayouts', (t) =>
  t.field({
    type: RegisterPayoutsPayload,
    errors: INPUT_ERRORS,
    extensions: costs({ calls: registeredRows, rows: registeredRows }),
    authScopes: { may: 'payouts:create' },
    description:
      'Reads payouts that were made elsewhere, one upstream call each, and adds those that exist to the directory. ' +
      'Needs the scopes `payouts:create` and `payouts:read`.',
    args: { input: t.arg({ type: RegisterPayoutsInput, required: true, description: 'Which payouts.' }) },
    resolve: async (_root, { input }, { accounts, asker, inbound, store }) => {
      const account = requireAccount(accounts, input.account, ['input', 'account']);
      demand(inbound.caller, 'payouts:create', account.name);
      demand(inbound.caller, 'payouts:read', account.name);
      const { payouts } = account.provider;
      if (!payouts) throw unsupported(account, 'registerPayouts');
      const register = async (orderId: string): Promise<Registered> => {
        try {
          // Past the loader, which would call it learned by reading.
          const payout = await payouts.byKey({ orderId }, asker);
          if (payout) await store.directory.learnPayout(payout, 'REGISTERED');
          return { orderId, payout, failure: null };
        } catch (error) {
          if (error instanceof ProviderError) return { orderId, payout: null, failure: toldError(error) };
          throw error;
        }
      };
      return { results: await Promise.all(input.orderIds.map(register)) };
    },
  }),
);
