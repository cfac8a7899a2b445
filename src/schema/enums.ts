/** GraphQL enums over closed lists of the domain: every value comes with its description, or it does not compile. */

/** Pothos enum values from a list and a description for each of its members. */
export function describedEnum<Value extends string>(
  values: readonly Value[],
  descriptions: Record<Value, string>,
): { [V in Value]: { value: V; description: string } } {
  const entries = values.map((value) => [value, { value, description: descriptions[value] }]);
  return Object.fromEntries(entries);
}
