/** What graphql-js itself answers, subscriptions included: for a front door over another schema than the product's. */

import {
  type ExecutionArgs,
  execute,
  GraphQLError,
  getOperationAST,
  parse,
  subscribe,
  validate,
} from 'graphql';
import type { Result } from '../../src/server.ts';

export async function answerFrom(args: Omit<ExecutionArgs, 'document'>, query: string): Promise<Result> {
  try {
    const document = parse(query);
    const errors = validate(args.schema, document);
    if (errors.length > 0) return { errors: errors.map(refused) };
    const isStream = getOperationAST(document)?.operation === 'subscription';
    return await (isStream ? subscribe : execute)({ ...args, document });
  } catch (error) {
    return { errors: [refused(error as GraphQLError)] };
  }
}

function refused({ message }: GraphQLError): GraphQLError {
  return new GraphQLError(message, { extensions: { http: { spec: true, status: 400 } } });
}
