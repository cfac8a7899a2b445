// Every request that reached a pretend provider, in order of arrival, and how many were in flight at once.
import type { ProviderKey } from './provider.ts';

export interface Call {
  readonly provider: ProviderKey;
  /** `C6`, `H6`, `W1`, … or `unknown`. */
  readonly endpoint: string;
  readonly method: string;
  /** With the query, as received. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Empty until the body has arrived. */
  readonly body: Buffer;
  /** Null while there is no answer, and for good when the connection was destroyed instead. */
  readonly status: number | null;
}

/** The same call while the server still fills it in. */
export type OpenCall = { -readonly [K in keyof Call]: Call[K] };

export interface CallLog {
  readonly list: readonly Call[];
  arrive(call: OpenCall): void;
  leave(provider: ProviderKey): void;
  peak(provider: ProviderKey): number;
  clear(): void;
}

/** The list is live: clearing empties it and keeps the array. */
export function createCallLog(): CallLog {
  const list: Call[] = [];
  const inFlight = new Map<ProviderKey, number>();
  const peaks = new Map<ProviderKey, number>();
  return {
    list,
    arrive(call) {
      list.push(call);
      const now = (inFlight.get(call.provider) ?? 0) + 1;
      inFlight.set(call.provider, now);
      peaks.set(call.provider, Math.max(now, peaks.get(call.provider) ?? 0));
    },
    leave(provider) {
      inFlight.set(provider, (inFlight.get(provider) ?? 0) - 1);
    },
    peak: (provider) => peaks.get(provider) ?? 0,
    clear() {
      list.length = 0;
      peaks.clear();
      for (const [provider, count] of inFlight) peaks.set(provider, count);
    },
  };
}
