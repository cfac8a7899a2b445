/** The yardstick: `node:http`, undici's `request`, and the provider's JSON handed on as it came. */

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { listen } from './announce.ts';
import { blockWallet, listPayouts, listWithdrawals, readDeal, readPayout } from './calls.ts';

interface Asked {
  readonly uuid: string;
  readonly uuids: readonly string[];
  readonly orderIds: readonly string[];
  readonly first: number;
  readonly reference: string;
}

const ROUTES: Readonly<Record<string, (asked: Asked) => Promise<string>>> = {
  '/payout': ({ uuid }) => readPayout(uuid),
  '/payouts': async ({ uuids }) => listOf(await Promise.all(uuids.map(readPayout))),
  '/withdrawals': ({ first, reference }) => listWithdrawals(first, reference),
  '/merged': async ({ orderIds }) =>
    listOf(await Promise.all([listPayouts('cryptomus'), listPayouts('heleket'), ...orderIds.map(readDeal)])),
  '/block': ({ uuid }) => blockWallet(uuid),
};

function listOf(texts: readonly string[]): string {
  return `[${texts.join(',')}]`;
}

function onRequest(request: IncomingMessage, response: ServerResponse) {
  let text = '';
  request.setEncoding('utf8');
  request.on('data', (chunk: string) => {
    text += chunk;
  });
  request.on('end', async () => {
    try {
      const json = await ROUTES[request.url!]!(JSON.parse(text));
      const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(json) };
      response.writeHead(200, headers).end(json);
    } catch {
      response.writeHead(502).end();
    }
  });
}

listen(createServer(onRequest));
