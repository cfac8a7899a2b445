/** A client for one business unit, and a walk through a whole list. */

import { expect } from 'vitest';
import { SANDBOX_CREDENTIALS } from '../../../sandbox/index.ts';
import type { Withdrawal } from '../../../src/domain.ts';
import { createHashlee } from '../../../src/providers/hashlee/client.ts';
import { createHttp } from '../../../src/providers/http.ts';
import type { Direction, Position, Provider, Source, Withdrawals } from '../../../src/providers/provider.ts';
import { createAsker } from '../../support/calls.ts';

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
