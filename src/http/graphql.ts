/** Answers GraphQL over HTTP. A POST that succeeds is executed with Yoga's own pipeline and written at once; it is most
 * of the traffic, and web requests and responses would be most of its cost. Everything else, errors too, is made into
 * an answer by Yoga, so that there is one set of rules. */

import { type ExecutionResult, getOperationAST } from 'graphql';
import type { App } from '../server.ts';
import { acceptedBy } from './accept.ts';
import { Refusal, send } from './answer.ts';
import type { Arrival } from './arrival.ts';
import { readBody } from './body.ts';
import { type Outcome, throughYoga } from './yoga.ts';

const NOT_ACCEPTABLE = new Refusal(
  406,
  'NOT_ACCEPTABLE',
  'Answers are application/json or application/graphql-response+json.',
);
const NOT_JSON = new Refusal(415, 'UNSUPPORTED_MEDIA_TYPE', 'The body must be application/json in UTF-8.');
const COMPRESSED = new Refusal(415, 'UNSUPPORTED_MEDIA_TYPE', 'The body must not be compressed.', {
  'accept-encoding': 'identity',
});
const BROKEN_JSON = new Refusal(400, 'BAD_REQUEST', 'The body is not JSON.');
const NO_OBJECT = new Refusal(400, 'BAD_REQUEST', 'The body must be a JSON object.');
const BATCH = new Refusal(400, 'BAD_REQUEST', 'Batching is not supported.');
const BROKEN_PARAMETER = new Refusal(
  400,
  'BAD_REQUEST',
  'The parameters variables and extensions must be JSON.',
);

export interface GraphQLOptions {
  readonly maxBodyBytes: number;
  /** Streams under way, which whoever stops the server ends. */
  readonly streams: Set<() => void>;
}

/** A question that can be answered: with nothing, when it is in the target of a GET. */
interface Question {
  readonly body?: string;
  readonly params?: object;
}

export interface GraphQL {
  /** Reads the question of a GET or POST. Throws `Refusal`. */
  read(arrival: Arrival): Promise<Question>;
  /** Resolves when the answer is written, or begun when it comes in parts. */
  answer(arrival: Arrival, question: Question): Promise<void>;
}

export function createGraphQL(app: App, { maxBodyBytes, streams }: GraphQLOptions): GraphQL {
  const { getEnveloped } = app;

  return {
    async read({ request, response, headers }) {
      if (acceptedBy(headers.accept) === undefined) throw NOT_ACCEPTABLE;
      if (request.method === 'GET') {
        checkParameters(request.url!);
        return {};
      }
      checkType(headers['content-type'], headers['content-encoding']);
      const body = await readBody(request, response, maxBodyBytes);
      return { body, params: parse(body) };
    },

    async answer(arrival, { body, params }) {
      const accepted = acceptedBy(arrival.headers.accept);
      if (body === undefined) return throughYoga(app, arrival, streams);
      if (accepted === 'STREAM' || !isParams(params)) return throughYoga(app, arrival, streams, { body });

      let outcome: Outcome;
      try {
        const result = await execute(arrival, params);
        if (result === undefined) return throughYoga(app, arrival, streams, { body });
        if (isPlain(result)) {
          const text = result.stringify?.(result) ?? JSON.stringify(result);
          return send(arrival, 200, `${accepted}; charset=utf-8`, text);
        }
        outcome = () => result;
      } catch (error) {
        outcome = () => {
          throw error;
        };
      }
      return throughYoga(app, arrival, streams, { body, outcome });
    },
  };

  /** Undefined for a subscription, of which nothing has been done. */
  async function execute(inbound: Arrival, params: Params): Promise<Result | undefined> {
    const enveloped = getEnveloped({ inbound, params, request: POST });
    const { schema } = enveloped;
    const document = enveloped.parse(params.query);
    const errors = enveloped.validate(schema, document);
    if (errors.length > 0) return { errors };
    const { variables: variableValues, operationName } = params;
    if (getOperationAST(document, operationName)?.operation === 'subscription') return undefined;
    const contextValue = await enveloped.contextFactory();
    return enveloped.execute({ schema, document, contextValue, variableValues, operationName });
  }
}

/** Yoga's plugins ask nothing of the web request but its method. */
const POST = { method: 'POST' } as Request;

interface Params {
  readonly query: string;
  readonly variables?: Record<string, unknown>;
  readonly operationName?: string;
  readonly extensions?: Record<string, unknown>;
}

type Result = ExecutionResult & { readonly stringify?: (result: ExecutionResult) => string };

function isPlain(result: Result): boolean {
  return (
    result.errors === undefined && result.extensions?.http === undefined && !(Symbol.asyncIterator in result)
  );
}

/** Whether Yoga would have nothing to say against them. */
function isParams(params: object | undefined): params is Params {
  const { query, variables, extensions } = params as Record<string, unknown>;
  if (typeof query !== 'string' || !isMap(variables) || !isMap(extensions)) return false;
  for (const name in params) {
    if (name !== 'query' && name !== 'variables' && name !== 'operationName' && name !== 'extensions') {
      return false;
    }
  }
  return true;
}

function isMap(value: unknown): boolean {
  return value === undefined || value === null || (typeof value === 'object' && !Array.isArray(value));
}

/** A browser lets a page of any origin send forms and texts without asking first, so a mutation in one of these may be
 * anybody's. */
function checkType(type: string | undefined, encoding: string | undefined) {
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity') throw COMPRESSED;
  if (type === 'application/json') return;
  const [mediaType, ...parameters] = (type ?? '').toLowerCase().split(';');
  if (mediaType!.trim() !== 'application/json') throw NOT_JSON;
  for (const parameter of parameters) {
    const [name, value] = parameter.split('=');
    if (name!.trim() === 'charset' && value?.trim().replaceAll('"', '') !== 'utf-8') throw NOT_JSON;
  }
}

function parse(body: string): object {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    throw BROKEN_JSON;
  }
  if (Array.isArray(parsed)) throw BATCH;
  if (typeof parsed !== 'object' || parsed === null) throw NO_OBJECT;
  return parsed;
}

/** Those of a GET, which Yoga takes for JSON without asking. */
function checkParameters(url: string) {
  const parameters = new URLSearchParams(url.slice(url.indexOf('?') + 1));
  for (const name of ['variables', 'extensions']) {
    try {
      JSON.parse(parameters.get(name) || 'null');
    } catch {
      throw BROKEN_PARAMETER;
    }
  }
}
