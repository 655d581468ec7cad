import { type Diagnostic, didYouMean, TerraformError } from '../diagnostics.ts';
import type { ModuleNode } from './load.ts';

/** Throws a `TerraformError` with all arguments of module calls that are missing or not expected. */
export function checkModuleCalls(root: ModuleNode): void {
  const errors = callErrors(root);
  if (errors.length > 0) throw new TerraformError(errors);
}

function callErrors(module: ModuleNode): Diagnostic[] {
  const errors: Diagnostic[] = [];
  for (const call of module.configuration.modules.values()) {
    const child = module.children.get(call.name);
    if (child === undefined) continue;
    const { variables } = child.configuration;
    for (const argument of call.body.attributes.values()) {
      if (variables.has(argument.name)) continue;
      errors.push({
        summary: 'Unsupported argument',
        detail: `An argument named "${argument.name}" is not expected here.${didYouMean(argument.name, variables.keys())}`,
        range: argument.nameRange,
      });
    }
    for (const variable of variables.values()) {
      if (variable.default !== undefined || call.body.attributes.has(variable.name)) continue;
      errors.push({
        summary: 'Missing required argument',
        detail: `The argument "${variable.name}" is required, but no definition was found.`,
        range: call.range,
      });
    }
    errors.push(...callErrors(child));
  }
  return errors;
}
