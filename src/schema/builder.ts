/** The Pothos builder: plugins, the types behind scalars, nullability. Defines no type of its own. */

import SchemaBuilder, { contextCacheSymbol } from '@pothos/core';
import ErrorsPlugin from '@pothos/plugin-errors';
import RelayPlugin from '@pothos/plugin-relay';
import ScopeAuthPlugin, { type AuthFailure, RequestCache } from '@pothos/plugin-scope-auth';
import { EVERY_ACCOUNT, type Scope } from '../caller.ts';
import type { Context } from '../context.ts';
import { NotAllowedError } from '../errors.ts';
import { VALIDATION } from './validation.ts';

export interface SchemaTypes {
  Context: Context;
  AuthScopes: {
    /** Something that whoever asks may do with at least one account. */
    may: Scope;
  };
  DefaultFieldNullability: false;
  DefaultEdgesNullability: false;
  DefaultNodeNullability: false;
  Scalars: {
    ID: { Input: string; Output: string };
    Decimal: { Input: string; Output: string };
    DateTime: { Input: Date; Output: Date };
    UUID: { Input: string; Output: string };
    JSON: { Input: never; Output: unknown };
  };
}

export const builder = new SchemaBuilder<SchemaTypes>({
  // From the outside in: a refusal is a typed error, and comes before any other rule.
  plugins: [ErrorsPlugin, ScopeAuthPlugin, VALIDATION, RelayPlugin],
  defaultFieldNullability: false,
  errors: {
    directResult: true,
    defaultUnionOptions: {
      name: ({ fieldName }) => `${fieldName.slice(0, 1).toUpperCase()}${fieldName.slice(1)}Result`,
      description: 'What was done, or a typed error.',
    },
  },
  scopeAuth: {
    // Somebody may be allowed every account while there is none, or while one is asked about that is gone.
    authScopes: ({ accountsFor, inbound: { caller } }) => ({
      may: (scope) => accountsFor(scope).size > 0 || caller.may(scope, EVERY_ACCOUNT),
    }),
    unauthorizedError: (_parent, _context, _info, { failure }) => new NotAllowedError(missingScope(failure)),
  },
  relay: {
    nodeQueryOptions: false,
    nodesQueryOptions: false,
    edgesFieldOptions: {
      nullable: false,
      description: 'The rows with their cursors.',
    },
    nodeFieldOptions: { nullable: false, description: 'The row itself.' },
    nodesOnConnection: { description: 'The rows without their cursors.' },
    cursorFieldOptions: { description: 'Give it as `after` or `before` to go on from this row.' },
    edgeCursorType: 'String',
    pageInfoCursorType: 'String',
    pageInfoFieldOptions: { description: 'Whether and from where to go on.' },
    pageInfoTypeOptions: {
      description:
        'Where this page stands in its list. Cursors are opaque and belong to one list and filter.',
    },
    hasNextPageFieldOptions: { description: 'Whether rows follow the last row of this page.' },
    hasPreviousPageFieldOptions: { description: 'Whether rows precede the first row of this page.' },
    startCursorFieldOptions: {
      description:
        'Where to go on backwards: the first row, or what was looked through before it; null when nothing was.',
    },
    endCursorFieldOptions: {
      description:
        'Where to go on: the last row, or what was looked through after it; null when nothing was.',
    },
    nodeTypeOptions: { description: 'Anything that can be read again by its id.' },
    idFieldOptions: {
      description: 'Opaque and stable; give it to `node`, or to an input that takes an `id`.',
    },
  },
});

/** Has plugin-scope-auth find out once for each caller what they may do, and not for each request; without holding on to
 * the request that came first. */
export function shareScopes({
  [contextCacheSymbol]: allowed,
  accountsFor,
  inbound: { caller },
}: Context): void {
  const only = { [contextCacheSymbol]: allowed, accountsFor, inbound: { caller } };
  RequestCache.fromContext(only as Context, builder);
}

/** The first scope for want of which a field is refused. */
function missingScope(failure: AuthFailure): Scope {
  if ('failures' in failure) return missingScope(failure.failures[0]!);
  if ('parameter' in failure) return failure.parameter as Scope;
  throw new Error('a field is refused for another reason than a scope');
}

builder.queryType({ description: 'Everything that can be read.' });
builder.mutationType({
  description:
    'Everything that changes something at a provider. Each answer is a union: what was done, or a typed error.',
});
