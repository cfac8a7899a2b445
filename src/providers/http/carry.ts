/** One call from its first attempt to its last: what each one means, and whether another one may help. Nothing else here
 * repeats anything. */

import { type Outcome, ProviderError } from '../../errors.ts';
import type { Call, CallReport, HttpOptions, OnCall } from '../http.ts';
import type { Asker } from '../provider.ts';
import { Attempt, type Attempting, type Ending, type Means } from './attempt.ts';
import type { Refused } from './bulkhead.ts';
import { type Judgement, judge, type Rejection } from './judge.ts';
import { createRetryBudget, type RetryBudget, UNLIMITED } from './retry-budget.ts';
import type { Wire } from './send.ts';
import type { Standing } from './standing.ts';
import type { Watch } from './watch.ts';

const READ_ATTEMPTS = 3;
const BACKOFF_MS = 100;

export interface CarrierOptions extends HttpOptions {
  readonly wire: Wire;
  readonly watch: Watch;
  readonly standing: Standing;
}

/** A call that is being carried through. */
export interface Carried {
  /** Nothing is told of it any more. */
  cancel(): void;
}

/** Carries a call through; `done` is told once, unless it is canceled. Nobody waits for it after `done.dueAt()`. */
export type Carry = <Answer>(call: Call<Answer>, asker: Asker, done: Awaited<Answer>) => Carried;

/** Whoever waits for a call; told once how it ended. */
export interface Awaited<Answer> {
  answered(answer: Answer): void;
  failed(error: unknown): void;
  /** When the last of them has no more time. */
  dueAt(): number;
}

export function createCarrier(options: CarrierOptions): Carry {
  const { protocol, hostname: host, port } = new URL(options.url);
  const { wire, watch, standing, attemptMs, budgetMs } = options;
  const { read, write } = standing.lanes;
  const route: Route = {
    ...options,
    means: {
      read: { lane: read, wire, watch, limitMs: attemptMs },
      write: { lane: write, wire, watch, limitMs: budgetMs },
    },
    host,
    port: Number(port || (protocol === 'https:' ? 443 : 80)),
    retries: options.guards ? createRetryBudget() : UNLIMITED,
  };
  return (call, asker, done) => {
    const carriage = new Carriage(route, call, asker, done);
    carriage.begin();
    return carriage;
  };
}

/** What all calls of an account have in common. */
interface Route extends CarrierOptions {
  readonly means: Readonly<Record<Call<unknown>['effect'], Means>>;
  readonly host: string;
  readonly port: number;
  readonly retries: RetryBudget;
}

class Carriage<Answer> implements Carried, Attempting {
  readonly #route: Route;
  readonly #call: Call<Answer>;
  readonly #asker: Asker;
  readonly #done: Awaited<Answer>;
  readonly #onCall: OnCall | undefined;
  /** When it ends at the latest, by `performance.now()`. */
  readonly #until: number;
  #number = 0;
  #attempt: Attempt | undefined;
  #pause: NodeJS.Timeout | undefined;
  /** How the attempt before this one failed. */
  #before: ProviderError | undefined;

  constructor(route: Route, call: Call<Answer>, asker: Asker, done: Awaited<Answer>) {
    this.#route = route;
    this.#call = call;
    this.#asker = asker;
    this.#done = done;
    this.#onCall = route.reporter?.();
    this.#until = performance.now() + route.budgetMs;
  }

  begin() {
    if (this.#call.effect === 'read') this.#route.retries.earn();
    this.#tryOnce();
  }

  cancel() {
    clearTimeout(this.#pause);
    this.#attempt?.cancel();
  }

  sent() {
    this.#asker.called(this.#route.account, this.#call.operation);
  }

  ended(ending: Ending) {
    const { standing } = this.#route;
    const { reply, lost, sent } = ending;
    if (!reply && !lost) {
      standing.forget(this.#call, ending);
      return this.#report('CANCELED', null, ending);
    }
    let judgement: Judgement<Answer>;
    try {
      judgement = reply ? judge(this.#call, reply) : { rejection: unanswered(lost!, sent) };
    } catch (bug) {
      standing.forget(this.#call, ending);
      return this.#done.failed(bug);
    }
    const { rejection } = judgement;
    standing.learn(this.#call, ending, rejection);
    if (!rejection) {
      this.#report('OK', null, ending);
      return this.#done.answered(judgement.answer);
    }
    const error = this.#failureOf(rejection);
    this.#report(rejection.code, error.failure.outcome, ending);
    if (!this.#mayTryAgain(rejection, ending.at)) return this.#done.failed(error);
    this.#before = error;
    this.#pause = setTimeout(() => this.#tryOnce(), Math.random() * this.#longestPauseMs());
  }

  refused({ code, retryAfterMs, sentence }: Refused) {
    // What the provider did last says more than that it is not asked again.
    if (this.#before) return this.#done.failed(this.#before);
    const { account, provider } = this.#route;
    const { operation } = this.#call;
    this.#number = 0;
    this.#report(code, 'REJECTED', { sent: false, status: null, ms: 0 });
    this.#done.failed(new ProviderError({ account, provider, operation, code, retryAfterMs, sentence }));
  }

  #tryOnce() {
    this.#number++;
    this.#attempt = new Attempt(this.#call, this.#route.means[this.#call.effect], this.#until, this);
    this.#attempt.begin();
  }

  #mayTryAgain({ code }: Rejection, now: number): boolean {
    if (this.#call.effect === 'write' || this.#number === READ_ATTEMPTS) return false;
    if (code !== 'TIMEOUT' && code !== 'UNAVAILABLE') return false;
    // By the longest pause, so that it is no question of luck.
    if (now + this.#longestPauseMs() >= Math.min(this.#until, this.#done.dueAt())) return false;
    return this.#route.retries.spend(now);
  }

  #longestPauseMs(): number {
    return BACKOFF_MS * 2 ** (this.#number - 1);
  }

  #failureOf({ code, issues, retryAfterMs, mayHaveHappened }: Rejection): ProviderError {
    const { account, provider } = this.#route;
    const { operation, effect } = this.#call;
    const outcome = effect === 'write' && mayHaveHappened ? 'UNKNOWN' : 'REJECTED';
    return new ProviderError({ account, provider, operation, code, outcome, issues, retryAfterMs });
  }

  #report(
    result: CallReport['result'],
    outcome: Outcome | null,
    { sent, status, ms }: Pick<Ending, 'sent' | 'status' | 'ms'>,
  ) {
    if (!this.#onCall) return;
    const { account, provider, host, port } = this.#route;
    const { operation, effect, method } = this.#call;
    this.#onCall({
      account,
      provider,
      operation,
      effect,
      method,
      host,
      port,
      asker: this.#asker,
      result,
      outcome,
      attempt: this.#number,
      sent,
      status,
      ms,
    });
  }
}

function unanswered(code: NonNullable<Ending['lost']>, sent: boolean): Rejection {
  return { code, issues: [], retryAfterMs: null, mayHaveHappened: sent, isOutage: code !== 'BAD_RESPONSE' };
}
