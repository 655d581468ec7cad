import { parseNumber } from '../types/index.ts';
import { any, define, defineVariadic, kindOf, num, whole } from './define.ts';
import { FunctionError, type TerraformFunction } from './function.ts';

/** https://developer.hashicorp.com/terraform/language/functions, "Numeric Functions", with `sum` among the collections. */
export const numericFunctions: Record<string, TerraformFunction> = {
  abs: define([num('num')], ([value]) => Math.abs(value)),
  // Adding zero turns the -0 that JavaScript rounds to into Terraform's 0.
  ceil: define([num('num')], ([value]) => Math.ceil(value) + 0),
  floor: define([num('num')], ([value]) => Math.floor(value) + 0),
  log: define([num('num'), num('base')], ([value, base]) => finite('log', Math.log(value) / Math.log(base))),
  max: defineVariadic([], num('numbers'), (_, numbers) => Math.max(...atLeastOne(numbers))),
  min: defineVariadic([], num('numbers'), (_, numbers) => Math.min(...atLeastOne(numbers))),
  parseint: define([any('number'), num('base')], ([text, base]) => {
    if (typeof text !== 'string')
      throw new FunctionError(`first argument must be a string, not ${kindOf(text)}`, 0);
    whole(base, '', 1);
    if (base < 2 || base > 62) {
      throw new FunctionError('base must be a whole number between 2 and 62 inclusive', 1);
    }
    return parseInteger(text, base);
  }),
  pow: define([num('num'), num('power')], ([value, power]) => finite('pow', value ** power)),
  signum: define([num('num')], ([value]) => Math.sign(whole(value))),
};

function atLeastOne(numbers: number[]): number[] {
  if (numbers.length === 0) throw new FunctionError('must pass at least one number');
  return numbers;
}

function finite(name: string, result: number): number {
  if (!Number.isFinite(result)) throw new FunctionError(`${name} has no finite result for these numbers`);
  return result;
}

const DIGITS = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';

/** Up to base 36 the case of letters does not matter; above, upper case letters are the digits from 36 on. */
function parseInteger(text: string, base: number): number {
  const failure = new FunctionError(`cannot parse ${JSON.stringify(text)} as a base ${base} integer`, 0);
  const unsigned = text.replace(/^[+-]/, '');
  if (unsigned === '') throw failure;
  let value = 0n;
  for (const character of base <= 36 ? unsigned.toLowerCase() : unsigned) {
    const digit = DIGITS.indexOf(character);
    if (digit < 0 || digit >= base) throw failure;
    value = value * BigInt(base) + BigInt(digit);
  }
  const number = parseNumber(String(value)) ?? 0;
  return text.startsWith('-') ? -number : number;
}
