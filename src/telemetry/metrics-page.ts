/** `/metrics`, and who may see it: whoever has the token; in the demo without a token, whoever is on this machine. To
 * everybody else there is no such page. In front of real accounts, being on this machine proves nothing: a proxy is. */

import { createHash, timingSafeEqual } from 'node:crypto';
import type { Inbound } from '../inbound.ts';
import type { Telemetry } from './telemetry.ts';

export interface MetricsAccess {
  /** Undefined when none is set. */
  readonly token: string | undefined;
  /** Whether this machine may see it when there is no token. */
  readonly openHere: boolean;
}

/** The page as whoever asks may see it; undefined when they may not. */
export type MetricsPage = (
  inbound: Pick<Inbound, 'headers' | 'address'>,
) => Promise<{ readonly type: string; readonly text: string } | undefined>;

export function createMetricsPage(
  { metrics }: Pick<Telemetry, 'metrics'>,
  { token, openHere }: MetricsAccess,
): MetricsPage {
  const expected = token === undefined ? undefined : digest(`Bearer ${token}`);
  return async ({ headers, address }) => {
    const may = expected
      ? timingSafeEqual(digest(String(headers.authorization)), expected)
      : openHere && isHere(address);
    return may ? { type: metrics.contentType, text: await metrics.text() } : undefined;
  };
}

function isHere(address: string): boolean {
  return address === '::1' || /^(?:::ffff:)?127\./.test(address);
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
