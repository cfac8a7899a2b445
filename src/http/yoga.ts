/** Yoga's own way to answer: a web request in, a web response out, in parts when it is a stream. */

import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { App, Result } from '../server.ts';
import { headersOf, send } from './answer.ts';
import type { Arrival } from './arrival.ts';

export interface Known {
  /** Of a POST. */
  readonly body?: string;
  /** Of what has been executed already. */
  readonly result?: Result;
}

/** Which the front door sets itself. */
const OWN_HEADERS = new Set(['content-type', 'content-length', 'cache-control', 'connection']);

/** Answers, and resolves when an answer in parts has begun. */
export async function throughYoga(
  app: App,
  arrival: Arrival,
  streams: Set<() => void>,
  { body, result }: Known = {},
): Promise<void> {
  const { request, headers } = arrival;
  const { accept = '*/*' } = headers;
  const init =
    body === undefined
      ? { method: 'GET', headers: { accept } }
      : { method: 'POST', headers: { accept, 'content-type': 'application/json' }, body };
  const context = result ? { inbound: arrival, result } : { inbound: arrival };
  const answer = await app.fetch(`http://paygraph${request.url}`, init, context);

  const type = answer.headers.get('content-type') ?? '';
  const isStream = type.startsWith('text/event-stream') || type.startsWith('multipart/mixed');
  answer.headers.forEach((value, name) => {
    if (!OWN_HEADERS.has(name.toLowerCase())) arrival.setHeader(name.toLowerCase(), value);
  });
  if (!isStream || !answer.body) return send(arrival, answer.status, type, await answer.text());
  pass(arrival, answer.status, type, answer.body, streams);
}

/** Ends when the body does, when the client goes, or when the server stops. */
function pass(
  arrival: Arrival,
  status: number,
  type: string,
  body: ReadableStream<Uint8Array>,
  streams: Set<() => void>,
) {
  const { response } = arrival;
  const reader = body.getReader();
  const stop = () => response.end();
  streams.add(stop);
  response.once('close', () => {
    streams.delete(stop);
    reader.cancel().catch(() => {});
  });
  response.writeHead(status, headersOf(arrival, type) as string[]);

  pump(reader, response).catch(() => response.destroy());
}

async function pump(reader: ReadableStreamDefaultReader<Uint8Array>, response: ServerResponse) {
  for (;;) {
    const { done, value } = await reader.read();
    if (done || response.writableEnded || response.destroyed) return void response.end();
    if (!response.write(value)) await once(response, 'drain');
  }
}
