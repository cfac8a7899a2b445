// Refund of a blocked wallet, once (docs/providers.md, 1.6.4). Unlike block, `uuid` decides when both ids are sent.
import { compare, subtract } from '../decimal.ts';
import type { Reply } from '../provider.ts';
import { REFUND_TERMS } from './coins.ts';
import { type Refusals, success } from './envelope.ts';
import { findByIds, idFields, idsOf, orderIdLimit } from './ids.ts';
import type { Merchant, Wallet } from './state.ts';
import { alphaDash, type Input, isText, max, min, validate } from './validate.ts';

const SLOW_REFUND_MS = 60_000;

export function refundBlocked(merchant: Merchant, refusals: Refusals, input: Input): Reply {
  const errors = validate(input, {
    ...idFields(orderIdLimit(merchant)),
    address: { presence: 'required', rules: [isText, min(10), max(128), alphaDash] },
  });
  if (errors) return refusals.invalid(errors);

  const { clock, effects, switches } = merchant.world;
  if (switches.payoutsForbidden) return refusals.refuse('You are forbidden');
  const wallet = findByIds(merchant.wallets, idsOf(input), 'uuid');
  const refusal = reasonAgainst(wallet, clock.now());
  if (!wallet || refusal !== null) return refusals.refuse(refusal ?? 'Not found');

  const { commission } = REFUND_TERMS[wallet.currency]!;
  wallet.refund = switches.slowRefunds ? { runningUntil: clock.now() + SLOW_REFUND_MS } : 'done';
  effects.record(merchant.profile.key, 'REFUND', wallet.uuid);
  return success({ commission, amount: subtract(wallet.received, commission) });
}

function reasonAgainst(wallet: Wallet | undefined, now: number): string | null {
  // A wallet that is not blocked has nothing "blocked" to be found.
  if (wallet?.status !== 'blocked') return 'Not found';
  if (wallet.refund === 'done') return 'You can withdraw only once';
  if (wallet.refund !== 'none')
    return now < wallet.refund.runningUntil ? 'Refund is in process' : 'You can withdraw only once';
  if (compare(wallet.received, '0') === 0) return 'Nothing to withdraw';
  const terms = REFUND_TERMS[wallet.currency];
  if (!terms) return 'The service was not found';
  return compare(wallet.received, terms.least) < 0 ? 'The amount is too small' : null;
}
