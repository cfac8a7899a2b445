/** A list of trusted documents is checked as a whole, before anybody is served. */

import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { unfitDocuments } from '../../src/limits/trusted.ts';
import { startMain } from '../support/start.ts';

const hash = (letter: string) => letter.repeat(64);

test('every document that does not fit is named, with the reason', () => {
  const manifest = new Map([
    [hash('a'), '{ accounts { name } }'],
    [hash('b'), '{ acounts { name } }'],
    [hash('c'), '{ accounts {'],
    [hash('d'), `{ ${'accounts { name } '.repeat(101)} }`],
    [hash('e'), 'query ($by: PayoutRef!) { payout(by: $by) { id } }'],
  ]);
  expect(unfitDocuments(manifest)).toEqual([
    `TRUSTED_DOCUMENTS_FILE: ${hash('b')}: Cannot query field "acounts" on type "Query". Did you mean "accounts" or "payouts"?`,
    `TRUSTED_DOCUMENTS_FILE: ${hash('c')}: Syntax Error: Expected Name, found <EOF>.`,
    `TRUSTED_DOCUMENTS_FILE: ${hash('d')}: An operation has too many fields of its own: 101, and the limit is 100.`,
  ]);
});

test('Paygraph does not start with one', async () => {
  const path = join(mkdtempSync(join(tmpdir(), 'paygraph-')), 'documents.json');
  writeFileSync(path, JSON.stringify({ [hash('b')]: '{ acounts { name } }' }));
  const started = startMain({ TRUSTED_DOCUMENTS_FILE: path });
  expect(await started.exitCode).toBe(1);
  expect(started.output().stderr).toContain(`  - TRUSTED_DOCUMENTS_FILE: ${hash('b')}: Cannot query field`);
});
