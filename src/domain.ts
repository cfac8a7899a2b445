/** Paygraph's own vocabulary for what the providers hold. Types and their closed lists only: how a provider's
 * JSON becomes one of these is the provider's `map.ts`, how it is shown is the schema. */

export const PROVIDER_NAMES = ['CRYPTOMUS', 'HELEKET', 'REPAY', 'HASHLEE'] as const;
export type ProviderName = (typeof PROVIDER_NAMES)[number];

/** An exact amount: `amount` is decimal text as the provider sent it, `currency` a code such as `USDT`. */
export interface Money {
  readonly amount: string;
  readonly currency: string;
}

export const TRANSFER_STATUSES = [
  'PENDING',
  'PROCESSING',
  'SUCCEEDED',
  'FAILED',
  'CANCELED',
  'UNRECOGNIZED',
] as const;
export type TransferStatus = (typeof TRANSFER_STATUSES)[number];

export const WALLET_STATUSES = ['ACTIVE', 'BLOCKED', 'INACTIVE', 'UNKNOWN'] as const;
export type WalletStatus = (typeof WALLET_STATUSES)[number];

/** Names a static wallet or a payout within one account: by the provider's id or by the merchant's order id. */
export type ObjectKey = { readonly uuid: string } | { readonly orderId: string };

/** How Paygraph first learned of a wallet. */
export const WALLET_ORIGINS = ['CREATE_ANSWER', 'BLOCK_ANSWER', 'REFUND_ANSWER', 'REGISTERED'] as const;
export type WalletOrigin = (typeof WALLET_ORIGINS)[number];

/** The one refund of what a blocked wallet holds. */
export interface WalletRefund {
  /** What arrives at `toAddress`, in a currency that the provider does not name; null when it is only known that the
   * refund took place. */
  readonly amount: string | null;
  /** Null when it is only known that the refund took place. */
  readonly commission: string | null;
  readonly toAddress: string;
  readonly requestedAt: Date;
}

/** A permanent deposit address. Providers cannot read one back, so every field but its key may be unknown. */
export interface StaticWallet {
  readonly kind: 'StaticWallet';
  readonly account: string;
  readonly uuid: string | null;
  readonly orderId: string | null;
  readonly address: string | null;
  readonly network: string | null;
  readonly currency: string | null;
  readonly paymentUrl: string | null;
  readonly status: WalletStatus;
  readonly rawStatus: string | null;
  readonly refund: WalletRefund | null;
  /** Whether its one refund is already spent: refunded, or blocked with the order to send everything back. */
  readonly refundSpent: boolean;
  readonly origin: WalletOrigin;
  /** When Paygraph first learned of it; providers date nothing here. */
  readonly learnedAt: Date;
  /** When it last learned something new of it. */
  readonly updatedAt: Date;
}

export type WalletField = 'account' | 'status' | 'orderId' | 'currency' | 'network' | 'learnedAt';

/** Where a payout goes. */
export const DESTINATION_TYPES = ['CRYPTO_ADDRESS', 'CARD', 'PHONE', 'BANK_ACCOUNT', 'UNRECOGNIZED'] as const;
export type DestinationType = (typeof DESTINATION_TYPES)[number];

export interface Destination {
  readonly type: DestinationType;
  /** The address or requisites exactly as the provider shows them; card numbers arrive masked. */
  readonly value: string;
  /** Chain, lower case; null outside crypto. */
  readonly network: string | null;
}

/** What payouts and withdrawals have in common. Amounts are passed through, never recomputed. */
export interface Transfer {
  readonly account: string;
  /** The merchant's own order id, where the provider keeps one and tells it. */
  readonly reference: string | null;
  readonly amount: Money;
  readonly fee: Money | null;
  readonly netAmount: Money | null;
  readonly status: TransferStatus;
  readonly rawStatus: string;
  readonly isFinal: boolean;
  readonly createdAt: Date | null;
  readonly updatedAt: Date | null;
}

export interface Payout extends Transfer {
  readonly kind: 'Payout';
  /** The key that reads this payout again. */
  readonly key: ObjectKey;
  /** The provider's own id. */
  readonly uuid: string;
  /** What left the merchant's balance, fees included. */
  readonly debitedAmount: Money | null;
  /** What was paid, in the coin actually paid. */
  readonly paidAmount: Money | null;
  readonly destination: Destination;
  readonly txid: string | null;
  /** What the paying balance held afterwards; the provider does not name its currency. */
  readonly remainingBalance: string | null;
}

export const WITHDRAWAL_RELATIONS = [
  'unit',
  'user',
  'account',
  'receipt',
  'transfers',
  'transactions',
] as const;
export type WithdrawalRelation = (typeof WITHDRAWAL_RELATIONS)[number];

