import { terraformError } from '../diagnostics.ts';
import { ResourceObjects, type Scope } from './scope.ts';

/** For expressions that may use neither variables nor functions: defaults, `.tfvars` files, `-var` values. */
export const constantScope: Scope = {
  context: {
    planning: true,
    functions: undefined,
    functionContext: undefined,
    resources: new ResourceObjects(() => null),
  },
  resolve(reference) {
    throw terraformError('Variables not allowed', 'Variables may not be used here.', reference.range);
  },
};
