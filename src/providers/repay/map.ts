/** Repay's words in Paygraph's: one payout, its state, where it goes, and every refusal. Pure and total. */

import type { DestinationType, Payout, TransferStatus } from '../../domain.ts';
import type { FailureCode, FieldIssue } from '../../errors.ts';
import type { Refusal } from '../http.ts';
import { type DealWire, verdictWire } from './wire.ts';

const INVALID_ID = 'Invalid merchant_deal_id';

const CODES = new Map<number, FailureCode>([
  [401, 'UNAUTHENTICATED'],
  [403, 'FORBIDDEN'],
  [404, 'NOT_FOUND'],
  [429, 'RATE_LIMITED'],
]);

/** Repay's own way of saying no, by the HTTP status or by the `status_code` inside, which may disagree;
 * undefined for a payout and for JSON that is not Repay's. */
export function refusalOf(httpStatus: number, body: unknown): Refusal | undefined {
  const verdict = verdictWire.safeParse(body);
  if (!verdict.success) return undefined;

  const { status_code, error } = verdict.data;
  const status = isSuccess(httpStatus) ? status_code : httpStatus;
  const text = textOf(error);
  if (isSuccess(status) && text === undefined) return undefined;
  if (text === INVALID_ID && (status === 400 || isSuccess(status))) {
    return { code: 'INVALID_REQUEST', issues: [{ field: 'merchant_deal_id', rule: 'invalid' }] };
  }
  // That something is absent is believed only when nothing in the answer says otherwise.
  if (status === 404 && status_code !== 404) return { code: 'BAD_RESPONSE' };
  return { code: CODES.get(status) ?? (status >= 500 && status <= 599 ? 'UNAVAILABLE' : 'REJECTED') };
}

/** The same for a creation, of which no refusal is documented. Only a 4xx proves that nothing was made; whatever else is
 * not a success is left to the HTTP status and to the shape of the answer. */
export function createRefusalOf(httpStatus: number, body: unknown): Refusal | undefined {
  const verdict = verdictWire.safeParse(body);
  if (!verdict.success) return undefined;

  const { status_code, error } = verdict.data;
  const status = isSuccess(httpStatus) ? status_code : httpStatus;
  const isRefused = status >= 400 && status <= 499 && status !== 408;
  if (!isRefused) return undefined;
  const issues = status === 400 || status === 422 ? issuesOf(error) : [];
  if (issues.length > 0) return { code: 'INVALID_REQUEST', issues };
  // There is nothing to be found where something is made.
  return { code: status === 404 ? 'REJECTED' : (CODES.get(status) ?? 'REJECTED') };
}

const FIELDS = [
  'merchant_deal_id',
  'amount',
  'bank_id',
  'option_id',
  'requisites',
  'requisites_type',
  'webhook_url',
  'order_id',
];

/** Which fields an error is about, where it says so: the one that its text names, or its members. */
function issuesOf(error: unknown): FieldIssue[] {
  const text = textOf(error)?.replace(/^Invalid /, '');
  const named = typeof error === 'object' && error !== null ? [text, ...Object.keys(error)] : [text];
  return FIELDS.filter((field) => named.includes(field)).map((field) => ({ field, rule: 'invalid' }));
}

function isSuccess(status: number): boolean {
  return status >= 200 && status <= 299;
}

/** `error` is a text here and an object in enveloped answers, where an empty one means that there is none. */
function textOf(error: unknown): string | undefined {
  if (typeof error === 'string') return error === '' ? undefined : error;
  if (typeof error !== 'object' || error === null || Object.keys(error).length === 0) return undefined;
  return 'message' in error && typeof error.message === 'string' ? error.message : 'unexplained';
}

/** The payout, in `currency` where Repay names none. */
export function toPayout(account: string, currency: string, wire: DealWire): Payout {
  const status = toStatus(wire.state);
  return {
    kind: 'Payout',
    account,
    key: { orderId: wire.order_id },
    uuid: wire.id,
    reference: wire.order_id,
    amount: { amount: wire.amount, currency: wire.currency || currency },
    fee: null,
    netAmount: null,
    debitedAmount: null,
    paidAmount: null,
    status,
    rawStatus: wire.state,
    isFinal: status === 'SUCCEEDED' || status === 'FAILED',
    destination: {
      type: DESTINATIONS.get(wire.recipient_type) ?? 'UNRECOGNIZED',
      value: wire.recipient,
      network: null,
    },
    txid: null,
    remainingBalance: null,
    createdAt: wire.created_at,
    updatedAt: wire.updated_at,
  };
}

const DESTINATIONS = new Map<string, DestinationType>([
  ['card_number', 'CARD'],
  ['phone_number', 'PHONE'],
  ['account_number', 'BANK_ACCOUNT'],
]);

const STATES = new Map<string, TransferStatus>([
  ['created', 'PENDING'],
  ['processing', 'PROCESSING'],
  ['completed', 'SUCCEEDED'],
]);

// Repay has many ways to reject (`rejected`, `reject_by_office`, ...) and lists them nowhere in full.
function toStatus(state: string): TransferStatus {
  return STATES.get(state) ?? (state.startsWith('reject') ? 'FAILED' : 'UNRECOGNIZED');
}
