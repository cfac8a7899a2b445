/** An asker that remembers the calls made for it, and the failure out of a promise: what every provider's tests need. */

import { expect } from 'vitest';
import { type Failure, ProviderError } from '../../src/errors.ts';
import type { Asker } from '../../src/providers/provider.ts';

export interface CountingAsker extends Asker {
  /** The operations of all HTTP exchanges since the last `take()`, in their order. */
  readonly operations: string[];
  /** How many those were; the next count begins at nothing. */
  take(): number;
}

export function createAsker(): CountingAsker {
  const operations: string[] = [];
  return {
    operations,
    called: (_account, operation) => void operations.push(operation),
    take: () => operations.splice(0).length,
  };
}

/** What these tests configure, send and are answered, and no error may show. */
const HIDDEN =
  /secret|token|127\.0\.0\.1|v1\/|payout_api|vojvzo|validation\.|Invalid|Unauthorized|Exceeded|field is/;

/** The facts of the ProviderError that a promise ends in, which gives away neither those nor any of `hidden`. */
export async function failureOf(promise: Promise<unknown>, hidden: readonly string[] = []): Promise<Failure> {
  const error = await promise.then(
    () => expect.fail('it did not fail'),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(ProviderError);
  const { failure, message, cause, stack } = error as ProviderError;
  const told = `${message} ${JSON.stringify(failure)}`;
  expect(told).not.toMatch(HIDDEN);
  for (const text of hidden) expect(`${told} ${stack}`).not.toContain(text);
  expect(cause).toBeUndefined();
  return failure;
}
