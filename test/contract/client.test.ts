/** The contract of a provider's client, run against every client that has the capability. */

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { capabilitiesOf } from '../../src/accounts.ts';
import { type Failure, ProviderError } from '../../src/errors.ts';
import type { Direction, Position, Provider, Source } from '../../src/providers/provider.ts';
import { startProduct, UPSTREAM } from '../support/app.ts';
import { CLIENTS, type ClientCase } from './clients.ts';

const { sandbox, accounts, openAccounts } = await startProduct();
const mistaken = openAccounts(UPSTREAM, (config) => caseOf(config.provider).wrong(config));
const closedPort = await portOfNobody();
const unreachable = openAccounts(UPSTREAM, (config) => ({
  ...config,
  url: `http://127.0.0.1:${closedPort}`,
}));

function caseOf(provider: ClientCase['provider']): ClientCase {
  return CLIENTS.find((client) => client.provider === provider)!;
}

async function portOfNobody(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function clientIn(list: typeof accounts, { account }: ClientCase): Provider {
  return list.find(({ name }) => name === account)!.provider;
}

function createAsker() {
  const operations: string[] = [];
  return { operations, called: (_account: string, operation: string) => void operations.push(operation) };
}
const nobody = createAsker();

/** What a provider says when it refuses. */
const SAID = 'a secret reason of merchant 8b03432e';

/** The facts of the error that a promise ends in, which gives nothing away of what `one` has and was asked. */
async function failureOf(one: ClientCase, promise: Promise<unknown>): Promise<Failure> {
  const error = await promise.then(
    () => expect.fail('it did not fail'),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(ProviderError);
  const { message, stack, cause, failure } = error as ProviderError;
  expect(cause).toBeUndefined();
  // Line numbers in a stack may look like a port.
  const trail = String(stack).replace(/\(?(?:file:\/\/|\/|node:)\S+\)?/g, '');
  const shown = [
    message,
    trail,
    JSON.stringify(error),
    inspect({ ...(error as object) }, { depth: 20 }),
  ].join('\n');
  const ports = [...Object.values(sandbox.urls).map((url) => new URL(url).port), String(closedPort)];
  const sent = sandbox.calls.flatMap(({ headers, path }) => [headers.sign ?? path, path]);
  const texts = [...one.secrets, ...ports, ...sent, '127.0.0.1', '/v1/', SAID];
  expect(texts.filter((text) => shown.includes(text))).toEqual([]);
  return failure;
}

/** The whole list from its beginning in one direction. */
async function walk(source: Source<object>, direction: Direction): Promise<object[]> {
  const rows: object[] = [];
  let from: Position | null = null;
  for (let reads = 0; reads < 2_000; reads++) {
    const slice = await source.read(from, direction, 100, nobody);
    rows.push(...slice.rows.map(({ row }) => row));
    if (slice.end) return rows;
    from = slice.rows.at(-1)!.position;
  }
  return expect.fail('the list does not end');
}

test('offers exactly what its provider is documented to have', () => {
  const table = accounts.map(({ name, provider }) => `${name}: ${capabilitiesOf(provider).join(' ')}`);
  expect(table).toEqual([
    'cryptomus: CREATE_STATIC_WALLET BLOCK_WALLET REFUND_BLOCKED WALLET_QR_CODE CREATE_PAYOUT READ_PAYOUT LIST_PAYOUTS',
    'heleket: CREATE_STATIC_WALLET BLOCK_WALLET REFUND_BLOCKED WALLET_QR_CODE CREATE_PAYOUT READ_PAYOUT LIST_PAYOUTS',
    'repay: CREATE_PAYOUT READ_PAYOUT LIST_LEARNED_PAYOUTS',
    'hashlee: CREATE_WITHDRAWAL READ_WITHDRAWAL LIST_WITHDRAWALS CANCEL_WITHDRAWAL',
    'hashlee-2: CREATE_WITHDRAWAL READ_WITHDRAWAL LIST_WITHDRAWALS CANCEL_WITHDRAWAL',
  ]);
});

describe.each(CLIENTS)('the client of $account', (one) => {
  const client = clientIn(accounts, one);
  const { reads, writes, list } = one;
  /** Everything that it can be asked, as one call each. */
  const everything = (of: Provider): [name: string, run: () => Promise<unknown>][] => [
    ...reads.map(
      (read) => [read.name, () => read.present(of, sandbox, nobody)] as [string, () => Promise<unknown>],
    ),
    ...writes.map(
      (write) => [write.name, () => write.run(of, sandbox, nobody)] as [string, () => Promise<unknown>],
    ),
    ...(list
      ? [
          [list.name, () => list.source(of).read(null, 'forward', 1, nobody)] as [
            string,
            () => Promise<unknown>,
          ],
        ]
      : []),
    ...(of.wallets
      ? [
          ['QR code', () => of.wallets!.qrCode(sandbox.rows.wallets('cryptomus')[0]!.uuid, nobody)] as [
            string,
            () => Promise<unknown>,
          ],
        ]
      : []),
    ...(of.withdrawals
      ? [
          [
            'several at once',
            () => of.withdrawals!.byHashes([sandbox.rows.withdrawals('vojvzo')[0]!.hash], [], nobody),
          ] as [string, () => Promise<unknown>],
        ]
      : []),
  ];

  test('reads objects of every status, and the greatest amounts, exactly as they are held', async () => {
    const pairs = one.pairs(client, sandbox);
    for (const { held, read } of pairs) expect(await read(nobody)).toMatchObject(held);
    expect(pairs.length).toBeGreaterThan(3);
    expect(sandbox.calls).toHaveLength(pairs.length);
  });

  test.each(reads)('reads a $name with one call', async ({ present, endpoint }) => {
    const asker = createAsker();
    expect(await present(client, sandbox, asker)).not.toBeNull();
    expect(sandbox.calls.map((call) => call.endpoint)).toEqual([endpoint]);
    expect(asker.operations).toHaveLength(1);
  });

  test.each(reads)('tells null for a $name that is not there', async ({ absent }) => {
    expect(await absent(client, sandbox, nobody)).toBeNull();
    expect(sandbox.calls).toHaveLength(1);
  });

  test('keeps a status that nobody documented, and does not call it final', async () => {
    expect(await one.strange(client, sandbox, 'quarantined', nobody)).toMatchObject({
      status: 'UNRECOGNIZED',
      rawStatus: 'quarantined',
      isFinal: false,
    });
  });

  if (list) {
    test('comes to the end of its list from either side, having told every row once', async () => {
      const held = list.ids(sandbox);
      const forward = await walk(list.source(client), 'forward');
      const backward = await walk(list.source(client), 'backward');
      expect(forward.map(list.idOf)).toEqual(held);
      expect(backward.map(list.idOf)).toEqual([...held].reverse());
    });
  }

  test.each(writes)('sends one request to $name, which happens once', async ({ run, endpoint }) => {
    const asker = createAsker();
    await run(client, sandbox, asker);
    expect(sandbox.calls.map((call) => call.endpoint)).toEqual([endpoint]);
    expect(sandbox.effects).toHaveLength(1);
    expect(asker.operations).toHaveLength(1);
  });

  const spoiled = writes.flatMap((write) =>
    (['drop-after', 'error-after', 'cut-json', 'cut'] as const).map((kind) => ({ kind, ...write })),
  );
  test.each(spoiled)(
    'under $kind, sends one request to $name and says that it may have happened',
    async (write) => {
      sandbox.inject({ kind: write.kind });
      expect(await failureOf(one, write.run(client, sandbox, nobody))).toMatchObject({ outcome: 'UNKNOWN' });
      expect(sandbox.calls.map((call) => call.endpoint)).toEqual([write.endpoint]);
      expect(sandbox.effects).toHaveLength(1);
    },
  );

  test.each(writes.filter((write) => write.tellsStatus))(
    'keeps a status that nobody documented in the answer to $name',
    async ({ run }) => {
      sandbox.inject({ kind: 'unknown-status' });
      expect(await run(client, sandbox, nobody)).toMatchObject({
        status: 'UNKNOWN',
        rawStatus: 'quarantined',
      });
    },
  );

  test('reports wrong credentials as such, for whatever it is asked, and nothing happens', async () => {
    for (const [name, run] of everything(clientIn(mistaken, one))) {
      const facts = { code: 'UNAUTHENTICATED', outcome: 'REJECTED', account: one.account };
      expect(await failureOf(one, run()), name).toMatchObject(facts);
    }
    expect(sandbox.effects).toEqual([]);
    expect(sandbox.calls).toHaveLength(everything(client).length);
  });

  test('reports an upstream that is not there as unavailable, and a write as not sent', async () => {
    const failures = await Promise.all(
      everything(clientIn(unreachable, one)).map(async ([name, run]) => {
        const { code, outcome } = await failureOf(one, run());
        return [name, code, outcome];
      }),
    );
    expect(failures).toEqual(everything(client).map(([name]) => [name, 'UNAVAILABLE', 'REJECTED']));
  });

  const SPEAKING = ['html', 'cut-json', 'refusal', 'forbidden', 'rate-limit', 'empty', 'redirect'] as const;
  test.each(SPEAKING)(
    'under %s gives nothing of the account, the request or the answer away',
    async (kind) => {
      sandbox.inject({ kind, text: SAID });
      // An empty answer is all that a cancellation ever has.
      const failing = everything(client).filter(([name]) => !(kind === 'empty' && name === 'cancel'));
      await Promise.all(failing.map(([, run]) => failureOf(one, run())));
      expect(sandbox.calls.length).toBeGreaterThanOrEqual(failing.length);
    },
  );
});
