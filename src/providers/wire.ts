/** Pieces of wire shapes that every provider needs. A reader takes JSON and gives what it means, or throws `Unreadable` where
 * it has another shape. Objects that are read by the dozen have readers of their own; the rest may be described with zod. */

import type { ZodType } from 'zod';
import { instantOf } from '../instant.ts';
import { decimalText } from '../money.ts';

export type Reader<Value> = (json: unknown) => Value;

/** JSON that is not what it should be. */
export class Unreadable extends Error {
  override readonly name = 'Unreadable';
}

/** The reader for what `schema` describes. */
export function byZod<Value>(schema: ZodType<Value>): Reader<Value> {
  return (json) => {
    const { success, data } = schema.safeParse(json);
    if (!success) throw new Unreadable();
    return data;
  };
}

/** The members of an object. */
export function members(json: unknown): Readonly<Record<string, unknown>> {
  if (typeof json === 'object' && json !== null && !Array.isArray(json)) {
    return json as Readonly<Record<string, unknown>>;
  }
  throw new Unreadable();
}

export function items<Item>(json: unknown, item: Reader<Item>): Item[] {
  if (!Array.isArray(json)) throw new Unreadable();
  return json.map(item);
}

export function text(json: unknown): string {
  if (typeof json === 'string') return json;
  throw new Unreadable();
}

export function someText(json: unknown): string {
  const read = text(json);
  if (read !== '') return read;
  throw new Unreadable();
}

/** An id that may come as a number. */
export function idText(json: unknown): string {
  return typeof json === 'number' ? String(json) : text(json);
}

export function flag(json: unknown): boolean {
  if (typeof json === 'boolean') return json;
  throw new Unreadable();
}

/** A whole number of things. */
export function count(json: unknown): number {
  if (Number.isSafeInteger(json) && (json as number) >= 0) return json as number;
  throw new Unreadable();
}

/** An amount sent as text or as a JSON number, to plain decimal text. */
export function decimal(json: unknown): string {
  const plain = typeof json === 'string' || typeof json === 'number' ? decimalText(json) : undefined;
  if (plain === undefined) throw new Unreadable();
  return plain;
}

/** An ISO 8601 time with an offset, to the instant that it names. */
export function instant(json: unknown): Date {
  const read = typeof json === 'string' ? instantOf(json) : undefined;
  if (read === undefined) throw new Unreadable();
  return read;
}

/** Null for null and for what is missing. */
export function orNull<Value>(json: unknown, read: Reader<Value>): Value | null {
  return json === null || json === undefined ? null : read(json);
}
