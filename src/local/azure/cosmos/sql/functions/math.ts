import type { SqlFunction } from '../functions.ts';
import type { Value } from '../value.ts';

/** JSON has no infinity and no NaN, so such results are undefined. */
const finite = (value: number): Value => (Number.isFinite(value) ? value : undefined);

function unary(compute: (value: number) => number): SqlFunction {
  return {
    minArguments: 1,
    maxArguments: 1,
    run: ([value]) => (typeof value === 'number' ? finite(compute(value)) : undefined),
  };
}

function binary(compute: (a: number, b: number) => number): SqlFunction {
  return {
    minArguments: 2,
    maxArguments: 2,
    run: ([a, b]) => (typeof a === 'number' && typeof b === 'number' ? finite(compute(a, b)) : undefined),
  };
}

/** 64-bit integer arithmetic; undefined when an argument is not an integer. */
function integers(arity: number, compute: (a: bigint, b: bigint) => bigint | undefined): SqlFunction {
  return {
    minArguments: arity,
    maxArguments: arity,
    run([a, b = 0]) {
      if (typeof a !== 'number' || typeof b !== 'number') return undefined;
      if (!Number.isInteger(a) || !Number.isInteger(b)) return undefined;
      const result = compute(BigInt(a), BigInt(b));
      return result === undefined ? undefined : Number(BigInt.asIntN(64, result));
    },
  };
}

/** Halves are rounded away from zero: ROUND(2.5) is 3, ROUND(-2.5) is -3. */
function round(value: number, digits: number): number {
  const magnitude = Math.abs(value);
  const scaled = Number(`${Math.round(Number(`${magnitude}e${digits}`))}e${-digits}`);
  // Exponent notation cannot be shifted as text; such numbers have no decimals to round.
  return Math.sign(value) * (Number.isNaN(scaled) ? magnitude : scaled);
}

const degrees = 180 / Math.PI;

export const mathFunctions: Record<string, SqlFunction> = {
  ABS: unary(Math.abs),
  ACOS: unary(Math.acos),
  ASIN: unary(Math.asin),
  ATAN: unary(Math.atan),
  ATN2: binary(Math.atan2),
  CEILING: unary(Math.ceil),
  COS: unary(Math.cos),
  COT: unary((value) => 1 / Math.tan(value)),
  DEGREES: unary((value) => value * degrees),
  EXP: unary(Math.exp),
  FLOOR: unary(Math.floor),
  INTADD: integers(2, (a, b) => a + b),
  INTBITAND: integers(2, (a, b) => a & b),
  INTBITLEFTSHIFT: integers(2, (a, b) => a << (b & 63n)),
  INTBITNOT: integers(1, (a) => ~a),
  INTBITOR: integers(2, (a, b) => a | b),
  INTBITRIGHTSHIFT: integers(2, (a, b) => a >> (b & 63n)),
  INTBITXOR: integers(2, (a, b) => a ^ b),
  INTDIV: integers(2, (a, b) => (b === 0n ? undefined : a / b)),
  INTMOD: integers(2, (a, b) => (b === 0n ? undefined : a % b)),
  INTMUL: integers(2, (a, b) => a * b),
  INTSUB: integers(2, (a, b) => a - b),
  LOG: {
    minArguments: 1,
    maxArguments: 2,
    run([value, base]) {
      if (typeof value !== 'number') return undefined;
      if (base === undefined) return finite(Math.log(value));
      return typeof base === 'number' ? finite(Math.log(value) / Math.log(base)) : undefined;
    },
  },
  LOG10: unary(Math.log10),
  NUMBERBIN: {
    minArguments: 1,
    maxArguments: 2,
    run([value, size = 1]) {
      if (typeof value !== 'number' || typeof size !== 'number' || size === 0) return undefined;
      return finite(Math.floor(value / size) * size);
    },
  },
  PI: { minArguments: 0, maxArguments: 0, run: () => Math.PI },
  POWER: binary((base, exponent) => base ** exponent),
  RADIANS: unary((value) => value / degrees),
  RAND: { minArguments: 0, maxArguments: 0, run: (_values, context) => context.random() },
  ROUND: {
    minArguments: 1,
    maxArguments: 2,
    run([value, digits = 0]) {
      if (typeof value !== 'number' || typeof digits !== 'number' || !Number.isInteger(digits))
        return undefined;
      return finite(round(value, digits));
    },
  },
  SIGN: unary(Math.sign),
  SIN: unary(Math.sin),
  SQRT: unary(Math.sqrt),
  SQUARE: unary((value) => value * value),
  TAN: unary(Math.tan),
  TRUNC: unary(Math.trunc),
};
