// Exact arithmetic on decimal texts such as "9.50", carried by BigInt. A result has the larger scale of its
// inputs, so "10.00" minus "0.50" is "9.50" and nothing is ever rounded unless a scale is asked for.

const DECIMAL = /^-?\d+(\.\d+)?$/;

/** Whether a text is a plain decimal: digits, optionally a point and more digits, no exponent. */
export function isDecimal(text: string): boolean {
  return DECIMAL.test(text);
}

interface Scaled {
  units: bigint;
  scale: number;
}

export function add(a: string, b: string): string {
  const [left, right, scale] = aligned(a, b);
  return write({ units: left + right, scale });
}

export function subtract(a: string, b: string): string {
  const [left, right, scale] = aligned(a, b);
  return write({ units: left - right, scale });
}

/** Negative, zero or positive, like the comparison function of a sort. */
export function compare(a: string, b: string): number {
  const [left, right] = aligned(a, b);
  return left < right ? -1 : left > right ? 1 : 0;
}

export function multiply(a: string, b: string): string {
  const left = read(a);
  const right = read(b);
  return write({ units: left.units * right.units, scale: left.scale + right.scale });
}

/** The quotient cut off after `scale` digits; the divisor must not be zero. */
export function divide(a: string, b: string, scale: number): string {
  const [left, right] = aligned(a, b);
  return write({ units: (left * 10n ** BigInt(scale)) / right, scale });
}

/** The value as a whole number of the smallest units at a scale, for comparing many values cheaply. */
export function unitsAt(text: string, scale: number): bigint {
  return BigInt(toScale(text, scale).replace('.', ''));
}

/** The same value with exactly `scale` digits after the point; further digits are cut off. */
export function toScale(text: string, scale: number): string {
  const value = read(text);
  const shift = scale - value.scale;
  const units = shift >= 0 ? value.units * 10n ** BigInt(shift) : value.units / 10n ** BigInt(-shift);
  return write({ units, scale });
}

/** The shortest writing of the value: "129.00000000" becomes "129". */
export function trimZeros(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}

function read(text: string): Scaled {
  const point = text.indexOf('.');
  if (point < 0) return { units: BigInt(text), scale: 0 };
  return { units: BigInt(text.slice(0, point) + text.slice(point + 1)), scale: text.length - point - 1 };
}

function write({ units, scale }: Scaled): string {
  const sign = units < 0n ? '-' : '';
  const digits = (units < 0n ? -units : units).toString().padStart(scale + 1, '0');
  return scale === 0 ? sign + digits : `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

function aligned(a: string, b: string): [bigint, bigint, number] {
  const left = read(a);
  const right = read(b);
  const scale = Math.max(left.scale, right.scale);
  return [
    left.units * 10n ** BigInt(scale - left.scale),
    right.units * 10n ** BigInt(scale - right.scale),
    scale,
  ];
}
