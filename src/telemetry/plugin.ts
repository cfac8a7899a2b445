/** What the execution of a document tells about it: kind, name, the codes of its errors. Works on the request's own
 * record, which the front door shows when it has answered. */

import { GraphQLError, getOperationAST } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { Context } from '../context.ts';
import type { Executed } from '../inbound.ts';
import { publicError } from '../schema/errors.ts';
import type { Telemetry } from './telemetry.ts';

/** A client may call its operation anything. */
const MAX_NAME = 64;

/** Stands before every other plugin: what they refuse is seen here too. */
export function useTelemetry({ traces, blame }: Telemetry): Plugin<Context> {
  return {
    ...(traces
      ? {
          instrumentation: {
            execute: ({ context }: { context: Context }, execute: () => void | Promise<void>) =>
              traces.executing(context.inbound, execute),
          },
        }
      : {}),
    onParse({ context: { inbound } }) {
      return ({ result }) => {
        if (result === null || result instanceof Error) {
          inbound.executed = refused(result ? [result] : [], 'GRAPHQL_PARSE_FAILED');
        }
      };
    },
    onValidate({ context: { inbound } }) {
      return ({ valid, result }) => {
        if (!valid) inbound.executed = refused(result, 'GRAPHQL_VALIDATION_FAILED');
      };
    },
    onExecute({ args }) {
      const { inbound, calls } = args.contextValue;
      const operation = getOperationAST(args.document, args.operationName);
      const codes: string[] = [];
      inbound.executed = {
        kind: operation?.operation ?? 'query',
        name: operation?.name?.value.slice(0, MAX_NAME) ?? null,
        codes,
        calls,
      };
      return {
        onExecuteDone({ result }) {
          if (Symbol.asyncIterator in result || !result.errors) return;
          for (const error of result.errors) {
            const code = codeOf(error);
            if (code === undefined) blame(error, inbound.id);
            codes.push(code ?? 'INTERNAL_SERVER_ERROR');
          }
        },
      };
    },
  };
}

/** Refused with these errors, of which those without a code have `code`. */
function refused(errors: readonly Error[], code: string): Executed {
  const codes = errors.map((error) => (error instanceof GraphQLError && error.extensions.code) || code);
  return { kind: 'none', name: null, codes: [...new Set(codes.map(String))], calls: new Map() };
}

/** Undefined for what will be masked. */
function codeOf(error: GraphQLError): string | undefined {
  const shown = publicError(error);
  return shown && String(shown.extensions.code);
}
