// One pretend provider on one port: takes a request in, writes it down, lets it wait, lets it misbehave, answers it.
// It knows HTTP and nothing about payments.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import type { CallLog, OpenCall } from './calls.ts';
import { type Fault, type Faults, readFaultHeader } from './faults.ts';
import type { Holds } from './holds.ts';
import { misbehave, takesEffect } from './misbehave.ts';
import type { Provider } from './provider.ts';
import { render, send } from './reply.ts';

export interface Surroundings {
  readonly calls: CallLog;
  readonly faults: Faults;
  readonly holds: Holds;
  /** Aborted when the sandbox closes, so that no slow answer outlives it. */
  readonly closing: AbortSignal;
}

/** The handler of one provider's port. */
export function serve(provider: Provider, around: Surroundings) {
  return async (message: IncomingMessage, response: ServerResponse) => {
    const { method = '', url = '/' } = message;
    const { pathname, searchParams } = splitUrl(url);
    const endpoint = provider.endpointOf(method, pathname);
    const headers = flatten(message);
    const call: OpenCall = {
      provider: provider.key,
      endpoint,
      method,
      path: url,
      headers,
      body: Buffer.alloc(0),
      status: null,
    };
    around.calls.arrive(call);
    response.once('close', () => around.calls.leave(provider.key));

    const body = await readBody(message);
    if (body === null) return;
    call.body = body;

    const faults = faultsOf(call, around.faults);
    if (typeof faults === 'string') {
      call.status = 400;
      return send(response, render({ status: 400, json: { sandbox: faults } }));
    }
    if (!(await around.holds.pass(provider.key, endpoint))) return void message.socket.destroy();

    const fault = faults.find((each) => each.kind !== 'slow');
    const reply =
      fault && !takesEffect(fault)
        ? null
        : provider.answer({
            endpoint,
            path: pathname,
            query: searchParams,
            headers,
            body,
            origin: originOf(message),
          });
    for (const slow of faults.filter((each) => each.kind === 'slow')) {
      await wait(slow.ms ?? 1000, undefined, { signal: around.closing }).catch(() => {});
    }
    // Whoever hangs up gets no answer, but what was asked has been done.
    if (response.socket?.destroyed !== false) return;
    if (fault) return misbehave(fault, provider, reply, call, response);
    const rendered = render(reply!);
    call.status = rendered.status;
    send(response, rendered);
  };
}

function faultsOf(call: OpenCall, faults: Faults): Fault[] | string {
  const header = call.headers['x-sandbox-fault'];
  return header === undefined ? faults.take(call.provider, call.endpoint) : readFaultHeader(header);
}

/** Splits by hand: a URL parser would rewrite the path that is being tested. */
function splitUrl(url: string) {
  const mark = url.indexOf('?');
  return mark < 0
    ? { pathname: url, searchParams: new URLSearchParams() }
    : { pathname: url.slice(0, mark), searchParams: new URLSearchParams(url.slice(mark + 1)) };
}

function flatten(message: IncomingMessage): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(message.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return headers;
}

function originOf(message: IncomingMessage): string {
  return `http://${message.headers.host ?? `127.0.0.1:${message.socket.localPort}`}`;
}

/** Null when the client went away before it had sent everything. */
async function readBody(message: IncomingMessage): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of message) chunks.push(chunk as Buffer);
  } catch {
    return null;
  }
  return Buffer.concat(chunks);
}

type Handler = (message: IncomingMessage, response: ServerResponse) => Promise<void>;

/** Starts to listen; the error of a port in use comes out as a rejection. */
export async function listen(handler: Handler, host: string, port: number): Promise<Server> {
  const server = createServer((message, response) => {
    handler(message, response).catch((error: unknown) => {
      // A defect of the sandbox must be loud in a test, not look like a provider's bad day.
      if (!response.headersSent) send(response, render({ status: 599, json: { sandbox: String(error) } }));
      else response.destroy();
    });
  });
  // Shorter than a client's own keep-alive would let pooled sockets die under a request.
  server.keepAliveTimeout = 120_000;
  server.requestTimeout = 0;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  return server;
}

export function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

/** Ends at once, whatever still hangs on a socket. */
export function stop(server: Server): Promise<void> {
  const stopped = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeAllConnections();
  return stopped;
}
