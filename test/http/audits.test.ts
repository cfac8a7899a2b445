/** The whole audit of the GraphQL over HTTP specification against the listening server, one test for each audit. */

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { serverAudits } from 'graphql-http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createListener } from '../../src/http/listener.ts';
import { startProduct } from '../support/app.ts';

const { app } = await startProduct();
const server = createServer(createListener(app));
beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
afterAll(() => new Promise((resolve) => server.close(resolve)));

const audits = serverAudits({
  url: () => `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`,
  fetchFn: fetch,
});

test('there are audits', () => expect(audits.length).toBeGreaterThan(60));

test.each(audits.map(({ id, name, fn }) => ({ id, name, fn })))('$id: $name', async ({ fn }) => {
  const result = await fn();
  expect(result.status === 'ok' ? '' : result.reason).toBe('');
});
