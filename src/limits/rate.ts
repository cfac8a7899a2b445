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
  /** A caller's own. */
  bucketOf(caller: string): Bucket;
  /** Callers that are kept in mind. */
  readonly size: number;
}

/** `policy` and `state` are the values of `RateLimit-Policy` and `RateLimit`, as draft-ietf-httpapi-ratelimit-headers
 * has them. */
export interface Bucket {
  /** Takes units, or throws `RATE_LIMITED` and takes none. */
  take(units: number): void;
  /** Gives back what was taken for what did not happen. */
  giveBack(units: number): void;
  /** Whole units that are left. */
  remaining(): number;
  readonly policy: string;
  state(): string;
}

/** More callers than this are not kept apart: whoever was silent for longest begins anew. */
const MAX_CALLERS = 10_000;

export function createRateLimit({ perMinute, now = () => performance.now() }: RateOptions): RateLimit {
  const buckets = new Map<string, Bucket>();
  let last: Bucket | undefined;

  return {
    bucketOf(caller) {
      const known = buckets.get(caller);
      if (known && known === last) return known;
      last = known ?? createBucket(perMinute, now);
      // The last one asked for is the last one that is forgotten.
      buckets.delete(caller);
      buckets.set(caller, last);
      if (buckets.size > MAX_CALLERS) buckets.delete(buckets.keys().next().value!);
      return last;
    },
    get size() {
      return buckets.size;
    },
  };
}

function createBucket(perMinute: number, now: () => number): Bucket {
  const perMs = perMinute / 60_000;
  const policy = `"cost";q=${perMinute};w=60`;
  let units = perMinute;
  let filledAt = now();

  function fill() {
    const at = now();
    units = Math.min(perMinute, units + (at - filledAt) * perMs);
    filledAt = at;
  }

  function remaining(): number {
    fill();
    return Math.max(0, Math.floor(units));
  }

  function state(): string {
    const left = remaining();
    return `"cost";r=${left};t=${Math.ceil((perMinute - units) / perMs / 1000)}`;
  }

  return {
    policy,
    state,
    remaining,
    take(wanted) {
      fill();
      if (units >= wanted) {
        units -= wanted;
        return;
      }
      const retryAfterMs = Math.ceil((Math.min(wanted, perMinute) - units) / perMs);
      throw new GraphQLError('Too much was asked for in the last minute; ask again later.', {
        extensions: {
          code: 'RATE_LIMITED',
          retryAfterMs,
          remaining: remaining(),
          http: {
            status: 429,
            headers: {
              'ratelimit-policy': policy,
              ratelimit: state(),
              'retry-after': String(Math.ceil(retryAfterMs / 1000)),
            },
          },
        },
      });
    },
    giveBack(unused) {
      fill();
      units = Math.min(perMinute, units + unused);
    },
  };
}
