/** What a merged list should answer, worked out from where each list is divided: nothing here reads pages. */

import type { GeneratedList, Row } from './generated.ts';

/** How one list is divided: rows numbered below `below` lie on the older side, those from `from` on the newer side.
 * Infinite while nobody has looked: whatever arrives lies on the older side. */
export interface Division {
  readonly below: number;
  readonly from: number;
}

/** By account. */
export type Divisions = ReadonlyMap<string, Division>;

export interface Expected {
  /** In walking order, each with the divisions of its cursor. */
  readonly rows: readonly { readonly row: Row; readonly divisions: Divisions }[];
  /** Of the cursor of a page that ends here. */
  readonly divisions: Divisions;
  /** Whether rows follow that could have been read. */
  readonly more: boolean;
}

/** Before anything was read, when the walk goes towards older or newer rows. */
export function undivided(lists: readonly GeneratedList[], toOlder: boolean): Divisions {
  const border = toOlder ? Number.POSITIVE_INFINITY : 0;
  return new Map(lists.map(({ account }) => [account, { below: border, from: border }]));
}

/** The next `want` rows: of equal times those of earlier lists are newer. */
export function expectPage(
  lists: readonly GeneratedList[],
  start: Divisions,
  toOlder: boolean,
  want: number,
  failing: ReadonlySet<string>,
): Expected {
  const asked = lists.filter(({ account }) => !failing.has(account));
  let divisions = new Map(start);
  for (const { account, rows } of lists) {
    const { below, from } = divisions.get(account)!;
    const border = toOlder ? below : from;
    const seen = border === Number.POSITIVE_INFINITY && toOlder && !failing.has(account);
    divisions.set(
      account,
      seen ? { below: rows.length, from: rows.length } : { below: border, from: border },
    );
  }

  const rows: { row: Row; divisions: Divisions }[] = [];
  const next = () => {
    const heads = asked.flatMap((list, rank) => {
      const { below, from } = divisions.get(list.account)!;
      const row = list.rows[toOlder ? below - 1 : from];
      return row ? [{ row, rank }] : [];
    });
    const newestFirst = heads.sort((a, b) => b.row.at - a.row.at || a.rank - b.rank);
    return newestFirst.at(toOlder ? 0 : -1)?.row;
  };
  for (let row = next(); row && rows.length < want; row = next()) {
    const { account, number } = row;
    rows.push({ row, divisions: new Map(divisions).set(account, { below: number, from: number + 1 }) });
    const border = toOlder ? number : number + 1;
    divisions = new Map(divisions).set(account, { below: border, from: border });
  }
  return { rows, divisions, more: next() !== undefined };
}
