/** The GraphQL server over given services. Never listens, never reads the environment. */

import type { ExecutionResult } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { Services } from './context.ts';
import type { Inbound } from './inbound.ts';
import { textIn } from './limits/trusted.ts';
import { createPipeline, type PipelineOptions, type Question } from './pipeline.ts';
import { schema } from './schema/index.ts';

/** Where GraphQL is asked. */
export const ENDPOINT = '/graphql';

/** A whole result, or one after another. */
export type Result = ExecutionResult | AsyncIterable<ExecutionResult>;

/** Answers questions. `mayWrite` is whether one came in a way in which mutations may come. */
export type Answer = (inbound: Inbound, question: Question, mayWrite: boolean) => Promise<Result>;

/** Answers questions, and makes of results what HTTP wants where that is not simple. */
export interface App {
  readonly answer: Answer;
  /** Whether questions may name trusted documents in place of a text. */
  readonly takesHashes: boolean;
  /** Loads what it takes to answer what is not simple; whoever asks sooner waits for it. */
  load(): Promise<void>;
  /** Yoga's own way, from a web request to a web response. */
  fetch(url: string, init: RequestInit, context: ServerContext): Promise<Response>;
}

/** What the front door knows of a request. */
export interface ServerContext {
  readonly inbound: Inbound;
  /** There when the question has been answered already. */
  readonly result?: Result;
}

/** Builds the server. It listens behind `createFrontDoor`, which owns everything about HTTP. */
export function createApp(services: Services, options: PipelineOptions = {}): App {
  return withYoga(createPipeline(schema, services, options), options.limits?.trusted !== undefined);
}

/** Yoga reads questions, checks their parameters and writes results. It executes nothing. */
export function withYoga(answer: Answer, takesHashes: boolean): App {
  let loading: ReturnType<typeof loadYoga> | undefined;
  function yoga() {
    loading ??= loadYoga(answer, takesHashes);
    return loading;
  }
  return {
    answer,
    takesHashes,
    async load() {
      await yoga();
    },
    fetch: async (url, init, context) => (await yoga()).fetch(url, init, context),
  };
}

async function loadYoga(answer: Answer, takesHashes: boolean) {
  const { createYoga } = await import('graphql-yoga');
  return createYoga<ServerContext>({
    graphqlEndpoint: ENDPOINT,
    landingPage: false,
    graphiql: false,
    multipart: false,
    cors: false,
    maxRequestBodySize: false,
    logging: false,
    parserAndValidationCache: false,
    extraParamNames: takesHashes ? ['documentId'] : [],
    plugins: [useAnswers(answer, takesHashes)],
  });
}

function useAnswers(answer: Answer, takesHashes: boolean): Plugin<object, ServerContext> {
  return {
    onParams({ request, params, setParams, setParamsHandler }) {
      // What is named by its hash has no text, and Yoga wants one.
      const query = textIn(params, takesHashes);
      if (query !== params.query) setParams({ ...params, query: query as string });
      setParamsHandler(async ({ params, context }) => {
        const { inbound, result } = context as unknown as ServerContext;
        return result ?? answer(inbound, { ...params, query: params.query! }, request.method === 'POST');
      });
    },
  };
}
