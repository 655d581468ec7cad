import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { planDifferences } from './corpus/plan-differences.ts';
import { terraformIsAbsent, Workspace } from './corpus/real-terraform.ts';
import { rejected } from './corpus/rejected.ts';
import { WrittenOut } from './corpus/written-out.ts';
import { evaluateStack, type StackValue, TerraformError, Unknown } from './index.ts';

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

describe.skipIf(terraformIsAbsent)('compared with the real terraform', () => {
  test.concurrent.each(cases)('plan of %s', { timeout: 60_000 }, async (name) => {
    using workspace = new Workspace(join(corpus, name));
    expect(await planDifferences(workspace.directory)).toEqual([]);
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
