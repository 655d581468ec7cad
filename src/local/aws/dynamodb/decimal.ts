/**
 * DynamoDB numbers: exact decimals of up to 38 significant digits, magnitudes 1E-130 to 9.99...E+125.
 * They travel and are stored as text; the canonical text is plain notation without needless zeros.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html
 */
import { invalid } from './errors.ts';

const maximumDigits = 38;
const maximumExponent = 125;
const minimumExponent = -130;

interface Decimal {
  negative: boolean;
  /** Significant digits without leading or trailing zeros; empty for zero. */
  digits: string;
  /** Power of ten of the first digit: 123 is digits `123` with exponent 2. */
  exponent: number;
}

const numberText = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/;
const canonicalInteger = /^(?:0|-?[1-9]\d{0,37})$/;

/** The canonical text of a number as it came in. Throws what DynamoDB answers for text that is no such number. */
export function canonicalNumber(text: string): string {
  return canonicalInteger.test(text) ? text : format(bounded(parse(text)));
}

/** Negative when `a` is less than `b`, positive when greater, 0 when equal. Both are canonical. */
export function compareNumbers(a: string, b: string): number {
  // Up to 15 significant digits a double keeps the order.
  if (a.length <= 15 && b.length <= 15) return Number(a) - Number(b);
  if (a === b) return 0;
  return sortableNumber(a) < sortableNumber(b) ? -1 : 1;
}

/** `a + b`, exactly. Throws when the sum has more than 38 digits or is out of range. */
export function addNumbers(a: string, b: string): string {
  return sum(parse(a), parse(b));
}

/** `a - b`, exactly. Throws when the difference has more than 38 digits or is out of range. */
export function subtractNumbers(a: string, b: string): string {
  const subtrahend = parse(b);
  return sum(parse(a), { ...subtrahend, negative: !subtrahend.negative });
}

/** Text whose code unit order is the order of the numbers. */
export function sortableNumber(canonical: string): string {
  const { negative, digits, exponent } = parse(canonical);
  if (digits === '') return '1';
  if (!negative) return `2${String.fromCharCode(200 + exponent)}${digits}`;
  const complement = digits.replace(/\d/g, (digit) => String(9 - Number(digit)));
  // The terminator sorts after every digit: -1 is greater than -1.5.
  return `0${String.fromCharCode(300 - exponent)}${complement}~`;
}

/** Bytes that a canonical number takes in an item: about one for two digits, plus one. */
export function numberSizeBytes(canonical: string): number {
  if (canonical.length === 1) return canonical === '0' ? 1 : 2;
  const { negative, digits, exponent } = parse(canonical);
  const straddles = digits.length % 2 === 0 && exponent % 2 === 0 ? 1 : 0;
  return 1 + Math.ceil(digits.length / 2) + straddles + (negative ? 1 : 0);
}

function parse(text: string): Decimal {
  const match = numberText.exec(text);
  const whole = match?.[2] ?? '';
  const fraction = match?.[3] ?? '';
  if (!match || (whole === '' && fraction === '')) {
    throw invalid(
      text === ''
        ? 'The parameter cannot be converted to a numeric value'
        : `The parameter cannot be converted to a numeric value: ${text}`,
    );
  }
  const all = whole + fraction;
  const first = all.search(/[1-9]/);
  if (first < 0) return { negative: false, digits: '', exponent: 0 };
  return {
    negative: match[1] === '-',
    digits: all.slice(first).replace(/0+$/, ''),
    exponent: whole.length - 1 - first + Number(match[4] ?? 0),
  };
}

function bounded(value: Decimal): Decimal {
  if (value.digits === '') return value;
  if (value.exponent > maximumExponent) {
    throw invalid('Number overflow. Attempting to store a number with magnitude larger than supported range');
  }
  if (value.exponent < minimumExponent) {
    throw invalid(
      'Number underflow. Attempting to store a number with magnitude smaller than supported range',
    );
  }
  if (value.digits.length > maximumDigits) {
    throw invalid('Attempting to store more than 38 significant digits in a Number');
  }
  return value;
}

function format({ negative, digits, exponent }: Decimal): string {
  if (digits === '') return '0';
  const sign = negative ? '-' : '';
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${digits}`;
  if (digits.length <= exponent + 1) return sign + digits.padEnd(exponent + 1, '0');
  return `${sign}${digits.slice(0, exponent + 1)}.${digits.slice(exponent + 1)}`;
}

function sum(a: Decimal, b: Decimal): string {
  const scaleOf = ({ digits, exponent }: Decimal) => digits.length - 1 - exponent;
  const scale = Math.max(scaleOf(a), scaleOf(b));
  const scaled = (value: Decimal) => {
    const magnitude = BigInt(value.digits || '0') * 10n ** BigInt(scale - scaleOf(value));
    return value.negative ? -magnitude : magnitude;
  };
  const total = scaled(a) + scaled(b);
  if (total === 0n) return '0';
  const text = (total < 0n ? -total : total).toString();
  return format(
    bounded({
      negative: total < 0n,
      digits: text.replace(/0+$/, ''),
      exponent: text.length - 1 - scale,
    }),
  );
}
