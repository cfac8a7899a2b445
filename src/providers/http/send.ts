/** One request on the wire: the exact bytes out, the whole answer in. Follows no redirect, unpacks nothing, talks to
 * one origin. The only importer of undici. */

import { type Dispatcher, Pool } from 'undici';
import type { Call } from '../http.ts';

const MAX_ANSWER_BYTES = 8 * 1024 * 1024;

export interface Reply {
  readonly status: number;
  readonly retryAfter: string | undefined;
  readonly text: string;
}

/** What is told of a request that goes out; of the last two, one, and once. */
export interface Hearer {
  /** Its first byte is about to leave. Never told of one that was canceled before. */
  sent(): void;
  replied(reply: Reply): void;
  /** `status` is null when not even that arrived. */
  lost(code: 'TIMEOUT' | 'UNAVAILABLE' | 'BAD_RESPONSE', status: number | null): void;
}

export interface Wire {
  /** Returns what cancels it, after which nothing is told any more. */
  send(call: Call<unknown>, hearer: Hearer): () => void;
  /** Lets what was sent end, then closes the connections. */
  close(): Promise<void>;
}

export interface WireOptions {
  /** Origin with an optional path prefix, without a trailing slash. */
  readonly url: string;
  readonly connections: number;
  /** How long a connection may take to be made. */
  readonly connectMs: number;
}

/** Opens the pool of one account. The caller closes it. */
export function createWire({ url, connections, connectMs }: WireOptions): Wire {
  const { origin, pathname } = new URL(url);
  const prefix = pathname.replace(/\/$/, '');
  const pool = new Pool(origin, {
    connections,
    pipelining: 1,
    connect: { timeout: connectMs },
    // Who sends keeps time for the whole of an exchange.
    headersTimeout: 0,
    bodyTimeout: 0,
  });

  return {
    send(call, hearer) {
      let over = false;
      let controller: Dispatcher.DispatchController | undefined;
      let status: number | null = null;
      let retryAfter: string | undefined;
      let size = 0;
      let chunks: Buffer[] = [];

      const handler: Dispatcher.DispatchHandler = {
        onRequestStart(started) {
          // Canceled while it waited for a connection: stopped here, not a byte has left.
          if (over) return started.abort(new Error('canceled'));
          controller = started;
          hearer.sent();
        },
        onResponseStart(_controller, statusCode, headers) {
          status = statusCode;
          const value = headers['retry-after'];
          retryAfter = Array.isArray(value) ? value[0] : value;
        },
        onResponseData(_controller, chunk) {
          if (over) return;
          size += chunk.length;
          chunks.push(chunk);
          if (size > MAX_ANSWER_BYTES) {
            cancel();
            hearer.lost('BAD_RESPONSE', status);
          }
        },
        onResponseEnd() {
          if (over) return;
          over = true;
          const [only = Buffer.alloc(0), another] = chunks;
          const body = another ? Buffer.concat(chunks, size) : only;
          hearer.replied({ status: status!, retryAfter, text: body.toString('utf8') });
        },
        onResponseError(_controller, error) {
          if (over) return;
          over = true;
          hearer.lost(isConnectTimeout(error) ? 'TIMEOUT' : 'UNAVAILABLE', status);
        },
      };

      function cancel() {
        if (over) return;
        over = true;
        chunks = [];
        controller?.abort(new Error('canceled'));
      }

      const { method, headers, body } = call;
      pool.dispatch(
        { method, path: prefix + call.path, headers, ...(body !== undefined && { body }) },
        handler,
      );
      return cancel;
    },
    close: () => pool.close(),
  };
}

function isConnectTimeout(error: Error): boolean {
  return (error as NodeJS.ErrnoException).code === 'UND_ERR_CONNECT_TIMEOUT';
}
