/** Four pretend providers at one address, as little work as possible: bare HTTP/1.1 over `node:net`, answers made beforehand. A
 * request without its account's credentials is refused. Told by messages how long to wait, and to tell what it counted. */

import { type AddressInfo, createServer, type Socket } from 'node:net';
import { ACCOUNTS, blockJson, dealJson, payoutJson, payoutPageJson, withdrawalPageJson } from './answers.ts';

export interface UpstreamReport {
  readonly requests: number;
  readonly cpuMicros: number;
}

let delayMs = 0;
let requests = 0;

const { cryptomus, heleket, repay, hashlee } = ACCOUNTS;
const pages = [payoutPageJson(1), payoutPageJson(2)].map(ok);
const withdrawals = new Map<string, string>();
const REFUSED = 'HTTP/1.1 401 Unauthorized\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}';

function ok(json: string): string {
  const length = Buffer.byteLength(json);
  return `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${length}\r\n\r\n${json}`;
}

/** The answer to one whole request. */
function answer(request: string): string {
  const [, account, rest] = /^\w+ \/(\w+)(\/\S*)/.exec(request) ?? [];
  switch (account) {
    case 'cryptomus':
    case 'heleket':
      if (!request.includes((account === 'cryptomus' ? cryptomus : heleket).merchant)) return REFUSED;
      if (rest === '/v1/payout/info') return ok(payoutJson(uuidIn(request)));
      if (rest === '/v1/wallet/block-address') return ok(blockJson(uuidIn(request)));
      return pages[account === 'cryptomus' ? 0 : 1]!;
    case 'repay':
      if (!request.includes(repay.apiKey)) return REFUSED;
      return ok(dealJson(rest!.slice(rest!.lastIndexOf('/') + 1)));
    default: {
      if (!request.includes(hashlee.token)) return REFUSED;
      const limit = /limit=(\d+)/.exec(rest!)![1]!;
      const page = withdrawals.get(limit) ?? ok(withdrawalPageJson(Number(limit)));
      withdrawals.set(limit, page);
      return page;
    }
  }
}

function uuidIn(request: string): string {
  const at = request.lastIndexOf('"uuid":"') + 8;
  return request.slice(at, at + 36);
}

/** The length of the first request in a text, or 0 while it is not whole. */
function wholeLength(text: string): number {
  const head = text.indexOf('\r\n\r\n');
  if (head === -1) return 0;
  const length = /content-length: *(\d+)/i.exec(text.slice(0, head));
  const whole = head + 4 + Number(length?.[1] ?? 0);
  return text.length >= whole ? whole : 0;
}

function serve(socket: Socket) {
  let pending = '';
  socket.setNoDelay(true).setEncoding('latin1');
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk: string) => {
    pending = pending === '' ? chunk : pending + chunk;
    for (let length = wholeLength(pending); length > 0; length = wholeLength(pending)) {
      const reply = answer(pending.slice(0, length));
      pending = pending.slice(length);
      requests++;
      if (delayMs === 0) socket.write(reply, 'latin1');
      else setTimeout(() => socket.write(reply, 'latin1'), delayMs);
    }
  });
}

const server = createServer(serve).listen(0, '127.0.0.1', () => {
  process.send!({ port: (server.address() as AddressInfo).port });
});
process.on('message', (message: { delayMs?: number }) => {
  if (message.delayMs !== undefined) delayMs = message.delayMs;
  const { user, system } = process.cpuUsage();
  process.send!({ requests, cpuMicros: user + system } satisfies UpstreamReport);
});
process.on('disconnect', () => process.exit());
