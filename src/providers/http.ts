/** One exchange with an upstream: send the exact bytes, time out, retry reads, share reads that are already under
 * way, validate, fail with an honest outcome. The only importer of undici. */

import { parse } from 'lossless-json';
import { type Dispatcher, Pool } from 'undici';
import type { ZodType } from 'zod';
import type { ProviderName } from '../domain.ts';
import { type FailureCode, type FieldIssue, ProviderError } from '../errors.ts';
import type { Asker } from './provider.ts';

const READ_ATTEMPTS = 3;
const BACKOFF_MS = 100;
const MAX_RETRY_AFTER_MS = 24 * 60 * 60 * 1000;
const MAX_ANSWER_BYTES = 8 * 1024 * 1024;

export interface HttpOptions {
  readonly account: string;
  readonly provider: ProviderName;
  /** Origin with an optional path prefix, without a trailing slash. */
  readonly url: string;
  /** Most connections, and so most exchanges at once; further ones wait. */
  readonly connections: number;
  /** How long one attempt of a read may take once it is being sent. */
  readonly attemptMs: number;
  /** How long an exchange may take in all: waiting for a connection, every attempt, every pause. */
  readonly budgetMs: number;
}

export interface Call<Answer> {
  readonly operation: string;
  /** A write is sent once, a read is repeated when it fails for want of an answer. */
  readonly effect: 'read' | 'write';
  readonly method: 'GET' | 'POST' | 'PATCH';
  /** Path and query, encoded, starting with a slash. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Sent as it stands: what was signed is what goes out. */
  readonly body?: string;
  /** The provider's own way of saying no; undefined when this answer is not a refusal. */
  readonly refusal: (status: number, body: unknown) => Refusal | undefined;
  readonly answer: ZodType<Answer>;
}

export interface Refusal {
  readonly code: FailureCode;
  readonly issues?: readonly FieldIssue[];
  readonly retryAfterMs?: number;
}

export interface Http {
  exchange<Answer>(call: Call<Answer>, asker: Asker): Promise<Answer>;
  close(): Promise<void>;
}

interface Reply {
  readonly status: number;
  readonly retryAfter: string | undefined;
  readonly text: string;
}

