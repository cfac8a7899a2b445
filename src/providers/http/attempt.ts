/** One attempt of a call: waits its turn, goes out, and ends once, with a reply or with the reason why there is none. */

import type { Call } from '../http.ts';
import type { Pass } from './breaker.ts';
import type { Refused, Turn } from './bulkhead.ts';
import type { Lane } from './lane.ts';
import type { Hearer, Reply, Wire } from './send.ts';
import { NOWHERE, type Watch, type Watched } from './watch.ts';

/** How an attempt ended. */
export interface Ending {
  readonly reply: Reply | null;
  /** Why there is no reply; null when it was canceled, too. */
  readonly lost: 'TIMEOUT' | 'UNAVAILABLE' | 'BAD_RESPONSE' | null;
  /** Whether a byte may have left. */
  readonly sent: boolean;
  /** Of HTTP, where one arrived. */
  readonly status: number | null;
  /** Null when it never had a turn. */
  readonly pass: Pass | null;
  /** By `performance.now()`. */
  readonly at: number;
  /** Since its turn. */
  readonly ms: number;
  /** Whether the provider had time enough to be blamed. */
  readonly isFair: boolean;
}

export interface AttemptOptions {
  readonly lane: Lane;
  readonly wire: Wire;
  readonly watch: Watch;
  /** How long it may take once it is being sent. */
  readonly limitMs: number;
  /** When it ends at the latest, sent or not. */
  readonly until: number;
  sent(): void;
  /** Not told after `refused`. */
  ended(ending: Ending): void;
  /** It may not go out. */
  refused(why: Refused): void;
}

/** Begins it. Returns what cancels it; it has ended then. */
export function attempt(call: Call<unknown>, options: AttemptOptions): () => void {
  const { lane, wire, watch, limitMs, until } = options;
  let over = false;
  let pass: Pass | null = null;
  let turnAt: number | null = null;
  let sentAt: number | null = null;
  let cancelSending: (() => void) | undefined;

  const hearer: Hearer = {
    sent() {
      sentAt = performance.now();
      options.sent();
    },
    replied: (reply) => end(performance.now(), reply, null, reply.status),
    lost: (code, status) => end(performance.now(), null, code, status),
  };

  const turn: Turn & Watched = {
    place: NOWHERE,
    start() {
      turnAt = performance.now();
      const refused = lane.refusal(turnAt);
      if (refused) return turn.turnAway(refused);
      pass = lane.breaker.pass();
      cancelSending = wire.send(call, hearer);
    },
    turnAway(refused) {
      over = true;
      options.refused(refused);
      giveBack();
    },
    check(now) {
      if (now < until && (sentAt === null || now < sentAt + limitMs)) return;
      cancelSending?.();
      end(now, null, 'TIMEOUT', null);
    },
  };

  function giveBack() {
    watch.delete(turn);
    if (turnAt === null) lane.bulkhead.withdraw(turn);
    else lane.bulkhead.leave();
  }

  function end(at: number, reply: Reply | null, lost: Ending['lost'], status: number | null) {
    if (over) return;
    over = true;
    const ms = turnAt === null ? 0 : at - turnAt;
    const isFair = lost !== 'TIMEOUT' || ms >= limitMs / 2;
    try {
      // What it tells of the provider is known before the next one has its turn.
      options.ended({ reply, lost, sent: sentAt !== null, status, pass, at, ms, isFair });
    } finally {
      giveBack();
    }
  }

  const refused = lane.refusal(performance.now());
  if (refused) {
    options.refused(refused);
    return () => {};
  }
  watch.add(turn);
  lane.bulkhead.enter(turn);
  return () => {
    cancelSending?.();
    end(performance.now(), null, null, null);
  };
}
