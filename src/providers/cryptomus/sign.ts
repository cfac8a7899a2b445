/** The signature of one request: over the body's bytes and a key, and over nothing else (docs/providers.md 1.3). */

import { hash } from 'node:crypto';

/** The value of the header `sign` for exactly this body. */
export function sign(body: string, key: string): string {
  const encoded = Buffer.from(body, 'utf8').toString('base64');
  return hash('md5', encoded + key);
}
