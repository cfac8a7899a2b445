// The places where a provider's real behaviour is unknown or varies, as switches that start at what the
// documentation says. Faults are for single requests; switches change how the pretend world works.

export interface Switches {
  /** Cryptomus, Heleket: block, refund and payout/info accept an order_id of at most 32 characters, else 100. */
  shortOrderIds: boolean;
  /** Cryptomus, Heleket: `balance` and `payer_amount` on create and info are JSON numbers, else strings. */
  numericBalances: boolean;
  /** Cryptomus, Heleket: HTTP status of business errors and validation errors. */
  businessStatus: 200 | 422;
  /** Cryptomus, Heleket: block-address takes `is_refund`, as official SDKs send it, for `is_force_refund`. */
  isRefundAlias: boolean;
  /** Cryptomus, Heleket: every payout and refund answers "You are forbidden", as after a password change. */
  payoutsForbidden: boolean;
  /** Cryptomus, Heleket: a refund stays "in process" for a minute of sandbox time. */
  slowRefunds: boolean;
  /** Hashlee: the greatest `limit` of a list; larger ones are silently lowered to it. */
  greatestLimit: number;
}

export const DEFAULT_SWITCHES: Readonly<Switches> = {
  shortOrderIds: true,
  numericBalances: true,
  businessStatus: 422,
  isRefundAlias: false,
  payoutsForbidden: false,
  slowRefunds: false,
  greatestLimit: 100,
};

/** Says what is wrong with a change of switches that came from outside, or null when it can be applied. */
export function switchProblem(change: Record<string, unknown>): string | null {
  for (const [name, value] of Object.entries(change)) {
    const current = DEFAULT_SWITCHES[name as keyof Switches];
    if (current === undefined) return `no switch is called ${JSON.stringify(name)}`;
    if (typeof value !== typeof current) return `${name} takes a ${typeof current}`;
  }
  const { businessStatus: status, greatestLimit: limit } = change;
  if (status !== undefined && status !== 200 && status !== 422) return 'businessStatus is 200 or 422';
  if (limit !== undefined && !(Number.isInteger(limit) && Number(limit) > 0))
    return 'greatestLimit is a whole number above 0';
  return null;
}
