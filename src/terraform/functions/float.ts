import { numberText } from '../types/index.ts';

/** A positive decimal: `digits` with the point after the first `point` of them. Zero has no digits. */
interface Decimal {
  negative: boolean;
  digits: string;
  point: number;
}

/** `%f`: the number with `places` digits after the point. */
export function formatFixed(value: number, places: number): string {
  const decimal = decimalOf(value);
  return withoutExponent(round(decimal, decimal.point + places), places);
}

/** `%e`: one digit, `places` digits after the point, and an exponent of at least two digits. */
export function formatExponent(value: number, places: number): string {
  return withExponent(round(decimalOf(value), places + 1), places);
}

/**
 * `%g`: as many digits as tell the number from others, or `precision` of them, without zeros at the end. An exponent
 * stands where it is below -4 or not below the precision (six without one, as for Go's arbitrary precision floats).
 */
export function formatShortest(value: number, precision?: number): string {
  const exact = decimalOf(value);
  const rounded = precision === undefined ? exact : round(exact, Math.max(precision, 1));
  const decimal = { ...rounded, digits: rounded.digits.replace(/0+$/, '') };
  const { digits, point } = decimal;
  if (digits === '') return decimal.negative ? '-0' : '0';
  let limit = precision === undefined ? 6 : Math.max(precision, 1);
  if (precision !== undefined && limit > digits.length && digits.length >= point) limit = digits.length;
  const exponent = point - 1;
  if (exponent < -4 || exponent >= limit) return withExponent(decimal, digits.length - 1);
  return withoutExponent(decimal, Math.max(digits.length - point, 0));
}

function withoutExponent({ negative, digits, point }: Decimal, places: number): string {
  const whole = point > 0 ? digits.slice(0, point).padEnd(point, '0') : '0';
  const fraction = point > 0 ? digits.slice(point) : '0'.repeat(-point) + digits;
  const text = places > 0 ? `${whole}.${fraction.padEnd(places, '0').slice(0, places)}` : whole;
  return negative ? `-${text}` : text;
}

function withExponent(decimal: Decimal, places: number): string {
  const { negative, digits, point } = decimal;
  const exponent = digits === '' ? 0 : point - 1;
  const padded = digits.padEnd(places + 1, '0');
  const mantissa = places > 0 ? `${padded.charAt(0)}.${padded.slice(1, places + 1)}` : padded.charAt(0);
  const size = String(Math.abs(exponent)).padStart(2, '0');
  return `${negative ? '-' : ''}${mantissa}e${exponent < 0 ? '-' : '+'}${size}`;
}

function decimalOf(value: number): Decimal {
  const text = numberText(Math.abs(value) + 0);
  const [whole = '', fraction = ''] = text.split('.');
  const all = whole + fraction;
  const leading = /^0*/.exec(all)?.[0].length ?? 0;
  const digits = all.slice(leading).replace(/0+$/, '');
  return {
    negative: value < 0 || Object.is(value, -0),
    digits,
    point: digits === '' ? 0 : whole.length - leading,
  };
}

/** The decimal cut to `count` significant digits, rounded half to even. */
function round(decimal: Decimal, count: number): Decimal {
  const { digits, point } = decimal;
  if (count >= digits.length) return decimal;
  if (count < 0) return { ...decimal, digits: '', point: 0 };
  const rest = digits.slice(count);
  const kept = digits.slice(0, count);
  const up = rest === '5' ? tieRoundsUp(decimal, kept) : rest.charAt(0) >= '5';
  if (!up) return { ...decimal, digits: kept };
  const raised = String(BigInt(kept || '0') + 1n).padStart(kept.length, '0');
  return { ...decimal, digits: raised, point: point + raised.length - Math.max(kept.length, 0) };
}

/**
 * Terraform holds a number as a binary float of 512 bits. A decimal that ends in 5 is a tie only if those bits
 * hold it exactly; otherwise the float lies a little above or below, and that decides.
 */
function tieRoundsUp({ digits, point }: Decimal, kept: string): boolean {
  const scale = digits.length - point;
  const numerator = BigInt(digits) * (scale < 0 ? 10n ** BigInt(-scale) : 1n);
  const denominator = scale > 0 ? 10n ** BigInt(scale) : 1n;
  const shift = 512 - (numerator.toString(2).length - denominator.toString(2).length);
  let scaled = shift >= 0 ? numerator << BigInt(shift) : numerator;
  const divisor = shift >= 0 ? denominator : denominator << BigInt(-shift);
  // The quotient has 512 or 513 bits; one too many is taken off by the divisor.
  let by = divisor;
  if ((scaled / by).toString(2).length > 512) by *= 2n;
  scaled %= by;
  if (scaled === 0n) return Number(kept.at(-1) ?? '0') % 2 === 1;
  return scaled * 2n >= by;
}
