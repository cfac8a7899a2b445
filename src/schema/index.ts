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
import { lexicographicSortSchema, printSchema } from 'graphql';
import { builder } from './builder.ts';

export const schema = builder.toSchema();

/** The schema as `schema.graphql` holds it. */
export const printedSchema = `${printSchema(lexicographicSortSchema(schema))}\n`;
