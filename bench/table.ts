/** Numbers of several rounds as one, and rows as a table in Markdown. */

export function median(values: readonly number[]): number {
  return percentile(
    [...values].sort((one, other) => one - other),
    0.5,
  );
}

/** Of values in order of size. */
export function percentile(sorted: readonly number[], part: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}

/** How far the least and the greatest lie from the median. */
export function spread(values: readonly number[]): string {
  const middle = median(values);
  const percent = (value: number) => Math.round((value / middle - 1) * 100);
  return `${percent(Math.min(...values))} … +${percent(Math.max(...values))} %`;
}

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
