/** What every part of the schema keeps to, whoever adds it: a description of everything, no floating point, typed
 * errors, Relay's shapes, and no nullable field that nobody decided on. */

import {
  type GraphQLField,
  type GraphQLNamedType,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isListType,
  isNonNullType,
  isObjectType,
  isScalarType,
  isSpecifiedScalarType,
  isUnionType,
} from 'graphql';
import { describe, expect, test } from 'vitest';
import { schema } from '../../src/schema/index.ts';

const types: GraphQLNamedType[] = Object.values(schema.getTypeMap()).filter(
  (type) => !isIntrospectionType(type) && !isSpecifiedScalarType(type),
);
const composites = types.filter((type) => isObjectType(type) || isInterfaceType(type));
const inputs = types.filter(isInputObjectType);
const enums = types.filter(isEnumType);
const unions = types.filter(isUnionType);
const fields = composites.flatMap((type) =>
  Object.values(type.getFields()).map((field) => ({ type, field })),
);
const mutations = Object.values(schema.getMutationType()!.getFields());
const connections = types.filter(isObjectType).filter(({ name }) => name.endsWith('Connection'));

/** Everything that can be described, by its place. */
const described: [place: string, description: string | null | undefined][] = [
  ...types.map((type): [string, string | null | undefined] => [type.name, type.description]),
  ...fields.flatMap(({ type, field }): [string, string | null | undefined][] => [
    [`${type.name}.${field.name}`, field.description],
    ...field.args.map((arg): [string, string | null | undefined] => [
      `${type.name}.${field.name}(${arg.name})`,
      arg.description,
    ]),
  ]),
  ...inputs.flatMap((type) =>
    Object.values(type.getFields()).map((field): [string, string | null | undefined] => [
      `${type.name}.${field.name}`,
      field.description,
    ]),
  ),
  ...enums.flatMap((type) =>
    type
      .getValues()
      .map((value): [string, string | null | undefined] => [`${type.name}.${value.name}`, value.description]),
  ),
];

function fieldOf(type: GraphQLNamedType, name: string): GraphQLField<unknown, unknown> | undefined {
  return isObjectType(type) || isInterfaceType(type) ? type.getFields()[name] : undefined;
}

