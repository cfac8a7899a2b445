// The pretend Hashlee: list, show, create and cancel the withdrawals of a unit (docs/providers.md, section 4).
import { SANDBOX_CREDENTIALS } from '../credentials.ts';
import type { Provider, Reply, Request } from '../provider.ts';
import { createRandom } from '../random.ts';
import { seeded } from '../seeded.ts';
import { burst, type World } from '../world.ts';
import { newWithdrawal, problemsOf } from './create.ts';
import { readForm } from './form.ts';
import { withIncludes } from './fractal.ts';
import { listWithdrawals } from './list.ts';
import { FAILURES, invalid, notFound, say, unauthorized } from './replies.ts';
import { inventWithdrawal, seedWithdrawals } from './seed.ts';
import { createdWire, type Withdrawal, withdrawalWire } from './withdrawal.ts';

const PATH = /^\/v1\/gateway-units\/([^/]+)\/withdrawals(?:\/([^/]+)(\/cancel)?)?$/;
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

export function createHashleeProvider(world: World): HashleeProvider {
  const data = seeded(() => ({
    rows: seedWithdrawals(createRandom(world.seed, 'hashlee withdrawals')).slice(-world.newest),
    random: createRandom(world.seed, 'hashlee new rows'),
  }));

  const find = (unit: string, hash: string): Withdrawal | undefined =>
    data.get().rows.find((row) => row.unit === unit && row.hash === hash.toLowerCase());
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
        return listWithdrawals(rowsOf(unit), request, world.switches.greatestLimit);
      case 'W2':
        return show(unit, hash, request);
      case 'W3':
        return create(unit, request);
      default:
        return cancel(unit, hash);
    }
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
    const { rows, random } = data.get();
    const newest = rows.at(-1)!;
    const now = Math.max(world.clock.now(), newest.createdAt);
    const row = newWithdrawal(form, newest.id + random.int(1, 3), unit, random, now);
    rows.push(row);
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

  function rowsOf(unit: string): Withdrawal[] {
    if (!known(unit)) throw new Error(`hashlee has no unit ${unit}`);
    return data.get().rows.filter((row) => row.unit === unit);
  }

  return {
    key: 'hashlee',
    failures: FAILURES,
    endpointOf,
    answer,
    withdrawalRows: (unit) =>
      rowsOf(unit)
        .map((row) => withdrawalWire(row) as unknown as WithdrawalRow)
        .reverse(),
    addWithdrawals(unit, count) {
      rowsOf(unit);
      const { rows } = data.get();
      const random = createRandom(world.seed, `hashlee withdrawals after ${rows.length}`);
      for (const createdAt of burst(world, rows.at(-1)!.createdAt, count)) {
        const id = rows.at(-1)!.id + random.int(1, 3);
        rows.push({ id, ...inventWithdrawal(random, unit, createdAt) });
      }
    },
    setWithdrawalStatus(unit, hash, status) {
      const row = find(unit, hash);
      if (!row) throw new Error(`hashlee has no withdrawal ${hash} in ${unit}`);
      row.status = status;
      row.updatedAt = Math.max(world.clock.now(), row.createdAt);
    },
    reset: data.drop,
  };
}
