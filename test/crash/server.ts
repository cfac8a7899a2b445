/** The server under test, as a process of its own: what src/main.ts puts together, over given accounts, and a ledger at
 * whose doors the process can be told to kill itself. */

import type { AddressInfo } from 'node:net';
import { createFrontDoor } from '../../src/http/front-door.ts';
import { openProvider } from '../../src/providers/registry.ts';
import { createApp } from '../../src/server.ts';
import { createServices } from '../../src/services.ts';
import { openDatabase } from '../../src/store/database.ts';
import type { Ledger } from '../../src/store/ledger.ts';
import { createStore } from '../../src/store/store.ts';
import { ROOT } from '../support/tokens.ts';
import type { Ambush, FromServer, LedgerStep, Setup } from './victim.ts';

const { accounts, database }: Setup = JSON.parse(process.env.CRASH_SETUP!);
let ambush: Ambush | undefined;
process.on('message', (message: Ambush) => {
  ambush = message;
});
process.on('disconnect', () => process.exit());

const store = createStore(await openDatabase(database), 1);
const services = createServices({
  accounts: accounts.map((config) => ({
    name: config.name,
    mode: 'SANDBOX',
    provider: openProvider(config, { connections: 20, attemptMs: 2_000, budgetMs: 6_000 }),
  })),
  store: { ...store, ledger: ambushed(store.ledger) },
  maxChecks: 3,
  reconcileEveryMs: 10,
  onBug,
});
await services.store.ledger.orphan();
services.reconciler.start();
// Keys are each caller's own, and src/main.ts knows who asks by a token: here it is the same one.
const authenticate = () => ({ name: ROOT.name, may: () => true });
const { server } = createFrontDoor(createApp(services), { authenticate, onBug });
server.listen(0, '127.0.0.1', () => {
  tell({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql` });
});

function onBug(error: unknown) {
  tell({ bug: error instanceof Error ? (error.stack ?? error.message) : String(error) });
}

function tell(message: FromServer) {
  process.send?.(message);
}

function ambushed(ledger: Ledger): Ledger {
  return {
    ...ledger,
    async begin(intent) {
      reach('before the row');
      const begun = await ledger.begin(intent);
      if (begun.kind === 'NEW') reach('after the row');
      return begun;
    },
    async answer(operation, outcome) {
      reach('after the answer');
      const recorded = await ledger.answer(operation, outcome);
      reach('after the outcome');
      return recorded;
    },
  };
}

function reach(step: LedgerStep) {
  if (ambush?.step === step && --ambush.left === 0) process.kill(process.pid, 'SIGKILL');
}
