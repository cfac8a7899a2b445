// Deterministic chance: the same seed and name give the same sequence on every machine and every start.
// Everything in the seeded data and every fractional fault draws from here, never from Math.random.

export interface Random {
  /** A number from 0 up to, but not including, 1. */
  next(): number;
  /** A whole number between both bounds, which are included. */
  int(least: number, greatest: number): number;
  pick<T>(list: readonly T[]): T;
  /** True in the given share of the draws, e.g. 0.1 for one in ten. */
  chance(share: number): boolean;
  text(alphabet: string, length: number): string;
  digits(length: number): string;
  hex(length: number): string;
  uuid(): string;
}

/** An independent sequence per name, so that one more wallet does not change the payouts. */
export function createRandom(seed: number, name: string): Random {
  let state = hash(`${seed}:${name}`);

  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
  const int = (least: number, greatest: number) => least + Math.floor(next() * (greatest - least + 1));
  const text = (alphabet: string, length: number) => {
    let out = '';
    for (let i = 0; i < length; i++) out += alphabet[Math.floor(next() * alphabet.length)];
    return out;
  };
  // Eight digits per draw: identifiers are most of what a seed is made of.
  const hex = (length: number) => {
    let out = '';
    while (out.length < length)
      out += Math.floor(next() * 2 ** 32)
        .toString(16)
        .padStart(8, '0');
    return out.slice(0, length);
  };

  return {
    next,
    int,
    pick: (list) => list[Math.floor(next() * list.length)]!,
    chance: (share) => next() < share,
    text,
    digits: (length) => text('0123456789', length),
    hex,
    uuid: () => `${hex(8)}-${hex(4)}-4${hex(3)}-${text('89ab', 1)}${hex(3)}-${hex(12)}`,
  };
}

function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  return value | 0;
}
