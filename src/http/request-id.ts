/** The id under which a request is found again, in its answer and in the log. */

import { randomBytes } from 'node:crypto';

// Counted, because random ones cost more than everything else at the door; the beginning tells processes apart.
const PROCESS = randomBytes(9).toString('base64url');
let count = 0;

export function newRequestId(): string {
  return `${PROCESS}-${(++count).toString(36)}`;
}

const SANE = /^[\w.:/+=@-]{1,128}$/;

/** The client's own, which only has to be printable: nothing is decided by an id. Otherwise a new one. */
export function requestIdOf(given: string | string[] | undefined): string {
  return typeof given === 'string' && SANE.test(given) ? given : newRequestId();
}
