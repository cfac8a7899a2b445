// Who may ask: the merchant header and the signature over the bytes as received (docs/providers.md, 1.3).
import { createHash } from 'node:crypto';
import type { MerchantCredentials } from '../credentials.ts';
import type { Request } from '../provider.ts';

/** `md5_hex(base64(bytes) + key)`. */
export function sign(body: Buffer, key: string): string {
  return createHash('md5')
    .update(body.toString('base64') + key)
    .digest('hex');
}

/** The payout key signs /v1/payout…, the payment key everything else. */
export function isSigned(request: Request, credentials: MerchantCredentials): boolean {
  const { merchant, paymentKey, payoutKey } = credentials;
  if (request.headers.merchant !== merchant) return false;
  const key = request.path.startsWith('/v1/payout') ? payoutKey : paymentKey;
  return request.headers.sign === sign(request.body, key);
}