/** An object that a provider attaches on request and does not document: its JSON, amounts kept as exact text. */
export type RelatedObject = { readonly [key: string]: unknown };

export interface Withdrawal extends Transfer {
  readonly kind: 'Withdrawal';
  readonly hash: string;
  readonly amount: Money;
  readonly fee: Money;
  readonly netAmount: Money;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly unitId: string;
  readonly userId: string | null;
  readonly receiptId: string | null;
  /** Told only in the answer to a creation. */
  readonly targetAccountId: string | null;
  /** Told only in the answer to a creation. */
  readonly profileId: string | null;
  /** The reference of the payment outside the provider, once there is one. */
  readonly externalReference: string | null;
  readonly description: string | null;
  readonly verifiedAt: Date | null;
  readonly finishedAt: Date | null;
  readonly cancelable: boolean;
  /** Only what was asked for; a list for `transfers` and `transactions`. */
  readonly relations: { readonly [R in WithdrawalRelation]?: RelatedObject | readonly RelatedObject[] };
}

/** One condition on a field. `in` and `nin` take lists; text is compared exactly, amounts and times by value. */
export const OPERATORS = ['eq', 'ne', 'gt', 'gte', 'lt', 'lte', 'in', 'nin'] as const;
export type Operator = (typeof OPERATORS)[number];

export interface Condition<Field extends string> {
  readonly field: Field;
  readonly operator: Operator;
  /** Times as `Date`, everything else as text. */
  readonly value: string | Date | readonly string[];
}

/** How Paygraph learned of a payout. */
export const PAYOUT_ORIGINS = ['CREATED', 'READ', 'REGISTERED'] as const;
export type PayoutOrigin = (typeof PAYOUT_ORIGINS)[number];

export type PayoutField = 'createdAt';
export type PayoutQuery = { readonly conditions: readonly Condition<PayoutField>[] };

export type WithdrawalField =
  | 'hash'
  | 'status'
  | 'rawStatus'
  | 'currency'
  | 'amount'
  | 'fee'
  | 'netAmount'
  | 'externalReference'
  | 'createdAt'
  | 'updatedAt'
  | 'finishedAt';

/** Fields that are always present and never change: only by these can a walk through a list be complete. */
export const WITHDRAWAL_ORDER_FIELDS = ['createdAt', 'amount', 'fee', 'netAmount'] as const;
export type WithdrawalOrderField = (typeof WITHDRAWAL_ORDER_FIELDS)[number];

export const ACCOUNT_TYPES = ['BANK', 'WALLET', 'PREPAID_CARD'] as const;
export type AccountType = (typeof ACCOUNT_TYPES)[number];

export interface WithdrawalQuery {
  readonly conditions: readonly Condition<WithdrawalField>[];
  /** Kind of account that the money goes to. */
  readonly accountType: AccountType | null;
  readonly orderBy: { readonly field: WithdrawalOrderField; readonly direction: 'asc' | 'desc' };
}

/** What a new static wallet is to be. */
export interface WalletRequest {
  readonly orderId: string;
  readonly currency: string;
  readonly network: string;
  /** Where the provider tells of payments; null for nowhere. */
  readonly callbackUrl: string | null;
}

/** Who pays the fee of a payout: the merchant on top of the amount, or the recipient out of it. */
export const FEE_PAYERS = ['MERCHANT', 'RECIPIENT'] as const;
export type FeePayer = (typeof FEE_PAYERS)[number];

export type Requisites =
  | {
      readonly type: 'CRYPTO_ADDRESS';
      readonly value: string;
      /** Null where the coin has one network only. */
      readonly network: string | null;
      /** TON only. */
      readonly memo: string | null;
    }
  | {
      readonly type: 'CARD' | 'PHONE' | 'BANK_ACCOUNT';
      readonly value: string;
      /** The bank, by the id that the provider gave it; for a phone, its id in the fast payment system. */
      readonly bankId: string | null;
    };

/** What a new payout is to be. */
export interface PayoutRequest {
  readonly orderId: string;
  readonly amount: Money;
  readonly requisites: Requisites;
  /** Null where the provider leaves no choice. */
  readonly feePayer: FeePayer | null;
  /** The coin to pay in when `amount` is in a fiat currency. */
  readonly payCurrency: string | null;
  /** The coin of the balance to pay from when it is another one. */
  readonly fromCurrency: string | null;
  readonly callbackUrl: string | null;
}

/** What a new withdrawal is to be. */
export interface WithdrawalRequest {
  /** The account that the money goes to, by its id at the provider. */
  readonly targetAccountId: string;
  /** What is to arrive: the fee comes on top or out of it as the provider decides. */
  readonly netAmount: Money;
  readonly description: string | null;
}

/** The second factor of whoever asks: a one-time code, or a signature where no code is set up. Kept nowhere. */
export type SecondFactor = { readonly code: string } | { readonly signature: string };
