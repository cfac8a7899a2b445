// The ledger of what really happened: one entry for every write that changed something, so that a test or a person
// can compare what a client believes with what took effect.
import type { ProviderKey } from './provider.ts';

export type EffectKind =
  | 'CREATE_WALLET'
  | 'BLOCK'
  | 'REFUND'
  | 'CREATE_PAYOUT'
  | 'CREATE_WITHDRAWAL'
  | 'CANCEL';

export interface Effect {
  readonly provider: ProviderKey;
  readonly kind: EffectKind;
  /** Wallet or payout uuid, Repay order id, or withdrawal hash. */
  readonly target: string;
  /** Position in the order in which the effects happened, from 0. */
  readonly at: number;
}

export interface Effects {
  readonly list: readonly Effect[];
  record(provider: ProviderKey, kind: EffectKind, target: string): void;
  clear(): void;
}

/** The list is live: it is the same array for the whole life of a sandbox. */
export function createEffects(): Effects {
  const list: Effect[] = [];
  return {
    list,
    record(provider, kind, target) {
      list.push({ provider, kind, target, at: list.length });
    },
    clear() {
      list.length = 0;
    },
  };
}
