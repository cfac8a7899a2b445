/** An upstream that records every request to the byte and answers what the test tells it to: the stage on which
 * the providers' documents are replayed. */

import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface RecordedRequest {
  readonly method: string;
  /** Path and query, as they stood in the request line. */
  readonly path: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** The bytes that arrived, as UTF-8 text. */
  readonly body: string;
}

export interface Reply {
  readonly status: number;
  /** Sent as it stands. */
  readonly body: string;
  /** Taken for JSON unless it says otherwise. */
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Upstream {
  readonly url: string;
  /** In order of arrival; grows while the server runs. */
  readonly requests: readonly RecordedRequest[];
  close(): Promise<void>;
}

/** Listens on a free port of the loopback and answers each request with what `reply` makes of it. The caller closes it. */
export async function startUpstream(reply: (request: RecordedRequest) => Reply): Promise<Upstream> {
  const requests: RecordedRequest[] = [];
  const server = createServer(async (incoming, outgoing) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk);
    const request = {
      method: incoming.method ?? '',
      path: incoming.url ?? '',
      headers: incoming.headers,
      body: Buffer.concat(chunks).toString('utf8'),
    };
    requests.push(request);
    const { status, body, headers } = reply(request);
    outgoing.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** The text of a file under `test/fixtures`. */
export function fixture(path: string): string {
  return readFileSync(new URL(`../fixtures/${path}`, import.meta.url), 'utf8');
}
