/** The GraphQL server over given services. Never listens, never reads the environment. */

import { type ExecutionResult, GraphQLError } from 'graphql';
import { createYoga, type Plugin } from 'graphql-yoga';
import { type Context, createContext, type Services } from './context.ts';
import { execute } from './execute.ts';
import type { Inbound } from './inbound.ts';
import { createDocuments } from './limits/documents.ts';
import { type LimitOptions, useLimits } from './limits/plugin.ts';
import { publicError, withExtensions } from './schema/errors.ts';
import { schema } from './schema/index.ts';
import { useTelemetry } from './telemetry/plugin.ts';
import type { Telemetry } from './telemetry/telemetry.ts';

export interface AppOptions {
  /** What requests are held to, besides what no document may be. */
  readonly limits?: LimitOptions;
  /** Told of what is executed, and of what is refused. */
  readonly telemetry?: Telemetry | undefined;
}

/** Where GraphQL is asked. */
export const ENDPOINT = '/graphql';

/** What the front door knows of a request. */
export interface ServerContext {
  readonly inbound: Inbound;
  /** There when the operation has been executed already: gives its result, or throws what it threw. */
  readonly outcome?: () => ExecutionResult;
}

export type App = ReturnType<typeof createApp>;

/** Builds the server. It listens behind `createFrontDoor`, which owns everything about HTTP. */
export function createApp(services: Services, { limits = {}, telemetry }: AppOptions = {}) {
  const documents = createDocuments(schema);
  return createYoga<ServerContext, Context>({
    schema,
    graphqlEndpoint: ENDPOINT,
    landingPage: false,
    graphiql: false,
    multipart: false,
    cors: false,
    maxRequestBodySize: false,
    logging: false,
    // Documents are parsed, validated and remembered by the limits.
    parserAndValidationCache: false,
    extraParamNames: limits.trusted ? ['documentId'] : [],
    context: ({ inbound }) => createContext(services, inbound),
    maskedErrors: {
      maskError: (error) => {
        const failed = toGraphQLError(error);
        const shown = publicError(failed);
        if (shown) return shown;
        services.onBug(error);
        return withExtensions(failed, 'Unexpected error.', { code: 'INTERNAL_SERVER_ERROR' });
      },
    },
    plugins: [
      ...(telemetry ? [useTelemetry(telemetry)] : []),
      useOutcome(),
      useLimits(documents, limits),
      usePlans(),
      useUpstreamCount(),
    ],
  });
}

/** Lets Yoga make an answer of what was executed without it. */
export function useOutcome(): Plugin<object, ServerContext> {
  return {
    onParams: ({ context, setResult }) => {
      if (context.outcome) setResult(context.outcome());
    },
  };
}

/** Executes from plans, and with the fields of an answer in the order of the question, unlike Yoga's own executor. */
function usePlans(): Plugin {
  return { onExecute: ({ setExecuteFn }) => setExecuteFn(execute) };
}

/** Puts the number of upstream calls into the answer's extensions when the request asks for it. */
function useUpstreamCount(): Plugin<Context> {
  return {
    onExecute: ({ args }) => {
      const { inbound, params, calls } = args.contextValue;
      const asked =
        inbound.headers['x-paygraph-upstream'] !== undefined || params.extensions?.upstream === true;
      if (!asked) return;
      return {
        onExecuteDone: ({ result, setResult }) => {
          if (Symbol.asyncIterator in result) return;
          const total = [...calls.values()].reduce((sum, count) => sum + count, 0);
          const upstream = { calls: total, byAccount: Object.fromEntries(calls) };
          setResult({ ...result, extensions: { ...result.extensions, upstream } });
        },
      };
    },
  };
}

function toGraphQLError(error: unknown): GraphQLError {
  if (error instanceof GraphQLError) return error;
  return new GraphQLError('', { originalError: error instanceof Error ? error : new Error(String(error)) });
}
