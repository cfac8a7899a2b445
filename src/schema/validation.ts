/** plugin-zod, but no resolver waits for it: no rule of this API takes time, and zod compiles the checks of what is not waited
 * for. */

import SchemaBuilder, { type PothosOutputFieldConfig, type SchemaTypes } from '@pothos/core';
import { PothosZodPlugin } from '@pothos/plugin-zod';
import type { GraphQLFieldResolver } from 'graphql';
import { type ZodType, z } from 'zod';
import { InvalidInputError } from '../errors.ts';

declare global {
  export namespace PothosSchemaTypes {
    interface Plugins<Types extends SchemaTypes> {
      validation: ValidationPlugin<Types>;
    }
  }
}

type Resolver<Types extends SchemaTypes> = GraphQLFieldResolver<unknown, Types['Context'], object>;

class ValidationPlugin<Types extends SchemaTypes> extends PothosZodPlugin<Types> {
  override wrapResolve(resolver: Resolver<Types>, field: PothosOutputFieldConfig<Types>): Resolver<Types> {
    if (super.wrapResolve(resolver, field) === resolver) return resolver;
    const rules: Record<string, ZodType> = {};
    for (const [name, { extensions }] of Object.entries(field.args)) {
      // Where plugin-zod leaves what it makes of the rules of an argument.
      if (extensions?.validator) rules[name] = extensions.validator as ZodType;
    }
    const isComplete = !field.pothosOptions.validate && Object.keys(rules).length > 0;
    if (!isComplete) throw new Error(`${field.name} has rules that are not those of its arguments`);
    const schema = z.looseObject(rules);
    return (parent, args, context, info) => {
      const { data, error } = schema.safeParse(args);
      if (data) return resolver(parent, data, context, info);
      throw new InvalidInputError(
        error.issues.map(({ path, message }) => ({ path: path.map(String), message })),
      );
    };
  }
}

/** Its name in the list of plugins. */
export const VALIDATION = 'validation';
SchemaBuilder.registerPlugin(VALIDATION, ValidationPlugin);
