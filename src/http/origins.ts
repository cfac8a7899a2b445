/** Browsers: under which names they may know this server, whose pages may call it, and what those may read. */

import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { isLoopback } from '../loopback.ts';
import { Refusal } from './answer.ts';
import type { Arrival } from './arrival.ts';

export interface OriginOptions {
  /** Origins whose pages may call from a browser, exactly as browsers write them. */
  readonly origins?: readonly string[];
  /** Lets pages from any port of this machine call too, for frontend development. */
  readonly allowLoopbackOrigins?: boolean;
  /** Names that the header `Host` may have, besides those of this machine; undefined when any will do. */
  readonly hosts?: readonly string[] | undefined;
}

const MISDIRECTED = new Refusal(
  421,
  'MISDIRECTED_REQUEST',
  'This server is not known under that name. ALLOWED_HOSTS lists the names under which it is.',
);
const HOSTS = new Refusal(400, 'BAD_REQUEST', 'The header Host must be there once.');
const FOREIGN = new Refusal(403, 'FOREIGN_ORIGIN', 'Pages of that origin may not ask this server.');

const METHODS = 'GET, POST';
const EXPOSED = 'x-request-id, retry-after, ratelimit, ratelimit-policy';
const MAY_SEND = new Set(['accept', 'authorization', 'content-type', 'x-request-id']);
/** Browsers keep no longer than this what they may send. */
const PREFLIGHT_SECONDS = '7200';

export interface Origins {
  /** Throws `Refusal` when the client means another server: a foreign page may have its own name lead here. */
  checkHost(request: IncomingMessage): void;
  /** Tells a browser whether the page may read the answer. Throws `Refusal` when its request is not to be answered at
   * all, because a page can have things happen without reading answers. */
  admit(arrival: Arrival): void;
  /** Whether it is a preflight or the like; its answer's headers are set then. */
  answerOptions(arrival: Arrival): void;
}

export function createOrigins({ origins = [], allowLoopbackOrigins = false, hosts }: OriginOptions): Origins {
  const named = new Set(origins);
  const known = hosts && new Set(hosts.map((host) => host.toLowerCase()));
  const varies = named.size > 0 || allowLoopbackOrigins;
  let lastKnown: string | undefined;

  const isAllowed = ({ origin }: IncomingHttpHeaders) =>
    origin !== undefined && (named.has(origin) || (allowLoopbackOrigins && isLoopbackOrigin(origin)));

  return {
    checkHost({ headers: { host }, rawHeaders, httpVersionMinor }) {
      const count = countOf(rawHeaders, 'host');
      if (count > 1 || (count === 0 && httpVersionMinor > 0)) throw HOSTS;
      if (!known || (host !== undefined && host === lastKnown)) return;
      if (host === undefined) throw HOSTS;
      const name = host.toLowerCase().replace(/:\d*$/, '');
      if (!known.has(name) && !isLoopback(name)) throw MISDIRECTED;
      lastKnown = host;
    },

    admit(arrival) {
      const { headers } = arrival;
      if (varies) arrival.setHeader('vary', 'Origin');
      if (isAllowed(headers)) {
        arrival.setHeader('access-control-allow-origin', headers.origin!);
        arrival.setHeader('access-control-expose-headers', EXPOSED);
        return;
      }
      const site = headers['sec-fetch-site'];
      if (site === 'cross-site' || site === 'same-site') throw FOREIGN;
    },

    answerOptions(arrival) {
      const { headers } = arrival;
      arrival.setHeader('allow', `${METHODS}, OPTIONS`);
      if (!isAllowed(headers)) return;
      arrival.setHeader('access-control-allow-methods', METHODS);
      arrival.setHeader('access-control-max-age', PREFLIGHT_SECONDS);
      const wanted = String(headers['access-control-request-headers'] ?? '')
        .toLowerCase()
        .split(',')
        .map((name) => name.trim());
      const granted = wanted.filter((name) => MAY_SEND.has(name) || /^x-paygraph-[a-z-]{1,50}$/.test(name));
      if (granted.length > 0) arrival.setHeader('access-control-allow-headers', granted.join(', '));
    },
  };
}

/** How often a header came. Node takes the first of several, and something before it may have taken the last. */
export function countOf(rawHeaders: readonly string[], name: string): number {
  let count = 0;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const given = rawHeaders[at]!;
    if (given.length === name.length && given.toLowerCase() === name) count++;
  }
  return count;
}

function isLoopbackOrigin(origin: string): boolean {
  return URL.canParse(origin) && isLoopback(new URL(origin).hostname);
}
