// The pretend Hashlee: list, show, create and cancel the withdrawals of a unit (docs/providers.md, section 4).
import { SANDBOX_CREDENTIALS } from '../credentials.ts';
import type { Json } from '../json.ts';
import type { Failures, Provider, Reply, Request } from '../provider.ts';
import { createRandom } from '../random.ts';
import { burst, type World } from '../world.ts';
import { newWithdrawal, problemsOf } from './create.ts';
import { columnOf, sorted } from './fields.ts';
import { readFilters } from './filters.ts';
import { readForm } from './form.ts';
import { pagination, withIncludes } from './fractal.ts';
import { inventWithdrawal, seedWithdrawals } from './seed.ts';
import { createdWire, type Withdrawal, withdrawalWire } from './withdrawal.ts';

const PATH = /^\/v1\/gateway-units\/([^/]+)\/withdrawals(?:\/([^/]+)(\/cancel)?)?$/;
const TYPES = new Set(['BANK', 'WALLET', 'PREPAID_CARD']);
const DEFAULT_LIMIT = 10;
const { token, units } = SANDBOX_CREDENTIALS.hashlee;

export interface WithdrawalRow {
  readonly hash: string;
  readonly gateway_unit_id: string;
  readonly user_id: string;
  readonly receipt_id: string | null;
  readonly currency: string;
  readonly amount: string;
  readonly fee: string;
  readonly net_amount: string;
  readonly status: string;
  readonly identify: string | null;
  readonly description: string | null;
  readonly verified_at: string | null;
  readonly finished_at: string | null;
  readonly created_at: string;
  readonly updated_at: string;
}

export interface HashleeProvider extends Provider {
  /** By id descending, which is the default order of the list. */
  withdrawalRows(unit: string): WithdrawalRow[];
  addWithdrawals(unit: string, count: number): void;
  setWithdrawalStatus(unit: string, hash: string, status: string): void;
}

const say = (status: number, message: string, more: Record<string, Json> = {}): Reply => ({
  status,
  json: { message, ...more },
});
const unauthorized = () => say(401, 'Unauthorized');
const notFound = () => say(404, 'Invalid identifier to requested resource');
const invalid = (errors: Record<string, string[]>) => say(422, 'The given data was invalid.', { errors });

/** The documentation prints the texts and never a status: those are the guesses of docs/providers.md 4.2. */
const FAILURES: Failures = {
  rateLimit: () => say(429, 'Exceeded the limit of attempts. Wait for 5 minutes for another try.'),
  serverError: () => say(500, 'Server Error'),
  unauthorized,
  forbidden: () => say(403, 'Unauthorized'),
  bareFailure: () => ({ status: 400, json: {} }),
  empty: () => ({ status: 200, json: {} }),
  refusal: (text) => say(400, text),
};

