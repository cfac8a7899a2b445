/** The demo: the sandbox in this process, and the accounts that point at it. */

import { SANDBOX_CREDENTIALS, type Sandbox, type SandboxOptions, startSandbox } from '../sandbox/index.ts';
import type { AccountConfig } from './account-config.ts';

export interface Demo {
  readonly sandbox: Sandbox;
  readonly accounts: readonly AccountConfig[];
}

/** Starts the sandbox on free ports. The caller closes it. */
export async function startDemo(options?: SandboxOptions): Promise<Demo> {
  const sandbox = await startSandbox(options);
  return { sandbox, accounts: demoAccounts(sandbox) };
}

/** One account at each provider, and a second one at Hashlee, which has two business units. */
export function demoAccounts({ urls }: Sandbox): AccountConfig[] {
  const { cryptomus, heleket, repay, hashlee } = SANDBOX_CREDENTIALS;
  return [
    { provider: 'cryptomus', name: 'cryptomus', ...cryptomus, url: urls.cryptomus },
    { provider: 'heleket', name: 'heleket', ...heleket, url: urls.heleket },
    { provider: 'repay', name: 'repay', ...repay, currency: 'RUB', url: urls.repay },
    ...hashlee.units.map((unit, index) => ({
      provider: 'hashlee' as const,
      name: index === 0 ? 'hashlee' : `hashlee-${index + 1}`,
      token: hashlee.token,
      unit,
      url: urls.hashlee,
    })),
  ];
}
