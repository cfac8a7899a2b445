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

/** A request that is under way. */
export interface Sending {
  /** Nothing is told any more. */
  cancel(): void;
}

export interface Wire {
  send(call: Call<unknown>, hearer: Hearer): Sending;
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
    send({ method, path, headers, body = null }, hearer) {
      const exchange = new Exchange(hearer);
      pool.dispatch({ method, path: prefix + path, headers, body }, exchange);
      return exchange;
    },
    close: () => pool.close(),
  };
}

/** What undici tells of one request, and whoever sent it may hear. */
class Exchange implements Dispatcher.DispatchHandler, Sending {
  readonly #hearer: Hearer;
  #over = false;
  #controller: Dispatcher.DispatchController | undefined;
  #status: number | null = null;
  #retryAfter: string | undefined;
  #size = 0;
  #chunks: Buffer[] = [];

  constructor(hearer: Hearer) {
    this.#hearer = hearer;
  }

  cancel() {
    if (this.#over) return;
    this.#over = true;
    this.#chunks = [];
    this.#controller?.abort(new Error('canceled'));
  }

  onRequestStart(controller: Dispatcher.DispatchController) {
    // Canceled while it waited for a connection: stopped here, not a byte has left.
    if (this.#over) return controller.abort(new Error('canceled'));
    this.#controller = controller;
    this.#hearer.sent();
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: Readonly<Record<string, string | string[] | undefined>>,
  ) {
    this.#status = status;
    const value = headers['retry-after'];
    this.#retryAfter = Array.isArray(value) ? value[0] : value;
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer) {
    if (this.#over) return;
    this.#size += chunk.length;
    this.#chunks.push(chunk);
    if (this.#size <= MAX_ANSWER_BYTES) return;
    this.cancel();
    this.#hearer.lost('BAD_RESPONSE', this.#status);
  }

  onResponseEnd() {
    if (this.#over) return;
    this.#over = true;
    const [only = Buffer.alloc(0), another] = this.#chunks;
    const body = another ? Buffer.concat(this.#chunks, this.#size) : only;
    this.#hearer.replied({
      status: this.#status!,
      retryAfter: this.#retryAfter,
      text: body.toString('utf8'),
    });
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error) {
    if (this.#over) return;
    this.#over = true;
    this.#hearer.lost(isConnectTimeout(error) ? 'TIMEOUT' : 'UNAVAILABLE', this.#status);
  }
}

function isConnectTimeout(error: Error): boolean {
  return (error as NodeJS.ErrnoException).code === 'UND_ERR_CONNECT_TIMEOUT';
}
