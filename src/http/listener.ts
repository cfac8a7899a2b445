/** The front door: makes of each HTTP request what the rest of the server knows of it, and has it answered. */

import { randomUUID } from 'node:crypto';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Authenticate } from '../access/authenticate.ts';
import type { Refusal } from '../access/refusal.ts';
import { ANONYMOUS, type Caller, NOBODY } from '../caller.ts';
import type { App } from '../server.ts';

export interface ListenerOptions {
  /** Who sends what; anybody may do everything when it is left out. */
  readonly authenticate?: Authenticate;
}

/** A listener for `node:http`. */
export function createListener(
  app: App,
  { authenticate = () => ANONYMOUS }: ListenerOptions = {},
): RequestListener {
  function admit(request: IncomingMessage, response: ServerResponse, caller: Caller): void {
    const gone = new AbortController();
    response.once('close', () => {
      if (!response.writableFinished) gone.abort();
    });
    app(request, response, {
      inbound: {
        id: randomUUID(),
        caller,
        headers: request.headers,
        signal: gone.signal,
      },
    });
  }

  return (request, response) => {
    const decide = (verdict: Caller | Refusal) => {
      if (response.destroyed) return;
      if ('status' in verdict) refuse(response, verdict);
      else admit(request, response, verdict);
    };
    if (isEverybodys(request)) return admit(request, response, NOBODY);
    // In `headers`, the first of several would hide the others.
    const verdict = authenticate(request.headersDistinct);
    if (verdict instanceof Promise) verdict.then(decide);
    else decide(verdict);
  };
}

/** Health, and what browsers ask before they send a token. */
function isEverybodys({ method, url }: IncomingMessage): boolean {
  return method === 'OPTIONS' || url === '/health/live';
}

function refuse(response: ServerResponse, { status, code, message, headers }: Refusal): void {
  const body = JSON.stringify({ errors: [{ message, extensions: { code } }] });
  response
    .writeHead(status, {
      ...headers,
      'content-type': 'application/json; charset=utf-8',
      'cache-control': 'no-store',
    })
    .end(body);
}
