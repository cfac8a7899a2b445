/** The one way in which anything upstream fails, and the facts that go with it. */

import type { Scope } from './caller.ts';
import type { ProviderName } from './domain.ts';
import type { Operation } from './operation.ts';

export const FAILURE_CODES = [
  'NOT_FOUND',
  'INVALID_REQUEST',
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'INSUFFICIENT_FUNDS',
  'ALREADY_DONE',
  'IN_PROGRESS',
  'NOT_CANCELABLE',
  'NOTHING_TO_REFUND',
  'AMOUNT_TOO_SMALL',
  'RATE_LIMITED',
  'TIMEOUT',
  'UNAVAILABLE',
  'BAD_RESPONSE',
  'REJECTED',
  'UNSUPPORTED',
] as const;
export type FailureCode = (typeof FAILURE_CODES)[number];

/** `REJECTED`: it did not happen. `UNKNOWN`: it may have happened. A failed read is always `REJECTED`. */
export const OUTCOMES = ['REJECTED', 'UNKNOWN'] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** A field that a provider objected to, by the provider's name for it and the rule that it names. */
export interface FieldIssue {
  readonly field: string;
  readonly rule: string;
}

/** Everything that may be told about a failure. Holds no text of the provider's, no header, body or URL. */
export interface Failure {
  readonly code: FailureCode;
  readonly message: string;
  readonly account: string;
  readonly provider: ProviderName;
  /** What was tried, such as `readPayout` or `refundBlocked`. */
  readonly operation: string;
  readonly outcome: Outcome;
  /** How long the provider wants to be left alone, when it said so. */
  readonly retryAfterMs: number | null;
  readonly issues: readonly FieldIssue[];
}

const SENTENCES: Record<FailureCode, string> = {
  NOT_FOUND: 'the provider has no such object',
  INVALID_REQUEST: 'the provider does not accept these values',
  UNAUTHENTICATED: 'the provider does not accept the credentials of this account',
  FORBIDDEN: 'the provider does not allow this to this account at present',
  INSUFFICIENT_FUNDS: 'the balance does not suffice',
  ALREADY_DONE: 'it was done before and can be done only once',
  IN_PROGRESS: 'it is already under way',
  NOT_CANCELABLE: 'its status does not allow it to be canceled',
  NOTHING_TO_REFUND: 'there is nothing to refund',
  AMOUNT_TOO_SMALL: 'the amount is below what the provider moves',
  RATE_LIMITED: 'the provider wants fewer calls',
  TIMEOUT: 'the provider did not answer in time',
  UNAVAILABLE: 'the provider cannot be reached or is failing',
  BAD_RESPONSE: 'the provider answered something that cannot be read',
  REJECTED: 'the provider refused without a reason that is known here',
  UNSUPPORTED: 'the provider offers no such thing',
};

export type FailureFacts = Pick<Failure, 'code' | 'account' | 'provider' | 'operation'> &
  Partial<Pick<Failure, 'outcome' | 'retryAfterMs' | 'issues'>> & {
    /** Replaces the code's own sentence; ours, never the provider's words. */
    readonly sentence?: string;
    /** The whole message, of a failure that is told again. */
    readonly message?: string;
  };

/** Thrown for every failure upstream, and for what an account's provider cannot do. */
export class ProviderError extends Error {
  override readonly name = 'ProviderError';
  readonly failure: Failure;
  /** The write that failed, once it is in the ledger. */
  readonly write: Operation | null;

  constructor(facts: FailureFacts, write: Operation | null = null) {
    const { code, account, provider, operation } = facts;
    const doubt = facts.outcome === 'UNKNOWN' ? '; it may have happened' : '';
    const message =
      facts.message ?? `${account}: ${operation} failed: ${facts.sentence ?? SENTENCES[code]}${doubt}.`;
    super(message);
    this.write = write;
    this.failure = {
      code,
      message,
      account,
      provider,
      operation,
      outcome: facts.outcome ?? 'REJECTED',
      retryAfterMs: facts.retryAfterMs ?? null,
      issues: facts.issues ?? [],
    };
  }
}

/** One thing wrong with what a client sent, and where. */
export interface InputIssue {
  readonly path: readonly string[];
  readonly message: string;
}

/** Thrown, before any upstream call, for input that no schema rule alone can refuse. */
export class InvalidInputError extends Error {
  override readonly name = 'InvalidInputError';
  readonly issues: readonly InputIssue[];

  constructor(issues: readonly InputIssue[]) {
    super(
      issues.map(({ path, message }) => (path.length ? `${path.join('.')}: ${message}` : message)).join('; '),
    );
    this.issues = issues;
  }
}

/** Why a write was refused before it was sent: its key stands for another one, or its target is being written to. */
export const CONFLICTS = ['KEY_REUSED', 'TARGET_BUSY'] as const;
export type Conflict = (typeof CONFLICTS)[number];

const CONFLICT_SENTENCES: Record<Conflict, string> = {
  KEY_REUSED: 'this idempotency key was used before, for something else; nothing was sent',
  TARGET_BUSY: 'another operation on the same target is not settled yet; nothing was sent',
};

/** Thrown, before anything is read or sent, for what whoever asks may do with no account, or not with this one. */
export class NotAllowedError extends Error {
  override readonly name = 'NotAllowedError';
  /** What they would need. */
  readonly scope: Scope;

  constructor(scope: Scope, account?: string) {
    super(
      account === undefined ? `This needs the scope ${scope}.` : `${account}: this needs the scope ${scope}.`,
    );
    this.scope = scope;
  }
}

/** Thrown, before anything is sent, for a write that may not go out beside the one in the ledger. */
export class IdempotencyConflictError extends Error {
  override readonly name = 'IdempotencyConflictError';
  readonly reason: Conflict;
  /** The operation that is in the way. */
  readonly operation: Operation;

  /** `account` is the one that was to be written to: the key may have been used with another. */
  constructor(reason: Conflict, operation: Operation, account: string) {
    super(`${account}: ${CONFLICT_SENTENCES[reason]}.`);
    this.reason = reason;
    this.operation = operation;
  }
}
