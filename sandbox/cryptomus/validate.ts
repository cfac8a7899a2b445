// Laravel's validation as far as the documentation shows it: rules per field, and untranslated tokens as the answer.
import { isObject, type Json, type JsonObject, numberText, readJson } from '../json.ts';
import type { Request } from '../provider.ts';
import type { FieldErrors } from './envelope.ts';

export type Input = JsonObject;
/** Gives the failed token without its `validation.` prefix, or null. */
export type Rule = (value: Json, input: Input) => string | null;

/** The parameters of a request: an empty body, `{}`, `[]`, `null` and unreadable JSON all mean none. */
export function readInput(request: Request): Input {
  const type = request.headers['content-type'] ?? '';
  if (!/[/+]json/.test(type)) return {};
  const read = readJson(request.body.toString('utf8'));
  return isObject(read) ? read : {};
}

export function isMissing(value: Json | undefined): boolean {
  return value === undefined || value === null || value === '';
}

/** A text parameter that has passed validation; undefined when it was not given. */
export function textOf(input: Input, field: string): string | undefined {
  const value = input[field];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

export interface Field {
  /** Fails when the field is missing: `required`, or `required_without` another one. */
  readonly presence?: 'required' | { without: string };
  readonly rules: readonly Rule[];
}

/** All failed rules of all fields in their order, or null when everything holds. */
export function validate(input: Input, fields: Readonly<Record<string, Field>>): FieldErrors | null {
  const errors: FieldErrors = {};
  for (const [name, { presence, rules }] of Object.entries(fields)) {
    const value = input[name];
    const failed = isMissing(value)
      ? [absence(presence, input)].filter((token) => token !== null)
      : rules.map((rule) => rule(value!, input)).filter((token) => token !== null);
    if (failed.length > 0) errors[name] = failed.map((token) => `validation.${token}`);
  }
  return Object.keys(errors).length > 0 ? errors : null;
}

function absence(presence: Field['presence'], input: Input): string | null {
  if (presence === 'required') return 'required';
  if (presence && isMissing(input[presence.without])) return 'required_without';
  return null;
}

/** Applies the rules to texts only: anything that is not a text fails as such and as nothing else. */
function onText(token: string, holds: (text: string) => boolean): Rule {
  return (value) => (typeof value !== 'string' || holds(value) ? null : token);
}

export const isText: Rule = (value) => (typeof value === 'string' ? null : 'string');
export const min = (length: number) => onText('min.string', (text) => [...text].length >= length);
export const max = (length: number) => onText('max.string', (text) => [...text].length <= length);
export const alphaDash = onText('alpha_dash', (text) => /^[\p{L}\p{M}\p{N}_-]+$/u.test(text));
export const uuid = onText('uuid', (text) =>
  /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i.test(text),
);
export const amount = onText('regex', (text) => /^\d{1,40}(\.\d{1,18})?$/.test(text));
export const matching = (pattern: RegExp) => onText('regex', (text) => pattern.test(text));
export const url = onText('url', (text) => /^https?:\/\/[^\s/]+/i.test(text) && URL.canParse(text));
export const oneOf = (...accepted: string[]) =>
  onText('in', (text) => accepted.some((each) => each.toLowerCase() === text.toLowerCase()));

export const isBoolean: Rule = (value) => (booleanOf(value) === null ? 'boolean' : null);

/** Every form in which clients are known to send a boolean; null for anything else. */
export function booleanOf(value: Json | undefined): boolean | null {
  if (typeof value === 'boolean') return value;
  const text = typeof value === 'string' ? value : numberText(value);
  if (text === '1' || text === 'true') return true;
  if (text === '0' || text === 'false') return false;
  return null;
}
