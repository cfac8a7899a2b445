/** The whole audit of the GraphQL over HTTP specification against the listening server, one test for each audit. */

import { serverAudits } from 'graphql-http';
import { expect, test } from 'vitest';
import { startProduct } from '../support/app.ts';

const { url } = await startProduct();
const audits = serverAudits({ url: await url(), fetchFn: fetch });

test('there are audits', () => expect(audits.length).toBeGreaterThan(60));

test.each(audits.map(({ id, name, fn }) => ({ id, name, fn })))('$id: $name', async ({ fn }) => {
  const result = await fn();
  expect(result.status === 'ok' ? '' : result.reason).toBe('');
});
