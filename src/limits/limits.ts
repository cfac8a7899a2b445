/** Holds every request to the limits, from its text to its result. */

import { type ExecutionResult, GraphQLError, type GraphQLSchema } from 'graphql';
import { ANONYMOUS, type Caller, EVERY_ACCOUNT, SCHEMA_SCOPE } from '../caller.ts';
import type { Context } from '../context.ts';
import type { Inbound } from '../inbound.ts';
import { createDocuments, type Documents, type KnownDocument, type KnownOperation } from './documents.ts';
import { OPERATION_LIMITS, type OperationLimits, overLimit, refusal } from './limit.ts';
import type { Manifest } from './manifest.ts';
import type { Bucket, RateLimit } from './rate.ts';
import { type Named, trustedDocument } from './trusted.ts';

export interface LimitOptions extends Partial<OperationLimits> {
  /** Whether and how much each caller is limited. */
  readonly rate?: RateLimit | undefined;
  /** The only documents that run, unless a caller may send others. */
  readonly trusted?: Manifest | undefined;
}

export interface Limits {
  /** Begins with a request. Throws the `GraphQLError` that refuses it before its text is read. */
  begin(inbound: Inbound): Held;
}

/** A request that is held to the limits. */
export interface Held {
  /** The document that it asks for. Throws the `GraphQLError` that refuses it. */
  read(named: Named): KnownDocument;
  /** Why a document is not executed for whoever asks; empty when it may be. */
  problemsOf(document: KnownDocument): readonly GraphQLError[];
  /** Takes what an operation may cost. Throws the `GraphQLError` that refuses it. */
  admit(operation: KnownOperation, variables: Variables, accounts: Context['accounts']): void;
  /** Gives back what was taken for calls that were not made, and hides in the result what is not shown to whoever asks. */
  settle(result: ExecutionResult, calls: number): ExecutionResult;
  /** For the answer's extensions, when it is settled. */
  cost(calls: number): Readonly<Record<string, number>>;
}

type Variables = Readonly<Record<string, unknown>> | null | undefined;

const HIDDEN = refusal('The schema is not shown to you.', { code: 'INTROSPECTION_FORBIDDEN' });
const SUGGESTION = / Did you mean .*\?$/s;

export function createLimits(schema: GraphQLSchema, options: LimitOptions = {}): Limits {
  const rules = { ...OPERATION_LIMITS, ...options, documents: createDocuments(schema) };
  return { begin: (inbound) => new HeldRequest(rules, inbound) };
}

interface Rules extends OperationLimits, Pick<LimitOptions, 'rate' | 'trusted'> {
  readonly documents: Documents;
}

class HeldRequest implements Held {
  readonly #rules: Rules;
  readonly #inbound: Inbound;
  readonly #bucket: Bucket | undefined;
  /** Upstream calls in the worst case. */
  #bound = 0;
  /** Units, besides the one for the text. */
  #taken = 0;

  constructor(rules: Rules, inbound: Inbound) {
    this.#rules = rules;
    this.#inbound = inbound;
    this.#bucket = rules.rate?.bucketOf(ownerOf(inbound));
    this.#bucket?.take(1);
  }

  read(named: Named): KnownDocument {
    const { trusted, documents } = this.#rules;
    const { caller } = this.#inbound;
    const isFree = !trusted || (caller !== ANONYMOUS && mayExplore(caller) && named.query !== '');
    const known = isFree ? documents.read(named.query) : trustedDocument(trusted, documents, named);
    if (known instanceof GraphQLError) throw known;
    return known;
  }

  problemsOf({ errors, introspects }: KnownDocument): readonly GraphQLError[] {
    if (mayExplore(this.#inbound.caller)) return errors;
    return introspects ? [HIDDEN] : errors.map(withoutSuggestion);
  }

  admit(operation: KnownOperation, variables: Variables, accounts: Context['accounts']): void {
    const { moneyMutations, cost } = this.#rules;
    const { bound, writes } = operation.price(accounts);
    if (writes > moneyMutations) throw overLimit('moneyMutations', moneyMutations, writes);
    this.#bound = bound(variables);
    if (this.#bound > cost) throw overLimit('cost', cost, this.#bound);
    const further = Math.max(this.#bound - 1, 0);
    this.#bucket?.take(further);
    this.#taken = further;
  }

  settle(result: ExecutionResult, calls: number): ExecutionResult {
    if (this.#bucket) {
      this.#bucket.giveBack(Math.max(Math.min(this.#taken, this.#bound - calls), 0));
      this.#inbound.setHeader('ratelimit-policy', this.#bucket.policy);
      this.#inbound.setHeader('ratelimit', this.#bucket.state());
    }
    const { errors } = result;
    if (!errors || mayExplore(this.#inbound.caller)) return result;
    return { ...result, errors: errors.map(withoutSuggestion) };
  }

  cost(calls: number): Readonly<Record<string, number>> {
    const remaining = this.#bucket && { remaining: this.#bucket.remaining() };
    return { bound: this.#bound, ceiling: this.#rules.cost, calls, ...remaining };
  }
}

/** Whether a caller may see the schema, and send documents of any making. */
function mayExplore(caller: Caller): boolean {
  return caller.may(SCHEMA_SCOPE, EVERY_ACCOUNT);
}

/** Whose units are taken: those of nobody in particular are told apart by where they ask from. */
function ownerOf({ caller, address }: Inbound): string {
  return caller === ANONYMOUS ? `from ${address}` : caller.name;
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
