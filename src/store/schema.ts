/** The tables as drizzle sees them. `migrations/` is what makes them; a test holds that both say the same. */

import { bigint, boolean, integer, jsonb, pgTable, text, timestamp, uuid } from 'drizzle-orm/pg-core';
import type { PayoutOrigin, WalletOrigin, WalletStatus } from '../domain.ts';
import type { Failure } from '../errors.ts';
import type {
  ActionName,
  OperationInput,
  OperationObject,
  OperationState,
  Settlement,
} from '../operation.ts';

const instant = (name: string) => timestamp(name, { withTimezone: true, precision: 3, mode: 'date' });
const serial = (name: string) => bigint(name, { mode: 'number' }).generatedAlwaysAsIdentity();

export const operations = pgTable('operations', {
  id: uuid('id').primaryKey(),
  number: serial('number').unique(),
  idempotencyKey: text('idempotency_key').notNull(),
  caller: text('caller').notNull(),
  action: text('action').$type<ActionName>().notNull(),
  account: text('account').notNull(),
  input: jsonb('input').$type<OperationInput>().notNull(),
  fingerprint: text('fingerprint').notNull(),
  state: text('state').$type<OperationState>().notNull(),
  hold: text('hold').unique(),
  exclusive: boolean('exclusive').notNull().default(false),
  sends: integer('sends').notNull().default(1),
  object: jsonb('object').$type<OperationObject>(),
  failure: jsonb('failure').$type<Failure>(),
  settledBy: text('settled_by').$type<Settlement>(),
  createdAt: instant('created_at').notNull().defaultNow(),
  sentAt: instant('sent_at').notNull().defaultNow(),
  settledAt: instant('settled_at'),
  owner: bigint('owner', { mode: 'number' }).notNull(),
  checks: integer('checks').notNull().default(0),
  nextCheckAt: instant('next_check_at'),
});

/** A refund as JSON keeps it. */
export interface StoredRefund {
  readonly amount: string | null;
  readonly commission: string | null;
  readonly toAddress: string;
  readonly requestedAt: string;
}

export const staticWallets = pgTable('static_wallets', {
  id: serial('id').primaryKey(),
  account: text('account').notNull(),
  uuid: text('uuid'),
  orderId: text('order_id'),
  address: text('address'),
  network: text('network'),
  currency: text('currency'),
  paymentUrl: text('payment_url'),
  status: text('status').$type<WalletStatus>().notNull(),
  rawStatus: text('raw_status'),
  refund: jsonb('refund').$type<StoredRefund>(),
  refundSpent: boolean('refund_spent').notNull().default(false),
  origin: text('origin').$type<WalletOrigin>().notNull(),
  learnedAt: instant('learned_at').notNull().defaultNow(),
  updatedAt: instant('updated_at').notNull().defaultNow(),
});

export const payouts = pgTable('payouts', {
  id: serial('id').primaryKey(),
  account: text('account').notNull(),
  orderId: text('order_id').notNull(),
  uuid: text('uuid'),
  createdAt: instant('created_at').notNull(),
  origin: text('origin').$type<PayoutOrigin>().notNull(),
  learnedAt: instant('learned_at').notNull().defaultNow(),
});
