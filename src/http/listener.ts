/** The front door's way with one request: who it is for, whose it is, and which part of the server answers. */

import type { RequestListener } from 'node:http';
import type { Authenticate } from '../access/authenticate.ts';
import { ANONYMOUS } from '../caller.ts';
import { ASSETS, GRAPHIQL_PAGE, type GraphiQL } from '../graphiql.ts';
import { unlessLate } from '../in-time.ts';
import type { Inbound } from '../inbound.ts';
import { type App, ENDPOINT } from '../server.ts';
import type { MetricsPage } from '../telemetry/metrics-page.ts';
import { JSON_TYPE, Refusal, refuse, send } from './answer.ts';
import { Arrival, type Threshold } from './arrival.ts';
import { createGraphQL } from './graphql.ts';
import { countOf, createOrigins, type OriginOptions } from './origins.ts';
import { createProxies, type TrustedProxies } from './proxies.ts';

/** A request that has been answered, or whose client has gone. */
export interface Answered {
  readonly inbound: Inbound;
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly status: number;
  /** From the headers of the request to the end of the answer. */
  readonly ms: number;
  /** Whether the client had gone before it had the whole answer. */
  readonly isCutOff: boolean;
}

export interface ListenerOptions extends OriginOptions {
  /** Who sends what; anybody may do everything when it is left out. */
  readonly authenticate?: Authenticate;
  /** Served to browsers at the endpoint; not at all without it. */
  readonly graphiql?: GraphiQL | undefined;
  /** Resolves when what is necessary to answer is there; `/health/ready` answers 503 otherwise. */
  readonly ready?: () => Promise<void>;
  readonly trustedProxies?: TrustedProxies | undefined;
  /** What `/metrics` shows, to whom it may; there is no such page without it. */
  readonly metrics?: MetricsPage | undefined;
  readonly maxBodyBytes?: number;
  /** Requests that are being answered at once; further ones are turned away. */
  readonly maxRequests?: number;
  /** Told of every request, once. */
  readonly onAnswered?: ((answered: Answered) => void) | undefined;
  /** Told of every error that no client may see. */
  readonly onBug: (error: unknown) => void;
}

export interface Listener {
  readonly listener: RequestListener;
  /** Has `/health/ready` answer 503, ends streams, and lets each connection end with its next answer. */
  drain(): void;
}

const NOT_FOUND = new Refusal(404, 'NOT_FOUND', 'There is nothing here but /graphql.');
const BAD_TARGET = new Refusal(400, 'BAD_REQUEST', 'The target of the request must be a path.');
const BAD_METHOD = new Refusal(
  405,
  'METHOD_NOT_ALLOWED',
  'GraphQL is asked by POST, or by GET for queries.',
  { allow: 'GET, POST, OPTIONS' },
);
const OVERLOADED = new Refusal(503, 'OVERLOADED', 'There is too much to do; ask again.', {
  'retry-after': '1',
});
const BAD_EXPECTATION = new Refusal(417, 'BAD_REQUEST', 'Only 100-continue can be expected.');
const BAD_CODING = new Refusal(400, 'BAD_REQUEST', 'The only transfer coding is chunked.');
const BUG = new Refusal(500, 'INTERNAL_SERVER_ERROR', 'Unexpected error.');

const HSTS = 'max-age=31536000';
const READY_WITHIN_MS = 2_000;

