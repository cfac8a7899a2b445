/** Hashlee's words in Paygraph's: one withdrawal, its status, its relations, and every refusal. Pure and total. */

import {
  type RelatedObject,
  type TransferStatus,
  WITHDRAWAL_RELATIONS,
  type Withdrawal,
  type WithdrawalRelation,
} from '../../domain.ts';
import type { FieldIssue } from '../../errors.ts';
import type { Refusal } from '../http.ts';
import type { WithdrawalWire } from './wire.ts';

/** Every status that is known, in the provider's words; the name of the canceled one is not documented. */
export const STATUSES: ReadonlyMap<string, TransferStatus> = new Map([
  ['OPEN', 'PENDING'],
  ['PENDING', 'PROCESSING'],
  ['EXPORTED', 'PROCESSING'],
  ['FINISHED', 'SUCCEEDED'],
  ['CANCELED', 'CANCELED'],
  ['CANCELLED', 'CANCELED'],
]);

/** The withdrawal with those of its relations that were asked for. */
export function toWithdrawal(
  account: string,
  wire: WithdrawalWire,
  include: readonly WithdrawalRelation[],
): Withdrawal {
  const { currency } = wire;
  const status = STATUSES.get(wire.status) ?? 'UNRECOGNIZED';
  return {
    kind: 'Withdrawal',
    account,
    hash: wire.hash,
    reference: null,
    amount: { amount: wire.amount, currency },
    fee: { amount: wire.fee, currency },
    netAmount: { amount: wire.net_amount, currency },
    status,
    rawStatus: wire.status,
    isFinal: status === 'SUCCEEDED' || status === 'CANCELED',
    unitId: wire.gateway_unit_id,
    userId: wire.user_id,
    receiptId: wire.receipt_id,
    targetAccountId: wire.gateway_unit_account_id,
    profileId: wire.withdrawal_profile_id,
    externalReference: wire.identify,
    description: wire.description,
    verifiedAt: wire.verified_at,
    finishedAt: wire.finished_at,
    createdAt: wire.created,
    updatedAt: wire.updated_at,
    cancelable: wire.status === 'OPEN',
    relations: toRelations(wire, include),
  };
}

function toRelations(wire: WithdrawalWire, include: readonly WithdrawalRelation[]): Withdrawal['relations'] {
  const relations: { [R in WithdrawalRelation]?: RelatedObject | RelatedObject[] } = {};
  for (const name of WITHDRAWAL_RELATIONS) {
    if (!include.includes(name)) continue;
    const wrapped = wire[name];
    const bare = isObject(wrapped) && 'data' in wrapped ? wrapped.data : wrapped;
    const related = name === 'transfers' || name === 'transactions' ? listOf(bare) : objectOf(bare);
    if (related) relations[name] = related;
  }
  return relations;
}

function listOf(value: unknown): RelatedObject[] | undefined {
  return Array.isArray(value) ? value.filter(isObject) : undefined;
}

// Fractal, whose wrapper this is, writes a single relation that is not there as an empty list.
function objectOf(value: unknown): RelatedObject | undefined {
  return isObject(value) ? value : undefined;
}

function isObject(value: unknown): value is RelatedObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const COOL_DOWN_MS = 300_000;

/** Hashlee's way of saying no, known by its text: the HTTP statuses are not documented (docs/providers.md 4.2). */
export function refusalOf(httpStatus: number, body: unknown): Refusal | undefined {
  if (!isObject(body) || typeof body.message !== 'string') return undefined;
  const { message, errors } = body;
  if (message.startsWith('Exceeded the limit of attempts')) {
    return { code: 'RATE_LIMITED', retryAfterMs: COOL_DOWN_MS };
  }
  if (message === 'Unauthorized') return { code: httpStatus === 403 ? 'FORBIDDEN' : 'UNAUTHENTICATED' };
  if (message === 'Invalid identifier to requested resource') return { code: 'NOT_FOUND' };
  if (message === 'The given data was invalid.') return { code: 'INVALID_REQUEST', issues: toIssues(errors) };
  return undefined;
}

/** The same for a cancellation, which has one more way to be refused: a status that does not allow it. */
export function cancelRefusalOf(httpStatus: number, body: unknown): Refusal | undefined {
  if (isObject(body) && body.message === 'Error on process your request') return { code: 'NOT_CANCELABLE' };
  return refusalOf(httpStatus, body);
}

function toIssues(errors: unknown): FieldIssue[] {
  if (!isObject(errors)) return [];
  return Object.entries(errors)
    .filter(([field]) => /^[a-z0-9_.]{1,64}$/i.test(field))
    .flatMap(([field, texts]) => [...new Set([texts].flat().map(toRule))].map((rule) => ({ field, rule })));
}

function toRule(text: unknown): string {
  return typeof text === 'string' && /^The .+ field is required\.$/.test(text) ? 'required' : 'invalid';
}
