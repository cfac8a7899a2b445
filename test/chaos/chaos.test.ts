/** Faults of every kind at once, and a provider that hangs: failures are typed, every write is accounted for, and nothing
 * is left behind. `npm run chaos` is the long one, which keeps time as well, against the server as it is started. */

import { expect, test } from 'vitest';
import { GUARDS } from '../resilience/upstream.ts';
import { startProduct, UPSTREAM } from '../support/app.ts';
import { createLoad, unleash } from './load.ts';
import { chaosOfMain } from './main.ts';

const IS_LONG = process.env.MODE === 'chaos';
const SEED = Number(process.env.CHAOS_SEED ?? Date.now() % 2 ** 31);
const QUESTIONS = 200;
const { sandbox, serve, openAccounts } = await startProduct();

test.skipIf(IS_LONG)(
  'of 40 clients, each has a typed answer, every write is accounted for, and no call is left behind',
  { timeout: 60_000 },
  async () => {
    const accounts = openAccounts({
      ...UPSTREAM,
      attemptMs: 250,
      budgetMs: 700,
      guards: { ...GUARDS, breakAfter: 10, breakMs: 100, maxPauseMs: 50 },
    });
    const { ask, services } = serve(accounts, { requestMs: 1_000, listWaitMs: 500 });
    const load = createLoad(sandbox, SEED);
    unleash(sandbox, 0.4, ['cryptomus', 'repay', 'hashlee'], 'heleket');
    const asked = await load.run(40, 0.2, 20, ask, (count) => count >= QUESTIONS);

    await services.writer.idle();
    sandbox.clearFaults();
    expect(await load.disagreements(ask), `CHAOS_SEED=${SEED}`).toEqual([]);
    expect(load.written.length).toBeGreaterThan(10);
    const results = new Set(asked.map(({ result }) => result));
    expect([...results]).toEqual(expect.arrayContaining(['OK', 'UNAVAILABLE']));
    for (const { provider } of accounts) {
      const { reads, writes } = provider.health();
      expect([reads.inFlight, reads.waiting, writes.inFlight, writes.waiting]).toEqual([0, 0, 0, 0]);
      // Ends only when no exchange is left.
      await provider.close();
    }
  },
);

test.runIf(IS_LONG)('the server as it is started keeps its times and its books', { timeout: 300_000 }, () =>
  chaosOfMain(SEED),
);
