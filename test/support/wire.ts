/** HTTP by hand, for what no client library would send. */

import { connect, type Socket } from 'node:net';

export interface Reply {
  readonly status: number;
  /** By names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

/** No answer after this long is a hang. */
const PATIENCE_MS = 10_000;

export interface Conversation {
  readonly socket: Socket;
  /** Everything that came, once the server has closed the connection. */
  readonly ended: Promise<string>;
  /** What has come so far. */
  soFar(): string;
}

/** Opens a connection and says this. */
export function say(url: string, ...parts: (string | Buffer)[]): Conversation {
  const { port } = new URL(url);
  const socket = connect(Number(port), '127.0.0.1');
  let received = '';
  socket.setEncoding('latin1').on('data', (text: string) => {
    received += text;
  });
  const ended = new Promise<string>((resolve, reject) => {
    const timer = setTimeout(() => {
      socket.destroy();
      reject(new Error(`It hangs after: ${received}`));
    }, PATIENCE_MS);
    socket.once('close', () => {
      clearTimeout(timer);
      resolve(received);
    });
  });
  // The server may close before it has heard everything.
  socket.on('error', () => {});
  for (const part of parts) socket.write(part);
  return { socket, ended, soFar: () => received };
}

/** The replies in what came over a connection. */
export function repliesIn(text: string): Reply[] {
  const replies: Reply[] = [];
  let rest = text;
  while (rest !== '') {
    const end = rest.indexOf('\r\n\r\n');
    const [status = '', ...lines] = rest.slice(0, end).split('\r\n');
    const headers = new Map(
      lines.map((line) => {
        const colon = line.indexOf(':');
        return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
      }),
    );
    const size = Number(headers.get('content-length') ?? 0);
    const body = rest.slice(end + 4, end + 4 + size);
    rest = rest.slice(end + 4 + size);
    if (!status.startsWith('HTTP/1.1 100'))
      replies.push({ status: Number(status.split(' ')[1]), headers, body });
  }
  return replies;
}

/** The one reply to a request after which the connection is closed. */
export async function replyTo(url: string, ...parts: (string | Buffer)[]): Promise<Reply> {
  const replies = repliesIn(await say(url, ...parts).ended);
  if (replies.length !== 1) throw new Error(`${replies.length} replies`);
  return replies[0]!;
}

/** A POST of this body, with headers as they stand here. */
export function post(body: string | Buffer, headers: readonly string[] = [], host = '127.0.0.1'): Buffer {
  const bytes = Buffer.from(body);
  const lines = [
    'POST /graphql HTTP/1.1',
    `Host: ${host}`,
    'Content-Type: application/json',
    'Accept: application/json',
    ...headers,
  ];
  if (!headers.some((line) => /^(content-length|transfer-encoding)/i.test(line))) {
    lines.push(`Content-Length: ${bytes.length}`);
  }
  if (!headers.some((line) => /^connection/i.test(line))) lines.push('Connection: close');
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), bytes]);
}
