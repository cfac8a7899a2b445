/** Wire to domain, pure and total: the objects, the statuses, and what every refusal means. The provider's words
 * end here; only codes, and names of fields and rules, go on. */

import type {
  Money,
  ObjectKey,
  Payout,
  StaticWallet,
  TransferStatus,
  WalletRefund,
  WalletStatus,
} from '../../domain.ts';
import type { FailureCode, FieldIssue } from '../../errors.ts';
import type { Refusal } from '../http.ts';
import type { BlockWire, PayoutWire, RefundWire, WalletWire } from './wire.ts';

/** What is asked of the platform, by the names that failures carry. */
export type Operation =
  | 'createStaticWallet'
  | 'blockWallet'
  | 'refundBlocked'
  | 'walletQrCode'
  | 'createPayout'
  | 'readPayout'
  | 'listPayouts';

const WALLET_STATUSES: ReadonlyMap<string, WalletStatus> = new Map([
  ['active', 'ACTIVE'],
  ['blocked', 'BLOCKED'],
  ['in_active', 'INACTIVE'],
]);

const PAYOUT_STATUSES: ReadonlyMap<string, TransferStatus> = new Map([
  ['process', 'PROCESSING'],
  ['check', 'PROCESSING'],
  ['paid', 'SUCCEEDED'],
  ['fail', 'FAILED'],
  ['system_fail', 'FAILED'],
  ['cancel', 'CANCELED'],
]);

/** The wallet as the answer to its creation tells it, which names no status: a new wallet is open. */
export function createdWallet(account: string, orderId: string, wire: WalletWire, now: Date): StaticWallet {
  return {
    ...unknownWallet(account, now),
    uuid: wire.uuid,
    orderId: wire.order_id ?? orderId,
    address: wire.address,
    network: wire.network.toLowerCase(),
    currency: wire.currency,
    paymentUrl: wire.url,
    status: 'ACTIVE',
    refundSpent: false,
    origin: 'CREATE_ANSWER',
  };
}

/** The wallet as the answer to a block tells it. */
export function blockedWallet(
  account: string,
  key: ObjectKey,
  forceRefund: boolean,
  wire: BlockWire,
  now: Date,
): StaticWallet {
  const status = WALLET_STATUSES.get(wire.status) ?? 'UNKNOWN';
  return {
    ...unknownWallet(account, now),
    uuid: wire.uuid,
    orderId: 'orderId' in key ? key.orderId : (wire.order_id ?? null),
    status,
    rawStatus: wire.status,
    // Everything goes back to the senders, and a wallet is refunded once (docs/providers.md 1.6.5).
    refundSpent: forceRefund && status === 'BLOCKED',
    origin: 'BLOCK_ANSWER',
  };
}

/** The wallet as the answer to a refund tells it: only a blocked one can be refunded, so it is blocked. */
export function refundedWallet(
  account: string,
  key: ObjectKey,
  toAddress: string,
  wire: RefundWire,
  now: Date,
): StaticWallet {
  const refund: WalletRefund = {
    amount: wire.amount,
    commission: wire.commission,
    toAddress,
    requestedAt: now,
  };
  return {
    ...unknownWallet(account, now),
    ...key,
    status: 'BLOCKED',
    refund,
    refundSpent: true,
    origin: 'REFUND_ANSWER',
  };
}

function unknownWallet(account: string, now: Date): Omit<StaticWallet, 'status' | 'refundSpent' | 'origin'> {
  return {
    kind: 'StaticWallet',
    account,
    uuid: null,
    orderId: null,
    address: null,
    network: null,
    currency: null,
    paymentUrl: null,
    rawStatus: null,
    refund: null,
    learnedAt: now,
    updatedAt: now,
  };
}

/** One payout. `orderId` is the one it was asked for by, since Cryptomus does not repeat it. */
export function payoutOf(account: string, wire: PayoutWire, orderId: string | null): Payout {
  const { currency } = wire;
  return {
    kind: 'Payout',
    account,
    key: { uuid: wire.uuid },
    uuid: wire.uuid,
    reference: wire.order_id ?? orderId,
    amount: { amount: wire.amount, currency },
    fee: money(wire.commission ?? wire.commissions, currency),
    netAmount: null,
    debitedAmount: money(wire.merchant_amount, currency),
    paidAmount: money(wire.payer_amount, wire.payer_currency),
    remainingBalance: wire.balance,
    destination: {
      type: 'CRYPTO_ADDRESS',
      value: wire.address,
      network: wire.network?.toLowerCase() ?? null,
    },
    txid: wire.txid,
    status: PAYOUT_STATUSES.get(wire.status) ?? 'UNRECOGNIZED',
    rawStatus: wire.status,
    // A failed payout may still be resent (docs/providers.md 1.7.4): the status alone does not tell.
    isFinal: wire.is_final,
    createdAt: wire.created_at,
    updatedAt: wire.updated_at,
  };
}

