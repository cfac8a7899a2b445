/** What a reply means: an answer, or a failure with an honest outcome. */

import type { FailureCode, FieldIssue } from '../../errors.ts';
import type { Call } from '../http.ts';
import { Unreadable } from '../wire.ts';
import { parseJson } from './json.ts';
import type { Reply } from './send.ts';

const MAX_RETRY_AFTER_MS = 24 * 60 * 60 * 1000;

/** Why a call has no answer. */
export interface Rejection {
  readonly code: FailureCode;
  readonly issues: readonly FieldIssue[];
  readonly retryAfterMs: number | null;
  /** Whether a write may have happened all the same. */
  readonly mayHaveHappened: boolean;
  /** Whether it tells that the provider is failing, and not only that it refuses this. */
  readonly isOutage: boolean;
}

export type Judgement<Answer> =
  | { readonly rejection: null; readonly answer: Answer }
  | { readonly rejection: Rejection };

export function judge<Answer>(call: Call<Answer>, { status, retryAfter, text }: Reply): Judgement<Answer> {
  const isOutage = status >= 500 || status === 408;
  const body = parseJson(text);

  const refusal = body === undefined ? undefined : call.refusal(status, body);
  if (refusal) {
    const { code, issues = [], retryAfterMs = parseRetryAfter(retryAfter) } = refusal;
    // In the provider's own words it did not happen, unless the server was failing as it spoke.
    return { rejection: { code, issues, retryAfterMs, mayHaveHappened: status >= 500, isOutage } };
  }
  if (status < 200 || status > 299) {
    const isUnreadable = body === undefined && !(status in BY_STATUS) && status < 500;
    const code = isUnreadable ? 'BAD_RESPONSE' : codeOf(status);
    const retryAfterMs = parseRetryAfter(retryAfter);
    return {
      rejection: { code, issues: [], retryAfterMs, mayHaveHappened: status < 400 || isOutage, isOutage },
    };
  }
  try {
    return { rejection: null, answer: call.answer(body) };
  } catch (error) {
    if (error instanceof Unreadable) return { rejection: UNREADABLE };
    throw error;
  }
}

const UNREADABLE: Rejection = {
  code: 'BAD_RESPONSE',
  issues: [],
  retryAfterMs: null,
  mayHaveHappened: true,
  isOutage: false,
};

const BY_STATUS: Readonly<Record<number, FailureCode>> = {
  401: 'UNAUTHENTICATED',
  403: 'FORBIDDEN',
  408: 'TIMEOUT',
  429: 'RATE_LIMITED',
};

function codeOf(status: number): FailureCode {
  if (status >= 500) return 'UNAVAILABLE';
  return BY_STATUS[status] ?? (status < 400 ? 'BAD_RESPONSE' : 'REJECTED');
}

/** Seconds or an HTTP date, to milliseconds from now. */
function parseRetryAfter(value: string | undefined): number | null {
  if (value === undefined) return null;
  const ms = /^\d{1,9}$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.now();
  return Number.isNaN(ms) ? null : Math.min(Math.max(0, ms), MAX_RETRY_AFTER_MS);
}
