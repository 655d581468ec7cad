/**
 * Exact decimals for money and quantities. A price of 0.0000166667 USD has no exact binary fraction, and a bill adds
 * up millions of them; here it is a whole number of 10^-18ths. Sums and differences are exact, products and quotients
 * are right to 18 decimals (half away from zero), which is a million times finer than a picodollar.
 */
const digits = 18;
const one = 10n ** BigInt(digits);

/** What an operation takes besides a Decimal: a number means the decimal number it is printed as. */
export type Numeric = Decimal | number | bigint | string;

export class Decimal {
  static readonly zero = new Decimal(0n);

  /** The value times 10^18. */
  readonly #scaled: bigint;

  private constructor(scaled: bigint) {
    this.#scaled = scaled;
  }

  /**
   * @param value a number (finite), a whole bigint, or decimal text such as `"-12.5"` or `"2e-7"`
   * @throws RangeError for what is not a decimal number; digits beyond the 18th are rounded
   */
  static of(value: Numeric): Decimal {
    if (value instanceof Decimal) return value;
    if (typeof value === 'bigint') return new Decimal(value * one);
    // The usual quantity is a whole number, which needs no parsing.
    if (typeof value === 'number' && Number.isSafeInteger(value)) return new Decimal(BigInt(value) * one);
    return new Decimal(parse(String(value)));
  }

  /** The nearest decimal with 9 digits after the point, or the nearest whole number beyond a million; quicker than `of`. */
  static near(value: number): Decimal {
    if (Math.abs(value) >= 1e6) return Decimal.of(Math.round(value));
    return new Decimal(BigInt(Math.round(value * 1e9)) * (one / 1_000_000_000n));
  }

  plus(other: Numeric): Decimal {
    return new Decimal(this.#scaled + Decimal.of(other).#scaled);
  }

  minus(other: Numeric): Decimal {
    return new Decimal(this.#scaled - Decimal.of(other).#scaled);
  }

  times(other: Numeric): Decimal {
    return new Decimal(divideRounded(this.#scaled * Decimal.of(other).#scaled, one));
  }

  /** @throws RangeError when `other` is zero */
  dividedBy(other: Numeric): Decimal {
    return new Decimal(divideRounded(this.#scaled * one, Decimal.of(other).#scaled));
  }

  /** The smallest whole multiple of `step` that is not smaller than this; exact, without an intermediate quotient. */
  roundedUpTo(step: Numeric): Decimal {
    const size = Decimal.of(step).#scaled;
    if (size <= 0n) throw new RangeError(`Can't round up to a multiple of ${Decimal.of(step)}.`);
    const remainder = this.#scaled % size;
    if (remainder === 0n) return this;
    return new Decimal(this.#scaled - remainder + (remainder > 0n ? size : 0n));
  }

  /** The smallest whole number that is not smaller than this. */
  ceiling(): Decimal {
    return this.roundedUpTo(1);
  }

  max(other: Numeric): Decimal {
    const that = Decimal.of(other);
    return that.#scaled > this.#scaled ? that : this;
  }

  min(other: Numeric): Decimal {
    const that = Decimal.of(other);
    return that.#scaled < this.#scaled ? that : this;
  }

  /** Below zero when this is smaller, above when it is larger. */
  compare(other: Numeric): number {
    const that = Decimal.of(other).#scaled;
    return this.#scaled < that ? -1 : this.#scaled > that ? 1 : 0;
  }

  equals(other: Numeric): boolean {
    return this.compare(other) === 0;
  }

  isMoreThan(other: Numeric): boolean {
    return this.compare(other) > 0;
  }

  isZero(): boolean {
    return this.#scaled === 0n;
  }

  /** The nearest double; for output and charts, not for further sums. */
  toNumber(): number {
    return Number(this.toString());
  }

  /** All digits, no exponent, no needless zeros. */
  toString(): string {
    const sign = this.#scaled < 0n ? '-' : '';
    const text = absolute(this.#scaled)
      .toString()
      .padStart(digits + 1, '0');
    const fraction = text.slice(-digits).replace(/0+$/, '');
    return `${sign}${text.slice(0, -digits)}${fraction === '' ? '' : `.${fraction}`}`;
  }

  /** Rounded (half away from zero) to so many decimals: `toFixed(2)` is dollars and cents. */
  toFixed(decimals: number): string {
    if (!Number.isInteger(decimals) || decimals < 0 || decimals > digits) {
      throw new RangeError(`A decimal has 0 to ${digits} decimals, not ${decimals}.`);
    }
    const step = 10n ** BigInt(digits - decimals);
    const rounded = divideRounded(this.#scaled, step);
    const text = absolute(rounded)
      .toString()
      .padStart(decimals + 1, '0');
    const sign = rounded < 0n ? '-' : '';
    if (decimals === 0) return `${sign}${text}`;
    return `${sign}${text.slice(0, -decimals)}.${text.slice(-decimals)}`;
  }

  /** In JSON a decimal is its text, so that no digit is lost. */
  toJSON(): string {
    return this.toString();
  }
}

/** The sum, zero of none. */
export function sum(values: Iterable<Decimal>): Decimal {
  let total = Decimal.zero;
  for (const value of values) total = total.plus(value);
  return total;
}

function absolute(value: bigint): bigint {
  return value < 0n ? -value : value;
}

/** Quotient rounded half away from zero. */
function divideRounded(dividend: bigint, divisor: bigint): bigint {
  if (divisor === 0n) throw new RangeError('Division by zero.');
  const quotient = dividend / divisor;
  const remainder = dividend % divisor;
  if (2n * absolute(remainder) < absolute(divisor)) return quotient;
  return quotient + (dividend < 0n === divisor < 0n ? 1n : -1n);
}

/** Decimal text to whole 10^-18ths. */
function parse(text: string): bigint {
  const match = /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]?\d{1,4}))?$/i.exec(text.trim());
  if (!match) throw new RangeError(`"${text}" is not a decimal number.`);
  const [, sign, whole = '0', fraction = '', exponent = '0'] = match;
  const magnitude = BigInt(whole + fraction);
  const shift = digits + Number(exponent) - fraction.length;
  const scaled =
    shift >= 0 ? magnitude * 10n ** BigInt(shift) : divideRounded(magnitude, 10n ** BigInt(-shift));
  return sign === '-' ? -scaled : scaled;
}
