/** One call from its first attempt to its last: what each one means, and whether another one may help. Nothing else here
 * repeats anything. */

import { type Outcome, ProviderError } from '../../errors.ts';
import type { Call, CallReport, HttpOptions } from '../http.ts';
import type { Asker } from '../provider.ts';
import { attempt, type Ending } from './attempt.ts';
import type { Refused } from './bulkhead.ts';
import { type Judgement, judge, type Rejection } from './judge.ts';
import { createRetryBudget, UNLIMITED } from './retry-budget.ts';
import type { Wire } from './send.ts';
import type { Done } from './shared-reads.ts';
import type { Standing } from './standing.ts';
import type { Watch } from './watch.ts';

const READ_ATTEMPTS = 3;
const BACKOFF_MS = 100;

export interface CarrierOptions extends HttpOptions {
  readonly wire: Wire;
  readonly watch: Watch;
  readonly standing: Standing;
}

/** Carries a call through; `done` is told once, unless it is canceled. Nobody waits for it after `dueAt`. Returns what
 * cancels it. */
export type Carry = <Answer>(
  call: Call<Answer>,
  asker: Asker,
  done: Done<Answer>,
  dueAt: () => number,
) => () => void;

export function createCarrier(options: CarrierOptions): Carry {
  const { account, provider, attemptMs, budgetMs, wire, watch, standing, reporter } = options;
  const { protocol, hostname: host, port: named } = new URL(options.url);
  const port = Number(named || (protocol === 'https:' ? 443 : 80));
  const retries = options.guards ? createRetryBudget() : UNLIMITED;

  return (call, asker, done, dueAt) => {
    const { operation, effect, method } = call;
    const onCall = reporter?.();
    const until = performance.now() + budgetMs;
    let number = 0;
    let pause: NodeJS.Timeout | undefined;
    let cancelAttempt = () => {};

    function report(
      result: CallReport['result'],
      outcome: Outcome | null,
      { sent, status, ms }: Pick<Ending, 'sent' | 'status' | 'ms'>,
    ) {
      if (!onCall) return;
      const facts = { account, provider, operation, effect, method, host, port, asker };
      onCall({ ...facts, attempt: number, result, outcome, sent, status, ms });
    }

    function failureOf({ code, issues, retryAfterMs, mayHaveHappened }: Rejection): ProviderError {
      const outcome = effect === 'write' && mayHaveHappened ? 'UNKNOWN' : 'REJECTED';
      return new ProviderError({ account, provider, operation, code, outcome, issues, retryAfterMs });
    }

    function ended(ending: Ending) {
      const { reply, lost, sent } = ending;
      if (!reply && !lost) {
        standing.forget(call, ending);
        return report('CANCELED', null, ending);
      }
      let judgement: Judgement<Answered>;
      try {
        judgement = reply ? judge(call, reply) : { rejection: unanswered(lost!, sent) };
      } catch (bug) {
        standing.forget(call, ending);
        return done.failed(bug);
      }
      const { rejection } = judgement;
      standing.learn(call, ending, rejection);
      if (!rejection) {
        report('OK', null, ending);
        return done.answered(judgement.answer);
      }
      const error = failureOf(rejection);
      report(rejection.code, error.failure.outcome, ending);
      if (!mayTryAgain(rejection, ending.at)) return done.failed(error);
      pause = setTimeout(tryOnce, Math.random() * longestPauseMs(), error);
    }
    type Answered = Parameters<typeof done.answered>[0];

    function longestPauseMs(): number {
      return BACKOFF_MS * 2 ** (number - 1);
    }

    function mayTryAgain({ code }: Rejection, now: number): boolean {
      if (effect === 'write' || number === READ_ATTEMPTS) return false;
      if (code !== 'TIMEOUT' && code !== 'UNAVAILABLE') return false;
      // By the longest pause, so that it is no question of luck.
      if (now + longestPauseMs() >= Math.min(until, dueAt())) return false;
      return retries.spend(now);
    }

    function refused({ code, retryAfterMs, sentence }: Refused, before: ProviderError | undefined) {
      // What the provider did last says more than that it is not asked again.
      if (before) return done.failed(before);
      number = 0;
      report(code, 'REJECTED', { sent: false, status: null, ms: 0 });
      done.failed(new ProviderError({ account, provider, operation, code, retryAfterMs, sentence }));
    }

    function tryOnce(before?: ProviderError) {
      number++;
      cancelAttempt = attempt(call, {
        lane: standing.lanes[effect],
        wire,
        watch,
        until,
        limitMs: effect === 'read' ? attemptMs : budgetMs,
        sent: () => asker.called(account, operation),
        ended,
        refused: (why) => refused(why, before),
      });
    }

    if (effect === 'read') retries.earn();
    tryOnce();
    return () => {
      clearTimeout(pause);
      cancelAttempt();
    };
  };
}

function unanswered(code: NonNullable<Ending['lost']>, sent: boolean): Rejection {
  return { code, issues: [], retryAfterMs: null, mayHaveHappened: sent, isOutage: code !== 'BAD_RESPONSE' };
}
