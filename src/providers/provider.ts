/** What a provider can do for one account. Grouped by domain object; a group or a function that is missing is a
 * capability that is missing. `null` means that the provider answered and has no such object; every failure is
 * thrown as a `ProviderError`. */

import type {
  ObjectKey,
  Payout,
  PayoutQuery,
  PayoutRequest,
  ProviderName,
  SecondFactor,
  StaticWallet,
  WalletRequest,
  Withdrawal,
  WithdrawalQuery,
  WithdrawalRelation,
  WithdrawalRequest,
} from '../domain.ts';
import type { FailureCode } from '../errors.ts';

/** The GraphQL request for which calls are made. */
export interface Asker {
  /** Id of that request, for whoever watches; missing where nobody asked. */
  readonly request?: string;
  /** Told of each HTTP exchange that goes out, retries included. */
  called(account: string, operation: string): void;
  /** Whether whoever asked has gone: reads end that nobody else waits for. */
  readonly isGone?: boolean;
  /** When they are to be answered at the latest, by `performance.now()`. */
  readonly dueAt?: number;
}

export interface Provider {
  readonly name: ProviderName;
  /** The configured name of the account that this client speaks for. */
  readonly account: string;
  readonly wallets?: Wallets;
  readonly payouts?: Payouts;
  readonly withdrawals?: Withdrawals;
  /** How its calls fare, from memory: asks nobody. */
  health(): Health;
  /** Lets running exchanges end, then closes the connections. */
  close(): Promise<void>;
}

/** How the calls of one account fare, as this process sees it. */
export interface Health {
  readonly reads: LaneHealth;
  readonly writes: LaneHealth;
  /** When a call was last answered as asked. */
  readonly lastSuccessAt: Date | null;
  readonly lastFailure: LastFailure | null;
}

export interface LastFailure {
  readonly code: FailureCode;
  readonly operation: string;
  readonly at: Date;
}

/** Calls of one kind. */
export interface LaneHealth {
  readonly breaker: BreakerState;
  /** Until when the breaker lets no call out. */
  readonly refusedUntil: Date | null;
  /** Until when no call goes out because the provider wants fewer. */
  readonly pausedUntil: Date | null;
  readonly inFlight: number;
  readonly waiting: number;
  readonly recent: RecentCalls;
}

/** `CLOSED` lets calls out, `OPEN` none, `HALF_OPEN` one, to see. */
export type BreakerState = 'CLOSED' | 'OPEN' | 'HALF_OPEN';

/** Attempts that ended within the last minute; times are null when there were none. */
export interface RecentCalls {
  readonly calls: number;
  /** For want of an answer, or by a failing provider; refusals are answers. */
  readonly failures: number;
  readonly meanMs: number | null;
  readonly slowestMs: number | null;
}

export interface Wallets {
  /** The new wallet, or the one that the order id already has. Throws `INVALID_REQUEST` when that is another one. */
  create(request: WalletRequest, asker: Asker): Promise<StaticWallet>;
  block(wallet: ObjectKey, forceRefund: boolean, asker: Asker): Promise<StaticWallet>;
  refund(wallet: ObjectKey, toAddress: string, asker: Asker): Promise<StaticWallet>;
  /** A data URI of a PNG. */
  qrCode(uuid: string, asker: Asker): Promise<string>;
}

export interface Payouts {
  /** Which keys `byKey` takes. */
  readonly keys: readonly ('uuid' | 'orderId')[];
  byKey(key: ObjectKey, asker: Asker): Promise<Payout | null>;
  list?(query: PayoutQuery): Source<Payout>;
  /** Goes with `list`. */
  readonly listCost?: ListCost;
  /** The new payout as far as the answer tells it: at least its key. Throws `INVALID_REQUEST` when the order id is
   * that of another payout. */
  create(request: PayoutRequest, asker: Asker): Promise<CreatedPayout>;
  /** Whether a second creation with the same order id is certain to make no second payout. */
  readonly honoursOrderId: boolean;
  /** What only this account's credentials can make again from a text: it tells requisites apart that must not be
   * kept. Missing where none are. */
  seal?(text: string): string;
}

export interface Withdrawals {
  byHash(hash: string, include: readonly WithdrawalRelation[], asker: Asker): Promise<Withdrawal | null>;
  /** Those of up to `batchSize` hashes that one call finds, by hash; what is missing may still exist. */
  byHashes(
    hashes: readonly string[],
    include: readonly WithdrawalRelation[],
    asker: Asker,
  ): Promise<ReadonlyMap<string, Withdrawal>>;
  readonly batchSize: number;
  list(query: WithdrawalQuery, include: readonly WithdrawalRelation[]): Source<Withdrawal>;
  readonly listCost: ListCost;
  cancel(hash: string, asker: Asker): Promise<void>;
  create(request: WithdrawalRequest, factor: SecondFactor | null, asker: Asker): Promise<Withdrawal>;
}

export interface CreatedPayout {
  readonly key: ObjectKey;
  /** Null where the answer holds no more than its id. */
  readonly payout: Payout | null;
}

/** What a list costs in calls while its provider behaves as documented: one for each page that is begun, and some aside. */
export interface ListCost {
  /** Rows that one call brings, or more. */
  readonly pageSize: number;
  /** Calls that one walk through the list may take besides: to find its place again, and to tell rows apart. */
  readonly aside: number;
}

/** Where a row stands in a list: JSON that only the source that made it understands. */
export type Position = { readonly [key: string]: string | number | null | Position };

export type Direction = 'forward' | 'backward';

export interface Placed<Row> {
  readonly row: Row;
  readonly position: Position;
}

/** Consecutive rows in walking order. */
export interface Slice<Row> {
  readonly rows: readonly Placed<Row>[];
  /** Whether no row follows them in that direction. */
  readonly end: boolean;
  /** Where to go on when that is not the last row: a list that is filtered here looked further than it found. */
  readonly reached?: Position;
  /** Whether that is all for this request, although more may follow. */
  readonly rests?: boolean;
}

/** A list that can be entered at any of its rows, in both directions. */
export interface Source<Row> {
  /** The rows next to `from` (or, for null, the list's first or last ones), read with as few calls as the provider
   * allows; possibly more or fewer than `want`, none only at the end, with `reached`, or when it rests. The row at
   * `from` itself comes first when `inclusive`. The position of a row stays valid when rows arrive or change. */
  read(
    from: Position | null,
    direction: Direction,
    want: number,
    asker: Asker,
    inclusive?: boolean,
  ): Promise<Slice<Row>>;
  /** How many rows there are, where the provider counts them itself. */
  total?(asker: Asker): Promise<number>;
}
