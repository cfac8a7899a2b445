/** A request to this server, as far as it matters to whoever answers it. Types only. */

import type { Caller } from './caller.ts';
import type { Calls } from './calls.ts';

/** What became of a document, as far as whoever watches may know. */
export interface Executed {
  /** `none` when it was refused before it was known. */
  readonly kind: 'query' | 'mutation' | 'subscription' | 'none';
  /** What the client calls it, cut short. */
  readonly name: string | null;
  /** Of the errors at the top level. */
  readonly codes: readonly string[];
  /** Missing when nothing was executed. */
  readonly calls?: Calls;
}

export interface Inbound {
  /** In the answer's header and in every line of the log that is about it. */
  readonly id: string;
  readonly caller: Caller;
  /** By their names in lower case. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** Of the client: its own, or what a trusted proxy says that it is. */
  readonly address: string;
  /** Whether the client has gone before it was answered. */
  readonly isGone: boolean;
  /** Adds a header to the answer, whatever becomes of the request. Its status is set by `extensions.http.status` of
   * a thrown `GraphQLError`. */
  setHeader(name: string, value: string): void;
  /** Set when a document was looked at. */
  executed?: Executed | undefined;
}
