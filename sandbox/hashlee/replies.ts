// What Hashlee says when it does not say yes. The documentation prints these texts and never an HTTP status: those are
// the guesses of docs/providers.md 4.2.
import type { Json } from '../json.ts';
import type { Failures, Reply } from '../provider.ts';

export const say = (status: number, message: string, more: Record<string, Json> = {}): Reply => ({
  status,
  json: { message, ...more },
});
export const unauthorized = () => say(401, 'Unauthorized');
export const notFound = () => say(404, 'Invalid identifier to requested resource');
export const invalid = (errors: Record<string, string[]>) =>
  say(422, 'The given data was invalid.', { errors });

/** What faults ask for. */
export const FAILURES: Failures = {
  rateLimit: () => say(429, 'Exceeded the limit of attempts. Wait for 5 minutes for another try.'),
  serverError: () => say(500, 'Server Error'),
  unauthorized,
  forbidden: () => say(403, 'Unauthorized'),
  bareFailure: () => ({ status: 400, json: {} }),
  empty: () => ({ status: 200, json: {} }),
  refusal: (text) => say(400, text),
};