/** A listener for `request`, `checkContinue` and `checkExpectation` of a server of `node:http`. */
export function createListener(app: App, options: ListenerOptions): Listener {
  const { authenticate = () => ANONYMOUS, graphiql, metrics, onAnswered, onBug } = options;
  const { maxRequests = 1_000, maxBodyBytes = 1_000_000 } = options;
  const origins = createOrigins(options);
  const threshold: Threshold = { proxies: createProxies(options.trustedProxies), isDraining: false };
  const streams = new Set<() => void>();
  const graphql = createGraphQL(app, { maxBodyBytes, streams });
  const isReady = createReadiness(options.ready);
  let running = 0;

  async function answer(arrival: Arrival): Promise<void> {
    const { request, headers } = arrival;
    const { method, url = '' } = request;
    const path = pathOf(url);
    if (threshold.proxies.isSecure(request)) arrival.setHeader('strict-transport-security', HSTS);
    if (path === '/health/live') return send(arrival, 200, JSON_TYPE, '{"status":"live"}');
    if (path === '/health/ready') {
      const ready = !threshold.isDraining && (await isReady());
      return send(arrival, ready ? 200 : 503, JSON_TYPE, `{"status":"${ready ? 'ready' : 'not ready'}"}`);
    }

    if (!url.startsWith('/')) throw BAD_TARGET;
    if (headers.expect !== undefined && headers.expect.toLowerCase() !== '100-continue')
      throw BAD_EXPECTATION;
    const coding = headers['transfer-encoding'];
    if (coding !== undefined && coding.toLowerCase() !== 'chunked') throw BAD_CODING;
    origins.checkHost(request);
    if (graphiql && (method === 'GET' || method === 'HEAD')) {
      const wantsPage = path === ENDPOINT && headers.accept?.includes('text/html');
      if (wantsPage || path.startsWith(ASSETS)) {
        return sendAsset(arrival, graphiql, wantsPage ? GRAPHIQL_PAGE : path);
      }
    }
    if (path === '/metrics' && method === 'GET') {
      const page = await metrics?.(arrival);
      if (page) return send(arrival, 200, page.type, page.text);
    }
    if (path !== ENDPOINT) throw NOT_FOUND;

    origins.admit(arrival);
    if (method === 'OPTIONS') {
      origins.answerOptions(arrival);
      return send(arrival, 204, '', '');
    }
    if (method !== 'POST' && method !== 'GET') throw BAD_METHOD;
    if (running >= maxRequests) throw OVERLOADED;
    // In `headers`, the first of several would hide the others.
    const isRepeated = countOf(request.rawHeaders, 'authorization') > 1;
    const known = authenticate(isRepeated ? request.headersDistinct : headers);
    const verdict = known instanceof Promise ? await known : known;
    if ('status' in verdict) return refuse(arrival, verdict);
    arrival.caller = verdict;
    const question = await graphql.read(arrival);

    // Whoever sends slowly takes nobody's place meanwhile.
    if (running >= maxRequests) throw OVERLOADED;
    running++;
    try {
      await graphql.answer(arrival, question);
    } finally {
      running--;
    }
  }

  function fail(arrival: Arrival, error: unknown) {
    if (error instanceof Refusal) return refuse(arrival, error);
    onBug(error);
    if (arrival.response.headersSent) arrival.response.destroy();
    else refuse(arrival, BUG);
  }

  return {
    listener(request, response) {
      const arrival = new Arrival(request, response, threshold);
      if (onAnswered) report(arrival, onAnswered);
      answer(arrival).catch((error) => fail(arrival, error));
    },
    drain() {
      threshold.isDraining = true;
      for (const stop of streams) stop();
    },
  };
}

function pathOf(url: string): string {
  const end = url.indexOf('?');
  return end === -1 ? url : url.slice(0, end);
}

function report(inbound: Arrival, onAnswered: (answered: Answered) => void) {
  const { request, response } = inbound;
  const began = performance.now();
  response.on('close', () => {
    onAnswered({
      inbound,
      method: request.method ?? '',
      path: pathOf(request.url ?? ''),
      status: response.statusCode,
      ms: performance.now() - began,
      isCutOff: !response.writableFinished,
    });
  });
}

async function sendAsset(
  { id, headers, response, answerHeaders }: Arrival,
  graphiql: GraphiQL,
  path: string,
) {
  const asset = await graphiql(path);
  if (!asset) throw NOT_FOUND;
  const isKnown = headers['if-none-match'] === asset.etag;
  response.writeHead(isKnown ? 304 : 200, [...asset.headers, ...answerHeaders, 'x-request-id', id]);
  response.end(isKnown ? undefined : asset.body);
}

/** Asks once for all who want to know meanwhile: a flood of probes is no flood of queries. */
function createReadiness(ready: () => Promise<void> = async () => {}): () => Promise<boolean> {
  let underWay: Promise<boolean> | undefined;
  async function ask(): Promise<boolean> {
    const answered = ready().then(
      () => true,
      () => false,
    );
    return unlessLate(answered, READY_WITHIN_MS, false).finally(() => {
      underWay = undefined;
    });
  }
  return () => {
    underWay ??= ask();
    return underWay;
  };
}
