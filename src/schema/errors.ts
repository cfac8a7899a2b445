/** How failures are shown: the typed errors of mutation results, and the extensions of top-level errors. */

import { GraphQLError } from 'graphql';
import { requireAccount } from '../accounts.ts';
import { PROVIDER_NAMES } from '../domain.ts';
import {
  CONFLICTS,
  FAILURE_CODES,
  type FailureCode,
  type FieldIssue,
  IdempotencyConflictError,
  type InputIssue,
  InvalidInputError,
  NotAllowedError,
  OUTCOMES,
  ProviderError,
} from '../errors.ts';
import { AccountRef, ProviderEnum } from './account.ts';
import { builder } from './builder.ts';
import { describedEnum } from './enums.ts';
import { OperationRef } from './operation-ref.ts';

const FAILURES: Record<FailureCode, string> = {
  NOT_FOUND: 'The provider has no such object.',
  INVALID_REQUEST: 'The provider does not accept these values; `issues` says which, where it told.',
  UNAUTHENTICATED: 'The provider does not accept the credentials of the account.',
  FORBIDDEN: 'The provider does not allow this to the account at present.',
  INSUFFICIENT_FUNDS: 'The balance does not suffice.',
  ALREADY_DONE: 'It was done before and can be done only once.',
  IN_PROGRESS: 'It is already under way.',
  NOT_CANCELABLE: 'Its status does not allow it to be canceled.',
  NOTHING_TO_REFUND: 'Nothing was paid to the wallet.',
  AMOUNT_TOO_SMALL: 'The amount is below what the provider moves.',
  RATE_LIMITED: 'The provider wants fewer calls; see `retryAfterMs`.',
  TIMEOUT: 'The provider did not answer in time.',
  UNAVAILABLE: 'The provider cannot be reached or is failing.',
  BAD_RESPONSE: 'The provider answered something that cannot be read.',
  REJECTED: 'The provider refused without a reason that is known here.',
  UNSUPPORTED: 'The provider offers no such thing.',
};

const CONFLICT_DESCRIPTIONS = {
  KEY_REUSED: 'The idempotency key was used before, for something else.',
  TARGET_BUSY: 'Another operation on the same target is not settled yet.',
};

export const ErrorCodeEnum = builder.enumType('ErrorCode', {
  description: 'What went wrong, for programs.',
  values: describedEnum(['INVALID_INPUT', 'NOT_ALLOWED', ...CONFLICTS, ...FAILURE_CODES], {
    INVALID_INPUT: 'What the client sent breaks a rule; no provider was asked.',
    NOT_ALLOWED: 'The token of the request lacks a scope; no provider was asked.',
    ...CONFLICT_DESCRIPTIONS,
    ...FAILURES,
  }),
});

const OutcomeEnum = builder.enumType('Outcome', {
  description: 'Whether what was asked may have happened in spite of the failure.',
  values: describedEnum(OUTCOMES, {
    REJECTED: 'It did not happen. Always so for a read.',
    UNKNOWN: 'It may have happened: find out before asking again.',
  }),
});

export const ErrorRef = builder
  .interfaceRef<InvalidInputError | ProviderError | IdempotencyConflictError | NotAllowedError>('Error')
  .implement({
    description: 'What all errors in a result have.',
    fields: (t) => ({
      message: t.exposeString('message', { description: 'For people; its wording may change.' }),
      code: t.field({
        type: ErrorCodeEnum,
        description: 'For programs.',
        // The errors plugin hands over a proxy that is an instance of neither class.
        resolve: (error) => {
          if ('failure' in error) return error.failure.code;
          if ('reason' in error) return error.reason;
          return 'scope' in error ? 'NOT_ALLOWED' : 'INVALID_INPUT';
        },
      }),
    }),
  });

const InputIssueRef = builder.objectRef<InputIssue>('InputIssue').implement({
  description: 'One rule that an input breaks.',
  fields: (t) => ({
    path: t.exposeStringList('path', { description: 'Where in the arguments, outermost name first.' }),
    message: t.exposeString('message', { description: 'Which rule.' }),
  }),
});

const FieldIssueRef = builder.objectRef<FieldIssue>('FieldIssue').implement({
  description: 'A field that a provider objected to.',
  fields: (t) => ({
    field: t.exposeString('field', { description: 'The field by its name at the provider.' }),
    rule: t.exposeString('rule', { description: 'The rule that it breaks, as the provider names it.' }),
  }),
});

builder.objectType(InvalidInputError, {
  name: 'InvalidInput',
  description: 'The input breaks a rule. Nothing was sent to a provider.',
  interfaces: [ErrorRef],
  fields: (t) => ({
    issues: t.expose('issues', { type: [InputIssueRef], description: 'Every rule that is broken.' }),
  }),
});

