/** A provider of one test's own, answered by hand, and a client of it with nothing of a provider's in between. */

import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import { type Call, type CallReport, createHttp, type HttpOptions } from '../../src/providers/http.ts';
import type { Asker } from '../../src/providers/provider.ts';
import { Unreadable } from '../../src/providers/wire.ts';

export const NOBODY: Asker = { called: () => {} };

export interface Upstream {
  readonly url: string;
  /** What arrived. */
  readonly requests: readonly IncomingMessage[];
}

export interface Client {
  /** Asks for a path, which answers what the upstream sends as JSON. */
  read(path?: string, asker?: Asker): Promise<unknown>;
  write(path?: string, asker?: Asker): Promise<unknown>;
  health: ReturnType<typeof createHttp>['health'];
  /** What was reported. */
  readonly reports: readonly CallReport[];
}

/** Opens a server for one test. */
export async function openUpstream(listener: RequestListener, server = createServer()): Promise<Upstream> {
  const requests: IncomingMessage[] = [];
  server.on('request', (request, response) => {
    requests.push(request);
    listener(request, response);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => void server.close().closeAllConnections());
  return { url: urlOf(server), requests };
}

function urlOf(server: Server): string {
  const scheme = 'setSecureContext' in server ? 'https' : 'http';
  return `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const CALL: Pick<Call<unknown>, 'headers' | 'refusal' | 'answer'> = {
  headers: {},
  refusal: () => undefined,
  answer(json: unknown) {
    if (json === undefined) throw new Unreadable();
    return json;
  },
};

/** Opens a client for one test. */
export function openClient(url: string, options: Partial<HttpOptions> = {}): Client {
  const reports: CallReport[] = [];
  const http = createHttp({
    account: 'one',
    provider: 'REPAY',
    url,
    connections: 10,
    attemptMs: 5_000,
    budgetMs: 10_000,
    reporter: () => (report) => reports.push(report),
    ...options,
  });
  // What hangs when its test is over would keep it from closing.
  onTestFinished(() => void http.close());
  return {
    read: (path = '/', asker = NOBODY) =>
      http.exchange({ ...CALL, operation: 'read', effect: 'read', method: 'GET', path }, asker),
    write: (path = '/', asker = NOBODY) =>
      http.exchange(
        { ...CALL, operation: 'write', effect: 'write', method: 'POST', path, body: '{}' },
        asker,
      ),
    health: http.health,
    reports,
  };
}

/** The facts of the failure that a promise ends in. */
export async function failureOf(promise: Promise<unknown>): Promise<Record<string, unknown>> {
  const outcome = await promise.then(
    (value) => ({ answered: value }),
    (error) => error.failure ?? error,
  );
  return outcome;
}

/** Guards of which none comes into play; to be spread and changed. */
export const GUARDS = { queue: 1_000, breakAfter: 0, breakMs: 1_000, maxPauseMs: 0 };
