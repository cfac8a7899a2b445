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
  /** Resolves to true when no hold matches any more, to false when the request was held and then thrown away. */
  pass(provider: ProviderKey, endpoint: string): Promise<boolean>;
  /** Throws away what is held: it belongs to a world that is about to be reset or closed. */
  clear(): void;
}

interface Gate {
  rule: HoldRule;
  opened: Promise<boolean>;
  open: (letThrough: boolean) => void;
}

export function createHolds(): Holds {
  const gates = new Set<Gate>();

  function hold(rule: HoldRule) {
    let open: Gate['open'] = () => {};
    const opened = new Promise<boolean>((resolve) => {
      open = resolve;
    });
    const gate = { rule, opened, open };
    gates.add(gate);
    return () => {
      gates.delete(gate);
      open(true);
    };
  }

  async function pass(provider: ProviderKey, endpoint: string) {
    for (;;) {
      const gate = [...gates].find((each) => matches(each.rule, provider, endpoint));
      if (!gate) return true;
      if (!(await gate.opened)) return false;
    }
  }

  function clear() {
    for (const gate of gates) gate.open(false);
    gates.clear();
  }

  return { hold, pass, clear };
}

/** Whether a rule that may name a provider and an endpoint is about this request. */
export function matches(rule: HoldRule, provider: ProviderKey, endpoint: string): boolean {
  if (rule.provider !== undefined && rule.provider !== provider) return false;
  return rule.endpoint === undefined || rule.endpoint === endpoint;
}
