// Requests that wait, unanswered and without effect, until somebody lets them go: the way to arrange concurrency
// without timers.
import type { ProviderKey } from './provider.ts';

export interface HoldRule {
  /** Any provider when absent. */
  provider?: ProviderKey;
  /** Any endpoint when absent. */
  endpoint?: string;
}

export interface Holds {
  /** Returns the release, which may be called more than once. */
  hold(rule: HoldRule): () => void;
  /** Resolves when no hold matches any more. */
  pass(provider: ProviderKey, endpoint: string): Promise<void>;
  clear(): void;
}

interface Gate {
  rule: HoldRule;
  opened: Promise<void>;
  open: () => void;
}

export function createHolds(): Holds {
  const gates = new Set<Gate>();

  function hold(rule: HoldRule) {
    let open = () => {};
    const opened = new Promise<void>((resolve) => {
      open = resolve;
    });
    const gate = { rule, opened, open };
    gates.add(gate);
    return () => {
      gates.delete(gate);
      open();
    };
  }

  async function pass(provider: ProviderKey, endpoint: string) {
    for (;;) {
      const gate = [...gates].find((each) => matches(each.rule, provider, endpoint));
      if (!gate) return;
      await gate.opened;
    }
  }

  function clear() {
    for (const gate of gates) gate.open();
    gates.clear();
  }

  return { hold, pass, clear };
}

/** Whether a rule that may name a provider and an endpoint is about this request. */
export function matches(rule: HoldRule, provider: ProviderKey, endpoint: string): boolean {
  if (rule.provider !== undefined && rule.provider !== provider) return false;
  return rule.endpoint === undefined || rule.endpoint === endpoint;
}
