import { readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { didYouMean, renderDiagnostic, terraformError } from './diagnostics.ts';
import { constantScope } from './evaluate/constant.ts';
import { evaluate } from './evaluate/expression.ts';
import type { Evaluation } from './evaluation.ts';
import type { ModuleConfiguration } from './module/configuration.ts';
import { fileLabel } from './module/load.ts';
import type { GivenValue } from './module/variable-value.ts';
import { parseFile } from './parser/body.ts';
import { SourceFile } from './source.ts';
import { Unknown } from './stack.ts';
import { parseStandaloneExpression } from './template.ts';
import { objectFrom } from './types/index.ts';
import type { Value } from './value.ts';

/**
 * The values given for the variables of the root module; later sources go before earlier ones: environment,
 * `terraform.tfvars`, `*.auto.tfvars` in order of name, `-var-file`, `-var`. Throws `TerraformError`.
 * Source: https://developer.hashicorp.com/terraform/language/values/variables#variable-definition-precedence
 */
export function readRootInputs(evaluation: Evaluation, root: ModuleConfiguration): Map<string, GivenValue> {
  const { options, rootDirectory } = evaluation;
  const inputs = new Map<string, GivenValue>();
  for (const [name, variable] of root.variables) {
    const text = options.environment?.[`TF_VAR_${name}`];
    if (text !== undefined)
      inputs.set(name, { value: fromText(text, variable.textMode, `<TF_VAR_${name}>`), range: undefined });
  }
  for (const file of [...automaticFiles(rootDirectory), ...(options.variableFiles ?? [])]) {
    for (const [name, given] of readFile(evaluation, file)) {
      if (root.variables.has(name)) inputs.set(name, given);
      else warnUndeclared(evaluation, root, name, given);
    }
  }
  for (const [name, given] of Object.entries(options.variables ?? {})) {
    const variable = root.variables.get(name);
    if (variable === undefined) {
      throw terraformError(
        'Value for undeclared variable',
        `A variable named "${name}" was assigned on the command line, but the root module does not declare a variable of that name. To use this value, add a "variable" block to the configuration.${didYouMean(name, root.variables.keys())}`,
      );
    }
    const value =
      typeof given === 'string'
        ? fromText(given, variable.textMode, `<value for var.${name}>`)
        : fromPlain(given, name);
    inputs.set(name, { value, range: undefined });
  }
  return inputs;
}

function automaticFiles(directory: string): string[] {
  const names = readdirSync(directory).sort();
  const fixed = ['terraform.tfvars', 'terraform.tfvars.json'].filter((name) => names.includes(name));
  return [...fixed, ...names.filter((name) => /\.auto\.tfvars(\.json)?$/.test(name))];
}

function readFile(evaluation: Evaluation, path: string): Map<string, GivenValue> {
  const absolute = resolve(evaluation.rootDirectory, path);
  let text: string;
  try {
    text = evaluation.readFile(absolute).toString('utf8');
  } catch {
    throw terraformError(
      'Failed to read variables file',
      `Given variables file ${path} does not exist or cannot be read.`,
    );
  }
  const file = new SourceFile(fileLabel(evaluation.rootDirectory, absolute), text);
  return path.endsWith('.json') ? fromJson(file) : fromBody(file);
}

function fromBody(file: SourceFile): Map<string, GivenValue> {
  const body = parseFile(file);
  const [block] = body.blocks;
  if (block !== undefined) {
    throw terraformError(
      'Unexpected block',
      `Blocks are not allowed here: a variables file only contains values for variables, as in ${block.type} = ...`,
      block.headerRange,
    );
  }
  return new Map(
    [...body.attributes.values()].map(({ name, value }) => [
      name,
      { value: evaluate(value, constantScope), range: value.range },
    ]),
  );
}

function fromJson(file: SourceFile): Map<string, GivenValue> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(file.text);
  } catch (error) {
    throw terraformError(
      'Invalid JSON variables file',
      `${file.name}: ${error instanceof Error ? error.message : error}`,
    );
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    throw terraformError(
      'Invalid JSON variables file',
      `${file.name} must contain one JSON object, with a member for each variable.`,
    );
  }
  const range = { file, start: 0, end: file.text.length };
  return new Map(
    Object.entries(parsed).map(([name, value]) => [name, { value: fromPlain(value, name), range }]),
  );
}

function warnUndeclared(
  evaluation: Evaluation,
  root: ModuleConfiguration,
  name: string,
  given: GivenValue,
): void {
  const detail = `The root module does not declare a variable named "${name}" but a value was found in a variables file.${didYouMean(name, root.variables.keys())}`;
  evaluation.warnings.push(
    renderDiagnostic({ summary: 'Value for undeclared variable', detail, range: given.range }, 'Warning'),
  );
}

function fromText(text: string, mode: 'literal' | 'expression', place: string): Value {
  if (mode === 'literal') return text;
  return evaluate(parseStandaloneExpression(new SourceFile(place, text)), constantScope);
}

/** A JavaScript value as the caller of the evaluation gives it. */
function fromPlain(value: unknown, name: string): Value {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string' || typeof value === 'boolean' || value instanceof Unknown) return value;
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  if (Array.isArray(value)) return value.map((element) => fromPlain(element, name));
  if (typeof value === 'object') {
    return objectFrom(Object.entries(value).map(([key, part]) => [key, fromPlain(part, name)] as const));
  }
  throw terraformError(
    'Invalid value for input variable',
    `The value given for var.${name} contains a ${typeof value}, which Terraform does not have.`,
  );
}
