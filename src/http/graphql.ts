/** Answers GraphQL over HTTP. A POST that succeeds is answered here, at once; it is most of the traffic, and web requests
 * and responses would be most of its cost. Everything else, errors too, is made into an answer by Yoga, so that there
 * is one set of rules. */

import type { ExecutionResult } from 'graphql';
import { textIn } from '../limits/trusted.ts';
import type { Question } from '../pipeline.ts';
import type { App, Result } from '../server.ts';
import { type Accepted, acceptedBy } from './accept.ts';
import { Refusal, send } from './answer.ts';
import type { Arrival } from './arrival.ts';
import { readBody } from './body.ts';
import { throughYoga } from './yoga.ts';

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

/** What was sent, and the media type of what is to be answered. */
interface Asked {
  readonly accepted: Accepted;
  /** Both missing when the question is in the target of a GET. */
  readonly body?: string;
  readonly params?: Readonly<Record<string, unknown>>;
}

export interface GraphQL {
  /** Reads the question of a GET or POST. Throws `Refusal`. */
  read(arrival: Arrival): Promise<Asked>;
  /** Resolves when the answer is written, or begun when it comes in parts. */
  answer(arrival: Arrival, asked: Asked): Promise<void>;
}

export function createGraphQL(app: App, { maxBodyBytes, streams }: GraphQLOptions): GraphQL {
  return {
    async read({ request, response, headers }) {
      const accepted = acceptedBy(headers.accept);
      if (accepted === undefined) throw NOT_ACCEPTABLE;
      if (request.method === 'GET') {
        checkParameters(request.url!);
        return { accepted };
      }
      checkType(headers['content-type'], headers['content-encoding']);
      const body = await readBody(request, response, maxBodyBytes);
      return { accepted, body, params: parse(body) };
    },

    async answer(arrival, { accepted, body, params }) {
      if (body === undefined || params === undefined) return throughYoga(app, arrival, streams);
      const question = accepted === 'STREAM' ? undefined : questionIn(params, app.takesHashes);
      if (!question) return throughYoga(app, arrival, streams, { body });
      const result = await app.answer(arrival, question, true);
      if (!isPlain(result)) return throughYoga(app, arrival, streams, { body, result });
      send(arrival, 200, `${accepted}; charset=utf-8`, JSON.stringify(result));
    },
  };
}

function isPlain(result: Result): result is ExecutionResult {
  if (Symbol.asyncIterator in result) return false;
  return result.errors === undefined && result.extensions?.http === undefined;
}

/** Undefined when Yoga would have something to say against the parameters. */
function questionIn(params: Readonly<Record<string, unknown>>, takesHashes: boolean): Question | undefined {
  const { variables, extensions } = params;
  const query = textIn(params, takesHashes);
  if (typeof query !== 'string' || !isMap(variables) || !isMap(extensions)) return undefined;
  for (const name in params) {
    if (!NAMES.has(name) && !(takesHashes && name === 'documentId')) return undefined;
  }
  return query === params.query ? (params as unknown as Question) : { ...params, query };
}

const NAMES: ReadonlySet<string> = new Set(['query', 'variables', 'operationName', 'extensions']);

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

function parse(body: string): Readonly<Record<string, unknown>> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    throw BROKEN_JSON;
  }
  if (Array.isArray(parsed)) throw BATCH;
  if (typeof parsed !== 'object' || parsed === null) throw NO_OBJECT;
  return parsed as Readonly<Record<string, unknown>>;
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
