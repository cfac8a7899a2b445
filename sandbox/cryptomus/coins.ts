// What the pretend platforms can pay out: services with limits and fees, rates, and addresses that look right.
// Everything but the TRX line, which the documentation prints, is invented.
import type { Random } from '../random.ts';

export interface Service {
  readonly network: string;
  readonly currency: string;
  readonly isAvailable: boolean;
  readonly least: string;
  readonly greatest: string;
  readonly fee: string;
  /** Percent of the amount, on top of the fixed fee. */
  readonly percent: string;
}

const service = (
  network: string,
  currency: string,
  least: string,
  greatest: string,
  fee: string,
  percent = '0.00',
  isAvailable = true,
): Service => ({ network, currency, isAvailable, least, greatest, fee, percent });

export const SERVICES: readonly Service[] = [
  service('TRON', 'TRX', '1.00000000', '10.00000000', '0.00'),
  service('TRON', 'USDT', '0.50000000', '10000000.00000000', '1.00'),
  service('BSC', 'USDT', '0.50000000', '10000000.00000000', '0.30'),
  service('ETH', 'USDT', '5.00000000', '10000000.00000000', '3.50'),
  service('POLYGON', 'USDT', '0.50000000', '10000000.00000000', '0.10', '0.50'),
  service('ETH', 'ETH', '0.00100000', '5000.00000000', '0.00080000'),
  service('BTC', 'BTC', '0.00010000', '500.00000000', '0.00005000'),
  service('LTC', 'LTC', '0.01000000', '100000.00000000', '0.00100000'),
  service('DOGE', 'DOGE', '5.00000000', '10000000.00000000', '1.50000000'),
  service('TON', 'TON', '0.10000000', '1000000.00000000', '0.02000000'),
  service('SOL', 'SOL', '0.01000000', '100000.00000000', '0.00100000'),
  // The merchant has no balance in XMR, and DASH is down: both make an error reachable.
  service('XMR', 'XMR', '0.01000000', '10000.00000000', '0.00100000'),
  service('DASH', 'DASH', '0.01000000', '10000.00000000', '0.00100000', '0.00', false),
];

export const FIAT = new Set(['USD', 'EUR', 'RUB', 'GBP', 'UAH', 'KZT', 'TRY', 'BRL']);

/** US dollars for one unit; a coin without a rate cannot be converted. */
export const RATES: Readonly<Record<string, string>> = {
  USD: '1',
  EUR: '1.10',
  RUB: '0.0125',
  GBP: '1.25',
  UAH: '0.025',
  KZT: '0.002',
  TRY: '0.03',
  BRL: '0.20',
  USDT: '1',
  TRX: '0.25',
  BTC: '100000',
  ETH: '3200',
  LTC: '100',
  DOGE: '0.20',
  TON: '5',
  SOL: '200',
};

/** What the merchant owns at the start. */
export const BALANCES: Readonly<Record<string, string>> = {
  USDT: '250000.00000000',
  TRX: '8000.00000000',
  BTC: '2.50000000',
  ETH: '40.000000000000000000',
  LTC: '300.00000000',
  DOGE: '26.77966652',
  TON: '1500.000000000',
  SOL: '90.000000000',
};

/** Commission and least amount of the refund of a blocked wallet. */
export const REFUND_TERMS: Readonly<Record<string, { commission: string; least: string }>> = {
  USDT: { commission: '0.50', least: '1' },
  TRX: { commission: '1.10', least: '3' },
  BTC: { commission: '0.00002000', least: '0.0001' },
  ETH: { commission: '0.000800000000000000', least: '0.002' },
  LTC: { commission: '0.00100000', least: '0.01' },
  DOGE: { commission: '1.50000000', least: '5' },
};

export function isCoin(currency: string): boolean {
  return SERVICES.some((each) => each.currency === currency);
}

/** The service for a coin; without a network only when the coin has a single one. */
export function findService(currency: string, network: string | undefined): Service | undefined {
  const offered = SERVICES.filter((each) => each.currency === currency && each.isAvailable);
  if (network === undefined) return offered.length === 1 ? offered[0] : undefined;
  return offered.find((each) => each.network === network.toUpperCase());
}

const BASE58 = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';
const BECH32 = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l';

export function inventAddress(network: string, random: Random): string {
  switch (network.toLowerCase()) {
    case 'tron':
      return `T${random.text(BASE58, 33)}`;
    case 'btc':
      return `bc1q${random.text(BECH32, 38)}`;
    case 'ltc':
      return `ltc1q${random.text(BECH32, 38)}`;
    case 'doge':
      return `D${random.text(BASE58, 33)}`;
    case 'ton':
      return `UQ${random.text(`${BASE58}0_-`, 46)}`;
    case 'sol':
      return random.text(BASE58, 44);
    default:
      return `0x${random.hex(40)}`;
  }
}

export function inventTxid(network: string, random: Random): string {
  return /^(eth|bsc|polygon)$/i.test(network) ? `0x${random.hex(64)}` : random.hex(64);
}
