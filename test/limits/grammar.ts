/** Documents of any making out of the schema itself: valid ones with values that mean something here, and the same with
 * something wrong. A seed makes the same ones again. */

import {
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLInputType,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql';

export interface Request {
  readonly query: string;
  readonly variables: Record<string, unknown>;
}

/** Numbers from 0 up to 1, the same for the same seed. */
export type Random = () => number;

export function randomOf(seed: number): Random {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Texts for arguments and input fields of these names; a function makes a new one each time. */
export type Values = Readonly<Record<string, readonly unknown[] | (() => unknown)>>;

interface Draft {
  readonly variables: Record<string, unknown>;
  readonly declared: string[];
  readonly fragments: string[];
  names: number;
}

const MAX_DEPTH = 6;

export function createGrammar(schema: GraphQLSchema, random: Random, values: Values) {
  const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(random() * items.length)]!;
  const chance = (likely: number) => random() < likely;

  function document(kind: 'query' | 'mutation'): Request {
    const draft: Draft = { variables: {}, declared: [], fragments: [], names: 0 };
    const root = kind === 'query' ? schema.getQueryType()! : schema.getMutationType()!;
    const body = selection(root, 0, draft);
    const declared = draft.declared.length > 0 ? `(${draft.declared.join(', ')})` : '';
    return {
      query: [`${kind} Q${declared} ${body}`, ...draft.fragments].join('\n'),
      variables: draft.variables,
    };
  }

  function selection(type: GraphQLNamedType, depth: number, draft: Draft): string {
    const parts = isAbstractType(type)
      ? ['__typename', ...schema.getPossibleTypes(type).flatMap((one) => maybeInside(one, depth, draft))]
      : fieldsOf(type, depth, draft);
    if (depth > 0 && chance(0.1)) {
      const name = `F${draft.names++}`;
      draft.fragments.push(`fragment ${name} on ${type.name} { ${parts.join(' ')} }`);
      return `{ ...${name} ${conditions(draft)} }`;
    }
    return `{ ${parts.join(' ')} }`;
  }

  function maybeInside(type: GraphQLNamedType, depth: number, draft: Draft): string[] {
    if (chance(0.4)) return [];
    return [`... on ${type.name} ${conditions(draft)} { ${fieldsOf(type, depth, draft).join(' ')} }`];
  }

  function fieldsOf(type: GraphQLNamedType, depth: number, draft: Draft): string[] {
    if (!isObjectType(type)) return ['__typename'];
    const all = Object.values(type.getFields());
    const few = depth === 0 ? 1 + Math.floor(random() * 3) : 1 + Math.floor(random() * 5);
    const chosen = Array.from({ length: few }, () => pick(all)).filter(
      ({ type: of }) => depth < MAX_DEPTH || !isCompositeType(getNamedType(of)),
    );
    return chosen.length === 0 ? ['__typename'] : chosen.map((field) => fieldOf(field, depth, draft));
  }

  function fieldOf(field: GraphQLField<unknown, unknown>, depth: number, draft: Draft): string {
    const type = getNamedType(field.type);
    const below = isCompositeType(type) ? selection(type, depth + 1, draft) : '';
    return `a${draft.names++}: ${field.name}${argumentsOf(field.args, draft)} ${conditions(draft)} ${below}`;
  }

  function conditions(draft: Draft): string {
    if (!chance(0.05)) return '';
    const value = chance(0.5) ? String(chance(0.5)) : variable('Boolean!', chance(0.5), draft);
    return `@${pick(['skip', 'include'])}(if: ${value})`;
  }

  function argumentsOf(args: readonly GraphQLArgument[], draft: Draft): string {
    const given = args.flatMap((arg) => {
      if (!isNonNullType(arg.type) && !chance(0.3)) return [];
      const value = valueFor(arg, 0);
      return `${arg.name}: ${chance(0.4) ? variable(String(arg.type), value, draft) : literal(value, arg.type)}`;
    });
    return given.length > 0 ? `(${given.join(', ')})` : '';
  }

  function variable(type: string, value: unknown, draft: Draft): string {
    const name = `v${draft.names++}`;
    draft.declared.push(`$${name}: ${type}`);
    draft.variables[name] = value;
    return `$${name}`;
  }

  function valueFor({ name, type }: GraphQLArgument | GraphQLInputField, depth: number): unknown {
    return valueForType(name, isNonNullType(type) ? type.ofType : type, depth);
  }

  function valueForType(name: string, type: GraphQLInputType, depth: number): unknown {
    if (isNonNullType(type)) return valueForType(name, type.ofType, depth);
    if (isListType(type)) {
      const length = Math.floor(random() * 4);
      return Array.from({ length }, () => valueForType(name.replace(/s$/, ''), type.ofType, depth));
    }
    if (isEnumType(type)) return pick(type.getValues()).name;
    if (isInputObjectType(type)) {
      const fields = Object.values(type.getFields());
      const given = type.isOneOf
        ? [pick(fields)]
        : fields.filter((field) => isNonNullType(field.type) || chance(depth > 2 ? 0 : 0.3));
      return Object.fromEntries(given.map((field) => [field.name, valueFor(field, depth + 1)]));
    }
    const known = values[name] ?? values[type.name];
    return typeof known === 'function' ? known() : pick(known ?? ['text']);
  }

  /** A value as it stands in a document, where enums have no quotes. */
  function literal(value: unknown, type: GraphQLInputType): string {
    if (isNonNullType(type)) return literal(value, type.ofType);
    if (isListType(type)) {
      return `[${(value as unknown[]).map((item) => literal(item, type.ofType)).join(', ')}]`;
    }
    if (isEnumType(type)) return String(value);
    if (!isInputObjectType(type)) return JSON.stringify(value);
    const fields = type.getFields();
    return `{ ${Object.entries(value as object)
      .map(([name, inner]) => `${name}: ${literal(inner, fields[name]!.type)}`)
      .join(', ')} }`;
  }

  /** The same with something wrong in its text or its variables, most often. */
  function damaged({ query, variables }: Request): Request {
    const tokens = query.match(TOKENS) ?? [];
    for (let times = 1 + Math.floor(random() * 3); times > 0; times--) {
      const at = Math.floor(random() * tokens.length);
      const damage = random();
      if (damage < 0.25) tokens.splice(at, 1);
      else if (damage < 0.45) tokens.splice(at, 0, tokens[Math.floor(random() * tokens.length)]!);
      else if (damage < 0.6) tokens.splice(at, 1, tokens[Math.floor(random() * tokens.length)]!);
      else tokens.splice(at, 1, pick(STRANGE));
    }
    const changed = Object.entries(variables).map(([name, value]) => [
      name,
      chance(0.3) ? pick(STRANGE_VALUES) : value,
    ]);
    return { query: tokens.join(' '), variables: Object.fromEntries(changed) };
  }

  return { document, damaged };
}

const TOKENS = /"(?:[^"\\]|\\.)*"|[$@]?\w+|\.\.\.|[^\s\w]/g;
const STRANGE = [
  '__proto__',
  '$__proto__',
  'constructor',
  '__schema { types { name } }',
  '__type(name: "Query") { name }',
  '{',
  '}',
  '...',
  '@skip',
  '@include(if: true)',
  '@nothing',
  'null',
  '-0',
  '99999999999999999999999999',
  '1e400',
  '""',
  '"\\u0000"',
  '"\\ud800"',
  '"""block"""',
  '[]',
  '[[[[]]]]',
  '{ a: { a: { a: 1 } } }',
  '#\n',
  '\u{1f600}',
  '\u0000',
  'subscription',
  'extend type Query { a: Int }',
];
const STRANGE_VALUES: readonly unknown[] = [
  null,
  -1,
  0,
  1e308,
  2 ** 53,
  '',
  '\u0000',
  '\ud800',
  '9'.repeat(400),
  'x'.repeat(5_000),
  [],
  [[]],
  {},
  { id: null },
  JSON.parse('{ "__proto__": { "polluted": true } }'),
  Array.from({ length: 200 }, (_, index) => index),
  true,
];
