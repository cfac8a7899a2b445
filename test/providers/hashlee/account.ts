/** A client for one business unit, an asker that counts, a walk through a whole list, and the failure out of a
 * promise. */

import { expect } from 'vitest';
import { SANDBOX_CREDENTIALS } from '../../../sandbox/index.ts';
import type { Withdrawal } from '../../../src/domain.ts';
import { type Failure, ProviderError } from '../../../src/errors.ts';
import { createHashlee } from '../../../src/providers/hashlee/client.ts';
import { createHttp } from '../../../src/providers/http.ts';
import type {
  Asker,
  Direction,
  Position,
  Provider,
  Source,
  Withdrawals,
} from '../../../src/providers/provider.ts';

export const UNIT = 'vojvzo';

export type Account = Provider & { withdrawals: Withdrawals };

export function openAccount(url: string, token: string = SANDBOX_CREDENTIALS.hashlee.token): Account {
  const http = createHttp({
    account: 'unit',
    provider: 'HASHLEE',
    url,
    connections: 2,
    attemptMs: 5_000,
    budgetMs: 10_000,
  });
  const provider = createHashlee({ name: 'unit', token, unit: UNIT }, http);
  return { ...provider, withdrawals: provider.withdrawals! };
}

export interface CountingAsker extends Asker {
  /** The operations of all HTTP exchanges so far. */
  readonly operations: string[];
}

export function createAsker(): CountingAsker {
  const operations: string[] = [];
  return { operations, called: (_account, operation) => void operations.push(operation) };
}

/** Every hash that pages of `size` show, as the pager makes them, and how many calls each page took. */
export async function walk(
  source: Source<Withdrawal>,
  direction: Direction,
  size: number,
  betweenPages: (page: number) => void = () => {},
) {
  const hashes: string[] = [];
  const callsPerPage: number[] = [];
  let from: Position | null = null;
  for (let page = 1, end = false; !end; page++) {
    const asker = createAsker();
    let left = size;
    while (left > 0 && !end) {
      const slice = await source.read(from, direction, left, asker);
      const taken = slice.rows.slice(0, left);
      hashes.push(...taken.map(({ row }) => row.hash));
      from = taken.at(-1)?.position ?? from;
      left -= taken.length;
      end = slice.end && taken.length === slice.rows.length;
      if (taken.length === 0 && !end) expect.fail('a slice without rows does not say that it is the end');
    }
    callsPerPage.push(asker.operations.length);
    betweenPages(page);
  }
  return { hashes, callsPerPage };
}

/** The facts of the ProviderError that a promise ends in, which must not give anything away. */
export async function failureOf(promise: Promise<unknown>): Promise<Failure> {
  const error = await promise.then(
    () => expect.fail('it did not fail'),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(ProviderError);
  const { failure, message } = error as ProviderError;
  const told = `${message} ${JSON.stringify(failure)}`;
  expect(told).not.toMatch(
    /token|127\.0\.0\.1|v1\/|vojvzo|Invalid identifier|Unauthorized|Exceeded|field is/,
  );
  return failure;
}
