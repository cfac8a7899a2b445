/** Variables and arguments as graphql-js coerces them, by functions that are made once for each document. What may be wrong
 * is left to graphql-js, which says what it is. */

import {
  type FieldNode,
  type GraphQLField,
  type GraphQLInputObjectType,
  type GraphQLInputType,
  type GraphQLSchema,
  getArgumentValues,
  isInputObjectType,
  isInputType,
  isListType,
  isNonNullType,
  Kind,
  type OperationDefinitionNode,
  typeFromAST,
  valueFromAST,
} from 'graphql';

type Values = Record<string, unknown>;

/** The variables that were sent, coerced; undefined where not all is well, or is not known to be. */
export type CoerceVariables = (sent: Readonly<Values>) => Values | undefined;

/** The arguments of a field. Throws the `GraphQLError` of those that are wrong. */
export type CoerceArguments = (variables: Readonly<Values>) => Values;

/** The value of a type. Throws anything where not all is well. */
type Coerce = (value: unknown) => unknown;

/** Thrown where graphql-js has to look; never seen outside. */
const DOUBT = new Error('not known to be well');

export function variablesOf(schema: GraphQLSchema, operation: OperationDefinitionNode): CoerceVariables {
  const variables = (operation.variableDefinitions ?? []).map(({ variable, type: node, defaultValue }) => {
    const name = variable.name.value;
    const type = typeFromAST(schema, node as Parameters<typeof typeFromAST>[1]);
    if (!isInputType(type) || name === '__proto__') return undefined;
    const fallback = defaultValue && (() => valueFromAST(defaultValue, type));
    return { name, isRequired: isNonNullType(type), fallback, coerce: coercionOf(type) };
  });
  if (!variables.every((variable) => variable !== undefined)) return () => undefined;

  return (sent) => {
    const coerced: Values = {};
    try {
      for (const { name, isRequired, fallback, coerce } of variables) {
        if (Object.hasOwn(sent, name)) coerced[name] = coerce(sent[name]);
        else if (fallback) coerced[name] = fallback();
        else if (isRequired) return undefined;
      }
    } catch {
      return undefined;
    }
    return coerced;
  };
}

/** Of a field as one place of a document asks for it. */
export function argumentsOf(definition: GraphQLField<unknown, unknown>, node: FieldNode): CoerceArguments {
  if (definition.args.length === 0) return () => ({});
  const given = new Map(node.arguments?.map(({ name, value }) => [name.value, value]));
  const args = definition.args.map(({ name, type, defaultValue }) => {
    const value = given.get(name);
    const variable = value?.kind === Kind.VARIABLE ? value.name.value : undefined;
    return { name, isRequired: isNonNullType(type), variable, isWritten: value !== undefined, defaultValue };
  });
  const all: CoerceArguments = (variables) => getArgumentValues(definition, node, variables);
  if (args.some(({ isWritten, variable }) => isWritten && variable === undefined)) return all;

  return (variables) => {
    const coerced: Values = {};
    for (const { name, isRequired, variable, defaultValue } of args) {
      const isSent = variable !== undefined && Object.hasOwn(variables, variable);
      const value = isSent ? variables[variable] : undefined;
      if (value !== undefined && (value !== null || !isRequired)) coerced[name] = value;
      else if (value === undefined && defaultValue !== undefined) coerced[name] = defaultValue;
      else if (isRequired) return all(variables);
    }
    return coerced;
  };
}

function coercionOf(type: GraphQLInputType): Coerce {
  if (isNonNullType(type)) {
    const coerce = coercionOfPresent(type.ofType);
    return (value) => {
      if (value == null) throw DOUBT;
      return coerce(value);
    };
  }
  const coerce = coercionOfPresent(type);
  return (value) => (value == null ? null : coerce(value));
}

function coercionOfPresent(type: Exclude<GraphQLInputType, { ofType: never }>): Coerce {
  if (isListType(type)) {
    const coerce = coercionOf(type.ofType);
    return (value) => {
      if (!Array.isArray(value)) throw DOUBT;
      return value.map((item) => coerce(item));
    };
  }
  if (isInputObjectType(type)) return coercionOfObject(type);
  return (value) => {
    const parsed = type.parseValue(value);
    if (parsed === undefined) throw DOUBT;
    return parsed;
  };
}

function coercionOfObject(type: GraphQLInputObjectType): Coerce {
  let fields: ReturnType<typeof fieldsOf> | undefined;
  return (value) => {
    if (typeof value !== 'object' || Array.isArray(value)) throw DOUBT;
    // Found when there is the first: an input may hold others of its own type.
    fields ??= fieldsOf(type);
    const sent = value as Readonly<Values>;
    const coerced: Values = {};
    let known = 0;
    for (const { name, isRequired, defaultValue, coerce } of fields) {
      const one = sent[name];
      if (one !== undefined) {
        known++;
        coerced[name] = coerce(one);
        if (type.isOneOf && one === null) throw DOUBT;
      } else if (defaultValue !== undefined) {
        coerced[name] = defaultValue;
      } else if (isRequired) {
        throw DOUBT;
      }
    }
    if (Object.keys(sent).length !== known || (type.isOneOf && known !== 1)) throw DOUBT;
    return coerced;
  };
}

function fieldsOf(type: GraphQLInputObjectType) {
  return Object.values(type.getFields()).map(({ name, type: fieldType, defaultValue }) => ({
    name,
    isRequired: isNonNullType(fieldType),
    defaultValue: defaultValue as unknown,
    coerce: coercionOf(fieldType),
  }));
}
