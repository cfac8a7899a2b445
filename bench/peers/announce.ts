/** How a peer says where it listens, the way Paygraph prints it, and ends when it is told to. */

import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export function announce(url: string): void {
  process.stdout.write(`${url}\n`);
  // A profile is written by a process that ends by itself.
  process.once('SIGTERM', () => process.exit());
}

export function listen(server: Server): void {
  server.listen(0, '127.0.0.1', () => {
    announce(`http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`);
  });
}
