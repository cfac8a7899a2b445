/** Holds every request to the limits, from its text to its answer. */

import { type ExecutionResult, GraphQLError } from 'graphql';
import type { Plugin, YogaInitialContext } from 'graphql-yoga';
import { ANONYMOUS, type Caller, EVERY_ACCOUNT, SCHEMA_SCOPE } from '../caller.ts';
import type { Context } from '../context.ts';
import type { Inbound } from '../inbound.ts';
import type { Documents } from './documents.ts';
import { OPERATION_LIMITS, type OperationLimits, overLimit, refusal } from './limit.ts';
import type { Manifest } from './manifest.ts';
import type { RateLimit } from './rate.ts';
import { namedHash, trustedDocument } from './trusted.ts';

export interface LimitOptions extends Partial<OperationLimits> {
  /** Whether and how much each caller is limited. */
  readonly rate?: RateLimit | undefined;
  /** The only documents that run, unless a caller may send others. */
  readonly trusted?: Manifest | undefined;
}

const HIDDEN = refusal('The schema is not shown to you.', { code: 'INTROSPECTION_FORBIDDEN' });
const SUGGESTION = / Did you mean .*\?$/s;

/** A plugin for requests whose documents are read by `documents`. */
export function useLimits(documents: Documents, options: LimitOptions = {}): Plugin<Context> {
  const { rate, trusted } = options;
  const limits = { ...OPERATION_LIMITS, ...options };

  return {
    // A document that is named by its hash has no text, and Yoga wants one.
    onParams({ params, setParams }) {
      if (trusted && params.query == null && namedHash(params)) setParams({ ...params, query: '' });
    },

    onParse({ context, params: { source }, setParsedDocument, setParseFn }) {
      const { inbound, params } = context as unknown as Context & YogaInitialContext;
      const { caller } = inbound;
      rate?.take(bucketOf(inbound), 1);
      const text = typeof source === 'string' ? source : source.body;
      const isFree = !trusted || (caller !== ANONYMOUS && mayExplore(caller) && text !== '');
      const known = isFree ? documents.read(text) : trustedDocument(trusted, documents, params, text);
      if (!(known instanceof GraphQLError)) return setParsedDocument(known.document);
      setParseFn(() => {
        throw known;
      });
    },

    onValidate({ context, params: { documentAST }, setResult }) {
      const known = documents.of(documentAST);
      if (!known) return;
      if (mayExplore((context as unknown as Context).inbound.caller)) return setResult(known.errors);
      setResult(known.introspects ? [HIDDEN] : known.errors.map(withoutSuggestion));
    },

    onExecute({ args, setResultAndStopExecution }) {
      const { inbound, params, calls, accounts } = args.contextValue;
      const operation = documents.of(args.document)?.operation(args.operationName, accounts);
      // Which operation is meant is for the executor to refuse.
      if (!operation) return;
      const stop = (error: GraphQLError) => setResultAndStopExecution({ errors: [error] });

      const { writes } = operation;
      if (writes > limits.moneyMutations)
        return stop(overLimit('moneyMutations', limits.moneyMutations, writes));
      const bound = operation.bound(args.variableValues);
      if (bound > limits.cost) return stop(overLimit('cost', limits.cost, bound));
      const bucket = bucketOf(inbound);
      // One was taken for its text.
      const taken = Math.max(bound - 1, 0);
      try {
        rate?.take(bucket, taken);
      } catch (error) {
        return stop(error as GraphQLError);
      }

      const asked = inbound.headers['x-paygraph-cost'] !== undefined || params.extensions?.cost === true;
      const explores = mayExplore(inbound.caller);
      if (!rate && !asked && explores) return;
      return {
        onExecuteDone({ result, setResult }) {
          if (Symbol.asyncIterator in result) return;
          const shown = explores ? result : withoutSuggestions(result);
          const used = sumOf(calls);
          if (rate) {
            rate.giveBack(bucket, Math.max(Math.min(taken, bound - used), 0));
            for (const [name, value] of Object.entries(rate.headers(bucket))) inbound.setHeader(name, value);
          }
          if (!asked) return setResult(shown);
          const remaining = rate ? { remaining: rate.remaining(bucket) } : {};
          const cost = { bound, ceiling: limits.cost, calls: used, ...remaining };
          setResult({ ...shown, extensions: { ...result.extensions, cost } });
        },
      };
    },
  };
}

/** Whether a caller may see the schema, and send documents of any making. */
function mayExplore(caller: Caller): boolean {
  return caller.may(SCHEMA_SCOPE, EVERY_ACCOUNT);
}

/** Whose units are taken: those of nobody in particular are told apart by where they ask from. */
function bucketOf({ caller, address }: Inbound): string {
  return caller === ANONYMOUS ? `from ${address}` : caller.name;
}

function sumOf(calls: Context['calls']): number {
  let sum = 0;
  for (const count of calls.values()) sum += count;
  return sum;
}

function withoutSuggestions(result: ExecutionResult): ExecutionResult {
  return result.errors ? { ...result, errors: result.errors.map(withoutSuggestion) } : result;
}

/** What is like a name that is in the schema tells of the schema. */
function withoutSuggestion(error: GraphQLError): GraphQLError {
  const { nodes, source, positions, path, extensions, originalError } = error;
  const isOurs = originalError && !(originalError instanceof GraphQLError);
  if (isOurs || !SUGGESTION.test(error.message)) return error;
  return new GraphQLError(error.message.replace(SUGGESTION, ''), {
    nodes: nodes ?? null,
    source: source ?? null,
    positions: positions ?? null,
    path: path ?? null,
    // What hides the values of variables goes by it.
    originalError: originalError && withoutSuggestion(originalError),
    extensions,
  });
}
