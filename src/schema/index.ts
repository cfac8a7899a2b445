/** The schema, and the table of contents of this folder. */

import './scalars.ts';
import './money.ts';
import './account.ts';
import './account-health.ts';
import './errors.ts';
import './transfer.ts';
import './operation.ts';
import './static-wallet.ts';
import './wallet-writes.ts';
import './wallet-registration.ts';
import './payout.ts';
import './payout-list.ts';
import './payout-writes.ts';
import './withdrawal.ts';
import './withdrawal-list.ts';
import './withdrawal-writes.ts';
import './node.ts';
import './lookup.ts';
import { type GraphQLSchema, isObjectType, lexicographicSortSchema, printSchema } from 'graphql';
import { builder } from './builder.ts';

export const schema = withoutExposers(builder.toSchema());

/** What `t.expose` makes reads the property that the field is named after, which needs no resolver. */
function withoutExposers(built: GraphQLSchema): GraphQLSchema {
  for (const type of Object.values(built.getTypeMap())) {
    if (!isObjectType(type)) continue;
    for (const field of Object.values(type.getFields())) {
      const { pothosExposedField, pothosResolveWrapped } = field.extensions;
      if (pothosExposedField === field.name && !pothosResolveWrapped) delete field.resolve;
    }
  }
  return built;
}

/** The schema as `schema.graphql` holds it. */
export const printedSchema = `${printSchema(lexicographicSortSchema(schema))}\n`;
