/** From a provider's JSON to the objects that the schemas of the peers show: a frontend's names, statuses in one vocabulary, amounts
 * with their currency. What whoever writes such a server by hand would do, without checking what arrives. */

import { listWithdrawals, readPayout } from './calls.ts';

export interface Money {
  readonly amount: string;
  readonly currency: string;
}

export interface Payout {
  readonly id: string;
  readonly uuid: string;
  readonly amount: Money;
  readonly status: string;
  readonly rawStatus: string;
  readonly isFinal: boolean;
  readonly destination: { readonly value: string; readonly network: string };
  readonly txid: string | null;
  readonly createdAt: string;
}

export interface Withdrawal {
  readonly id: string;
  readonly hash: string;
  readonly amount: Money;
  readonly fee: Money;
  readonly netAmount: Money;
  readonly status: string;
  readonly rawStatus: string;
  readonly isFinal: boolean;
  readonly externalReference: string;
  readonly createdAt: string;
}

const STATUSES: Readonly<Record<string, string>> = { paid: 'SUCCEEDED', FINISHED: 'SUCCEEDED' };

export async function payoutOf(uuid: string): Promise<Payout> {
  const { result } = JSON.parse(await readPayout(uuid));
  return {
    id: Buffer.from(`Payout:${result.uuid}`).toString('base64'),
    uuid: result.uuid,
    amount: { amount: result.amount, currency: result.currency },
    status: STATUSES[result.status] ?? 'UNRECOGNIZED',
    rawStatus: result.status,
    isFinal: result.is_final,
    destination: { value: result.address, network: result.network.toLowerCase() },
    txid: result.txid,
    createdAt: timeOf(result.created_at),
  };
}

export async function withdrawalsOf(first: number, reference: string): Promise<Withdrawal[]> {
  const { data } = JSON.parse(await listWithdrawals(first, reference));
  return data.map(
    (row: Record<string, string>): Withdrawal => ({
      id: Buffer.from(`Withdrawal:${row.hash}`).toString('base64'),
      hash: row.hash!,
      amount: { amount: row.amount!, currency: row.currency! },
      fee: { amount: row.fee!, currency: row.currency! },
      netAmount: { amount: row.net_amount!, currency: row.currency! },
      status: STATUSES[row.status!] ?? 'UNRECOGNIZED',
      rawStatus: row.status!,
      isFinal: row.status === 'FINISHED',
      externalReference: row.identify!,
      createdAt: timeOf(row.created_at!),
    }),
  );
}

function timeOf(text: string): string {
  return new Date(text).toISOString().replace('.000Z', 'Z');
}
