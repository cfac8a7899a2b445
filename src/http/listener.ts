/** The front door: makes of each HTTP request what the rest of the server knows of it, and has it answered. */

import { randomUUID } from 'node:crypto';
import type { RequestListener } from 'node:http';
import { ANONYMOUS } from '../caller.ts';
import type { App } from '../server.ts';

/** A listener for `node:http`. */
export function createListener(app: App): RequestListener {
  return (request, response) => {
    const gone = new AbortController();
    response.once('close', () => {
      if (!response.writableFinished) gone.abort();
    });
    app(request, response, {
      inbound: {
        id: randomUUID(),
        caller: ANONYMOUS,
        headers: request.headers,
        signal: gone.signal,
      },
    });
  };
}
