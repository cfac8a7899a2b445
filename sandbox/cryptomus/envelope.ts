// The answers that every Cryptomus and Heleket endpoint shares (docs/providers.md, 1.4): the envelope of success,
// the two kinds of refusal, and the bodies that have no envelope at all.
import type { Json } from '../json.ts';
import type { Failures, JsonReply, Reply } from '../provider.ts';
import { htmlPage } from '../reply.ts';
import type { Switches } from '../switches.ts';

/** The validation tokens per field, as the answer prints them. */
export type FieldErrors = Record<string, string[]>;

export function success(result: Json): JsonReply {
  return { status: 200, json: { state: 0, result } };
}

export interface Refusals {
  invalid(errors: FieldErrors): Reply;
  refuse(message: string): Reply;
  bare(): Reply;
}

export function createRefusals(switches: Switches): Refusals {
  const reply = (members: Record<string, Json>): Reply => ({
    status: switches.businessStatus,
    json: { state: 1, ...members },
  });
  return {
    invalid: (errors) => reply({ errors }),
    refuse: (message) => reply({ message }),
    bare: () => reply({}),
  };
}

export function invalidSign(): Reply {
  return { status: 401, json: { message: 'Invalid Sign.' } };
}

export function serverError(): Reply {
  return { status: 500, json: { message: 'Server error, #1', code: 500, error: null } };
}

export function notAllowed(): Reply {
  return htmlPage(405, '405 Method Not Allowed');
}

export function createFailures(refusals: Refusals): Failures {
  return {
    rateLimit: () => ({
      status: 429,
      headers: { 'retry-after': '60' },
      json: { message: 'Too Many Attempts.' },
    }),
    serverError,
    unauthorized: invalidSign,
    forbidden: () => refusals.refuse('You are forbidden'),
    bareFailure: () => refusals.bare(),
    empty: () => ({ status: 200, json: { state: 0 } }),
    refusal: (text) => refusals.refuse(text),
  };
}
