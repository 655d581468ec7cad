import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { terraformIsAbsent, Workspace } from './corpus/real-terraform.ts';
import { rejected } from './corpus/rejected.ts';
import { WrittenOut } from './corpus/written-out.ts';
import { evaluateStack, type StackValue, TerraformError, Unknown } from './index.ts';

/** The part of `terraform show -json` that is compared. */
interface Plan {
  resource_changes?: { address: string; mode: string; change: { after: Json; after_unknown: Json } }[];
  output_changes?: Record<string, { after?: Json; after_unknown: Json }>;
}
type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

const corpus = join(import.meta.dirname, 'corpus');
const cases = readdirSync(corpus, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

const expressions = readFileSync(join(corpus, 'expressions', 'expressions.txt'), 'utf8')
  .trimEnd()
  .split('\n');

/** The results of the expressions, each as JSON text. */
function evaluatedExpressions(): StackValue[] {
  using workspace = new Workspace(join(corpus, 'expressions'));
  const outputs = expressions.map(
    (expression, at) => `output "e${at}" {\n  value = jsonencode(${expression})\n}\n`,
  );
  writeFileSync(join(workspace.directory, 'outputs.tf'), outputs.join(''));
  const stack = evaluateStack(workspace.directory);
  return expressions.map((_, at) => stack.outputs[`e${at}`]?.value ?? null);
}

/** What differs between our value and that of a plan, as lines; `loose` compares the texts of primitives. */
function differences(
  path: string,
  ours: StackValue | undefined,
  after: Json,
  unknown: Json,
  loose: boolean,
): string[] {
  if (unknown === true) return ours instanceof Unknown ? [] : [`${path}: unknown, ours is ${show(ours)}`];
  if (ours instanceof Unknown) return [`${path}: ${show(after)}, ours is unknown`];
  if (Array.isArray(ours) && Array.isArray(after)) {
    if (ours.length !== after.length) return [`${path}: ${show(after)}, ours is ${show(ours)}`];
    return ours.flatMap((element, at) =>
      differences(`${path}[${at}]`, element, after[at] ?? null, partOf(unknown, at), loose),
    );
  }
  if (isRecord(ours) && isRecord(after)) {
    const names = loose ? Object.keys(ours) : [...new Set([...Object.keys(ours), ...Object.keys(after)])];
    return names.flatMap((name) =>
      differences(`${path}.${name}`, ours[name], after[name] ?? null, partOf(unknown, name), loose),
    );
  }
  const same =
    loose && ours !== null && after !== null ? String(ours) === String(after) : (ours ?? null) === after;
  return same ? [] : [`${path}: ${show(after)}, ours is ${show(ours)}`];
}

function partOf(unknown: Json, key: string | number): Json {
  if (Array.isArray(unknown)) return unknown[Number(key)] ?? false;
  return isRecord(unknown) ? (unknown[key] ?? false) : false;
}

function isRecord<T>(value: T): value is Extract<T, Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Unknown);
}

function show(value: unknown): string {
  return JSON.stringify(value) ?? 'missing';
}

/** Blocks and attributes that a provider keeps as sets come in an order of its own. */
function inAnyOrder(value: StackValue | Json): StackValue {
  if (Array.isArray(value)) return value.map(inAnyOrder).sort((a, b) => (show(a) < show(b) ? -1 : 1));
  return value instanceof Unknown ? value : value;
}

