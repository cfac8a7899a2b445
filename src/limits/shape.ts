/** How large a document is, before anything else is done with it: counted without the schema, each fragment once. */

import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  Kind,
  type SelectionSetNode,
} from 'graphql';
import type { DocumentLimit } from './limit.ts';

export interface Shape {
  readonly sizes: Readonly<Record<Exclude<DocumentLimit, TextLimit>, number>>;
  readonly introspects: boolean;
}

/** What is counted as the text is parsed. */
type TextLimit = 'tokens' | 'comments' | 'nesting';

interface Measure {
  fields: number;
  rootFields: number;
  aliases: number;
  directives: number;
  depth: number;
  introspectionDepth: number;
  introspectionSize: number;
  /** Fields in the answer, if this is introspection. */
  answered: number;
}

const NOTHING: Measure = {
  fields: 0,
  rootFields: 0,
  aliases: 0,
  directives: 0,
  depth: 0,
  introspectionDepth: 0,
  introspectionSize: 0,
  answered: 0,
};

/** About how many members the lists of introspection have here. */
const MEMBERS: Readonly<Record<string, number>> = {
  types: 120,
  fields: 8,
  inputFields: 6,
  args: 3,
  enumValues: 6,
  possibleTypes: 4,
  interfaces: 2,
  directives: 6,
};

/** Numbers stay numbers, however often fragments double them. */
const MOST = 1e15;

export function shapeOf(document: DocumentNode): Shape {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const node of document.definitions) {
    if (node.kind === Kind.FRAGMENT_DEFINITION) fragments.set(node.name.value, node);
  }
  const measured = new Map<string, Measure>();
  let introspects = false;

  function fragment(name: string): Measure {
    const known = measured.get(name);
    if (known) return known;
    // One that contains itself is for validation to refuse.
    measured.set(name, NOTHING);
    const measure = selection(fragments.get(name)?.selectionSet);
    measured.set(name, measure);
    return measure;
  }

  function selection(set: SelectionSetNode | undefined): Measure {
    if (!set) return NOTHING;
    const sum = { ...NOTHING };
    for (const node of set.selections) {
      sum.directives += node.directives?.length ?? 0;
      if (node.kind === Kind.FIELD) addField(sum, node, selection(node.selectionSet));
      else
        add(
          sum,
          node.kind === Kind.FRAGMENT_SPREAD ? fragment(node.name.value) : selection(node.selectionSet),
        );
    }
    for (const key of Object.keys(sum) as (keyof Measure)[]) sum[key] = Math.min(sum[key], MOST);
    return sum;
  }

  function addField(sum: Measure, { name, alias }: FieldNode, below: Measure): void {
    const isIntrospection = name.value === '__schema' || name.value === '__type';
    introspects ||= isIntrospection;
    sum.rootFields++;
    sum.fields += 1 + below.fields;
    sum.aliases += (alias ? 1 : 0) + below.aliases;
    sum.directives += below.directives;
    sum.answered += 1 + (MEMBERS[name.value] ?? 1) * below.answered;
    sum.depth = Math.max(sum.depth, 1 + (isIntrospection ? 0 : below.depth));
    sum.introspectionDepth = Math.max(
      sum.introspectionDepth,
      isIntrospection ? 1 + below.depth : below.introspectionDepth,
    );
    sum.introspectionSize += isIntrospection ? below.answered : below.introspectionSize;
  }

  const total = { ...NOTHING };
  let widest = 0;
  for (const node of document.definitions) {
    if (node.kind === Kind.OPERATION_DEFINITION) {
      const measure = selection(node.selectionSet);
      add(total, measure);
      widest = Math.max(widest, measure.rootFields);
      total.directives += node.directives?.length ?? 0;
      for (const variable of node.variableDefinitions ?? [])
        total.directives += variable.directives?.length ?? 0;
    } else if (node.kind === Kind.FRAGMENT_DEFINITION) {
      // One that nobody spreads is still validated.
      const { fields, aliases, directives } = fragment(node.name.value);
      total.fields = Math.max(total.fields, fields);
      total.aliases = Math.max(total.aliases, aliases);
      total.directives = Math.max(total.directives, directives) + (node.directives?.length ?? 0);
    }
  }
  const { answered: _, ...sizes } = total;
  return {
    sizes: {
      ...sizes,
      rootFields: widest,
      fragments: document.definitions.filter(({ kind }) => kind === Kind.FRAGMENT_DEFINITION).length,
    },
    introspects,
  };
}

function add(sum: Measure, other: Measure): void {
  sum.fields += other.fields;
  sum.rootFields += other.rootFields;
  sum.aliases += other.aliases;
  sum.directives += other.directives;
  sum.depth = Math.max(sum.depth, other.depth);
  sum.introspectionDepth = Math.max(sum.introspectionDepth, other.introspectionDepth);
  sum.introspectionSize += other.introspectionSize;
  sum.answered += other.answered;
}
