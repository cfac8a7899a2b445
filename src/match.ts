/** Conditions applied here, where a provider cannot apply them. */

import type { Condition } from './domain.ts';
import { compareDecimals } from './money.ts';

/** What a field is compared as. */
export type Comparable =
  | { readonly text: string | null }
  | { readonly decimal: string }
  | { readonly instant: Date | null };

/** Whether all conditions hold for what `read` gives for each field. What is not known satisfies `ne` and `nin` only. */
export function matches<Field extends string>(
  conditions: readonly Condition<Field>[],
  read: (field: Field) => Comparable,
): boolean {
  return conditions.every(({ field, operator, value }) => {
    const compared = [value].flat().map((wanted) => distance(read(field), wanted));
    switch (operator) {
      case 'eq':
      case 'in':
        return compared.includes(0);
      case 'ne':
      case 'nin':
        return !compared.includes(0);
      case 'gt':
        return compared.every((order) => order !== null && order > 0);
      case 'gte':
        return compared.every((order) => order !== null && order >= 0);
      case 'lt':
        return compared.every((order) => order !== null && order < 0);
      default:
        return compared.every((order) => order !== null && order <= 0);
    }
  });
}

/** Negative, zero or positive as the field is before, at or after what is wanted; null when it is not known. */
function distance(field: Comparable, wanted: string | Date): number | null {
  if ('decimal' in field) return compareDecimals(field.decimal, String(wanted));
  if ('instant' in field)
    return field.instant && Math.sign(field.instant.getTime() - new Date(wanted).getTime());
  if (field.text === null) return null;
  return field.text === wanted ? 0 : field.text < String(wanted) ? -1 : 1;
}
