/** Notices when a breaker opens or closes and when a provider asks for a pause, after the calls that can tell. */

import type { CallReport } from '../providers/http.ts';
import type { BreakerState, LaneHealth } from '../providers/provider.ts';
import type { Kept } from './metrics.ts';

export type Change = { readonly account: string; readonly effect: 'read' | 'write' } & (
  | { readonly to: BreakerState }
  | { readonly pauseMs: number }
);

/** Half of the shortest pause: whatever ends so much later than what is known is another one. */
const SAME_PAUSE_MS = 500;

/** Looks after each call that failed, and after those that went well while something was wrong. */
export function watchStanding(
  accounts: Kept['accounts'],
  changed: (change: Change) => void,
): (call: CallReport) => void {
  const known = new Map<string, Pick<LaneHealth, 'breaker' | 'pausedUntil'>>();

  function look(account: string, effect: Change['effect'], lane: LaneHealth) {
    const key = `${account} ${effect}`;
    const before = known.get(key);
    const pausedUntil = lane.pausedUntil?.getTime() ?? 0;
    if (lane.breaker !== (before?.breaker ?? 'CLOSED')) changed({ account, effect, to: lane.breaker });
    if (pausedUntil > (before?.pausedUntil?.getTime() ?? 0) + SAME_PAUSE_MS) {
      changed({ account, effect, pauseMs: pausedUntil - Date.now() });
    }
    if (lane.breaker === 'CLOSED' && !lane.pausedUntil) known.delete(key);
    else known.set(key, lane);
  }

  return ({ account, result }) => {
    if (result === 'OK' && known.size === 0) return;
    const health = accounts.get(account)?.provider.health();
    if (!health) return;
    look(account, 'read', health.reads);
    look(account, 'write', health.writes);
  };
}
