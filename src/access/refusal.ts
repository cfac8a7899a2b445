/** Why a request is not let in, as HTTP and GraphQL say it. */

export interface Refusal {
  readonly status: 401 | 503;
  /** For `extensions.code`. */
  readonly code: 'UNAUTHENTICATED' | 'UNAVAILABLE';
  /** For people; tells nothing of a token. */
  readonly message: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Nobody said who they are. */
export const NO_TOKEN: Refusal = {
  status: 401,
  code: 'UNAUTHENTICATED',
  message: 'A bearer token is needed.',
  headers: { 'www-authenticate': 'Bearer realm="paygraph"' },
};

/** Who they are cannot be checked at present. */
export const NO_KEYS: Refusal = {
  status: 503,
  code: 'UNAVAILABLE',
  message: 'The keys that tokens are checked with cannot be fetched.',
  headers: { 'retry-after': '5' },
};

/** What they said does not hold. `message` is put between quotes. */
export function badToken(message = 'The bearer token is not valid.'): Refusal {
  return {
    status: 401,
    code: 'UNAUTHENTICATED',
    message,
    headers: {
      'www-authenticate': `Bearer realm="paygraph", error="invalid_token", error_description="${message}"`,
    },
  };
}
