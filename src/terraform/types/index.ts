/** Terraform's types: naming and comparing them, and converting values from one to another. */
export { compareCodePoints, compareForSet, equal, makeSet, sortedKeys, unmarkDeep } from './compare.ts';
export {
  type AttributeConstraint,
  anyType,
  boolType,
  listOf,
  mapOf,
  numberType,
  objectFrom,
  setOf,
  stringType,
  type TypeConstraint,
  typeExpression,
  typeName,
  typeOf,
} from './constraint.ts';
export { ConversionError, convert, unify } from './convert.ts';
export { numberText, parseNumber } from './number.ts';
export { unifyTypes } from './unify.ts';
