/** The `idempotencyKey` that every mutation's input has. */

import * as rules from './rules.ts';

/** Options of the input field. */
export const IDEMPOTENCY_KEY = {
  required: true,
  validate: rules.idempotencyKey,
  description:
    'A key of your own for this one intention: 1 to 128 printable characters, best a UUID. The same key with the same ' +
    'input gives the same operation and sends nothing twice; with another input it is refused.',
} as const;
