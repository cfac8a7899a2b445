/** Other views of one list: from its other end, or only some of its rows. */

import type { Source } from './providers/provider.ts';

/** The same list from its other end. */
export function reversedSource<Row>(source: Source<Row>): Source<Row> {
  return {
    ...source,
    read: (from, direction, want, asker, inclusive) =>
      source.read(from, direction === 'forward' ? 'backward' : 'forward', want, asker, inclusive),
  };
}

/** Only the rows that `keeps` wants, for one request: what no provider can filter is filtered here, over `maxReads`
 * reads, after which the list rests. A read looks through one slice; it is for the reader to ask for more. */
export function filteredSource<Row>(
  source: Source<Row>,
  keeps: (row: Row) => boolean,
  maxReads: number,
): Source<Row> {
  let reads = 0;
  return {
    async read(from, direction, want, asker, inclusive) {
      if (reads === maxReads) return { rows: [], end: false, rests: true };
      reads++;
      const slice = await source.read(from, direction, want, asker, inclusive);
      const reached = slice.reached ?? slice.rows.at(-1)?.position;
      return { ...slice, rows: slice.rows.filter(({ row }) => keeps(row)), ...(reached && { reached }) };
    },
  };
}
