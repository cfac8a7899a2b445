/** `Operation`: the audit trail of writes, and how a mutation shows the one that it made. */

import type { Account } from '../accounts.ts';
import { EVERY_ACCOUNT } from '../caller.ts';
import type { Context } from '../context.ts';
import type { Condition } from '../domain.ts';
import { InvalidInputError, ProviderError } from '../errors.ts';
import { decodeId, encodeId } from '../id.ts';
import {
  ACTIONS,
  type ActionName,
  OPERATION_STATES,
  type Operation,
  type OperationField,
  type OperationObject,
  SETTLEMENTS,
} from '../operation.ts';
import { readPage } from '../pager.ts';
import { AccountRef } from './account.ts';
import { builder } from './builder.ts';
import { type Connection, pageArgs } from './connection.ts';
import { describedEnum } from './enums.ts';
import { toldError } from './errors.ts';
import { conditionsOf, DateTimeFilterInput, enumFilter, StringFilterInput } from './filter.ts';
import { OperationRef } from './operation-ref.ts';

const KindEnum = builder.enumType('OperationKind', {
  description: 'What a write does.',
  values: describedEnum(ACTIONS, {
    CREATE_STATIC_WALLET: '`createStaticWallet`.',
    BLOCK_WALLET: '`blockWallet`.',
    REFUND_BLOCKED: '`refundBlocked`.',
    CREATE_PAYOUT: '`createPayout`.',
    CREATE_WITHDRAWAL: '`createWithdrawal`.',
    CANCEL_WITHDRAWAL: '`cancelWithdrawal`.',
  }),
});

const StateEnum = builder.enumType('OperationState', {
  description: 'What is known of a write.',
  values: describedEnum(OPERATION_STATES, {
    PENDING: 'It is being sent.',
    SUCCEEDED: 'It happened.',
    REJECTED: 'It did not happen.',
    UNKNOWN: 'It may have happened; Paygraph is finding out by reading.',
    NEEDS_REVIEW: 'It may have happened, and reading cannot tell: a person must look.',
  }),
});

const SettlementEnum = builder.enumType('Settlement', {
  description: 'What told how a write ended.',
  values: describedEnum(SETTLEMENTS, {
    ANSWER: "The provider's answer.",
    READING: 'A read afterwards.',
    INFERRED: 'A refusal from which it follows, such as that it can be done only once.',
  }),
});

OperationRef.implement({
  description: 'One write that was asked for. Recorded before it is sent, and never deleted.',
  interfaces: [builder.nodeInterfaceRef()],
  isTypeOf: (value) => (value as Operation).kind === 'Operation',
  fields: (t) => ({
    id: t.id({
      description: 'Opaque and stable.',
      resolve: ({ account, id }) => encodeId({ kind: 'Operation', account, operation: id }),
    }),
    kind: t.field({ type: KindEnum, description: 'What it does.', resolve: ({ action }) => action }),
    account: t.field({
      type: AccountRef,
      nullable: true,
      description: 'The account that it used; null when that is not configured any more.',
      resolve: ({ account }, _args, { accounts }) => accounts.get(account) ?? null,
    }),
    targetId: t.id({
      nullable: true,
      description:
        'Id of what it is about; null while that is not known, such as a withdrawal yet to be made.',
      resolve: ({ account, object }) => object && idOf(account, object),
    }),
    input: t.field({
      type: 'JSON',
      description: 'What was asked for, without secrets.',
      resolve: ({ input }) => input,
    }),
    idempotencyKey: t.exposeString('idempotencyKey', { description: 'The key that it was asked for with.' }),
    caller: t.exposeString('caller', { description: 'Who asked.' }),
    state: t.expose('state', { type: StateEnum, description: 'What is known of it.' }),
    settledBy: t.expose('settledBy', {
      type: SettlementEnum,
      nullable: true,
      description: 'What told how it ended; null while that is not known.',
    }),
    failure: t.field({
      type: ProviderError,
      nullable: true,
      description: 'How sending it failed; null when it did not, or was cut off.',
      resolve: (operation) => operation.failure && toldError(new ProviderError(operation.failure, operation)),
    }),
    sends: t.exposeInt('sends', {
      description: 'How often it went out: more than once only where the provider makes that harmless.',
    }),
    checks: t.exposeInt('checks', { description: 'How often its outcome was looked for by reading.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was asked for.' }),
    sentAt: t.expose('sentAt', { type: 'DateTime', description: 'When it was last sent.' }),
    settledAt: t.expose('settledAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When its outcome was known; null before.',
    }),
    nextCheckAt: t.expose('nextCheckAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When its outcome is looked for next; null when it is not.',
    }),
  }),
});

