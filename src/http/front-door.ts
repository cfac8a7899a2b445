/** The server that listens: its limits of time and number, its answers to what is not even HTTP, and its end. */

import {
  createServer as createHttpServer,
  type Server,
  type ServerOptions,
  type ServerResponse,
} from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { Socket } from 'node:net';
import type { App } from '../server.ts';
import { COMMON_HEADERS, JSON_TYPE, refusalBody } from './answer.ts';
import { createListener, type ListenerOptions } from './listener.ts';
import { newRequestId } from './request-id.ts';

export interface FrontDoorOptions extends ListenerOptions {
  /** PEM. Serves HTTPS with them, and HTTP without. */
  readonly tls?: { readonly cert: string; readonly key: string } | undefined;
  readonly limits?: Partial<typeof LIMITS>;
}

/** What slow clients, and many, may take. Milliseconds, but where it says otherwise. */
const LIMITS = {
  /** From the start of a connection, or of a further request on it, to the end of the headers. */
  headersMs: 10_000,
  /** To the end of the body. */
  requestMs: 30_000,
  /** Between requests; longer than usual load balancers keep theirs, so that it is they who close. */
  keepAliveMs: 65_000,
  /** Without a byte in either direction, as when answers are not read. */
  silenceMs: 120_000,
  /** How often the first two are looked at. */
  checkEveryMs: 1_000,
  headerBytes: 16_384,
  connections: 10_000,
};

export interface FrontDoor {
  /** For its address, and for `listen`. */
  readonly server: Server;
  /** Takes no more connections, answers what has been asked, and closes. What is not answered by the deadline is cut
   * off. */
  close(deadlineMs: number): Promise<void>;
}

/** Does not listen yet. */
export function createFrontDoor(app: App, options: FrontDoorOptions): FrontDoor {
  const limits = { ...LIMITS, ...options.limits };
  const { listener, drain } = createListener(app, options);
  const serverOptions: ServerOptions = {
    headersTimeout: limits.headersMs,
    requestTimeout: limits.requestMs,
    keepAliveTimeout: limits.keepAliveMs,
    connectionsCheckingInterval: limits.checkEveryMs,
    maxHeaderSize: limits.headerBytes,
    // Checked by the listener, whose refusal looks like all others.
    requireHostHeader: false,
  };
  const server = options.tls
    ? createHttpsServer(
        { ...serverOptions, ...options.tls, minVersion: 'TLSv1.2', handshakeTimeout: limits.headersMs },
        listener,
      )
    : createHttpServer(serverOptions, listener);
  server.maxConnections = limits.connections;
  server.setTimeout(limits.silenceMs);
  server.on('checkContinue', listener);
  server.on('checkExpectation', listener);
  server.on('clientError', answerNonsense);
  // Otherwise it would be closed without a word.
  server.on('connect', (_request, socket) =>
    reply(socket as Socket, '405 Method Not Allowed', 'METHOD_NOT_ALLOWED'),
  );

  return {
    server,
    async close(deadlineMs) {
      drain();
      // A connection whose answer had begun would otherwise be kept for another request.
      server.keepAliveTimeout = 1;
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeIdleConnections();
      const timer = setTimeout(() => server.closeAllConnections(), deadlineMs);
      await closed;
      clearTimeout(timer);
    },
  };
}

const ANSWERS: Record<string, readonly [status: string, code: string]> = {
  HPE_HEADER_OVERFLOW: ['431 Request Header Fields Too Large', 'HEADERS_TOO_LARGE'],
  HPE_CHUNK_EXTENSIONS_OVERFLOW: ['413 Payload Too Large', 'REQUEST_TOO_LARGE'],
  ERR_HTTP_REQUEST_TIMEOUT: ['408 Request Timeout', 'REQUEST_TIMEOUT'],
};

/** Answers what Node cannot read as a request, or does not want to wait for any longer. */
function answerNonsense(error: NodeJS.ErrnoException, socket: Socket & { _httpMessage?: ServerResponse }) {
  const { code = '' } = error;
  // A connection that is gone, a TLS handshake that failed, or an answer that has begun: nobody would understand.
  const isHttp = code.startsWith('HPE_') || code.startsWith('ERR_HTTP_');
  if (!isHttp || !socket.writable || socket._httpMessage?.headersSent) return void socket.destroy();
  const [status, name] = ANSWERS[code] ?? ['400 Bad Request', 'BAD_REQUEST'];
  reply(socket, status, name);
}

function reply(socket: Socket, status: string, code: string) {
  const body = refusalBody(code, `${status.slice(4)}.`);
  const headers = [
    ...['connection', 'close'],
    ...['content-type', JSON_TYPE],
    ...['content-length', String(Buffer.byteLength(body))],
    ...['x-request-id', newRequestId()],
    ...COMMON_HEADERS,
  ];
  const lines = headers.flatMap((name, at) => (at % 2 === 0 ? [`${name}: ${headers[at + 1]}`] : []));
  socket.end([`HTTP/1.1 ${status}`, ...lines, '', body].join('\r\n'));
  socket.destroySoon();
}
