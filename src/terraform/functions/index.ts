/**
 * The built-in functions of Terraform 1.11, by name. Not here: `try`, `can`, `sensitive`, `nonsensitive` and
 * `issensitive`, which the evaluator itself provides.
 */
import { collectionFunctions } from './collection.ts';
import { conversionFunctions } from './conversion.ts';
import { dateFunctions } from './date.ts';
import { encodingFunctions } from './encoding.ts';
import { filesystemFunctions } from './filesystem.ts';
import type { TerraformFunction } from './function.ts';
import { hashFunctions } from './hash.ts';
import { networkFunctions } from './network.ts';
import { numericFunctions } from './numeric.ts';
import { setFunctions } from './set.ts';
import { stringFunctions } from './string.ts';

export { type FunctionContext, FunctionError, type TerraformFunction } from './function.ts';

/** Look names up with `Object.hasOwn`: `constructor` is no function of Terraform. */
export const functions: Readonly<Record<string, TerraformFunction>> = {
  ...collectionFunctions,
  ...conversionFunctions,
  ...dateFunctions,
  ...encodingFunctions,
  ...filesystemFunctions,
  ...hashFunctions,
  ...networkFunctions,
  ...numericFunctions,
  ...setFunctions,
  ...stringFunctions,
};
