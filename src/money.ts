/** Exact decimal numbers as text. Nothing here ever goes through a floating-point number. */

const PLAIN = /^-?\d+(?:\.\d+)?$/;
const SCIENTIFIC = /^(-?)(\d+)(?:\.(\d+))?[eE]([+-]?\d{1,3})$/;

/** The decimal as plain text, digits untouched (an exponent is written out); undefined when it is not a number. */
export function decimalText(value: string | number): string | undefined {
  const text = String(value);
  if (PLAIN.test(text)) return text;
  const match = SCIENTIFIC.exec(text);
  return match ? shiftPoint(match[1]!, match[2]!, match[3] ?? '', Number(match[4])) : undefined;
}

function shiftPoint(sign: string, whole: string, fraction: string, exponent: number): string {
  const digits = whole + fraction;
  const point = whole.length + exponent;
  const padded = point <= 0 ? '0'.repeat(1 - point) + digits : digits.padEnd(point, '0');
  const at = Math.max(point, 1);
  const integer = padded.slice(0, at).replace(/^0+(?=\d)/, '');
  return sign + integer + (padded.length > at ? `.${padded.slice(at)}` : '');
}

/** Orders two plain decimals by value: negative, zero or positive, as a sort function wants it. */
export function compareDecimals(left: string, right: string): number {
  const scale = Math.max(fractionOf(left).length, fractionOf(right).length);
  const difference = scaled(left, scale) - scaled(right, scale);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

function fractionOf(decimal: string): string {
  return decimal.split('.')[1] ?? '';
}

function scaled(decimal: string, scale: number): bigint {
  const [whole = '0', fraction = ''] = decimal.split('.');
  return BigInt(whole + fraction.padEnd(scale, '0'));
}