export function createHashleeProvider(world: World): HashleeProvider {
  const fresh = () => ({
    rows: seedWithdrawals(createRandom(world.seed, 'hashlee withdrawals')),
    random: createRandom(world.seed, 'hashlee new rows'),
    added: 0,
  });
  let state = fresh();

  const find = (unit: string, hash: string): Withdrawal | undefined =>
    state.rows.find((row) => row.unit === unit && row.hash === hash.toLowerCase());
  const known = (unit: string) => units.some((each) => each === unit);

  function endpointOf(method: string, path: string) {
    const match = PATH.exec(path);
    if (!match) return 'unknown';
    const [, , hash, cancel] = match;
    if (cancel) return method === 'PATCH' ? 'W4' : 'unknown';
    if (hash) return method === 'GET' ? 'W2' : 'unknown';
    return method === 'GET' ? 'W1' : method === 'POST' ? 'W3' : 'unknown';
  }

  function answer(request: Request): Reply {
    if (request.endpoint === 'unknown') return say(404, 'Not Found');
    const [, unit = '', hash = ''] = PATH.exec(request.path)!;
    const given = (request.headers.authorization ?? '').replace(/^Bearer /i, '');
    // One token opens both units; a unit that is not ours looks the same as a wrong token.
    if (given !== token || !known(unit)) return unauthorized();
    switch (request.endpoint) {
      case 'W1':
        return list(unit, request);
      case 'W2':
        return show(unit, hash, request);
      case 'W3':
        return create(unit, request);
      default:
        return cancel(unit, hash);
    }
  }

  function list(unit: string, { query, origin, path }: Request): Reply {
    const column = columnOf(query.get('orderBy') || 'id');
    if (!column) return invalid({ orderBy: ['The selected orderBy is invalid.'] });
    const type = query.get('type');
    if (type && !TYPES.has(type)) return invalid({ type: ['The selected type is invalid.'] });
    const passes = readFilters(query);
    if (!passes) return invalid({ filters: ['The filters format is invalid.'] });

    const matching = state.rows.filter(
      (row) => row.unit === unit && (!type || row.accountType === type) && passes(row),
    );
    const ordered = sorted(matching, column, query.get('orderByDirection') !== 'asc');
    const perPage = Math.min(wholeNumber(query.get('limit'), DEFAULT_LIMIT), world.switches.greatestLimit);
    const page = wholeNumber(query.get('page'), 1);
    const rows = ordered.slice((page - 1) * perPage, page * perPage);
    const data = rows.map((row) => withIncludes(row, query.get('include')));
    const paging = pagination(ordered.length, rows.length, { page, perPage }, origin + path);
    return { status: 200, json: { data, meta: { pagination: paging } } };
  }

  function show(unit: string, hash: string, { query }: Request): Reply {
    const row = find(unit, hash);
    return row ? { status: 200, json: { data: withIncludes(row, query.get('include')) } } : notFound();
  }

  function create(unit: string, request: Request): Reply {
    // Either proves the person behind the token; which one depends on the user's second factor.
    if (!request.headers.signature && !request.headers.code) return unauthorized();
    const form = readForm(request);
    const problems = problemsOf(form);
    if (problems) return invalid(problems);
    const newest = state.rows.at(-1)!;
    const now = Math.max(world.clock.now(), newest.createdAt);
    const row = newWithdrawal(form, newest.id + state.random.int(1, 3), unit, state.random, now);
    state.rows.push(row);
    world.effects.record('hashlee', 'CREATE_WITHDRAWAL', row.hash);
    return { status: 201, json: { data: createdWire(row) } };
  }

  function cancel(unit: string, hash: string): Reply {
    const row = find(unit, hash);
    if (!row) return notFound();
    if (row.status !== 'OPEN') return say(400, 'Error on process your request');
    row.status = 'CANCELED';
    row.updatedAt = Math.max(world.clock.now(), row.createdAt);
    world.effects.record('hashlee', 'CANCEL', row.hash);
    return { status: 200, json: {} };
  }

  function own(unit: string) {
    if (!known(unit)) throw new Error(`hashlee has no unit ${unit}`);
    return state.rows.filter((row) => row.unit === unit);
  }

  return {
    key: 'hashlee',
    failures: FAILURES,
    endpointOf,
    answer,
    withdrawalRows: (unit) =>
      own(unit)
        .map((row) => withdrawalWire(row) as unknown as WithdrawalRow)
        .reverse(),
    addWithdrawals(unit, count) {
      own(unit);
      const random = createRandom(world.seed, `hashlee added ${state.added}`);
      for (const createdAt of burst(world, state.rows.at(-1)!.createdAt, count)) {
        const id = state.rows.at(-1)!.id + random.int(1, 3);
        state.rows.push({ id, ...inventWithdrawal(random, unit, createdAt) });
      }
      state.added += count;
    },
    setWithdrawalStatus(unit, hash, status) {
      const row = find(unit, hash);
      if (!row) throw new Error(`hashlee has no withdrawal ${hash} in ${unit}`);
      row.status = status;
      row.updatedAt = Math.max(world.clock.now(), row.createdAt);
    },
    reset() {
      state = fresh();
    },
  };
}

function wholeNumber(text: string | null, otherwise: number): number {
  return text !== null && /^[1-9]\d{0,8}$/.test(text) ? Number(text) : otherwise;
}
