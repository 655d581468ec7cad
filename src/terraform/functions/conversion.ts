import {
  anyType,
  boolType,
  ConversionError,
  convert,
  listOf,
  mapOf,
  numberType,
  setOf,
  stringType,
  type TypeConstraint,
  typeName,
} from '../types/index.ts';
import type { Value } from '../value.ts';
import { define, defineVariadic, kindOf, nullable, partlyKnown } from './define.ts';
import { FunctionError, type TerraformFunction } from './function.ts';

/** https://developer.hashicorp.com/terraform/language/functions, "Type Conversion Functions". */
export const conversionFunctions: Record<string, TerraformFunction> = {
  /** Nothing is ephemeral here: ephemeral resources and variables are not evaluated. */
  ephemeralasnull: partlyKnown(define([nullable('value')], ([value]) => value)),
  list: removed('list', 'tolist([ ... ])', 'list'),
  map: removed('map', 'tomap({ ... })', 'map'),
  tobool: conversionTo(boolType),
  tolist: partlyKnown(conversionTo(listOf(anyType))),
  tomap: partlyKnown(conversionTo(mapOf(anyType))),
  tonumber: conversionTo(numberType),
  toset: partlyKnown(conversionTo(setOf(anyType))),
  tostring: conversionTo(stringType),
};

function conversionTo(type: TypeConstraint): TerraformFunction {
  return define([nullable('v')], ([value]) => {
    try {
      return convert(value, type);
    } catch (error) {
      if (error instanceof ConversionError) throw new FunctionError(explain(value, type), 0);
      throw error;
    }
  });
}

function explain(value: Value, type: TypeConstraint): string {
  if (typeof value === 'string' && type.kind === 'number') {
    const rule = 'given string must be a decimal representation of a number';
    return `cannot convert ${JSON.stringify(value)} to number; ${rule}`;
  }
  if (typeof value === 'string' && type.kind === 'bool') {
    return `cannot convert ${JSON.stringify(value)} to bool; only the strings "true" or "false" are allowed`;
  }
  return `cannot convert ${kindOf(value)} to ${typeName(type)}`;
}

function removed(name: string, instead: string, kind: string): TerraformFunction {
  return defineVariadic([], nullable('vals'), () => {
    const since = 'was deprecated in Terraform v0.12 and is no longer available';
    throw new FunctionError(
      `the "${name}" function ${since}; use ${instead} syntax to write a literal ${kind}`,
    );
  });
}
