/**
 * Numbers are IEEE doubles here and 512-bit floats in Terraform. Integers are exact up to 2^53 (9007199254740992),
 * fractions to 15 or 16 digits: `0.1 + 0.2` is 0.30000000000000004 where Terraform has 0.3.
 */

const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** The number that a string spells in decimal, as Terraform's string-to-number conversion reads it; undefined if none. */
export function parseNumber(text: string): number | undefined {
  if (!DECIMAL.test(text)) return undefined;
  const value = Number(text);
  return Number.isFinite(value) ? value : undefined;
}

/** A number in decimal without exponent, as Terraform converts it to a string: 1e21 is `1000000000000000000000`. */
export function numberText(value: number): string {
  if (!Number.isFinite(value)) return value > 0 ? 'Inf' : '-Inf';
  if (Object.is(value, -0)) return '-0';
  const text = String(value);
  const parts = /^(-?)(\d+)(?:\.(\d+))?e([+-]\d+)$/.exec(text);
  if (parts === null) return text;
  const [, sign = '', whole = '', fraction = '', exponentText = '0'] = parts;
  const exponent = Number(exponentText);
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${whole}${fraction}`;
  return `${sign}${whole}${fraction.padEnd(exponent, '0')}`;
}
