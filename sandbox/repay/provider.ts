// The pretend Repay: read one payout deal (flat answer) and create one (enveloped answer), both behind an api-key
// header (docs/providers.md, section 3).
import { SANDBOX_CREDENTIALS } from '../credentials.ts';
import { isDecimal } from '../decimal.ts';
import { isObject, type Json, type JsonObject, numberText, readJson } from '../json.ts';
import type { Failures, Provider, Reply, Request } from '../provider.ts';
import { createRandom } from '../random.ts';
import { seeded } from '../seeded.ts';
import { burst, type World } from '../world.ts';
import { createMotion, type Deal, dealWire, inventDeal, mask, seedDeals } from './deals.ts';

const DEALS = '/payout_api/v1/external/payout_deals/';
const ORDER_ID = /^[A-Za-z0-9_.:-]{1,64}$/;
const REQUISITES_TYPES = ['card_number', 'phone_number', 'account_number'];

export interface RepayPayoutRow {
  readonly id: string;
  readonly order_id: string;
  readonly amount: string;
  readonly recipient_type: string;
  readonly recipient: string;
  readonly state: string;
  readonly created_at: string;
  readonly updated_at: string;
}

export interface RepayProvider extends Provider {
  /** Newest first. */
  payoutRows(): RepayPayoutRow[];
  addPayouts(count: number): void;
  setPayoutStatus(idOrOrderId: string, status: string): void;
}

const refuse = (status: number, error: string): Reply => ({ status, json: { status_code: status, error } });

/** The flat shape of docs/providers.md 3.3; everything but the 400 is a guess of that page. */
const FAILURES: Failures = {
  rateLimit: () => ({ ...refuse(429, 'Too Many Requests'), headers: { 'retry-after': '60' } }),
  serverError: () => refuse(500, 'Server Error'),
  unauthorized: () => refuse(401, 'Unauthorized'),
  forbidden: () => refuse(403, 'Forbidden'),
  bareFailure: () => ({ status: 400, json: { status_code: 400 } }),
  empty: () => ({ status: 200, json: {} }),
  refusal: (text) => refuse(400, text),
};

export function createRepayProvider(world: World): RepayProvider {
  const data = seeded(() => ({
    deals: seedDeals(world.seed).slice(-world.newest),
    motion: createMotion(),
    random: createRandom(world.seed, 'repay new rows'),
  }));

  function find(named: string): Deal | undefined {
    const { deals } = data.get();
    return deals.find(({ orderId }) => orderId === named) ?? deals.find(({ id }) => id === named);
  }

  function endpointOf(method: string, path: string) {
    if (method === 'POST' && path === DEALS) return 'R2';
    const tail = path.slice(DEALS.length);
    return method === 'GET' && path.startsWith(DEALS) && tail !== '' && !tail.includes('/')
      ? 'R1'
      : 'unknown';
  }

  function answer(request: Request): Reply {
    if (request.endpoint === 'unknown') return refuse(404, 'Not Found');
    if (request.headers['api-key'] !== SANDBOX_CREDENTIALS.repay.apiKey) return FAILURES.unauthorized();
    return request.endpoint === 'R1' ? show(request) : create(request);
  }

  function show({ path }: Request): Reply {
    const named = decoded(path.slice(DEALS.length));
    if (named === null || !ORDER_ID.test(named)) return refuse(400, 'Invalid merchant_deal_id');
    const deal = find(named);
    if (!deal) return refuse(404, 'Not Found');
    data.get().motion.read(deal, world.clock.now());
    return { status: 200, json: { status_code: 200, ...dealWire(deal) } };
  }

  function create({ body }: Request): Reply {
    const input = readJson(body.toString('utf8'));
    const error = isObject(input) ? problems(input) : { body: 'must be a JSON object' };
    if (!isObject(input) || Object.keys(error).length > 0) return enveloped(400, error, {});
    const { deals, motion, random } = data.get();
    const orderId = String(input.order_id);
    if (deals.some((deal) => deal.orderId === orderId))
      return enveloped(400, { order_id: 'has already been taken' }, {});

    const createdAt = Math.max(world.clock.now(), deals.at(-1)!.createdAt);
    const deal: Deal = {
      id: random.uuid(),
      orderId,
      amount: amountText(input.amount)!,
      amountAsNumber: false,
      recipientType: String(input.requisites_type),
      recipient: mask(String(input.requisites)),
      state: 'processing',
      createdAt,
      updatedAt: createdAt,
    };
    deals.push(deal);
    motion.start(deal);
    world.effects.record('repay', 'CREATE_PAYOUT', orderId);
    // The documentation breaks off after `id`, so nothing else may be relied on.
    return enveloped(200, {}, { id: deal.id });
  }

  return {
    key: 'repay',
    failures: FAILURES,
    endpointOf,
    answer,
    payoutRows: () =>
      data
        .get()
        .deals.map((deal) => ({ ...dealWire(deal), amount: deal.amount }) as unknown as RepayPayoutRow)
        .reverse(),
    addPayouts(count) {
      const { deals } = data.get();
      const random = createRandom(world.seed, `repay deals after ${deals.length}`);
      for (const createdAt of burst(world, deals.at(-1)!.createdAt, count)) {
        const orderId = `new-${String(deals.length + 1).padStart(5, '0')}`;
        deals.push(inventDeal(random, orderId, createdAt));
      }
    },
    setPayoutStatus(named, status) {
      const deal = find(named);
      if (!deal) throw new Error(`repay has no payout ${named}`);
      data.get().motion.stop(deal);
      deal.state = status;
      deal.updatedAt = Math.max(world.clock.now(), deal.createdAt);
    },
    reset: data.drop,
  };
}

function enveloped(status: number, error: JsonObject, payload: JsonObject): Reply {
  return { status, json: { status_code: status, error, payload } };
}

/** Which members are mandatory is not documented: these four are what a payout cannot do without. */
function problems(input: JsonObject): JsonObject {
  const found: Record<string, string> = {};
  const amount = amountText(input.amount);
  if (amount === null || !isDecimal(amount) || !/[1-9]/.test(amount) || amount.startsWith('-'))
    found.amount = 'must be a positive number';
  if (typeof input.requisites !== 'string' || input.requisites === '') found.requisites = 'is required';
  if (!REQUISITES_TYPES.includes(String(input.requisites_type)))
    found.requisites_type = `must be one of ${REQUISITES_TYPES.join(', ')}`;
  if (typeof input.order_id !== 'string' || !ORDER_ID.test(input.order_id)) found.order_id = 'is invalid';
  return found;
}

/** "string (number)": both are taken, with the digits as sent. */
function amountText(value: Json | undefined): string | null {
  return typeof value === 'string' ? value : numberText(value);
}

function decoded(segment: string): string | null {
  try {
    return decodeURIComponent(segment);
  } catch {
    return null;
  }
}
