/** Filter inputs in `eq in gte lt` style, and their translation into conditions. */

import type { InputRef } from '@pothos/core';
import type { Condition, Operator, TransferStatus } from '../domain.ts';
import { builder } from './builder.ts';
import * as rules from './rules.ts';
import { TransferStatusEnum } from './transfer.ts';

const DESCRIPTIONS: Record<Operator, string> = {
  eq: 'Equal to.',
  ne: 'Not equal to.',
  gt: 'Greater than, or later than.',
  gte: 'At least, or not earlier than.',
  lt: 'Less than, or earlier than.',
  lte: 'At most, or not later than.',
  in: 'Equal to one of; an empty list matches nothing.',
  nin: 'Equal to none of.',
};
const about = (operator: Operator) => ({ description: DESCRIPTIONS[operator] });

const TEXTS = { ...rules.shortList, items: rules.anyText };

export const StringFilterInput = builder.inputType('StringFilter', {
  description: 'Conditions on a text, compared exactly. All that are given must hold.',
  fields: (t) => ({
    eq: t.string({ validate: rules.anyText, ...about('eq') }),
    ne: t.string({ validate: rules.anyText, ...about('ne') }),
    in: t.stringList({ validate: TEXTS, ...about('in') }),
    nin: t.stringList({ validate: TEXTS, ...about('nin') }),
  }),
});

/** The input type `<name>Filter` for conditions on an enum. */
export function enumFilter<Value extends string>(name: string, type: InputRef<Value>) {
  return builder.inputType(`${name}Filter`, {
    description: 'Conditions on one of a closed list of words. All that are given must hold.',
    fields: (t) => ({
      eq: t.field({ type, ...about('eq') }),
      ne: t.field({ type, ...about('ne') }),
      in: t.field({ type: [type], validate: rules.shortList, ...about('in') }),
      nin: t.field({ type: [type], validate: rules.shortList, ...about('nin') }),
    }),
  });
}

export const TransferStatusFilterInput = enumFilter('TransferStatus', TransferStatusEnum);

export const DecimalFilterInput = builder.inputType('DecimalFilter', {
  description: 'Conditions on an amount, compared by value. All that are given must hold.',
  fields: (t) => {
    const field = (operator: Operator) =>
      t.field({ type: 'Decimal', validate: rules.decimal, ...about(operator) });
    return {
      eq: field('eq'),
      ne: field('ne'),
      gt: field('gt'),
      gte: field('gte'),
      lt: field('lt'),
      lte: field('lte'),
    };
  },
});

export const DateTimeFilterInput = builder.inputType('DateTimeFilter', {
  description: 'Conditions on a time. All that are given must hold.',
  fields: (t) => {
    const field = (operator: Operator) => t.field({ type: 'DateTime', ...about(operator) });
    return { gt: field('gt'), gte: field('gte'), lt: field('lt'), lte: field('lte') };
  },
});

type Operators = {
  readonly [O in Operator]?: string | Date | readonly (string | TransferStatus)[] | null | undefined;
};

/** One condition for each operator that is given; an operator or a field that is null says nothing. */
export function conditionsOf<Field extends string>(
  filter: { readonly [F in Field]?: Operators | null | undefined } | null | undefined,
): Condition<Field>[] {
  const conditions: Condition<Field>[] = [];
  for (const [field, operators] of Object.entries<Operators | null | undefined>(filter ?? {})) {
    for (const [operator, value] of Object.entries(operators ?? {})) {
      if (value != null) conditions.push({ field: field as Field, operator: operator as Operator, value });
    }
  }
  return conditions;
}