builder.objectType(ProviderError, {
  name: 'ProviderFailure',
  description: 'A provider refused, failed, or did not answer.',
  interfaces: [ErrorRef],
  fields: (t) => ({
    account: t.field({
      type: AccountRef,
      description: 'The account that was used.',
      resolve: ({ failure }, _args, { accounts }) => requireAccount(accounts, failure.account, []),
    }),
    provider: t.field({
      type: ProviderEnum,
      description: `The provider: one of ${PROVIDER_NAMES.join(', ')}.`,
      resolve: ({ failure }) => failure.provider,
    }),
    operation: t.string({
      description: 'What was tried, such as `refundBlocked`.',
      resolve: ({ failure }) => failure.operation,
    }),
    outcome: t.field({
      type: OutcomeEnum,
      description: 'Whether it may have happened all the same.',
      resolve: ({ failure }) => failure.outcome,
    }),
    retryAfterMs: t.int({
      nullable: true,
      description: 'Milliseconds to leave the provider alone; null when it did not say.',
      resolve: ({ failure }) => failure.retryAfterMs,
    }),
    issues: t.field({
      type: [FieldIssueRef],
      description: 'The fields that the provider objected to, where it named them.',
      resolve: ({ failure }) => failure.issues,
    }),
    ledgerEntry: t.field({
      type: OperationRef,
      nullable: true,
      description: 'The write that failed, as the ledger keeps it; null for a read.',
      resolve: ({ write }) => write,
    }),
  }),
});

builder.objectType(IdempotencyConflictError, {
  name: 'IdempotencyConflict',
  description: 'The write may not go out beside one that is in the ledger. Nothing was sent.',
  interfaces: [ErrorRef],
  fields: (t) => ({
    ledgerEntry: t.field({
      type: OperationRef,
      nullable: true,
      description: 'The operation that is in the way; null without the scope `operations:read`.',
      resolve: ({ operation }, _args, { inbound }) =>
        inbound.caller.may('operations:read', operation.account) ? operation : null,
    }),
  }),
});

builder.objectType(NotAllowedError, {
  name: 'NotAllowed',
  description: 'The token of the request does not allow this. Nothing was sent to a provider.',
  interfaces: [ErrorRef],
  fields: (t) => ({
    scope: t.exposeString('scope', { description: 'What it lacks, such as `wallets:block`.' }),
  }),
});

/** An error that is told beside other things: graphql-js takes an instance for a failure of the field itself. */
export function toldError<Told extends ProviderError | InvalidInputError>(error: Told): Told {
  return { ...error, message: error.message };
}

/** The errors that the result of every write may be. */
export const WRITE_ERRORS = {
  types: [InvalidInputError, NotAllowedError, ProviderError, IdempotencyConflictError],
};

/** The errors of a mutation that sends no write. */
export const INPUT_ERRORS = { types: [InvalidInputError, NotAllowedError, ProviderError] };

/** An error as a client may see it at the top level; undefined for what must be masked. */
export function publicError(error: GraphQLError): GraphQLError | undefined {
  const cause = error.originalError;
  if (!cause || cause instanceof GraphQLError) {
    const message = withoutValues(error.message, cause?.message ?? '');
    // graphql-js gives no code to variables that do not fit their types.
    return message === error.message && 'code' in error.extensions
      ? error
      : withExtensions(error, message, { code: 'INVALID_INPUT', ...error.extensions });
  }
  if (cause instanceof ProviderError) {
    const { message, ...facts } = cause.failure;
    return withExtensions(error, message, { ...facts });
  }
  if (cause instanceof InvalidInputError) {
    return withExtensions(error, cause.message, { code: 'INVALID_INPUT', issues: cause.issues });
  }
  if (cause instanceof NotAllowedError) {
    return withExtensions(error, cause.message, { code: 'NOT_ALLOWED', scope: cause.scope });
  }
  return undefined;
}

/** What graphql-js says of a variable that does not fit, without what is in it: it may hold a one-time code. */
function withoutValues(message: string, rule: string): string {
  const told = rule
    .replace(/(cannot represent [^:]*): .*/s, '$1.')
    .replace(/^Value ".*" does not exist/s, 'The value does not exist');
  const [, variable, path = ''] =
    /^(Variable "\$\w+") got invalid value .*?( at "[^"]*")?$/s.exec(message.slice(0, -`; ${rule}`.length)) ??
    [];
  return variable ? `${variable} got an invalid value${path}; ${told}` : message;
}

/** Another error at the same place of the answer. */
export function withExtensions(error: GraphQLError, message: string, extensions: Record<string, unknown>) {
  const { nodes, path } = error;
  return new GraphQLError(message, { nodes: nodes ?? null, path: path ?? null, extensions });
}
