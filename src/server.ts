/** The GraphQL server over given services. Never listens, never reads the environment. */

import { execute, GraphQLError } from 'graphql';
import { createYoga, type Plugin } from 'graphql-yoga';
import { type Context, createContext, type Services } from './context.ts';
import { type Tab, useGraphiQL } from './graphiql.ts';
import type { Inbound } from './inbound.ts';
import { publicError, withExtensions } from './schema/errors.ts';
import { schema } from './schema/index.ts';

export interface AppOptions {
  /** Tabs that GraphiQL opens with. */
  readonly tabs?: readonly Tab[];
  /** Lets pages from any port of this machine read answers, for frontend development. */
  readonly allowLoopbackOrigins?: boolean;
}

const ENDPOINT = '/graphql';

/** What the front door knows of a request. */
export interface ServerContext {
  readonly inbound: Inbound;
}

export type App = ReturnType<typeof createApp>;

/** Builds the server. It listens behind `createListener`. */
export function createApp(services: Services, { tabs = [], allowLoopbackOrigins = false }: AppOptions = {}) {
  return createYoga<ServerContext, Context>({
    schema,
    graphqlEndpoint: ENDPOINT,
    healthCheckEndpoint: '/health/live',
    landingPage: false,
    graphiql: false,
    multipart: false,
    logging: false,
    context: ({ inbound }) => createContext(services, inbound),
    cors: (request) => {
      const origin = request.headers.get('origin');
      return allowLoopbackOrigins && origin !== null && isLoopback(origin)
        ? { origin: [origin], credentials: false, methods: ['GET', 'POST', 'OPTIONS'], maxAge: 600 }
        : false;
    },
    maskedErrors: {
      maskError: (error) => {
        const failed = toGraphQLError(error);
        const shown = publicError(failed);
        if (shown) return shown;
        services.onBug(error);
        return withExtensions(failed, 'Unexpected error.', { code: 'INTERNAL_SERVER_ERROR' });
      },
    },
    plugins: [useGraphiQL(ENDPOINT, tabs), useJsonBodies(), useReferenceExecutor(), useUpstreamCount()],
  });
}

/** Takes bodies of JSON only. A browser lets a page of any origin send forms and texts without asking first, so a
 * mutation in one of these may be anybody's. */
function useJsonBodies(): Plugin {
  return {
    onRequestParse: ({ request, fetchAPI, endResponse }) => {
      const isJson = request.headers.get('content-type')?.startsWith('application/json');
      if (request.method === 'POST' && !isJson) endResponse(new fetchAPI.Response(null, { status: 415 }));
    },
  };
}

/** Executes with graphql-js: Yoga's own executor puts the fields of an answer in the order in which they are done. */
function useReferenceExecutor(): Plugin {
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

function isLoopback(origin: string): boolean {
  if (!URL.canParse(origin)) return false;
  const { hostname } = new URL(origin);
  return hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(hostname);
}
