/** Questions that select everything: generated from the schema, so that what is added to it is asked for too. */

import {
  type GraphQLNamedType,
  type GraphQLOutputType,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isInterfaceType,
  isObjectType,
  parse,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import { schema } from '../../src/schema/index.ts';

/** Everything below a type. Where several types are possible, only those in `only`: two may have fields of one name that
 * do not go together. A type is not opened again inside itself. */
export function everythingOf(
  type: GraphQLOutputType,
  only: readonly string[],
  inside: readonly string[] = [],
): string {
  const named = getNamedType(type);
  if (!isCompositeType(named)) return '';
  if (isAbstractType(named)) {
    const possible = schema.getPossibleTypes(named).filter(({ name }) => only.includes(name));
    const own = isInterfaceType(named) ? fieldsOf(named, only, inside, possible.length > 0) : '';
    const fragments = possible.map((each) => `... on ${each.name} ${everythingOf(each, only, inside)}`);
    return `{ __typename ${own} ${fragments.join(' ')} }`;
  }
  return `{ __typename ${fieldsOf(named, only, inside, false)} }`;
}

function fieldsOf(
  type: GraphQLNamedType,
  only: readonly string[],
  inside: readonly string[],
  leavesOnly: boolean,
) {
  if (!isObjectType(type) && !isInterfaceType(type)) return '';
  return Object.values(type.getFields())
    .filter((field) => {
      const named = getNamedType(field.type);
      return isCompositeType(named) ? !leavesOnly && !inside.includes(named.name) : true;
    })
    .map((field) => `${field.name} ${everythingOf(field.type, only, [...inside, type.name])}`)
    .join(' ');
}

/** A document that asks a root field for everything. */
export function wholeDocument(kind: 'query' | 'mutation', name: string, only: readonly string[]): string {
  const root = kind === 'query' ? schema.getQueryType() : schema.getMutationType();
  const field = root!.getFields()[name]!;
  const variables = field.args.map(
    (arg) => `$${arg.name}: ${withoutDefault(String(arg.type), arg.defaultValue)}`,
  );
  const args = field.args.map((arg) => `${arg.name}: $${arg.name}`);
  const list = (texts: readonly string[]) => (texts.length > 0 ? `(${texts.join(', ')})` : '');
  return `${kind} ${list(variables)} { ${name}${list(args)} ${everythingOf(field.type, only)} }`;
}

/** A variable that is left out must not be null where the schema has a default. */
function withoutDefault(type: string, value: unknown): string {
  return value === undefined ? type : type.replace(/!$/, '');
}

/** `Type.field` for each field that leads to an object. */
export function leadingFields(): string[] {
  return Object.values(schema.getTypeMap())
    .filter((type) => isObjectType(type) && !type.name.startsWith('__'))
    .flatMap((type) =>
      Object.values((isObjectType(type) && type.getFields()) || {})
        .filter((field) => isCompositeType(getNamedType(field.type)))
        .map((field) => `${type.name}.${field.name}`),
    );
}

/** The same for those that documents select. */
export function selectedIn(documents: Iterable<string>): Set<string> {
  const found = new Set<string>();
  for (const document of documents) {
    const info = new TypeInfo(schema);
    visit(
      parse(document),
      visitWithTypeInfo(info, {
        Field: () => {
          const [parent, field] = [info.getParentType(), info.getFieldDef()];
          if (parent && field) found.add(`${parent.name}.${field.name}`);
        },
      }),
    );
  }
  return found;
}
