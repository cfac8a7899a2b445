/** Scalars. None of them is a floating-point number. */

import { GraphQLError, type ValueNode } from 'graphql';
import { instantOf, instantText } from '../instant.ts';
import { decimalText } from '../money.ts';
import { builder } from './builder.ts';

// Decimal and UUID take any text in: their form is checked with the rest of the input, so that a bad one becomes
// an `InvalidInput` with its path.
builder.scalarType('Decimal', {
  description:
    'An exact decimal number as text, such as `"0.10000000"`. Digits are passed through as the provider sent ' +
    'them and never go through a floating-point number. Inputs take up to 30 digits.',
  serialize: (value) => value,
  parseValue: (value) => {
    if (typeof value === 'string') return value;
    if (Number.isSafeInteger(value)) return String(value);
    throw invalid('A Decimal is sent as text, such as "0.1": a JSON number may already have lost digits.');
  },
  parseLiteral: (node) => {
    if (node.kind === 'StringValue') return node.value;
    if (node.kind === 'IntValue' || node.kind === 'FloatValue') return decimalText(node.value) ?? node.value;
    throw invalid('A Decimal is text or a number.');
  },
});

builder.scalarType('UUID', {
  description: 'A UUID in its text form, such as `fcc40793-39f9-4fa9-85b2-93148039a72b`.',
  serialize: (value) => value,
  parseValue: (value) => {
    if (typeof value === 'string') return value;
    throw invalid('A UUID is sent as text.');
  },
});

builder.scalarType('DateTime', {
  description:
    'An instant, RFC 3339. Answers are in UTC, such as `2023-06-21T14:25:55Z`; inputs may have any offset.',
  serialize: instantText,
  parseValue: parseInstant,
  parseLiteral: (node: ValueNode) => parseInstant('value' in node ? node.value : undefined),
});

builder.scalarType('JSON', {
  description: 'Any JSON, as a provider sent it; numbers that a double cannot hold are given as text.',
  serialize: (value) => value,
  parseValue: () => {
    throw invalid('JSON is not an input.');
  },
});

function parseInstant(value: unknown): Date {
  const instant = typeof value === 'string' ? instantOf(value.toUpperCase()) : undefined;
  if (instant) return instant;
  throw invalid('A DateTime is RFC 3339 text with an offset, such as "2024-09-25T12:00:00Z".');
}

function invalid(message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code: 'INVALID_INPUT' } });
}
