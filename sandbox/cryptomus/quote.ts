// What a payout would cost: service, limits, conversion and fee (docs/providers.md, 1.7.1 and 2.5). Shared by
// create, which then takes the money, and by the fee preview, which does not.
import { add, compare, divide, multiply, subtract, toScale, trimZeros } from '../decimal.ts';
import { FIAT, findService, isCoin, RATES, type Service } from './coins.ts';
import { amount, booleanOf, type Field, type Input, isBoolean, isText, oneOf, textOf } from './validate.ts';

export interface Quote {
  /** The coin that the recipient gets. */
  readonly coin: string;
  readonly network: string;
  /** What the recipient gets. */
  readonly received: string;
  readonly commission: string;
  /** What the merchant pays, in `coin`. */
  readonly debit: string;
}

export const QUOTE_FIELDS: Record<string, Field> = {
  amount: { presence: 'required', rules: [isText, amount] },
  currency: { presence: 'required', rules: [isText] },
  is_subtract: { presence: 'required', rules: [isBoolean] },
  network: { rules: [isText] },
  to_currency: { rules: [isText] },
  course_source: { rules: [isText, oneOf('Binance', 'BinanceP2p', 'Exmo', 'Kucoin', 'Garantexio')] },
  priority: { rules: [isText, oneOf('recommended', 'economy', 'high', 'highest')] },
};

/** A text is the refusal in the provider's words. */
export function quote(input: Input): Quote | string {
  const currency = textOf(input, 'currency')!.toUpperCase();
  const target = textOf(input, 'to_currency')?.toUpperCase() ?? currency;
  if (!isCoin(currency) && !FIAT.has(currency)) return 'The currency was not found';
  const service = isCoin(target) ? findService(target, textOf(input, 'network')) : undefined;
  if (!service) return target === currency ? 'The service was not found' : 'Not found service to_currency';

  const asked = converted(textOf(input, 'amount')!, currency, target);
  if (asked === null) return 'Error convert to_currency';
  if (compare(asked, service.least) < 0) return `Minimum amount ${trimZeros(service.least)} ${target}`;
  if (compare(asked, service.greatest) > 0) return `Maximum amount ${trimZeros(service.greatest)} ${target}`;

  const commission = feeOf(service, asked);
  const onTop = booleanOf(input.is_subtract) === true;
  const received = onTop ? asked : subtract(asked, commission);
  if (compare(received, '0') <= 0) return 'The withdrawal amount is too small';
  const debit = onTop ? add(asked, commission) : asked;
  return { coin: target, network: service.network, received, commission, debit };
}

/** Null when one of the two has no rate. */
export function converted(value: string, from: string, to: string): string | null {
  if (from === to) return value;
  const [fromRate, toRate] = [RATES[from], RATES[to]];
  return fromRate && toRate ? divide(multiply(value, fromRate), toRate, 8) : null;
}

function feeOf({ fee, percent }: Service, asked: string): string {
  if (compare(percent, '0') === 0) return fee;
  return toScale(add(fee, divide(multiply(asked, percent), '100', 8)), 8);
}
