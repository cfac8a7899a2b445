/** The mutations that make and cancel withdrawals. */

import { requireAccount, unsupported } from '../accounts.ts';
import { demand } from '../caller.ts';
import type { SecondFactor } from '../domain.ts';
import { InvalidInputError } from '../errors.ts';
import { encodeId } from '../id.ts';
import type { Operation, OperationObject } from '../operation.ts';
import { builder } from './builder.ts';
import { WRITE_ERRORS } from './errors.ts';
import { IDEMPOTENCY_KEY } from './idempotency.ts';
import { shown } from './operation.ts';
import { OperationRef } from './operation-ref.ts';
import { resolveWithdrawalRef, WithdrawalRefInput } from './reference.ts';
import * as rules from './rules.ts';
import { costs, WITHDRAWAL_READ, WRITE_COST } from './upstream.ts';
import { selectedRelations, WithdrawalRef } from './withdrawal.ts';

const withdrawalPayload = (name: string, description: string) =>
  builder.objectRef<{ readonly operation: Operation }>(name).implement({
    description,
    fields: (t) => ({
      operation: t.expose('operation', {
        type: OperationRef,
        description: 'The write, as the ledger keeps it.',
      }),
      withdrawalId: t.id({
        nullable: true,
        description: 'The id of the withdrawal; null while its creation is pending.',
        resolve: ({ operation: { account, object } }) =>
          object?.kind === 'Withdrawal' ? encodeId({ kind: 'Withdrawal', account, hash: object.hash }) : null,
      }),
      withdrawal: t.field({
        type: WithdrawalRef,
        nullable: true,
        extensions: costs({ calls: WITHDRAWAL_READ }),
        description:
          'The withdrawal as it is now, read when selected; null while its creation is pending, without the scope ' +
          '`withdrawals:read`, and when that read failed, which undoes nothing.',
        resolve: ({ operation: { account: name, object } }, _args, { accountsFor, loaders }, info) => {
          const account = accountsFor('withdrawals:read').get(name);
          return account && object?.kind === 'Withdrawal'
            ? loaders.withdrawals.load({
                account,
                hash: object.hash,
                include: selectedRelations(info, [[]]),
              })
            : null;
        },
      }),
    }),
  });

const CreateWithdrawalPayload = withdrawalPayload('CreateWithdrawalPayload', 'The withdrawal is asked for.');
const CancelWithdrawalPayload = withdrawalPayload('CancelWithdrawalPayload', 'The withdrawal is canceled.');

const CreateWithdrawalInput = builder.inputType('CreateWithdrawalInput', {
  description: 'What to withdraw, and where to.',
  fields: (t) => ({
    idempotencyKey: t.string(IDEMPOTENCY_KEY),
    account: t.string({ required: true, description: 'Name of a Hashlee account.' }),
    targetAccountId: t.string({
      required: true,
      validate: rules.foreignId,
      description: 'The account that the money goes to, by its id at Hashlee, such as `jqozmk`.',
    }),
    currency: t.string({ required: true, validate: rules.code, description: '`BRL` or `BTC`.' }),
    netAmount: t.field({
      type: 'Decimal',
      required: true,
      validate: rules.positiveDecimal,
      description: 'What is to arrive.',
    }),
    description: t.string({ validate: rules.shortText, description: 'Free text, kept with the withdrawal.' }),
    code: t.string({
      validate: rules.headerText,
      description: 'The two-factor code of the user, where one is set up. Kept nowhere.',
    }),
    signature: t.string({
      validate: rules.headerText,
      description: "The user's signature, where no two-factor code is set up. Kept nowhere.",
    }),
  }),
});

const CancelWithdrawalInput = builder.inputType('CancelWithdrawalInput', {
  description: 'What to cancel.',
  fields: (t) => ({
    idempotencyKey: t.string(IDEMPOTENCY_KEY),
    withdrawal: t.field({ type: WithdrawalRefInput, required: true, description: 'Which withdrawal.' }),
  }),
});

function factorOf({
  code,
  signature,
}: {
  code?: string | null;
  signature?: string | null;
}): SecondFactor | null {
  if (code != null && signature != null) {
    throw new InvalidInputError([{ path: ['input', 'signature'], message: 'cannot be combined with code' }]);
  }
  if (code != null) return { code };
  return signature == null ? null : { signature };
}

const about = (hash: string): OperationObject => ({ kind: 'Withdrawal', hash });

builder.mutationFields((t) => ({
  createWithdrawal: t.field({
    type: CreateWithdrawalPayload,
    errors: WRITE_ERRORS,
    extensions: WRITE_COST,
    authScopes: { may: 'withdrawals:create' },
    description:
      'Asks for a withdrawal. Hashlee knows no idempotency key, so it is sent once; when the outcome is not known, ' +
      'Paygraph looks for it among the withdrawals made since.',
    args: { input: t.arg({ type: CreateWithdrawalInput, required: true, description: 'What to withdraw.' }) },
    resolve: async (_root, { input }, context) => {
      const account = requireAccount(context.accounts, input.account, ['input', 'account']);
      demand(context.inbound.caller, 'withdrawals:create', account.name);
      const { withdrawals } = account.provider;
      if (!withdrawals) throw unsupported(account, 'createWithdrawal');
      const { idempotencyKey, targetAccountId, currency, netAmount, code = null, signature = null } = input;
      const description = input.description ?? null;
      const factor = factorOf({ code, signature });
      const operation = await context.write({
        idempotencyKey,
        action: 'CREATE_WITHDRAWAL',
        account,
        input: { targetAccountId, currency, netAmount, description },
        object: null,
        target: null,
        exclusive: false,
        sendLimit: 1,
        send: async (asker) => {
          const request = { targetAccountId, netAmount: { amount: netAmount, currency }, description };
          const made = await withdrawals.create(request, factor, asker);
          const key = { account, hash: made.hash, include: [] };
          return {
            object: about(made.hash),
            learn: async () => context.loaders.withdrawals.prime(key, made),
          };
        },
      });
      return { operation: shown(operation, account) };
    },
  }),

  cancelWithdrawal: t.field({
    type: CancelWithdrawalPayload,
    errors: WRITE_ERRORS,
    extensions: WRITE_COST,
    authScopes: { may: 'withdrawals:cancel' },
    description: 'Cancels a withdrawal, which is possible while it is `PENDING` (at Hashlee: `OPEN`).',
    args: { input: t.arg({ type: CancelWithdrawalInput, required: true, description: 'What to cancel.' }) },
    resolve: async (_root, { input }, context) => {
      const { withdrawal } = input;
      const { account, hash } = resolveWithdrawalRef(withdrawal, ['input', 'withdrawal'], context.accounts);
      demand(context.inbound.caller, 'withdrawals:cancel', account.name);
      const { withdrawals } = account.provider;
      if (!withdrawals) throw unsupported(account, 'cancelWithdrawal');
      const operation = await context.write({
        idempotencyKey: input.idempotencyKey,
        action: 'CANCEL_WITHDRAWAL',
        account,
        input: {},
        object: about(hash),
        target: `withdrawal/${hash}`,
        exclusive: false,
        sendLimit: 1,
        send: async (asker) => {
          await withdrawals.cancel(hash, asker);
          return { object: about(hash), learn: async () => context.loaders.withdrawals.clearAll() };
        },
      });
      return { operation: shown(operation, account) };
    },
  }),
}));
