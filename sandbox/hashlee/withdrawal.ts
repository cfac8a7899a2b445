// Hashlee's withdrawal: what is kept of one, and how it is printed (docs/providers.md, 4.3).
import type { JsonObject } from '../json.ts';
import { withOffset } from '../time.ts';

export interface Withdrawal {
  /** What `orderBy=id` sorts by; never printed. */
  readonly id: number;
  readonly hash: string;
  readonly unit: string;
  readonly userId: string;
  readonly receiptId: string | null;
  readonly profileId: string;
  readonly accountId: string;
  readonly accountType: 'BANK' | 'WALLET' | 'PREPAID_CARD';
  readonly currency: string;
  readonly amount: string;
  readonly fee: string;
  readonly netAmount: string;
  status: string;
  readonly identify: string | null;
  readonly description: string | null;
  readonly verifiedAt: number | null;
  readonly finishedAt: number | null;
  readonly createdAt: number;
  updatedAt: number;
}

export const BRASILIA_HOURS = -3;

const time = (ms: number | null) => (ms === null ? null : withOffset(ms, BRASILIA_HOURS));

/** The object of list and show. */
export function withdrawalWire(row: Withdrawal): JsonObject {
  return wire(row, {});
}

/** Only the answer of create names the profile and the account. */
export function createdWire(row: Withdrawal): JsonObject {
  return wire(row, { withdrawal_profile_id: row.profileId, gateway_unit_account_id: row.accountId });
}

function wire(row: Withdrawal, afterReceipt: JsonObject): JsonObject {
  return {
    hash: row.hash,
    gateway_unit_id: row.unit,
    user_id: row.userId,
    receipt_id: row.receiptId,
    ...afterReceipt,
    currency: row.currency,
    amount: row.amount,
    fee: row.fee,
    net_amount: row.netAmount,
    status: row.status,
    identify: row.identify,
    description: row.description,
    verified_at: time(row.verifiedAt),
    finished_at: time(row.finishedAt),
    created_at: time(row.createdAt),
    updated_at: time(row.updatedAt),
  };
}
