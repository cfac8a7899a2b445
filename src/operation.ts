/** An operation: one write that a client asked for, as the ledger keeps it. Types and their closed lists only. */

import type { ObjectKey } from './domain.ts';
import type { Failure } from './errors.ts';

export const ACTIONS = [
  'CREATE_STATIC_WALLET',
  'BLOCK_WALLET',
  'REFUND_BLOCKED',
  'CREATE_PAYOUT',
  'CREATE_WITHDRAWAL',
  'CANCEL_WITHDRAWAL',
] as const;
export type ActionName = (typeof ACTIONS)[number];

/** `PENDING` while it is being sent; `UNKNOWN` until reading settles it; `NEEDS_REVIEW` when reading cannot. */
export const OPERATION_STATES = ['PENDING', 'SUCCEEDED', 'REJECTED', 'UNKNOWN', 'NEEDS_REVIEW'] as const;
export type OperationState = (typeof OPERATION_STATES)[number];

/** What told the outcome: the provider's answer, a later read, or a refusal from which it follows. */
export const SETTLEMENTS = ['ANSWER', 'READING', 'INFERRED'] as const;
export type Settlement = (typeof SETTLEMENTS)[number];

/** What an operation is about, within its account. */
export type OperationObject =
  | { readonly kind: 'StaticWallet' | 'Payout'; readonly key: ObjectKey }
  | { readonly kind: 'Withdrawal'; readonly hash: string };

/** What was asked for, without secrets: text, truth and nothing else, so that it can be compared. */
export type OperationInput = { readonly [field: string]: string | boolean | null };

export interface Operation {
  readonly kind: 'Operation';
  readonly id: string;
  /** Rises with every operation; the order of the audit trail. */
  readonly number: number;
  readonly idempotencyKey: string;
  /** Who asked. */
  readonly caller: string;
  readonly action: ActionName;
  readonly account: string;
  readonly input: OperationInput;
  readonly state: OperationState;
  /** How often it went out: once, unless the provider makes a second time harmless. */
  readonly sends: number;
  /** What it is about: known from the start, or from the answer for what it creates. */
  readonly object: OperationObject | null;
  readonly failure: Failure | null;
  readonly settledBy: Settlement | null;
  readonly createdAt: Date;
  readonly sentAt: Date;
  readonly settledAt: Date | null;
  /** How often it was looked for since its outcome is unknown. */
  readonly checks: number;
  readonly nextCheckAt: Date | null;
}

/** How an operation ended, or did not. */
export type Outcome =
  | { readonly state: 'SUCCEEDED'; readonly settledBy: Settlement; readonly object: OperationObject | null }
  | { readonly state: 'REJECTED'; readonly settledBy: Settlement; readonly failure: Failure | null }
  | { readonly state: 'UNKNOWN' | 'NEEDS_REVIEW'; readonly failure: Failure | null };

/** What operations can be filtered by. */
export type OperationField = 'action' | 'account' | 'state' | 'caller' | 'idempotencyKey' | 'createdAt';
