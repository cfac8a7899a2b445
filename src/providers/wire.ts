/** Pieces of wire schemas that every provider needs: amounts that keep their digits and times that keep their zone. */

import { z } from 'zod';
import { decimalText } from '../money.ts';

/** An amount sent as text or as a JSON number, to plain decimal text. */
export const decimalWire = z.union([z.string(), z.number()]).transform((value, context) => {
  const text = decimalText(value);
  if (text === undefined) context.addIssue('not a decimal number');
  return text ?? z.NEVER;
});

/** An ISO 8601 time with an offset, to the instant that it names. */
export const instantWire = z.iso.datetime({ offset: true }).transform((text) => new Date(text));
