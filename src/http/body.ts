/** Reads the body of a request: bounded, whole, and nothing but text. */

import type { IncomingMessage, ServerResponse } from 'node:http';
import { Refusal } from './answer.ts';

const UNREADABLE = new Refusal(400, 'BAD_REQUEST', 'The body is not well-formed UTF-8.');
const CUT_SHORT = new Refusal(400, 'BAD_REQUEST', 'The body ended early.');
// A byte order mark is not taken off: JSON has none.
const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Throws `Refusal`. A client that sends too slowly is the server's to cut off (`requestTimeout`). */
export async function readBody(
  request: IncomingMessage,
  response: ServerResponse,
  maxBytes: number,
): Promise<string> {
  const { headers } = request;
  if (Number(headers['content-length'] ?? 0) > maxBytes) throw tooLarge(maxBytes);
  if (headers.expect !== undefined) response.writeContinue();
  const bytes = await collect(request, maxBytes);
  try {
    return UTF8.decode(bytes);
  } catch {
    throw UNREADABLE;
  }
}

function collect(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    if (request.destroyed) throw CUT_SHORT;
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= maxBytes) return void chunks.push(chunk);
      chunks.length = 0;
      reject(tooLarge(maxBytes));
    });
    request.once('end', () => resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)));
    // After its end this says nothing new.
    request.once('close', () => reject(CUT_SHORT));
  });
}

function tooLarge(maxBytes: number): Refusal {
  return new Refusal(413, 'REQUEST_TOO_LARGE', `The body is larger than ${maxBytes} bytes.`);
}
