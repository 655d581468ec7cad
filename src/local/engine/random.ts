/** Randomness from a seed: the same seed gives the same run. */
export interface Random {
  /** The next number in [0, 1). */
  next(): number;
  /** A whole number in [0, below). */
  below(limit: number): number;
  /** A version 4 UUID. */
  uuid(): string;
  /** `length` characters of `alphabet`, by default lower-case hexadecimal. */
  text(length: number, alphabet?: string): string;
}

/** mulberry32: small, fast, and equal on every machine. Not for secrets. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const below = (limit: number) => Math.floor(next() * limit);
  const text = (length: number, alphabet = '0123456789abcdef') => {
    let result = '';
    while (result.length < length) result += alphabet.charAt(below(alphabet.length));
    return result;
  };
  return {
    next,
    below,
    text,
    uuid: () => `${text(8)}-${text(4)}-4${text(3)}-${text(1, '89ab')}${text(3)}-${text(12)}`,
  };
}
