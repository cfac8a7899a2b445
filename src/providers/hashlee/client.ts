/** Hashlee: withdrawals of one business unit. Its quirks:
 *
 * - HTTP statuses are not documented: a refusal is known by its text (docs/providers.md 4.2).
 * - The scheme of the token is not documented either. `Bearer` is what the framework that the texts come from expects;
 *   a token that is configured with a scheme of its own (`Token abc`) goes out as it stands.
 * - Pages are numbered, so rows shift when others arrive, and `links.next` forgets every other parameter: a place in
 *   a list is a row, and the next page is asked for by a filter.
 * - Each filter is one JSON text, and several hashes can be read by filtering a list.
 * - The samples disagree whether the fee is inside the amount: nothing is recomputed.
 * - A creation has no key of its own: made twice, it is two withdrawals. It wants the second factor of a person, a code or
 *   a signature; its answer alone names the account that the money goes to.
 * - A cancellation answers `{}`, not the withdrawal, and is for status OPEN only; "Error on process your request"
 *   is the answer to any other.
 * - Too many calls cost five minutes, said in the text and not in a header.
 */

import type { Withdrawal, WithdrawalRelation } from '../../domain.ts';
import { type FailureCode, type FieldIssue, ProviderError } from '../../errors.ts';
import type { Call, Http } from '../http.ts';
import type { Asker, Provider } from '../provider.ts';
import { Unreadable } from '../wire.ts';
import { createList } from './list.ts';
import { cancelRefusalOf, refusalOf, toWithdrawal } from './map.ts';
import { includeQuery, type ListRequest, listQuery, withdrawalsPath } from './path.ts';
import { factorHeaders, isWithdrawalOf, withdrawalFields, withdrawalIssues } from './request.ts';
import { canceledAnswer, type PageWire, pageAnswer, type WithdrawalWire, withdrawalAnswer } from './wire.ts';

const BATCH_SIZE = 100;

export interface HashleeConfig {
  /** The account's name, as it appears in ids and failures. */
  readonly name: string;
  /** With or without its scheme. */
  readonly token: string;
  /** Short id of the business unit, such as `vojvzo`. */
  readonly unit: string;
}

/** Speaks for one business unit over `http`, which it closes when it is closed. */
export function createHashlee(config: HashleeConfig, http: Http): Provider {
  const account = config.name;
  const base = withdrawalsPath(config.unit);
  const headers = {
    authorization: config.token.includes(' ') ? config.token : `Bearer ${config.token}`,
    accept: 'application/json',
  };

  function failure(code: FailureCode, operation: string, issues: readonly FieldIssue[] = []): ProviderError {
    return new ProviderError({ account, provider: 'HASHLEE', code, operation, issues });
  }

  function pathOf(hash: string, operation: string): string {
    if (isAddressable(hash)) return `${base}/${encodeURIComponent(hash)}`;
    throw failure('INVALID_REQUEST', operation, [{ field: 'hash', rule: 'invalid' }]);
  }

  function read<Answer>(
    operation: string,
    path: string,
    answer: Call<Answer>['answer'],
    asker: Asker,
  ): Promise<Answer> {
    const call = { operation, effect: 'read', method: 'GET', path, headers, answer } as const;
    return http.exchange({ ...call, refusal: refusalOf }, asker);
  }

  function readPage(operation: string, request: ListRequest, asker: Asker): Promise<PageWire> {
    return read(operation, base + listQuery(request), pageAnswer, asker);
  }

  function toRow(wire: WithdrawalWire, include: readonly WithdrawalRelation[]): Withdrawal {
    return toWithdrawal(account, wire, include);
  }

  return {
    name: 'HASHLEE',
    account,
    withdrawals: {
      batchSize: BATCH_SIZE,

      async byHash(hash, include, asker) {
        const path = pathOf(hash, 'readWithdrawal') + includeQuery(include);
        try {
          const { data } = await read('readWithdrawal', path, withdrawalAnswer, asker);
          if (data.hash.toLowerCase() !== hash.toLowerCase()) throw failure('BAD_RESPONSE', 'readWithdrawal');
          return toRow(data, include);
        } catch (error) {
          if (error instanceof ProviderError && error.failure.code === 'NOT_FOUND') return null;
          throw error;
        }
      },

      async byHashes(hashes, include, asker) {
        if (hashes.length === 0) return new Map();
        const filters = [{ field: 'hash', operation: 'in', value: hashes }] as const;
        const request = { limit: hashes.length, page: 1, filters, include };
        const { data } = await readPage('readWithdrawals', request, asker);
        const found = data.filter(({ hash }) => hashes.includes(hash));
        return new Map(found.map((wire) => [wire.hash, toRow(wire, include)]));
      },

      // Groups of equal values that straddle pages are read by themselves, with a page before and one behind.
      listCost: { pageSize: BATCH_SIZE, aside: 6 },

      list(query, include) {
        return createList(query, include, {
          readPage: (request, asker) => readPage('listWithdrawals', request, asker),
          toRow,
          unreadable: () => failure('BAD_RESPONSE', 'listWithdrawals'),
        });
      },

      async create(request, factor, asker) {
        const issues = withdrawalIssues(request, factor);
        if (issues.length > 0) throw failure('INVALID_REQUEST', 'createWithdrawal', issues);
        const { data } = await http.exchange(
          {
            operation: 'createWithdrawal',
            effect: 'write',
            method: 'POST',
            path: base,
            headers: { ...headers, ...factorHeaders(factor), 'content-type': 'application/json' },
            body: JSON.stringify(withdrawalFields(request)),
            refusal: refusalOf,
            answer(json) {
              const created = withdrawalAnswer(json);
              if (!isWithdrawalOf(request, created.data)) throw new Unreadable();
              return created;
            },
          },
          asker,
        );
        return toRow(data, []);
      },

      async cancel(hash, asker) {
        await http.exchange(
          {
            operation: 'cancelWithdrawal',
            effect: 'write',
            method: 'PATCH',
            path: `${pathOf(hash, 'cancelWithdrawal')}/cancel`,
            headers,
            refusal: cancelRefusalOf,
            answer: canceledAnswer,
          },
          asker,
        );
      },
    },
    health: () => http.health(),
    close: () => http.close(),
  };
}

// Nothing, `.` and `..` would name another path, even percent-encoded; half a surrogate pair cannot be encoded.
function isAddressable(hash: string): boolean {
  return !['', '.', '..'].includes(hash) && !/\p{Surrogate}/u.test(hash);
}
