/** What the pretend providers of the benchmark answer, and what has to be found of it again in every answer of a server. */

/** The upstream accounts, each with credentials of its own. Their names are the first segment of their address. */
export const ACCOUNTS = {
  cryptomus: { merchant: 'bench-merchant-c', paymentKey: 'payment-key-c', payoutKey: 'payout-key-c' },
  heleket: { merchant: 'bench-merchant-h', paymentKey: 'payment-key-h', payoutKey: 'payout-key-h' },
  repay: { apiKey: 'bench-key-r' },
  hashlee: { token: 'Bearer bench-token-v', unit: 'vojvzo' },
} as const;

/** Any number of ids that look like what providers hand out. */
export function uuidOf(index: number, kind = 0): string {
  const hex = (value: number, length: number) => value.toString(16).padStart(length, '0');
  return `${hex(kind, 8)}-594a-4aaa-b1c4-${hex(index, 12)}`;
}

export const PAYOUT = {
  amount: '15.00000001',
  currency: 'USDT',
  network: 'TRON',
  address: 'TDD97yguPESTpcrJMqU6h2ozZbibv4Vaqm',
  txid: '5e5810946152ea569d2a2aa9aa32a45c0e4223a4f9aad8e31d2fc660d2cdedb8',
  status: 'paid',
  is_final: true,
  balance: '129.00000000',
  payer_currency: 'USDT',
  payer_amount: '15.00000001',
  created_at: '2023-06-21T17:25:55+03:00',
  updated_at: '2023-06-21T17:34:38+03:00',
} as const;

export const WITHDRAWAL = {
  gateway_unit_id: 'vojvzo',
  user_id: 'oqrwgk',
  receipt_id: null,
  currency: 'BTC',
  amount: '259180.80032041',
  fee: '0.53333096',
  net_amount: '259181.33365137',
  status: 'FINISHED',
  identify: '9fc80af5-b845-427f-9064-e5eaed6e843f',
  description: 'Quia perspiciatis ab facere corrupti.',
  verified_at: null,
  finished_at: '2018-06-26T12:11:16-03:00',
  updated_at: '2018-06-26T12:11:16-03:00',
} as const;

export const DEAL = {
  amount: '1000',
  currency: 'RUB',
  recipient_type: 'card_number',
  recipient: '2202********3722',
  state: 'completed',
  updated_at: '2023-06-21T14:30:00Z',
} as const;

/** A payout's JSON as Cryptomus sends it, around its uuid. */
export const payoutJson = aroundId((uuid) => JSON.stringify({ state: 0, result: { uuid, ...PAYOUT } }));

export const blockJson = aroundId((uuid) =>
  JSON.stringify({ state: 0, result: { uuid, status: 'blocked' } }),
);

export const dealJson = aroundId((order_id) =>
  JSON.stringify({
    status_code: 200,
    id: uuidOf(1, 3),
    order_id,
    created_at: '2023-06-21T14:25:54Z',
    ...DEAL,
  }),
);

/** A page of 15 payouts, newest first, one every second. `kind` tells the accounts' rows apart. */
export function payoutPageJson(kind: number): string {
  const items = Array.from({ length: 15 }, (_, index) => {
    const created_at = `2023-06-21T17:25:${String(55 - index).padStart(2, '0')}+03:00`;
    return { uuid: uuidOf(index, kind), ...PAYOUT, created_at };
  });
  return JSON.stringify({
    state: 0,
    result: {
      items,
      paginate: { count: 15, hasPages: true, nextCursor: 'eyJpZCI6Mjl9', previousCursor: null, perPage: 15 },
    },
  });
}

/** A page of withdrawals, newest first, one every second. */
export function withdrawalPageJson(limit: number): string {
  const data = Array.from({ length: limit }, (_, index) => {
    const created_at = `2018-06-26T11:38:${String(59 - (index % 60)).padStart(2, '0')}-03:00`;
    return { hash: uuidOf(index, 4), ...WITHDRAWAL, created_at };
  });
  const pagination = {
    total: 6100,
    count: limit,
    per_page: limit,
    current_page: 1,
    total_pages: Math.ceil(6100 / limit),
  };
  return JSON.stringify({ data, meta: { pagination } });
}

function aroundId(write: (id: string) => string): (id: string) => string {
  const [before, after] = write('\u0000').split('\\u0000') as [string, string];
  return (id) => before + id + after;
}