function money(amount: string | null, currency: string | null | undefined): Money | null {
  return amount !== null && currency ? { amount, currency } : null;
}

type Meaning =
  | FailureCode
  | ({ readonly otherwise: FailureCode } & { readonly [O in Operation]?: FailureCode });

/** Every text of the documents and the SDKs, spelled as the provider spells it. */
const MEANINGS: readonly (readonly [text: string | RegExp, meaning: Meaning])[] = [
  ['Invalid Sign.', 'UNAUTHENTICATED'],
  ['Wrong key', 'UNAUTHENTICATED'],
  ['You are forbidden', 'FORBIDDEN'],
  ['Too Many Attempts.', 'RATE_LIMITED'],
  [/^Server error(, #\d+)?$/, 'UNAVAILABLE'],
  ['The terminal was not found', 'UNAVAILABLE'],
  ['Error convert to_currency', 'UNAVAILABLE'],
  // Technical work where the object exists already, a coin and network that do not go together elsewhere.
  ['The service was not found', { refundBlocked: 'UNAVAILABLE', otherwise: 'INVALID_REQUEST' }],
  ['Not found', 'NOT_FOUND'],
  [/^Not found (payment|wallet|payout)$/, 'NOT_FOUND'],
  [/^(Payment|Notification|Payment was) not found$/, 'NOT_FOUND'],
  // The wallet that was asked for, technical work where one is made, or else the merchant's own balance in some coin.
  [
    'Wallet not found',
    {
      createStaticWallet: 'UNAVAILABLE',
      blockWallet: 'NOT_FOUND',
      refundBlocked: 'NOT_FOUND',
      walletQrCode: 'NOT_FOUND',
      otherwise: 'INVALID_REQUEST',
    },
  ],
  ['Merchant wallet not found', 'INVALID_REQUEST'],
  ['Undefined merchant wallet', 'INVALID_REQUEST'],
  ['No found user wallet', 'INVALID_REQUEST'],
  ['You can withdraw only once', 'ALREADY_DONE'],
  ['Too much resend', 'ALREADY_DONE'],
  ['Refund is in process', 'IN_PROGRESS'],
  ['Nothing to withdraw', 'NOTHING_TO_REFUND'],
  ['The amount is too small', 'AMOUNT_TOO_SMALL'],
  ['The withdrawal amount is too small', 'AMOUNT_TOO_SMALL'],
  [/^Minimum amount \S+ \S+$/, 'AMOUNT_TOO_SMALL'],
  [/^Maximum amount \S+ \S+$/, 'INVALID_REQUEST'],
  ['The refund amount should not be more than the amount paid', 'INVALID_REQUEST'],
  ['The currency was not found', 'INVALID_REQUEST'],
  ['The network was not found', 'INVALID_REQUEST'],
  ['Not found service to_currency', 'INVALID_REQUEST'],
  [/^(Payment|Payout) service not found$/, 'INVALID_REQUEST'],
  ['Not enough funds', 'INSUFFICIENT_FUNDS'],
  [/^Not enough balance for convert \S+ to \S+$/, 'INSUFFICIENT_FUNDS'],
  ['Refunds are made only for completed payments', 'REJECTED'],
];

/** What an answer refuses, if it does. Undefined leaves it to the HTTP status and to the shape of the answer. */
export function refusalOf(operation: Operation, status: number, body: unknown): Refusal | undefined {
  if (!isObject(body)) return undefined;
  const { state, errors, message } = body;
  if (state === 0 && status < 300) return undefined;
  if (isObject(errors) && Object.keys(errors).length > 0) {
    return { code: 'INVALID_REQUEST', issues: issuesOf(errors) };
  }
  const code = typeof message === 'string' ? codeOf(operation, message) : undefined;
  if (code) return { code };
  // No text, or one that is not known. With an HTTP error the status says more.
  return state === 1 && status < 400 ? { code: 'REJECTED' } : undefined;
}

function codeOf(operation: Operation, message: string): FailureCode | undefined {
  const row = MEANINGS.find(([text]) => (typeof text === 'string' ? text === message : text.test(message)));
  if (!row) return undefined;
  const [, meaning] = row;
  return typeof meaning === 'string' ? meaning : (meaning[operation] ?? meaning.otherwise);
}

const RULE = /^[a-z_.]{1,64}$/;
const FIELD = /^[a-z_][a-z0-9_.]{0,63}$/;

/** The names of fields and of rules, such as `required_without`; a rule told in prose is left out. */
function issuesOf(errors: Readonly<Record<string, unknown>>): FieldIssue[] {
  return Object.entries(errors).flatMap(([field, rules]) =>
    [rules]
      .flat()
      .filter((rule): rule is string => typeof rule === 'string' && RULE.test(rule) && FIELD.test(field))
      .map((rule) => ({ field, rule: rule.replace(/^validation\./, '') })),
  );
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
