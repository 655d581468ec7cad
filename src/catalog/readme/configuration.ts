import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { projectRoot } from '../../package/project.ts';
import type { Block, Expression } from '../../terraform/ast.ts';
import { literalString } from '../../terraform/module/schema.ts';
import { parseFile } from '../../terraform/parser/body.ts';
import { SourceFile, type SourceRange } from '../../terraform/source.ts';

export interface VariableDescription {
  name: string;
  /** As declared; of an object only the names of its members, with a question mark where they may be left out. */
  type: string;
  /** As written; undefined for a required variable. */
  default: string | undefined;
  /** What counts where the default is null: the default of all stacks. */
  sharedDefault: string | undefined;
  description: string;
}

export interface OutputDescription {
  name: string;
  description: string;
}

/** What a Terraform root asks for and gives, as its files declare it. */
export interface Configuration {
  /** Required ones first, then by name. */
  variables: VariableDescription[];
  outputs: OutputDescription[];
}

/** Where the defaults of all stacks stand; `settings.tf` of every stack reads it as `local.defaults`. */
export const sharedDefaultsFile = 'configs/serverless-defaults.yaml';

/** @throws TerraformError for a file with a syntax error */
export function readConfiguration(directory: string): Configuration {
  const declared = readdirSync(directory)
    .filter((file) => file.endsWith('.tf'))
    .flatMap(
      (file) => parseFile(new SourceFile(file, readFileSync(path.join(directory, file), 'utf8'))).blocks,
    );
  const shared = sharedDefaults(declared);
  const byName = (a: { name: string }, b: { name: string }) => (a.name < b.name ? -1 : 1);
  const isRequired = (variable: VariableDescription) => variable.default === undefined;
  const variables = declared
    .filter(({ type }) => type === 'variable')
    .map((block) => describeVariable(block, shared))
    .sort((a, b) => Number(isRequired(b)) - Number(isRequired(a)) || byName(a, b));
  const outputs = declared
    .filter(({ type }) => type === 'output')
    .map((block) => ({ name: block.labels[0] ?? '', description: descriptionOf(block) }))
    .sort(byName);
  return { variables, outputs };
}

function describeVariable(block: Block, shared: ReadonlyMap<string, string>): VariableDescription {
  const [name = ''] = block.labels;
  const { attributes } = block.body;
  const type = attributes.get('type');
  const byDefault = attributes.get('default');
  return {
    name,
    type: type ? typeText(type.value) : 'any',
    default: byDefault && sourceText(byDefault.value.range),
    sharedDefault: shared.get(name),
    description: descriptionOf(block),
  };
}

function descriptionOf({ body }: Block): string {
  return literalString(body.attributes.get('description')) ?? '';
}

function typeText(type: Expression): string {
  if (type.kind !== 'call') return sourceText(type.range);
  const [inner] = type.args;
  if (type.name !== 'object' || inner?.kind !== 'object')
    return `${type.name}(${type.args.map(typeText).join(', ')})`;
  const members = inner.items.map(({ key, value }) => {
    const optional = value.kind === 'call' && value.name === 'optional';
    return `${sourceText(key.range)}${optional ? '?' : ''}`;
  });
  return `object({ ${members.join(', ')} })`;
}

/** An expression as it is written, in one line. */
function sourceText({ file, start, end }: SourceRange): string {
  return file.text
    .slice(start, end)
    .split('\n')
    .map((line) => line.trim().replace(/\s+=\s+/, ' = '))
    .filter((line) => line !== '')
    .join(', ')
    .replace(/([{[(]), /g, '$1 ')
    .replace(/,? ?, ([}\])])/g, ' $1');
}

/**
 * What stands in for a null variable: the settings of all stacks that a local falls back to, as in
 * `memory_mb = coalesce(var.memory_mb, local.defaults.default_memory_mb)`.
 */
function sharedDefaults(declared: readonly Block[]): Map<string, string> {
  const settings: unknown = parse(readFileSync(path.join(projectRoot, sharedDefaultsFile), 'utf8'));
  const found = new Map<string, string>();
  for (const block of declared.filter(({ type }) => type === 'locals')) {
    for (const { value } of block.body.attributes.values()) {
      if (value.kind !== 'call' || value.name !== 'coalesce') continue;
      const [name, setting] = [referencePath(value.args[0]), referencePath(value.args[1])];
      if (name?.[0] !== 'var' || setting?.[0] !== 'local' || setting[1] !== 'defaults') continue;
      const shared = settingAt(settings, setting.slice(2));
      if (name[1] !== undefined && name.length === 2 && shared !== undefined) found.set(name[1], shared);
    }
  }
  return found;
}

/** `var.memory_mb` as its words; undefined for anything but a plain reference. */
function referencePath(expression: Expression | undefined): string[] | undefined {
  if (expression?.kind !== 'reference') return undefined;
  const steps = expression.steps.map((step) => (step.kind === 'attribute' ? step.name : undefined));
  const names = steps.filter((name) => name !== undefined);
  return names.length === steps.length ? [expression.root, ...names] : undefined;
}

function settingAt(settings: unknown, names: readonly string[]): string | undefined {
  let at = settings;
  for (const name of names) {
    if (typeof at !== 'object' || at === null) return undefined;
    at = (at as Record<string, unknown>)[name];
  }
  return at === undefined || typeof at === 'object' ? undefined : JSON.stringify(at);
}
