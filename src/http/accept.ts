/** Which of the media types of GraphQL over HTTP a client is to get, chosen as Yoga chooses. */

const MODERN = 'application/graphql-response+json';
const LEGACY = 'application/json';
const STREAMS = ['text/event-stream', 'multipart/mixed'];

/** A media type of a whole answer, `STREAM` when the client takes answers in parts only, undefined when there is
 * nothing that it takes. */
export type Accepted = typeof MODERN | typeof LEGACY | 'STREAM' | undefined;

const MOST_REMEMBERED = 100;
const remembered = new Map<string, Accepted>();

/** For the value of the header `Accept`. */
export function acceptedBy(accept = '*/*'): Accepted {
  if (remembered.has(accept)) return remembered.get(accept);
  const accepted = choose(accept);
  if (remembered.size < MOST_REMEMBERED) remembered.set(accept, accepted);
  return accepted;
}

function choose(accept: string): Accepted {
  let isStream = false;
  for (const range of (accept || '*/*').replace(/\s/g, '').toLowerCase().split(',')) {
    const [type = '', ...parameters] = range.split(';');
    const charset = parameters.find((parameter) => parameter.includes('charset='));
    if (charset !== undefined && charset !== 'charset=utf-8') continue;
    if (matches(LEGACY, type)) return LEGACY;
    if (matches(MODERN, type)) return MODERN;
    isStream ||= STREAMS.some((stream) => matches(stream, type));
  }
  return isStream ? 'STREAM' : undefined;
}

function matches(mediaType: string, range: string): boolean {
  const [type, subtype] = mediaType.split('/');
  const [wantedType, wantedSubtype] = range.split('/');
  return (wantedType === '*' || wantedType === type) && (wantedSubtype === '*' || wantedSubtype === subtype);
}
