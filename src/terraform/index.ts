/** Evaluates a Terraform configuration: from a directory of `*.tf` files to the resources they describe. */
import { resolve } from 'node:path';
import { terraformError } from './diagnostics.ts';
import { containsSensitive } from './evaluate/marks.ts';
import { Evaluation } from './evaluation.ts';
import { toStackValue } from './export.ts';
import { checkReferences } from './graph.ts';
import { checkModuleCalls } from './module/check-calls.ts';
import type { OutputConfiguration } from './module/configuration.ts';
import { ModuleInstance } from './module/instance.ts';
import { loadModules, type ModuleNode } from './module/load.ts';
import type { EvaluateOptions, Stack, StackOutput, StackValue } from './stack.ts';
import { readRootInputs } from './tfvars.ts';
import { Sensitive, type Value } from './value.ts';

export { defaultScope } from './default-scope.ts';
export { type Diagnostic, renderDiagnostic, TerraformError } from './diagnostics.ts';
export type * from './stack.ts';
export { Unknown } from './stack.ts';

/**
 * Evaluates the root module in `rootDirectory` with everything it calls. Without `options.provider` this is a plan:
 * what a cloud would compute is `Unknown`. With it, this is an apply. Throws `TerraformError` for whatever Terraform
 * would reject, and for resource types that the provider model does not support.
 */
export function evaluateStack(rootDirectory: string, options: EvaluateOptions = {}): Stack {
  const evaluation = new Evaluation(resolve(rootDirectory), options);
  const node = loadModules(evaluation.rootDirectory, (path) => evaluation.readFile(path));
  checkModuleCalls(node);
  checkReferences(node);
  const root = new ModuleInstance(
    evaluation,
    node,
    undefined,
    readRootInputs(evaluation, node.configuration),
  );
  root.evaluateAll();
  return {
    rootDirectory: evaluation.rootDirectory,
    workspace: options.workspace ?? 'default',
    variables: exported(evaluation, node.configuration.variables.keys(), (name) => root.variable(name)),
    providers: evaluation.providers,
    resources: evaluation.resources,
    dataSources: evaluation.dataSources,
    outputs: rootOutputs(evaluation, node, root),
    warnings: evaluation.warnings,
    files: [...evaluation.files],
  };
}

function exported(
  { context }: Evaluation,
  names: Iterable<string>,
  lookUp: (name: string) => Value,
): Record<string, StackValue> {
  return Object.fromEntries([...names].map((name) => [name, toStackValue(lookUp(name), context.resources)]));
}

function rootOutputs(
  { context }: Evaluation,
  node: ModuleNode,
  root: ModuleInstance,
): Record<string, StackOutput> {
  const outputs: Record<string, StackOutput> = {};
  for (const output of node.configuration.outputs.values()) {
    const value = root.output(output.name);
    requireDeclaredSensitive(output, value);
    outputs[output.name] = {
      value: toStackValue(value, context.resources),
      sensitive: value instanceof Sensitive,
      ...(output.description === undefined ? {} : { description: output.description }),
    };
  }
  return outputs;
}

function requireDeclaredSensitive(output: OutputConfiguration, value: Value): void {
  if (output.sensitive || !containsSensitive(value)) return;
  throw terraformError(
    'Output refers to sensitive values',
    'To reduce the risk of accidentally exporting sensitive data that was intended to be only internal, Terraform requires that any root module output containing sensitive data be explicitly marked as sensitive, to confirm your intent.\n\nIf you do intend to export this data, annotate the output value as sensitive by adding the following argument:\n    sensitive = true',
    output.range,
  );
}
