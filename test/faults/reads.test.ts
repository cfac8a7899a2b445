/** What a read comes to when its upstream misbehaves: the code, and how often it was asked. */

import { expect, test } from 'vitest';
import { FAULT_KINDS, type FaultKind } from '../../sandbox/faults.ts';
import { type Answer, startProduct, UPSTREAM } from '../support/app.ts';
import { callsOf, failuresOf, READS } from './operations.ts';

const { ask, sandbox, serve, openAccounts } = await startProduct();
/** Only hanging upstreams are asked with so little patience: they exceed any. */
const impatient = serve(openAccounts({ ...UPSTREAM, attemptMs: 400 }));

/** Code and number of calls for one read, under each fault; `several` reads two withdrawals, in one call at first. */
const TABLE = table(`
fault          | cryptomus, heleket | repay             | hashlee           | several
slow           | answered 1         | answered 1        | answered 1        | answered 1
hang           | TIMEOUT 3          | TIMEOUT 3         | TIMEOUT 3         | TIMEOUT 3
rate-limit     | RATE_LIMITED 1     | RATE_LIMITED 1    | RATE_LIMITED 1    | RATE_LIMITED 1
server-error   | UNAVAILABLE 3      | UNAVAILABLE 3     | UNAVAILABLE 3     | UNAVAILABLE 3
error-after    | UNAVAILABLE 3      | UNAVAILABLE 3     | UNAVAILABLE 3     | UNAVAILABLE 3
html           | BAD_RESPONSE 1     | BAD_RESPONSE 1    | BAD_RESPONSE 1    | BAD_RESPONSE 1
bad-gateway    | UNAVAILABLE 3      | UNAVAILABLE 3     | UNAVAILABLE 3     | UNAVAILABLE 3
cut            | UNAVAILABLE 3      | UNAVAILABLE 3     | UNAVAILABLE 3     | UNAVAILABLE 3
cut-json       | BAD_RESPONSE 1     | BAD_RESPONSE 1    | BAD_RESPONSE 1    | BAD_RESPONSE 1
drop-before    | UNAVAILABLE 3      | UNAVAILABLE 3     | UNAVAILABLE 3     | UNAVAILABLE 3
drop-after     | UNAVAILABLE 3      | UNAVAILABLE 3     | UNAVAILABLE 3     | UNAVAILABLE 3
unknown-status | answered 1         | answered 1        | answered 1        | answered 1
empty          | BAD_RESPONSE 1     | BAD_RESPONSE 1    | BAD_RESPONSE 1    | BAD_RESPONSE 1
bare-failure   | REJECTED 1         | REJECTED 1        | REJECTED 1        | REJECTED 3
refusal        | UNAVAILABLE 3      | REJECTED 1        | REJECTED 1        | REJECTED 3
forbidden      | FORBIDDEN 1        | FORBIDDEN 1       | FORBIDDEN 1       | FORBIDDEN 3
unauthorized   | UNAUTHENTICATED 1  | UNAUTHENTICATED 1 | UNAUTHENTICATED 1 | UNAUTHENTICATED 1
redirect       | BAD_RESPONSE 1     | BAD_RESPONSE 1    | BAD_RESPONSE 1    | BAD_RESPONSE 1
huge           | BAD_RESPONSE 1     | BAD_RESPONSE 1    | BAD_RESPONSE 1    | BAD_RESPONSE 1
`);

const COLUMNS: Record<string, string> = {
  'payout repay': 'repay',
  withdrawal: 'hashlee',
  withdrawals: 'hashlee',
  several: 'several',
};

function table(text: string): Map<string, Record<string, string>> {
  const [head = [], ...rows] = text
    .trim()
    .split('\n')
    .map((line) => line.split('|').map((cell) => cell.trim()));
  return new Map(
    rows.map((cells) => [cells[0]!, Object.fromEntries(cells.map((cell, at) => [head[at], cell]))]),
  );
}

/** Lets the endpoints of the reads misbehave, and no others: a QR code is seen on the wallet that a write answers. */
function injectIntoReads(rule: { kind: FaultKind; ms?: number; times?: number }) {
  for (const endpoint of ['C6', 'C7', 'C2', 'H6', 'H7', 'H2', 'R1', 'W1', 'W2']) {
    sandbox.inject({ ...rule, endpoint });
  }
}

/** `answered`, or the one code that all of its failures have. */
function summary(answer: Answer): string {
  const failures = failuresOf(answer);
  if (failures.length === 0) return 'answered';
  for (const { outcome } of failures) expect(outcome).toBe('REJECTED');
  return [...new Set(failures.map(({ code }) => code))].join(' ');
}

test('the table has a row for every kind of fault', () => {
  expect([...TABLE.keys()].sort()).toEqual(Object.keys(FAULT_KINDS).sort());
});

test.each([...TABLE.keys()] as FaultKind[])(
  'each read under %s has its code and its number of calls',
  async (kind) => {
    const door = kind === 'hang' ? impatient.ask : ask;
    injectIntoReads({ kind, ms: 40 });
    const seen = await Promise.all(
      READS.map(async (read) => {
        const answer = summary(await read.run(door, sandbox));
        return [read.name, `${answer} ${callsOf(sandbox, read)}`];
      }),
    );
    const row = TABLE.get(kind)!;
    expect(seen).toEqual(READS.map(({ name }) => [name, row[COLUMNS[name] ?? 'cryptomus, heleket']]));
  },
);

const PASSING = ['server-error', 'error-after', 'bad-gateway', 'cut', 'drop-before', 'drop-after'] as const;
test.each(PASSING)(
  'each read that fails once under %s and then works is answered, with two calls',
  async (kind) => {
    injectIntoReads({ kind, times: 1 });
    // The two reads of withdrawals share their endpoint, and the fault hits one of them.
    const reads = READS.filter(({ name }) => name !== 'several');
    const seen = await Promise.all(
      reads.map(
        async (read) => `${read.name}: ${summary(await read.run(ask, sandbox))} ${callsOf(sandbox, read)}`,
      ),
    );
    expect(seen).toEqual(reads.map(({ name }) => `${name}: answered 2`));
  },
);

test('a read that hangs once and then works is answered, with two calls', async () => {
  injectIntoReads({ kind: 'hang', times: 1 });
  const read = READS.find(({ name }) => name === 'withdrawal')!;
  const patient = serve(openAccounts({ ...UPSTREAM, attemptMs: 400 }));
  expect(summary(await read.run(patient.ask, sandbox))).toBe('answered');
  expect(callsOf(sandbox, read)).toBe(2);
});

test('begins no further attempt when the budget cannot hold the pause before it', async () => {
  const poor = serve(openAccounts({ ...UPSTREAM, budgetMs: 45 }));
  const read = READS.find(({ name }) => name === 'payout repay')!;
  await read.run(poor.ask, sandbox);
  sandbox.clearCalls();
  injectIntoReads({ kind: 'server-error' });
  await read.run(poor.ask, sandbox);
  expect(callsOf(sandbox, read)).toBe(1);
});

test('tells how long each provider wants to be left alone', async () => {
  injectIntoReads({ kind: 'rate-limit' });
  const pauses = await Promise.all(
    READS.map(async ({ name, run }) => {
      const [failure] = failuresOf(await run(ask, sandbox));
      return [name, failure?.retryAfterMs];
    }),
  );
  // Hashlee says it in its text, the others in a header.
  const fiveMinutes = ['withdrawal', 'withdrawals', 'several'];
  expect(pauses).toEqual(READS.map(({ name }) => [name, fiveMinutes.includes(name) ? 300_000 : 60_000]));
});
