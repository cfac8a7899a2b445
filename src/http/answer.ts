/** What every answer of this server looks like, and the shape of a refusal. */

import type { Arrival } from './arrival.ts';

/** Why a request is not answered, and what is answered instead. */
export interface Refused {
  readonly status: number;
  /** For `extensions.code`. */
  readonly code: string;
  /** For the client. */
  readonly message: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Thrown where a request is refused before the schema is asked. */
export class Refusal extends Error implements Refused {
  override readonly name = 'Refusal';
  readonly status: number;
  readonly code: string;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, code: string, message: string, headers: Record<string, string> = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.headers = headers;
  }
}

export const JSON_TYPE = 'application/json; charset=utf-8';

/** Answers are of the moment, are no documents, and belong to no frame. Names and values in turn. */
export const COMMON_HEADERS: readonly string[] = [
  ...['x-content-type-options', 'nosniff'],
  ...['cache-control', 'no-store'],
  ...['referrer-policy', 'no-referrer'],
  ...['content-security-policy', "default-src 'none'; frame-ancestors 'none'"],
];

/** What an answer begins with. Names and values in turn. */
export function headersOf({ id, isLast, answerHeaders }: Arrival, type: string): (string | number)[] {
  const headers: (string | number)[] = [...COMMON_HEADERS, ...answerHeaders, 'x-request-id', id];
  if (type !== '') headers.push('content-type', type);
  if (isLast) headers.push('connection', 'close');
  return headers;
}

/** Writes a whole answer at once; without a body it has no type. */
export function send(arrival: Arrival, status: number, type: string, body: string) {
  const { response } = arrival;
  if (response.destroyed) return;
  const headers = headersOf(arrival, type);
  const length = Buffer.byteLength(body);
  if (status !== 204) headers.push('content-length', length);
  response.writeHead(status, headers as string[]);
  // Without a character beyond ASCII both are the same bytes, and Node has less to do for one of them.
  response.end(body, length === body.length ? 'latin1' : 'utf8');
}

/** Long enough for a client that is still sending to read why nobody listens. */
const LINGER_MS = 1_000;

export function refuse(arrival: Arrival, { status, code, message, headers }: Refused) {
  const { request, response } = arrival;
  for (const [name, value] of Object.entries(headers)) arrival.setHeader(name, value);
  send(arrival, status, JSON_TYPE, refusalBody(code, message));
  // Node reads what is left of the request and throws it away, which must end. To end the connection at once would
  // take the answer from a client that has not read it yet.
  response.once('finish', () => {
    if (request.complete) return;
    const timer = setTimeout(() => request.destroy(), LINGER_MS).unref();
    request.once('close', () => clearTimeout(timer));
  });
}

export function refusalBody(code: string, message: string): string {
  return JSON.stringify({ errors: [{ message, extensions: { code } }] });
}
