// Which request shall misbehave, and how: the kinds of faults, the rules that select requests, and the header that
// asks for a fault on one request. What a fault does to the socket is in misbehave.ts.
import { type HoldRule, matches } from './holds.ts';
import { PROVIDER_KEYS, type ProviderKey } from './provider.ts';
import { createRandom } from './random.ts';

/** Each kind with whether a write still takes effect, unless the rule says otherwise. */
export const FAULT_KINDS = {
  slow: true,
  hang: false,
  'rate-limit': false,
  'server-error': false,
  'error-after': true,
  html: false,
  'bad-gateway': false,
  cut: true,
  'cut-json': true,
  'drop-before': false,
  'drop-after': true,
  'unknown-status': true,
  empty: true,
  'bare-failure': false,
  refusal: false,
  forbidden: false,
  unauthorized: false,
  redirect: false,
  huge: false,
} as const;
export type FaultKind = keyof typeof FAULT_KINDS;

export interface Fault {
  kind: FaultKind;
  /** How long `slow` waits before it answers; 1000 when absent. */
  ms?: number;
  /** Whether a write takes effect although the answer misbehaves; each kind has its own default. */
  applied?: boolean;
  /** The words of `refusal`, or the status that `unknown-status` puts in. */
  text?: string;
  /** The size of `huge`; 64 when absent. */
  megabytes?: number;
}

export interface FaultRule extends Fault, HoldRule {
  /** The rule is gone after so many requests. */
  times?: number;
  /** The share of matching requests that are hit, from 0 to 1, drawn from the sandbox's seed. */
  fraction?: number;
}

export interface Faults {
  inject(rule: FaultRule): () => void;
  /** The faults of this request: any number of `slow`, and at most one of another kind. */
  take(provider: ProviderKey, endpoint: string): Fault[];
  list(): FaultRule[];
  clear(): void;
}

export function createFaults(seed: number): Faults {
  let random = createRandom(seed, 'faults');
  const rules = new Set<FaultRule>();

  function take(provider: ProviderKey, endpoint: string) {
    const taken: Fault[] = [];
    for (const rule of rules) {
      if (!matches(rule, provider, endpoint)) continue;
      if (rule.kind !== 'slow' && taken.some((fault) => fault.kind !== 'slow')) continue;
      if (rule.fraction !== undefined && !random.chance(rule.fraction)) continue;
      if (rule.times !== undefined && --rule.times <= 0) rules.delete(rule);
      taken.push(rule);
    }
    return taken;
  }

  return {
    inject(rule) {
      const own = { ...rule };
      rules.add(own);
      return () => void rules.delete(own);
    },
    take,
    list: () => [...rules],
    clear() {
      rules.clear();
      random = createRandom(seed, 'faults');
    },
  };
}

/** Reads `slow;ms=200, server-error`; a text that asks for something impossible gives the reason instead. */
export function readFaultHeader(header: string): Fault[] | string {
  const faults: Fault[] = [];
  for (const part of header.split(',')) {
    const [kind = '', ...settings] = part.split(';').map((each) => each.trim());
    const rule: Record<string, unknown> = { kind };
    for (const setting of settings) {
      const [name = '', ...rest] = setting.split('=');
      rule[name] = settingValue(rest.join('='));
    }
    const problem = faultProblem(rule);
    if (problem !== null) return problem;
    faults.push(rule as unknown as Fault);
  }
  return faults;
}

function settingValue(text: string): unknown {
  if (text === 'true' || text === 'false') return text === 'true';
  return /^\d+(\.\d+)?$/.test(text) ? Number(text) : text;
}

const SETTINGS: Record<string, 'string' | 'number' | 'boolean'> = {
  kind: 'string',
  provider: 'string',
  endpoint: 'string',
  text: 'string',
  applied: 'boolean',
  ms: 'number',
  megabytes: 'number',
  times: 'number',
  fraction: 'number',
};

/** Says what is wrong with a rule that came from outside, or null when it can be injected. */
export function faultProblem(rule: Record<string, unknown>): string | null {
  if (!Object.hasOwn(FAULT_KINDS, String(rule.kind)))
    return `kind is one of ${Object.keys(FAULT_KINDS).join(', ')}`;
  for (const [name, value] of Object.entries(rule)) {
    if (!Object.hasOwn(SETTINGS, name)) return `a fault has no setting ${JSON.stringify(name)}`;
    if (typeof value !== SETTINGS[name]) return `${name} takes a ${SETTINGS[name]}`;
    if (typeof value === 'number' && value < 0) return `${name} is not negative`;
  }
  if (rule.provider !== undefined && !PROVIDER_KEYS.includes(rule.provider as ProviderKey))
    return `provider is one of ${PROVIDER_KEYS.join(', ')}`;
  if (rule.endpoint !== undefined && !/^([CH]([1-8]|13)|R[12]|W[1-4]|unknown)$/.test(String(rule.endpoint)))
    return 'endpoint is a name such as C6, H7, R1 or W4, or unknown';
  if (typeof rule.fraction === 'number' && rule.fraction > 1) return 'fraction is between 0 and 1';
  if (rule.times !== undefined && !(Number.isInteger(rule.times) && Number(rule.times) > 0))
    return 'times is a whole number above 0';
  return null;
}