/** Opens the pool of one account. The caller closes it. */
export function createHttp(options: HttpOptions): Http {
  const { account, provider, attemptMs, budgetMs } = options;
  const { origin, pathname } = new URL(options.url);
  const prefix = pathname.replace(/\/$/, '');
  const pool = new Pool(origin, {
    connections: options.connections,
    pipelining: 1,
    connect: { timeout: attemptMs },
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  const shared = new Map<string, Promise<unknown>>();

  function failure(call: Call<unknown>, refusal: Refusal, mayHaveHappened: boolean): ProviderError {
    const outcome = call.effect === 'write' && mayHaveHappened ? 'UNKNOWN' : 'REJECTED';
    return new ProviderError({ account, provider, operation: call.operation, outcome, ...refusal });
  }

  function send(call: Call<unknown>, timeoutMs: number, deadline: number, asker: Asker): Promise<Reply> {
    return new Promise((resolve, reject) => {
      let sent = false;
      let timer = setTimeout(() => giveUp('TIMEOUT'), deadline - Date.now());
      let controller: Dispatcher.DispatchController | undefined;
      let settled = false;
      let status = 0;
      let retryAfter: string | undefined;
      let size = 0;
      const chunks: Buffer[] = [];

      function giveUp(code: FailureCode) {
        if (settled) return;
        settled = true;
        clearTimeout(timer);
        controller?.abort(new Error(code));
        reject(failure(call, { code }, sent));
      }

      pool.dispatch(
        {
          method: call.method,
          path: prefix + call.path,
          headers: call.headers,
          ...(call.body === undefined ? {} : { body: call.body }),
        },
        {
          onRequestStart(started) {
            // Given up while it waited for a connection: stopped here, not a byte has left.
            if (settled) return started.abort(new Error('too late'));
            controller = started;
            sent = true;
            asker.called(account, call.operation);
            clearTimeout(timer);
            timer = setTimeout(() => giveUp('TIMEOUT'), Math.min(timeoutMs, deadline - Date.now()));
          },
          onResponseStart(_controller, statusCode, headers) {
            status = statusCode;
            const value = headers['retry-after'];
            retryAfter = Array.isArray(value) ? value[0] : value;
          },
          onResponseData(_controller, chunk) {
            size += chunk.length;
            if (size > MAX_ANSWER_BYTES) return giveUp('BAD_RESPONSE');
            chunks.push(chunk);
          },
          onResponseEnd() {
            if (settled) return;
            settled = true;
            clearTimeout(timer);
            resolve({ status, retryAfter, text: Buffer.concat(chunks).toString('utf8') });
          },
          onResponseError(_controller, error) {
            giveUp(isConnectTimeout(error) ? 'TIMEOUT' : 'UNAVAILABLE');
          },
        },
      );
    });
  }

  function read<Answer>(call: Call<Answer>, reply: Reply): Answer {
    const { status } = reply;
    const mayHaveHappened = status < 400 || status === 408 || status >= 500;
    const retryAfterMs = parseRetryAfter(reply.retryAfter);
    const body = parseJson(reply.text);

    const refusal = body === undefined ? undefined : call.refusal(status, body);
    if (refusal) {
      const pause = refusal.retryAfterMs ?? retryAfterMs;
      // A refusal in the provider's own words did not happen, unless the server was failing as it spoke.
      throw failure(call, pause === undefined ? refusal : { ...refusal, retryAfterMs: pause }, status >= 500);
    }
    if (status < 200 || status > 299) {
      const code =
        body === undefined && !(status in BY_STATUS) && status < 500 ? 'BAD_RESPONSE' : codeOf(status);
      throw failure(call, retryAfterMs === undefined ? { code } : { code, retryAfterMs }, mayHaveHappened);
    }
    const answer = call.answer.safeParse(body);
    if (!answer.success) throw failure(call, { code: 'BAD_RESPONSE' }, true);
    return answer.data;
  }

  async function attempts<Answer>(call: Call<Answer>, asker: Asker): Promise<Answer> {
    const deadline = Date.now() + budgetMs;
    if (call.effect === 'write') return read(call, await send(call, budgetMs, deadline, asker));

    for (let attempt = 1; ; attempt++) {
      try {
        return read(call, await send(call, attemptMs, deadline, asker));
      } catch (error) {
        const pauseMs = BACKOFF_MS * 2 ** (attempt - 1) * (0.5 + Math.random());
        const worthwhile = attempt < READ_ATTEMPTS && Date.now() + pauseMs < deadline;
        if (!worthwhile || !isPassing(error)) throw error;
        await new Promise((resolve) => setTimeout(resolve, pauseMs));
      }
    }
  }

  return {
    exchange<Answer>(call: Call<Answer>, asker: Asker): Promise<Answer> {
      if (call.effect === 'write') {
        // A read that began before a write must not answer for what is asked after it.
        shared.clear();
        return attempts(call, asker).finally(() => shared.clear());
      }
      const key = `${call.operation} ${call.method} ${call.path} ${call.body ?? ''}`;
      const running = shared.get(key);
      if (running) return running as Promise<Answer>;
      const started = attempts(call, asker).finally(() => {
        if (shared.get(key) === started) shared.delete(key);
      });
      shared.set(key, started);
      return started;
    },
    close: () => pool.close(),
  };
}

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

function isPassing(error: unknown): boolean {
  return error instanceof ProviderError && ['TIMEOUT', 'UNAVAILABLE'].includes(error.failure.code);
}

function isConnectTimeout(error: Error): boolean {
  return (error as NodeJS.ErrnoException).code === 'UND_ERR_CONNECT_TIMEOUT';
}

/** Seconds or an HTTP date, to milliseconds from now. */
function parseRetryAfter(value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  const ms = /^\d{1,9}$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.now();
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(0, ms), MAX_RETRY_AFTER_MS);
}

/** JSON with every number that a double would change kept as the text that was sent; undefined when it is not JSON. */
function parseJson(text: string): unknown {
  try {
    return parse(text, undefined, (token) => (String(Number(token)) === token ? Number(token) : token));
  } catch {
    return undefined;
  }
}
