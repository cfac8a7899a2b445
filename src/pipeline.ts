/** A GraphQL request from its text to its result: limits, validation, execution, and what may be told of errors. How it came
 * and how it is answered is for others to know. */

import { type ExecutionResult, GraphQLError, type GraphQLSchema } from 'graphql';
import { Context, type Services } from './context.ts';
import { execute } from './execute.ts';
import type { Inbound } from './inbound.ts';
import { createLimits, type LimitOptions } from './limits/limits.ts';
import { shareScopes } from './schema/builder.ts';
import { publicError, withExtensions } from './schema/errors.ts';
import type { Traces } from './telemetry/traces.ts';

/** What is asked. Its text is empty when it names a trusted document. */
export interface Question {
  readonly query: string;
  readonly documentId?: unknown;
  readonly variables?: Readonly<Record<string, unknown>> | null | undefined;
  readonly operationName?: string | null | undefined;
  readonly extensions?: Readonly<Record<string, unknown>> | null | undefined;
}

/** Answers a question, whatever becomes of it. Throws nothing. `mayWrite` is whether it came in a way in which
 * mutations may come. */
export type Pipeline = (inbound: Inbound, question: Question, mayWrite: boolean) => Promise<ExecutionResult>;

export interface PipelineOptions {
  /** What requests are held to, besides what no document may be. */
  readonly limits?: LimitOptions | undefined;
  readonly traces?: Traces | undefined;
}

/** A client may call its operation anything. */
const MAX_NAME = 64;

const UNKNOWN_OPERATION = new GraphQLError('Could not determine what operation to execute.', {
  extensions: { code: 'OPERATION_RESOLUTION_FAILURE', http: { status: 400 } },
});
const NO_WRITE = new GraphQLError('Can only perform a mutation operation from a POST request.', {
  extensions: { code: 'BAD_REQUEST', http: { status: 405, headers: { Allow: 'POST' } } },
});

export function createPipeline(
  schema: GraphQLSchema,
  services: Services,
  { limits: limitOptions, traces }: PipelineOptions = {},
): Pipeline {
  const limits = createLimits(schema, limitOptions);

  async function perform(inbound: Inbound, question: Question, mayWrite: boolean): Promise<ExecutionResult> {
    const { operationName, variables } = question;
    const held = limits.begin(inbound);
    const known = held.read(question);
    const operation = known.operation(operationName);
    if (!operation) throw UNKNOWN_OPERATION;
    if (operation.kind === 'mutation' && !mayWrite) throw NO_WRITE;
    const problems = held.problemsOf(known);
    if (problems.length > 0) return { errors: problems };

    const context = new Context(services, inbound);
    const { calls } = context;
    inbound.executed = {
      kind: operation.kind,
      name: operation.name?.slice(0, MAX_NAME) ?? null,
      codes: [],
      calls,
    };
    held.admit(operation, variables, context.accounts);
    shareScopes(context);
    const { document } = known;
    const result = await execute({
      schema,
      document,
      operationName,
      variableValues: variables,
      contextValue: context,
    });
    const settled = held.settle(result, calls.total);

    const showsCalls = asksFor('upstream', inbound, question);
    const showsCost = asksFor('cost', inbound, question);
    if (!showsCalls && !showsCost) return settled;
    const extensions = {
      ...(showsCalls && { upstream: { calls: calls.total, byAccount: calls.byAccount() } }),
      ...(showsCost && { cost: held.cost(calls.total) }),
    };
    return { ...settled, extensions };
  }

  /** The result as a client may see it. What went wrong is left for whoever watches. */
  function published(inbound: Inbound, result: ExecutionResult): ExecutionResult {
    if (!result.errors) return result;
    const errors = result.errors.map((error) => {
      const shown = publicError(error);
      if (shown) return shown;
      services.onBug(error, inbound.id);
      return withExtensions(error, 'Unexpected error.', { code: 'INTERNAL_SERVER_ERROR' });
    });
    const codes = [...new Set(errors.map(({ extensions }) => String(extensions.code)))];
    const { kind = 'none', name = null, calls } = inbound.executed ?? {};
    inbound.executed = { kind, name, codes, ...(calls && { calls }) };
    return { ...result, errors };
  }

  async function answer(inbound: Inbound, question: Question, mayWrite: boolean): Promise<ExecutionResult> {
    try {
      return published(inbound, await perform(inbound, question, mayWrite));
    } catch (error) {
      return published(inbound, { errors: [toGraphQLError(error)] });
    }
  }

  return traces ? (inbound, ...rest) => traces.executing(inbound, () => answer(inbound, ...rest)) : answer;
}

/** By a header, or by an extension of the request. */
function asksFor(what: 'upstream' | 'cost', { headers }: Inbound, { extensions }: Question): boolean {
  return headers[`x-paygraph-${what}`] !== undefined || extensions?.[what] === true;
}

function toGraphQLError(error: unknown): GraphQLError {
  if (error instanceof GraphQLError) return error;
  return new GraphQLError('', { originalError: error instanceof Error ? error : new Error(String(error)) });
}
