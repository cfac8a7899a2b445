/** JSON with every number that a double would change kept as the text that was sent. */

import { parse } from 'lossless-json';

/** A number that a double may show otherwise than it was sent: with a fraction, an exponent, sixteen digits or more, or a
 * zero below nothing. Taken from its place among the signs around it; inside a text it costs time and nothing else. */
const INEXACT = /[:[,]\s*(?:-0|-?\d+[.eE][\d.eE+-]*|-?\d{16,})\s*[,\]}]/;
/** By itself: an expression that may begin with either is not looked for by its first sign, and takes twice as long. */
const ONLY_A_NUMBER = /^\s*-?\d/;

/** Undefined when it is not JSON. Of two members with one name the last one counts. */
export function parseJson(text: string): unknown {
  try {
    return INEXACT.test(text) || ONLY_A_NUMBER.test(text) ? parseExactly(text) : JSON.parse(text);
  } catch {
    return undefined;
  }
}

function parseExactly(text: string): unknown {
  return parse(text, undefined, {
    parseNumber: (token) => (String(Number(token)) === token ? Number(token) : token),
    onDuplicateKey: ({ newValue }) => newValue,
  });
}
