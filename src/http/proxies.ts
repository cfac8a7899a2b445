/** Whose word about a client is taken: that of proxies which are trusted by name or by number, and of nobody else. */

import type { IncomingMessage } from 'node:http';
import { BlockList, isIP } from 'node:net';
import type { TLSSocket } from 'node:tls';

/** How many proxies stand before this server, or the addresses and networks that they are in. */
export type TrustedProxies = number | readonly string[];

export interface Proxies {
  addressOf(request: IncomingMessage): string;
  /** Whether the client came by TLS. */
  isSecure(request: IncomingMessage): boolean;
}

export function createProxies(trusted: TrustedProxies = 0): Proxies {
  const isTrusted = typeof trusted === 'number' ? () => true : createMatcher(trusted);
  const most = typeof trusted === 'number' ? trusted : Number.POSITIVE_INFINITY;

  return {
    /** Goes from the nearest proxy to the farthest, as long as each that names the next is trusted. */
    addressOf(request) {
      let address = plain(request.socket.remoteAddress ?? '');
      const named = request.headers['x-forwarded-for'];
      if (most === 0 || named === undefined) return address;
      const names = String(named).split(',');
      for (let passed = 0; passed < most && names.length > 0 && isTrusted(address); passed++) {
        const next = plain(names.pop()!.trim());
        if (isIP(next) === 0) break;
        address = next;
      }
      return address;
    },
    isSecure(request) {
      if ((request.socket as TLSSocket).encrypted) return true;
      const scheme = request.headers['x-forwarded-proto'];
      if (most === 0 || scheme === undefined || !isTrusted(plain(request.socket.remoteAddress ?? ''))) {
        return false;
      }
      return String(scheme).split(',').at(-1)!.trim() === 'https';
    },
  };
}

/** Whether this is an address, or a network such as 10.0.0.0/8. */
export function isNetwork(text: string): boolean {
  const [address = '', bits, ...rest] = text.split('/');
  const family = isIP(address);
  if (family === 0 || rest.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128));
}

function createMatcher(networks: readonly string[]): (address: string) => boolean {
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', bits] = network.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    if (bits === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(bits), family);
  }
  return (address) => {
    const family = isIP(address);
    return family !== 0 && list.check(address, family === 6 ? 'ipv6' : 'ipv4');
  };
}

/** An IPv4 address as it is written everywhere but at a socket for both kinds. */
function plain(address: string): string {
  return address.startsWith('::ffff:') && address.includes('.') ? address.slice('::ffff:'.length) : address;
}
