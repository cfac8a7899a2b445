/** One attempt of a call: waits its turn, goes out, and ends once, with a reply or with the reason why there is none. */

import type { Call } from '../http.ts';
import type { Pass } from './breaker.ts';
import type { Refused, Turn } from './bulkhead.ts';
import type { Lane } from './lane.ts';
import type { Hearer, Reply, Sending, Wire } from './send.ts';
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

/** What all attempts of one kind of call go by. */
export interface Means {
  readonly lane: Lane;
  readonly wire: Wire;
  readonly watch: Watch;
  /** How long it may take once it is being sent. */
  readonly limitMs: number;
}

/** Whoever makes an attempt. */
export interface Attempting {
  sent(): void;
  /** Not told after `refused`. */
  ended(ending: Ending): void;
  /** It may not go out. */
  refused(why: Refused): void;
}

export class Attempt implements Turn, Watched, Hearer {
  place = NOWHERE;
  readonly #call: Call<unknown>;
  readonly #means: Means;
  readonly #until: number;
  readonly #owner: Attempting;
  #over = false;
  #pass: Pass | null = null;
  #turnAt: number | null = null;
  #sentAt: number | null = null;
  #sending: Sending | undefined;

  /** It ends at `until` at the latest, sent or not. */
  constructor(call: Call<unknown>, means: Means, until: number, owner: Attempting) {
    this.#call = call;
    this.#means = means;
    this.#until = until;
    this.#owner = owner;
  }

  begin() {
    const { lane, watch } = this.#means;
    const refused = lane.refusal(performance.now());
    if (refused) {
      this.#over = true;
      return this.#owner.refused(refused);
    }
    watch.add(this);
    lane.bulkhead.enter(this);
  }

  cancel() {
    this.#sending?.cancel();
    this.#end(performance.now(), null, null, null);
  }

  /** It has a place among those that go out. */
  start() {
    const { lane, wire } = this.#means;
    this.#turnAt = performance.now();
    const refused = lane.refusal(this.#turnAt);
    if (refused) return this.turnAway(refused);
    this.#pass = lane.breaker.pass();
    this.#sending = wire.send(this.#call, this);
  }

  turnAway(refused: Refused) {
    this.#over = true;
    this.#owner.refused(refused);
    this.#giveBack();
  }

  check(now: number) {
    if (now < this.#until && (this.#sentAt === null || now < this.#sentAt + this.#means.limitMs)) return;
    this.#sending?.cancel();
    this.#end(now, null, 'TIMEOUT', null);
  }

  sent() {
    this.#sentAt = performance.now();
    this.#owner.sent();
  }

  replied(reply: Reply) {
    this.#end(performance.now(), reply, null, reply.status);
  }

  lost(code: NonNullable<Ending['lost']>, status: number | null) {
    this.#end(performance.now(), null, code, status);
  }

  #end(at: number, reply: Reply | null, lost: Ending['lost'], status: number | null) {
    if (this.#over) return;
    this.#over = true;
    const ms = this.#turnAt === null ? 0 : at - this.#turnAt;
    const isFair = lost !== 'TIMEOUT' || ms >= this.#means.limitMs / 2;
    const sent = this.#sentAt !== null;
    try {
      // What it tells of the provider is known before the next one has its turn.
      this.#owner.ended({ reply, lost, sent, status, pass: this.#pass, at, ms, isFair });
    } finally {
      this.#giveBack();
    }
  }

  #giveBack() {
    const { watch, lane } = this.#means;
    watch.delete(this);
    if (this.#turnAt === null) lane.bulkhead.withdraw(this);
    else lane.bulkhead.leave();
  }
}
