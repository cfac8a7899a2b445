/** Reads the body of a request: bounded, whole, and nothing but text. */

import type { IncomingMessage, ServerResponse } from 'node:http';
import { Refusal } from './answer.ts';

const UNREADABLE = new Refusal(400, 'BAD_REQUEST', 'The body is not well-formed UTF-8.');
const CUT_SHORT = new Refusal(400, 'BAD_REQUEST', 'The body ended early.');
// A byte order mark is not taken off: JSON has none.
const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Rejects with `Refusal`. A client that sends too slowly is the server's to cut off (`requestTimeout`). */
export function readBody(
  request: IncomingMessage,
  response: ServerResponse,
  maxBytes: number,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const { headers } = request;
    if (Number(headers['content-length'] ?? 0) > maxBytes) throw tooLarge(maxBytes);
    if (request.destroyed) throw CUT_SHORT;
    if (headers.expect !== undefined) response.writeContinue();
    const chunks: Buffer[] = [];
    let size = 0;
    let hasEnded = false;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= maxBytes) return void chunks.push(chunk);
      chunks.length = 0;
      reject(tooLarge(maxBytes));
    });
    request.on('end', () => {
      hasEnded = true;
      try {
        resolve(UTF8.decode(chunks.length === 1 ? chunks[0] : Buffer.concat(chunks)));
      } catch {
        reject(UNREADABLE);
      }
    });
    request.on('close', () => {
      if (!hasEnded) reject(CUT_SHORT);
    });
  });
}

function tooLarge(maxBytes: number): Refusal {
  return new Refusal(413, 'REQUEST_TOO_LARGE', `The body is larger than ${maxBytes} bytes.`);
}
