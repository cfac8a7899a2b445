/** Which fields a request selects below the field that is being resolved, so that only those are asked for upstream. */

import {
  type FieldNode,
  GraphQLIncludeDirective,
  type GraphQLResolveInfo,
  GraphQLSkipDirective,
  getDirectiveValues,
  isAbstractType,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';

/** The names of the fields of `typeName` selected under the resolved field, below any of `paths`
 * (`[]`: directly below; `['edges', 'node']`: two levels further down). */
export function selectedFields(
  info: GraphQLResolveInfo,
  typeName: string,
  paths: readonly (readonly string[])[],
): Set<string> {
  const names = new Set<string>();
  for (const path of paths) {
    let nodes = info.fieldNodes;
    for (const name of path) nodes = childFields(info, nodes).filter((field) => field.name.value === name);
    for (const field of childFields(info, nodes, typeName)) names.add(field.name.value);
  }
  return names;
}

function childFields(info: GraphQLResolveInfo, nodes: readonly FieldNode[], typeName?: string): FieldNode[] {
  const fields: FieldNode[] = [];
  for (const { selectionSet } of nodes) collect(info, selectionSet, typeName, fields);
  return fields;
}

function collect(
  info: GraphQLResolveInfo,
  set: SelectionSetNode | undefined,
  typeName: string | undefined,
  fields: FieldNode[],
): void {
  for (const selection of set?.selections ?? []) {
    if (!isIncluded(info, selection)) continue;
    if (selection.kind === 'Field') {
      fields.push(selection);
      continue;
    }
    const fragment = selection.kind === 'FragmentSpread' ? info.fragments[selection.name.value] : selection;
    const condition = fragment?.typeCondition?.name.value;
    if (mayApply(info, condition, typeName)) collect(info, fragment?.selectionSet, typeName, fields);
  }
}

function mayApply(
  { schema }: GraphQLResolveInfo,
  condition: string | undefined,
  typeName: string | undefined,
) {
  if (!condition || !typeName || condition === typeName) return true;
  const type = schema.getType(condition);
  return isAbstractType(type) && schema.getPossibleTypes(type).some(({ name }) => name === typeName);
}

function isIncluded({ variableValues }: GraphQLResolveInfo, node: SelectionNode): boolean {
  if (!node.directives?.length) return true;
  if (getDirectiveValues(GraphQLSkipDirective, node, variableValues)?.if === true) return false;
  return getDirectiveValues(GraphQLIncludeDirective, node, variableValues)?.if !== false;
}
