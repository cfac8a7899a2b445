/** A request as it stands at the front door: what it has been found to be, and what its answer is to carry. */

import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { type Caller, NOBODY } from '../caller.ts';
import type { Executed, Inbound } from '../inbound.ts';
import type { Proxies } from './proxies.ts';
import { requestIdOf } from './request-id.ts';

/** What all that arrive have in common. */
export interface Threshold {
  readonly proxies: Proxies;
  isDraining: boolean;
}

/** A class, and not a literal, because getters of a prototype cost nothing until somebody asks. */
export class Arrival implements Inbound {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly id: string;
  readonly headers: IncomingHttpHeaders;
  /** Nobody, until somebody has been recognized. */
  caller: Caller = NOBODY;
  executed: Executed | undefined = undefined;
  /** Names and values in turn, for the answer. */
  readonly answerHeaders: string[] = [];
  readonly #threshold: Threshold;

  constructor(request: IncomingMessage, response: ServerResponse, threshold: Threshold) {
    this.request = request;
    this.response = response;
    this.headers = request.headers;
    this.id = requestIdOf(this.headers['x-request-id']);
    this.#threshold = threshold;
  }

  get address(): string {
    return this.#threshold.proxies.addressOf(this.request);
  }

  /** Whether the connection ends with the answer. */
  get isLast(): boolean {
    return this.#threshold.isDraining;
  }

  get isGone(): boolean {
    return this.response.destroyed && !this.response.writableFinished;
  }

  setHeader(name: string, value: string): void {
    this.answerHeaders.push(name, value);
  }
}