describe.skipIf(terraformIsAbsent)('compared with the real terraform', () => {
  test.concurrent.each(cases)('plan of %s', { timeout: 60_000 }, async (name) => {
    using workspace = new Workspace(join(corpus, name));
    const init = await workspace.run('init', '-no-color');
    expect(init.stderr).toBe('');
    const planned = await workspace.run('plan', '-no-color', '-out=plan.bin');
    expect(planned.stderr).not.toContain('Error');
    const plan: Plan = JSON.parse((await workspace.run('show', '-json', 'plan.bin')).stdout);
    const stack = evaluateStack(workspace.directory);

    const found: string[] = [];
    const outputs = Object.entries(plan.output_changes ?? {});
    expect(Object.keys(stack.outputs).sort()).toEqual(outputs.map(([output]) => output).sort());
    for (const [output, { after = null, after_unknown: unknown }] of outputs) {
      found.push(...differences(`output.${output}`, stack.outputs[output]?.value, after, unknown, false));
    }
    const managed = (plan.resource_changes ?? []).filter(({ mode }) => mode === 'managed');
    expect(stack.resources.map(({ address }) => address).sort()).toEqual(
      managed.map(({ address }) => address).sort(),
    );
    for (const { address, change } of managed) {
      const resource = stack.resources.find((candidate) => candidate.address === address);
      for (const attribute of resource?.configured ?? []) {
        const ours = resource?.values[attribute] ?? null;
        const theirs = isRecord(change.after) ? (change.after[attribute] ?? null) : null;
        const unknown = partOf(change.after_unknown, attribute);
        const ordered = differences(`${address}.${attribute}`, ours, theirs, unknown, true);
        const unordered = () =>
          differences(`${address}.${attribute}`, inAnyOrder(ours), inAnyOrder(theirs) as Json, false, true);
        if (ordered.length > 0 && unordered().length > 0) found.push(...ordered);
      }
    }
    expect(found).toEqual([]);
  });

  test('expressions in the console', { timeout: 60_000 }, async () => {
    using workspace = new Workspace(join(corpus, 'expressions'));
    // The console prints only the last of several results, so all go into one.
    const answer = await workspace.console(
      `base64encode(jsonencode([${expressions.map((expression) => `jsonencode(${expression})`).join(', ')}]))`,
    );
    const theirs: string[] = JSON.parse(Buffer.from(JSON.parse(answer), 'base64').toString('utf8'));
    const ours = evaluatedExpressions();
    const compared = expressions.map((expression, at) => ({
      expression,
      ours: ours[at],
    }));
    expect(compared).toEqual(expressions.map((expression, at) => ({ expression, ours: theirs[at] })));
  });

  test.concurrent.each(Object.entries(rejected))(
    'rejects %s',
    { timeout: 60_000 },
    async (_name, { files, at }) => {
      using written = new WrittenOut(files);
      using workspace = new Workspace(written.directory);
      await workspace.run('init', '-no-color');
      const planned = await workspace.run('plan', '-no-color');
      expect(planned.exitCode).toBe(1);
      const theirs = /on (\S+) line (\d+)/.exec(planned.stderr.replace(/\s*\n\s*/g, ' '));
      expect(theirs === null ? undefined : `${theirs[1]}:${theirs[2]}`).toBe(at);
    },
  );
});

test.each(cases)('%s evaluates to what is on record', async (name) => {
  const { outputs, resources, dataSources, warnings } = evaluateStack(join(corpus, name));
  const withUnknowns = (_key: string, value: unknown) =>
    value instanceof Unknown ? `unknown: ${value.from}` : value;
  const record = JSON.stringify({ outputs, resources, dataSources, warnings }, withUnknowns, 2);
  await expect(`${record}\n`).toMatchFileSnapshot(join(corpus, name, 'stack.txt'));
});

test('expressions evaluate to what is on record', async () => {
  const ours = evaluatedExpressions();
  const record = expressions.map((expression, at) => `${expression}\n  ${ours[at]}\n`).join('');
  await expect(record).toMatchFileSnapshot(join(corpus, 'expressions', 'results.txt'));
});

test.each(Object.entries(rejected))('rejects %s at the right place', (_name, { files, at, message }) => {
  using workspace = new WrittenOut(files);
  const error = caught(() => evaluateStack(workspace.directory));
  expect(error.message).toContain(message);
  const { range } = error.diagnostics[0] ?? {};
  const position = range?.file.position(range.start);
  expect(position === undefined ? undefined : `${position.file}:${position.line}`).toBe(at);
});

function caught(evaluate: () => unknown): TerraformError {
  try {
    evaluate();
  } catch (error) {
    if (error instanceof TerraformError) return error;
    throw error;
  }
  throw new Error('The configuration was accepted.');
}
