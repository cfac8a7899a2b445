/** One request on the wire: the exact bytes out, the whole answer in. Follows no redirect, unpacks nothing, talks to
 * one origin. The only importer of undici. */

import { buildConnector, Client, type Dispatcher } from 'undici';
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
  /** How long a connection may take to be made. */
  readonly connectMs: number;
}

/** As many connections as are needed at once: whoever sends sees to it that they are not too many, and closes them. */
export function createWire({ url, connectMs }: WireOptions): Wire {
  const { origin, pathname } = new URL(url);
  const prefix = pathname.replace(/\/$/, '');
  const connections = new Connections(origin, connectMs);

  return {
    send({ method, path, headers, body = null }, hearer) {
      const client = connections.take();
      const exchange = new Exchange(hearer, client, connections);
      client.dispatch({ method, path: prefix + path, headers, body }, exchange);
      return exchange;
    },
    close: () => connections.close(),
  };
}

/** No pool of undici's: what is sent next goes over the connection that is free since just now, without a search. */
class Connections {
  readonly #origin: string;
  readonly #options: Client.Options;
  readonly #all = new Set<Client>();
  /** The one that was used last is taken first, and those that are not needed close after a while. */
  readonly #free: Client[] = [];

  constructor(origin: string, connectMs: number) {
    this.#origin = origin;
    // One connector, so that a later connection takes up the TLS session of an earlier one.
    const connect = buildConnector({ timeout: connectMs });
    // Who sends keeps time for the whole of an exchange.
    this.#options = { pipelining: 1, connect, headersTimeout: 0, bodyTimeout: 0 };
  }

  take(): Client {
    const free = this.#free.pop();
    if (free) return free;
    const client = new Client(this.#origin, this.#options);
    this.#all.add(client);
    return client;
  }

  giveBack(client: Client) {
    this.#free.push(client);
  }

  /** Ends whatever it is doing. */
  drop(client: Client) {
    this.#all.delete(client);
    client.destroy().catch(() => {});
  }

  async close() {
    await Promise.all([...this.#all].map((client) => client.close()));
  }
}

/** What undici tells of one request, and whoever sent it may hear. */
class Exchange implements Dispatcher.DispatchHandler, Sending {
  readonly #hearer: Hearer;
  readonly #client: Client;
  readonly #connections: Connections;
  #over = false;
  #status: number | null = null;
  #retryAfter: string | undefined;
  #size = 0;
  #chunks: Buffer[] = [];

  constructor(hearer: Hearer, client: Client, connections: Connections) {
    this.#hearer = hearer;
    this.#client = client;
    this.#connections = connections;
  }

  /** Of a request that waits for its connection not a byte leaves. */
  cancel() {
    if (this.#over) return;
    this.#over = true;
    this.#chunks = [];
    this.#connections.drop(this.#client);
  }

  onRequestStart() {
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
    this.#connections.giveBack(this.#client);
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
    this.#connections.drop(this.#client);
    this.#hearer.lost(isConnectTimeout(error) ? 'TIMEOUT' : 'UNAVAILABLE', this.#status);
  }
}

function isConnectTimeout(error: Error): boolean {
  return (error as NodeJS.ErrnoException).code === 'UND_ERR_CONNECT_TIMEOUT';
}
