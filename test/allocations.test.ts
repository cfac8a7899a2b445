/** How much the hot path allocates: bytes, and not seconds, so that it is the same on every machine. What a request allocates is
 * most of what it costs here. When this fails, `npm run bench -- --profile` and the profile that this leaves behind (open
 * it in the memory panel of Chromium's developer tools) show where: look at what is new, and lower the bounds again
 * when something was saved. */

import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Agent, request } from 'undici';
import { afterAll, expect, test } from 'vitest';
import { startServer, startUpstream, TOKEN } from '../bench/processes.ts';
import { SCENARIOS } from '../bench/scenarios.ts';

/** Kilobytes for one request: what was measured, and a quarter more. Runs differ by a twentieth. */
const MOST = { payout: 60, withdrawals: 215 };

const REQUESTS = 1_500;
const CLIENTS = 10;

interface Allocations {
  readonly selfSize: number;
  readonly children: readonly Allocations[];
}

const upstream = await startUpstream(process.execPath);
const agent = new Agent({ connections: CLIENTS });
afterAll(async () => {
  upstream.stop();
  await agent.close();
});

test.each(Object.entries(MOST))(
  '%s allocates no more than %d KB',
  async (name, most) => {
    const scenario = SCENARIOS.find((one) => one.name === name)!;
    const profile = join(mkdtempSync(join(tmpdir(), 'paygraph-allocations-')), `${name}.heapprofile`);
    const server = await startServer('paygraph', {
      node: process.execPath,
      upstream: upstream.url,
      connections: CLIENTS,
      databaseUrl: null,
      profile,
    });
    const headers = {
      'content-type': 'application/json',
      accept: 'application/json',
      authorization: `Bearer ${TOKEN}`,
    };

    async function ask(client: number) {
      for (let index = 0; index < REQUESTS / CLIENTS; index++) {
        const { path, body, facts } = scenario.question('paygraph', client, index);
        const url = new URL(path, server.url);
        const answer = await request(url, { method: 'POST', headers, body, dispatcher: agent });
        const text = await answer.body.text();
        for (const fact of facts) expect(text).toContain(fact);
      }
    }
    const load = () => Promise.all(Array.from({ length: CLIENTS }, (_, client) => ask(client)));

    try {
      // Until what is hot is compiled: interpreted code allocates more.
      for (let round = 0; round < 2; round++) await load();
      await server.profiled(load);
    } finally {
      await server.stop();
    }
    const { head } = JSON.parse(readFileSync(profile, 'utf8')) as { readonly head: Allocations };
    const kilobytes = bytesOf(head) / REQUESTS / 1_000;
    expect(kilobytes, profile).toBeGreaterThan(most / 3);
    expect(kilobytes, profile).toBeLessThan(most);
  },
  120_000,
);

function bytesOf({ selfSize, children }: Allocations): number {
  return children.reduce((sum, child) => sum + bytesOf(child), selfSize);
}
