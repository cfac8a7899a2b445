/** How much each caller may ask for: one bucket of cost units for each, refilled evenly. This process's own: others know
 * nothing of it. */

import { GraphQLError } from 'graphql';

export interface RateOptions {
  /** Units that a bucket holds, and that flow into it in a minute. */
  readonly perMinute: number;
  /** Milliseconds, never going back. */
  readonly now?: () => number;
}

export interface RateLimit {
  /** Takes units, or throws `RATE_LIMITED` and takes none. */
  take(caller: string, units: number): void;
  /** Gives back what was taken for what did not happen. */
  giveBack(caller: string, units: number): void;
  /** Whole units that are left. */
  remaining(caller: string): number;
  /** `RateLimit` and `RateLimit-Policy`, as draft-ietf-httpapi-ratelimit-headers has them. */
  headers(caller: string): Record<string, string>;
  /** Callers that are kept in mind. */
  readonly size: number;
}

/** More callers than this are not kept apart: whoever was silent for longest begins anew. */
const MAX_CALLERS = 10_000;

interface Bucket {
  units: number;
  at: number;
}

export function createRateLimit({ perMinute, now = () => performance.now() }: RateOptions): RateLimit {
  const perMs = perMinute / 60_000;
  const buckets = new Map<string, Bucket>();

  function bucketOf(caller: string): Bucket {
    const at = now();
    const bucket = buckets.get(caller) ?? { units: perMinute, at };
    bucket.units = Math.min(perMinute, bucket.units + (at - bucket.at) * perMs);
    bucket.at = at;
    // The last one asked for is the last one that is forgotten.
    buckets.delete(caller);
    buckets.set(caller, bucket);
    if (buckets.size > MAX_CALLERS) buckets.delete(buckets.keys().next().value!);
    return bucket;
  }

  function headersOf({ units }: Bucket): Record<string, string> {
    const full = Math.ceil((perMinute - units) / perMs / 1000);
    return {
      'ratelimit-policy': `"cost";q=${perMinute};w=60`,
      ratelimit: `"cost";r=${Math.max(0, Math.floor(units))};t=${full}`,
    };
  }

  return {
    take(caller, units) {
      const bucket = bucketOf(caller);
      if (bucket.units >= units) {
        bucket.units -= units;
        return;
      }
      const retryAfterMs = Math.ceil((Math.min(units, perMinute) - bucket.units) / perMs);
      throw new GraphQLError('Too much was asked for in the last minute; ask again later.', {
        extensions: {
          code: 'RATE_LIMITED',
          retryAfterMs,
          remaining: Math.max(0, Math.floor(bucket.units)),
          http: {
            status: 429,
            headers: { ...headersOf(bucket), 'retry-after': String(Math.ceil(retryAfterMs / 1000)) },
          },
        },
      });
    },
    giveBack(caller, units) {
      const bucket = bucketOf(caller);
      bucket.units = Math.min(perMinute, bucket.units + units);
    },
    remaining: (caller) => Math.max(0, Math.floor(bucketOf(caller).units)),
    headers: (caller) => headersOf(bucketOf(caller)),
    get size() {
      return buckets.size;
    },
  };
}