describe('descriptions', () => {
  test('are on every type, field, argument, input field and enum value', () => {
    expect(described.length).toBeGreaterThan(200);
    expect(described.filter(([, text]) => !text?.trim()).map(([place]) => place)).toEqual([]);
  });

  test('are sentences: they begin with a capital and end with a period', () => {
    const sentence = /^[A-Z`"'][\s\S]*[.?]$/;
    expect(described.filter(([, text]) => !sentence.test(text?.trim() ?? ''))).toEqual([]);
  });

  test('name no file, section or person of the project', () => {
    expect(described.filter(([, text]) => /\.(ts|md)\b|docs\/|TODO|FIXME/.test(text ?? ''))).toEqual([]);
  });

  test('say what null means on every nullable field', () => {
    const silent = fields
      .filter(({ type, field }) => !isNonNullType(field.type) && type.name !== 'Query')
      .filter(
        ({ field }) =>
          !/\bnull\b|does not name|where it has one|where it is told/i.test(field.description ?? ''),
      );
    expect(silent.map(({ type, field }) => `${type.name}.${field.name}`)).toEqual([]);
  });
});

test('nothing is a floating-point number', () => {
  expect(
    types
      .filter((type) => isScalarType(type))
      .map(({ name }) => name)
      .sort(),
  ).toEqual(['DateTime', 'Decimal', 'JSON', 'UUID']);
  const used = [
    ...fields.flatMap(({ field }) => [field.type, ...field.args.map((arg) => arg.type)]),
    ...inputs.flatMap((type) => Object.values(type.getFields()).map((field) => field.type)),
  ];
  expect(used.filter((type) => getNamedType(type).name === 'Float')).toEqual([]);
});

describe('names', () => {
  test('of types are PascalCase, of fields and arguments camelCase, of enum values capitals', () => {
    const wrong = [
      ...types.map(({ name }) => name).filter((name) => !/^[A-Z][A-Za-z]+$/.test(name)),
      ...fields
        .flatMap(({ field }) => [field.name, ...field.args.map((arg) => arg.name)])
        .filter((name) => !/^[a-z][A-Za-z]*$/.test(name)),
      ...inputs
        .flatMap((type) => Object.keys(type.getFields()))
        .filter((name) => !/^[a-z][A-Za-z]*$/.test(name)),
      ...enums
        .flatMap((type) => type.getValues().map(({ name }) => name))
        .filter((name) => !/^[A-Z][A-Z_]*$/.test(name)),
    ];
    expect(wrong).toEqual([]);
  });

  test('of amounts and times tell their types', () => {
    for (const { type, field } of fields) {
      const place = `${type.name}.${field.name}`;
      if (/At$/.test(field.name)) expect(getNamedType(field.type).name, place).toBe('DateTime');
      if (/Ms$/.test(field.name)) expect(getNamedType(field.type).name, place).toBe('Int');
      if (/(^id|Id)$/.test(field.name))
        expect(['ID', 'String'], place).toContain(getNamedType(field.type).name);
    }
  });
});

describe('mutations', () => {
  const inputOf = (field: GraphQLField<unknown, unknown>) => {
    const input = getNamedType(field.args[0]!.type);
    return isInputObjectType(input) ? input.getFields() : {};
  };
  const membersOf = (field: GraphQLField<unknown, unknown>) => {
    const union = getNamedType(field.type);
    return isUnionType(union) ? union.getTypes().map(({ name }) => name) : [];
  };
  /** Those that tell the directory of something, and send no write. */
  const registrations = mutations.filter(({ name }) => name.startsWith('register'));
  const writes = mutations.filter((field) => !registrations.includes(field));

  test.each(mutations.map((field) => [field.name, field] as const))(
    '%s takes one input, and answers a union',
    (name, field) => {
      const capital = `${name[0]!.toUpperCase()}${name.slice(1)}`;
      expect(field.args.map((arg) => `${arg.name}: ${arg.type}`)).toEqual([`input: ${capital}Input!`]);
      expect(String(field.type)).toBe(`${capital}Result!`);
      expect(membersOf(field)).toEqual(
        expect.arrayContaining([`${capital}Payload`, 'InvalidInput', 'NotAllowed', 'ProviderFailure']),
      );
    },
  );

  test.each(writes.map((field) => [field.name, field] as const))(
    '%s takes an idempotency key, may find it taken, and links its operation whatever comes of it',
    (name, field) => {
      expect(String(inputOf(field).idempotencyKey?.type)).toBe('String!');
      expect(membersOf(field)).toHaveLength(5);
      expect(membersOf(field)).toContain('IdempotencyConflict');
      const payload = schema.getType(`${name[0]!.toUpperCase()}${name.slice(1)}Payload`)!;
      expect(String(fieldOf(payload, 'operation')?.type)).toBe('Operation!');
      expect(String(fieldOf(schema.getType('ProviderFailure')!, 'ledgerEntry')?.type)).toBe('Operation');
      expect(String(fieldOf(schema.getType('IdempotencyConflict')!, 'ledgerEntry')?.type)).toBe('Operation');
    },
  );

  test.each(registrations.map((field) => [field.name, field] as const))(
    '%s takes no idempotency key: doing it again changes nothing',
    (_name, field) => {
      expect(inputOf(field).idempotencyKey).toBeUndefined();
      expect(membersOf(field)).toHaveLength(4);
    },
  );

  test('have error members that all implement Error', () => {
    const error = schema.getType('Error');
    const implementing = isInterfaceType(error) ? schema.getPossibleTypes(error).map(({ name }) => name) : [];
    expect([...implementing].sort()).toEqual([
      'IdempotencyConflict',
      'InvalidInput',
      'NotAllowed',
      'ProviderFailure',
    ]);
    for (const union of unions.filter(({ name }) => name.endsWith('Result') && name !== 'LookupResult')) {
      const others = union.getTypes().filter(({ name }) => !implementing.includes(name));
      expect(
        others.map(({ name }) => name),
        union.name,
      ).toEqual([expect.stringMatching(/Payload$/)]);
    }
  });

  test('are the eight that there are', () => {
    expect(mutations.map(({ name }) => name).sort()).toEqual([
      'blockWallet',
      'cancelWithdrawal',
      'createPayout',
      'createStaticWallet',
      'createWithdrawal',
      'refundBlocked',
      'registerPayouts',
      'registerStaticWallets',
    ]);
  });
});

describe('connections', () => {
  test.each(connections.map((type) => [type.name, type] as const))(
    '%s has the shape of Relay',
    (name, type) => {
      const row = name.replace('Connection', '');
      const shape = Object.values(type.getFields()).map((field) => `${field.name}: ${field.type}`);
      // Those that ask several providers say which of them did not answer.
      const merged = ['Payout', 'Withdrawal'].includes(row);
      expect(shape.sort()).toEqual([
        `edges: [${row}Edge!]!`,
        ...(merged ? ['gaps: [Gap!]!'] : []),
        `nodes: [${row}!]!`,
        'pageInfo: PageInfo!',
        'totalCount: Int',
      ]);
      const edge = schema.getType(`${row}Edge`)!;
      expect(String(fieldOf(edge, 'node')?.type)).toBe(`${row}!`);
      expect(String(fieldOf(edge, 'cursor')?.type)).toBe('String!');
    },
  );

  test('are paged by the same four arguments, and filtered, by account too', () => {
    const paged = fields.filter(({ field }) => getNamedType(field.type).name.endsWith('Connection'));
    expect(paged.map(({ field }) => field.name).sort()).toEqual([
      'operations',
      'payouts',
      'staticWallets',
      'withdrawals',
    ]);
    for (const { field } of paged) {
      const names = field.args.map((arg) => arg.name);
      expect(names).toEqual(expect.arrayContaining(['first', 'after', 'last', 'before', 'filter']));
      const filter = getNamedType(field.args.find(({ name }) => name === 'filter')!.type);
      const byAccount =
        names.includes('accounts') || (isInputObjectType(filter) && 'account' in filter.getFields());
      expect(byAccount, field.name).toBe(true);
    }
  });
});

test('every object with an id is a Node, and the other way round', () => {
  const node = schema.getType('Node');
  const nodes = isInterfaceType(node) ? schema.getPossibleTypes(node).map(({ name }) => name) : [];
  const withId = types.filter((type) => isObjectType(type) && String(fieldOf(type, 'id')?.type) === 'ID!');
  expect([...nodes].sort()).toEqual(withId.map(({ name }) => name).sort());
});

test('what names an object in an input names it in exactly one way', () => {
  const references = inputs.filter(({ name }) => /^(StaticWallet|Payout|Withdrawal)Ref$/.test(name));
  expect(references.map(({ isOneOf }) => isOneOf)).toEqual([true, true, true]);
});

test('lists hold no nulls, but for nodes that were not found', () => {
  const nullable = fields.filter(({ field }) => {
    const list = isNonNullType(field.type) ? field.type.ofType : field.type;
    return isListType(list) && !isNonNullType(list.ofType);
  });
  expect(nullable.map(({ type, field }) => `${type.name}.${field.name}`)).toEqual(['Query.nodes']);
});

test('making a field nullable is a decision: these are all that were decided', () => {
  const nullable = composites.map((type): [string, string] => {
    const names = Object.values(type.getFields())
      .filter((field) => !isNonNullType(field.type))
      .map(({ name }) => name);
    return [type.name, names.sort().join(' ')];
  });
  expect(Object.fromEntries(nullable.filter(([, names]) => names !== ''))).toEqual({
    Account: 'health',
    AccountHealth: 'lastFailure lastSuccessAt',
    BlockWalletPayload: 'wallet',
    CallHealth: 'pausedUntil refusedUntil',
    CancelWithdrawalPayload: 'withdrawal withdrawalId',
    CreatePayoutPayload: 'payout',
    CreateStaticWalletPayload: 'wallet',
    CreateWithdrawalPayload: 'withdrawal withdrawalId',
    Destination: 'network',
    IdempotencyConflict: 'ledgerEntry',
    Operation: 'account failure nextCheckAt settledAt settledBy targetId',
    OperationConnection: 'totalCount',
    PageInfo: 'endCursor startCursor',
    Payout:
      'createdAt debitedAmount fee learned netAmount paidAmount reference remainingBalance txid updatedAt',
    PayoutConnection: 'totalCount',
    ProviderFailure: 'ledgerEntry retryAfterMs',
    Query:
      'lookup node operation operations payout payouts staticWallet staticWallets withdrawal withdrawals',
    RecentCalls: 'meanMs slowestMs',
    RefundBlockedPayload: 'wallet',
    RegisteredPayout: 'failure payout',
    RegisteredWallet: 'failure wallet',
    RelatedObject: 'id',
    StaticWallet: 'address currency network orderId paymentUrl qrCode rawStatus refund uuid',
    StaticWalletConnection: 'totalCount',
    Transfer: 'createdAt fee netAmount reference updatedAt',
    WalletRefund: 'amount commission',
    Withdrawal:
      'description externalReference finishedAt profileId receipt receiptId reference targetAccount ' +
      'targetAccountId transactions transfers unit user userId verifiedAt',
    WithdrawalConnection: 'totalCount',
  });
});
