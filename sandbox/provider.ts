// What the HTTP side and a pretend provider know of each other: a request, a reply, and the answers that every
// provider must be able to give when a fault asks for them. No sockets and no business rules here.
import type { Json } from './json.ts';

export const PROVIDER_KEYS = ['cryptomus', 'heleket', 'repay', 'hashlee'] as const;
export type ProviderKey = (typeof PROVIDER_KEYS)[number];

export interface Request {
  /** `C6`, `W1`, … as in docs/providers.md, or `unknown`. */
  readonly endpoint: string;
  /** Still percent-encoded, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** The bytes as received: signatures are computed over them. */
  readonly body: Buffer;
  /** Where the provider itself can be reached, for links in answers. */
  readonly origin: string;
}

interface Head {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
}
export interface JsonReply extends Head {
  readonly json: Json;
}
export interface HtmlReply extends Head {
  readonly html: string;
}
export type Reply = JsonReply | HtmlReply;

/** How one provider words the failures that any endpoint may give. */
export interface Failures {
  rateLimit(): Reply;
  serverError(): Reply;
  unauthorized(): Reply;
  forbidden(): Reply;
  /** A refusal without any text. */
  bareFailure(): Reply;
  /** A success that lacks its result. */
  empty(): Reply;
  /** A refusal for business reasons in the given words. */
  refusal(text: string): Reply;
}

export interface Provider {
  readonly key: ProviderKey;
  readonly failures: Failures;
  endpointOf(method: string, path: string): string;
  /** Applies the request to the state and says what the provider says. */
  answer(request: Request): Reply;
  /** Back to the seeded state. */
  reset(): void;
}
