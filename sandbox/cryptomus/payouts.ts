// Payouts: create, read, services and the fee preview (docs/providers.md, 1.7, 1.9.1, 2.5), and how a payout that
// was made here moves on with time.
import { compare, subtract } from '../decimal.ts';
import type { Reply } from '../provider.ts';
import { FIAT, inventTxid, SERVICES } from './coins.ts';
import { type Refusals, success } from './envelope.ts';
import { findByIds, idFields, idsOf, orderIdLimit } from './ids.ts';
import { payoutWire } from './payout-wire.ts';
import { converted, QUOTE_FIELDS, type Quote, quote } from './quote.ts';
import type { Merchant, Payout } from './state.ts';
import {
  alphaDash,
  type Field,
  type Input,
  isText,
  max,
  min,
  oneOf,
  textOf,
  url,
  validate,
} from './validate.ts';

const CHECK_AFTER_MS = 10_000;
const PAID_AFTER_MS = 30_000;

const ADDRESS: Field = { presence: 'required', rules: [isText] };
const CREATE_FIELDS: Record<string, Field> = {
  ...QUOTE_FIELDS,
  address: ADDRESS,
  order_id: { presence: 'required', rules: [isText, min(1), max(100), alphaDash] },
  url_callback: { rules: [isText, url] },
  from_currency: { rules: [isText, oneOf('USDT')] },
  memo: { rules: [isText, min(1), max(30)] },
};

export function createPayout(merchant: Merchant, refusals: Refusals, input: Input): Reply {
  const errors = validate(input, withTarget(CREATE_FIELDS, input));
  if (errors) return refusals.invalid(errors);
  const orderId = textOf(input, 'order_id')!;
  const existing = merchant.payouts.find((payout) => payout.orderId === orderId);
  if (existing) return success(payoutWire(merchant, existing));
  if (merchant.world.switches.payoutsForbidden) return refusals.refuse('You are forbidden');

  const quoted = quote(input);
  if (typeof quoted === 'string') return refusals.refuse(quoted);
  const balance = takeMoney(merchant, quoted, textOf(input, 'from_currency') !== undefined);
  if (!balance.taken) return refusals.refuse(balance.refusal);

  const { random, world, profile } = merchant;
  const newest = merchant.payouts.at(-1)!;
  const createdAt = Math.max(world.clock.now(), newest.createdAt);
  const payout: Payout = {
    id: newest.id + random.int(1, 40),
    uuid: random.uuid(),
    orderId,
    amount: textOf(input, 'amount')!,
    currency: textOf(input, 'currency')!,
    network: textOf(input, 'network') ?? quoted.network,
    address: textOf(input, 'address')!,
    txid: null,
    status: 'process',
    isFinal: false,
    balance: balance.left,
    payerCurrency: quoted.coin,
    payerAmount: quoted.received,
    commission: quoted.commission,
    merchantAmount: quoted.debit,
    createdAt,
    updatedAt: createdAt,
    listedInFull: false,
  };
  merchant.payouts.push(payout);
  merchant.moving.add(payout);
  world.effects.record(profile.key, 'CREATE_PAYOUT', payout.uuid);
  return success(payoutWire(merchant, payout));
}

/** An amount in fiat needs a coin to be paid in. */
function withTarget(fields: Record<string, Field>, input: Input): Record<string, Field> {
  const fiat = FIAT.has(textOf(input, 'currency')?.toUpperCase() ?? '');
  return fiat ? { ...fields, to_currency: { ...fields.to_currency!, presence: 'required' } } : fields;
}

type Taken = { taken: true; left: string } | { taken: false; refusal: string };

function takeMoney(merchant: Merchant, { coin, debit }: Quote, fromUsdt: boolean): Taken {
  const purse = fromUsdt ? 'USDT' : coin;
  const balance = merchant.balances.get(purse);
  if (balance === undefined) return { taken: false, refusal: 'Wallet not found' };
  const due = converted(debit, coin, purse);
  if (due === null) return { taken: false, refusal: 'Error convert to_currency' };
  if (compare(due, balance) > 0) {
    const refusal =
      purse === coin ? 'Not enough funds' : `Not enough balance for convert ${purse} to ${coin}`;
    return { taken: false, refusal };
  }
  const left = subtract(balance, due);
  merchant.balances.set(purse, left);
  return { taken: true, left };
}

export function showPayout(merchant: Merchant, refusals: Refusals, input: Input): Reply {
  const errors = validate(input, idFields(orderIdLimit(merchant)));
  if (errors) return refusals.invalid(errors);
  const payout = findByIds(merchant.payouts, idsOf(input), 'order_id');
  return payout ? success(payoutWire(merchant, payout)) : refusals.refuse('Not found');
}

export function listServices(): Reply {
  return success(
    SERVICES.map((each) => ({
      network: each.network,
      currency: each.currency,
      is_available: each.isAvailable,
      limit: { min_amount: each.least, max_amount: each.greatest },
      commission: { fee_amount: each.fee, percent: each.percent },
    })),
  );
}

/** The documented path wants an address; the path that official SDKs use does not, and answers with more. */
export function calculatePayout(refusals: Refusals, input: Input, path: string): Reply {
  const documented = path === '/v1/payout/calc';
  const fields = documented ? { ...QUOTE_FIELDS, address: ADDRESS } : QUOTE_FIELDS;
  const errors = validate(input, withTarget(fields, input));
  if (errors) return refusals.invalid(errors);
  const quoted = quote(input);
  if (typeof quoted === 'string') return refusals.refuse(quoted);
  const { commission, debit, received, network, coin } = quoted;
  return success(
    documented
      ? { commission, merchant_amount: debit, payout_amount: received }
      : { commission, merchant_amount: debit, amount: received, network, currency: coin },
  );
}

/** process, then check, then paid: by sandbox time since creation. */
export function movePayouts({ moving, random, world }: Merchant): void {
  for (const payout of moving) {
    const age = world.clock.now() - payout.createdAt;
    if (age >= PAID_AFTER_MS) {
      moving.delete(payout);
      payout.txid = inventTxid(payout.network, random);
      payout.updatedAt = payout.createdAt + PAID_AFTER_MS;
      payout.status = 'paid';
      payout.isFinal = true;
    } else if (age >= CHECK_AFTER_MS && payout.status === 'process') {
      payout.status = 'check';
      payout.updatedAt = payout.createdAt + CHECK_AFTER_MS;
    }
  }
}
