/** A server whose callers say themselves who they are and what they may, in headers, so that a test can be anybody. */

import type { Authenticate } from '../../src/access/authenticate.ts';
import { ANONYMOUS, SCHEMA_SCOPE } from '../../src/caller.ts';
import type { PipelineOptions } from '../../src/pipeline.ts';
import type { startProduct } from '../support/app.ts';

type Product = Awaited<ReturnType<typeof startProduct>>;

/** The header of a caller of this name who may do everything but look at the schema, or that as well. */
export const caller = (name: string, scope = '') => ({ 'x-caller': name, 'x-scope': scope });

const byHeaders: Authenticate = ({ 'x-caller': name, 'x-scope': scope, 'x-account': only }) =>
  name === undefined
    ? ANONYMOUS
    : {
        name: String(name),
        may: (wanted, account) =>
          wanted === SCHEMA_SCOPE ? scope === wanted : only === undefined || account === only,
      };

export function openDoor(
  { serve, accounts }: Pick<Product, 'serve' | 'accounts'>,
  app: PipelineOptions = {},
) {
  const { post, url } = serve(accounts, { app, authenticate: byHeaders });
  return {
    post: (body: unknown, headers: Record<string, string> = {}) =>
      post(body, { accept: 'application/graphql-response+json', ...headers }),
    get: async (query: string, headers: Record<string, string> = {}) =>
      fetch(`${await url()}?${query}`, { headers }),
  };
}
