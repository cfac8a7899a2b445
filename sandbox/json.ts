// JSON in which numbers keep their digits: 129.123456789012345678 is read and written as it stands, because the
// providers send amounts as JSON numbers and a client that loses digits must be found out.

const TOKEN = Symbol('number token');

/** A JSON number by its text. */
export interface NumberToken {
  readonly [TOKEN]: string;
}

export type Json = null | boolean | number | string | NumberToken | readonly Json[] | JsonObject;
/** A member that is undefined is left out when written. */
export interface JsonObject {
  readonly [key: string]: Json | undefined;
}

/** A number that is written with exactly these digits. */
export function numberToken(text: string): NumberToken {
  return { [TOKEN]: text };
}

/** The digits of a number that was read, or null when the value is not a number. */
export function numberText(value: Json | undefined): string | null {
  if (typeof value === 'number') return String(value);
  return isToken(value) ? value[TOKEN] : null;
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !isToken(value);
}

function isToken(value: Json | undefined): value is NumberToken {
  return typeof value === 'object' && value !== null && TOKEN in value;
}

export function writeJson(value: Json): string {
  if (isToken(value)) return value[TOKEN];
  if (Array.isArray(value)) return `[${value.map(writeJson).join(',')}]`;
  if (!isObject(value)) return JSON.stringify(value);
  let members = '';
  for (const key in value) {
    const member = value[key];
    if (member === undefined) continue;
    members += `${members && ','}${JSON.stringify(key)}:${writeJson(member)}`;
  }
  return `{${members}}`;
}

const STRING_OR_NUMBER = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;
// No sender writes this key: it starts with a control character.
const MARK = '\u0001number';

/** Reads JSON text with every number kept as a token; undefined when the text is not JSON. */
export function readJson(text: string): Json | undefined {
  try {
    JSON.parse(text);
  } catch {
    return undefined;
  }
  const marked = text.replace(STRING_OR_NUMBER, (found) =>
    found.startsWith('"') ? found : `{${JSON.stringify(MARK)}:"${found}"}`,
  );
  return JSON.parse(marked, (_key, value) =>
    typeof value === 'object' && value !== null && MARK in value ? numberToken(value[MARK]) : value,
  );
}
