// The list of a unit's withdrawals: filtered, sorted, cut into pages (docs/providers.md, 4.5).
import type { Reply, Request } from '../provider.ts';
import { columnOf, sorted } from './fields.ts';
import { readFilters } from './filters.ts';
import { pagination, withIncludes } from './fractal.ts';
import { invalid } from './replies.ts';
import type { Withdrawal } from './withdrawal.ts';

const TYPES = new Set(['BANK', 'WALLET', 'PREPAID_CARD']);
const DEFAULT_LIMIT = 10;

/** `rows` are all of one unit in ascending order of id. */
export function listWithdrawals(rows: readonly Withdrawal[], request: Request, greatestLimit: number): Reply {
  const { query, origin, path } = request;
  const column = columnOf(query.get('orderBy') || 'id');
  if (!column) return invalid({ orderBy: ['The selected orderBy is invalid.'] });
  const type = query.get('type');
  if (type && !TYPES.has(type)) return invalid({ type: ['The selected type is invalid.'] });
  const passes = readFilters(query);
  if (!passes) return invalid({ filters: ['The filters format is invalid.'] });

  const matching = rows.filter((row) => (!type || row.accountType === type) && passes(row));
  const ordered = sorted(matching, column, query.get('orderByDirection') !== 'asc');
  const perPage = Math.min(wholeNumber(query.get('limit'), DEFAULT_LIMIT), greatestLimit);
  const page = wholeNumber(query.get('page'), 1);
  const shown = ordered.slice((page - 1) * perPage, page * perPage);
  const paging = pagination(ordered.length, shown.length, { page, perPage }, origin + path);
  const data = shown.map((row) => withIncludes(row, query.get('include')));
  return { status: 200, json: { data, meta: { pagination: paging } } };
}

function wholeNumber(text: string | null, otherwise: number): number {
  return text !== null && /^[1-9]\d{0,8}$/.test(text) ? Number(text) : otherwise;
}