function idOf(account: string, object: OperationObject): string {
  return encodeId(
    object.kind === 'Withdrawal'
      ? { kind: object.kind, account, hash: object.hash }
      : { kind: object.kind, account, key: object.key },
  );
}

const WHAT: Record<ActionName, string> = {
  CREATE_STATIC_WALLET: 'createStaticWallet',
  BLOCK_WALLET: 'blockWallet',
  REFUND_BLOCKED: 'refundBlocked',
  CREATE_PAYOUT: 'createPayout',
  CREATE_WITHDRAWAL: 'createWithdrawal',
  CANCEL_WITHDRAWAL: 'cancelWithdrawal',
};

/** The operation that a mutation's payload shows. Throws its failure when it has one: refused, or not known. */
export function shown(operation: Operation, { name, provider }: Account): Operation {
  const { state, failure, action } = operation;
  if (state === 'SUCCEEDED' || state === 'PENDING') return operation;
  const facts = failure ?? {
    code: 'UNAVAILABLE' as const,
    account: name,
    provider: provider.name,
    operation: WHAT[action],
    outcome: 'UNKNOWN' as const,
    sentence: 'Paygraph was cut off before the answer came',
  };
  throw new ProviderError(facts, operation);
}

const OperationConnection = builder.connectionObject(
  {
    type: OperationRef,
    name: 'OperationConnection',
    description: 'A page of operations.',
    fields: (t) => ({
      totalCount: t.int({
        nullable: true,
        description: 'How many operations match; null when they could not be counted.',
        resolve: (page) => (page as unknown as Connection<Operation>).total(),
      }),
    }),
  },
  { description: 'An operation and its place in the list.' },
);

const OperationFilterInput = builder.inputType('OperationFilter', {
  description: 'Which operations to list. All conditions must hold.',
  fields: (t) => ({
    state: t.field({ type: enumFilter('OperationState', StateEnum), description: 'What is known of it.' }),
    kind: t.field({ type: enumFilter('OperationKind', KindEnum), description: 'What it does.' }),
    account: t.field({ type: StringFilterInput, description: "The account's name." }),
    caller: t.field({ type: StringFilterInput, description: 'Who asked.' }),
    idempotencyKey: t.field({ type: StringFilterInput, description: 'The key that it was asked for with.' }),
    createdAt: t.field({ type: DateTimeFilterInput, description: 'When it was asked for.' }),
  }),
});

/** The operation with this id in the ledger; null when there is none for whoever asks. An operation outlives the
 * account that it used. */
export async function readOperation(id: string, { store, inbound }: Context): Promise<Operation | null> {
  const operation = await store.ledger.find(id);
  return operation && inbound.caller.may('operations:read', operation.account) ? operation : null;
}

/** Those that whoever asks may read: none, or one about the accounts that they may read it of. */
function readable({ inbound, accountsFor }: Context): Condition<OperationField>[] {
  if (inbound.caller.may('operations:read', EVERY_ACCOUNT)) return [];
  return [{ field: 'account', operator: 'in', value: [...accountsFor('operations:read').keys()] }];
}

builder.queryFields((t) => ({
  operation: t.field({
    type: OperationRef,
    nullable: true,
    authScopes: { may: 'operations:read' },
    description: 'One operation; null when the ledger has none with this id. Asks no provider.',
    args: { id: t.arg.id({ required: true, description: 'Its id.' }) },
    resolve: (_root, { id }, context) => {
      const node = decodeId(id);
      if (node?.kind === 'Operation') return readOperation(node.operation, context);
      throw new InvalidInputError([{ path: ['id'], message: 'is not the id of an operation' }]);
    },
  }),
  operations: t.field({
    type: OperationConnection,
    nullable: true,
    authScopes: { may: 'operations:read' },
    description:
      'The audit trail: every write that was asked for, newest first. Asks no provider. Null, with an error, when the ' +
      'arguments are refused.',
    args: {
      ...pageArgs,
      filter: t.arg({ type: OperationFilterInput, description: 'Which operations; all when left out.' }),
    },
    resolve: async (_root, args, context) => {
      const { store, asker } = context;
      const { kind, ...others } = args.filter ?? {};
      const conditions = [...readable(context), ...conditionsOf({ action: kind, ...others })];
      const source = store.operations(conditions);
      const rows = await readPage(source, args, ['operations', conditions], asker);
      return { ...rows, total: async () => (await source.total?.(asker)) ?? null };
    },
  }),
}));
