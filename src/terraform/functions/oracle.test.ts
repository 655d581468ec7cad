import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { runner, terraformIsAbsent } from '../corpus/real-terraform.ts';
import { numberText, sortedKeys } from '../types/index.ts';
import { isObject, SetValue, type Value } from '../value.ts';
import { allCases } from './all-cases.ts';
import { writeFixtures } from './filesystem.fixtures.ts';
import type { FunctionCase } from './function-case.ts';
import { functions } from './index.ts';

const title = terraformIsAbsent
  ? `the real terraform (skipped: ${runner} does not run)`
  : 'the real terraform';

/** They are the evaluator's, which has the unevaluated argument and the marks. */
const EVALUATOR_FUNCTIONS = ['can', 'issensitive', 'nonsensitive', 'sensitive', 'try'];
/** Terraform no longer lists them, but explains what to write instead. */
const REMOVED_FUNCTIONS = ['list', 'map'];

describe.skipIf(terraformIsAbsent)(title, () => {
  const directory = mkdtempSync(path.join(tmpdir(), 'terraform-oracle-'));
  beforeAll(() => writeFixtures(directory));
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  const terraform = (args: string[], input = '') =>
    spawnSync(runner, args, { cwd: directory, input, encoding: 'utf8', maxBuffer: 2 ** 28 });

  test('has the same functions with the same parameters', () => {
    const output = JSON.parse(terraform(['metadata', 'functions', '-json']).stdout);
    const signatures = Object.entries(FunctionList.parse(output).function_signatures);
    const listed = signatures.filter(([name]) => !name.includes('::') && !EVALUATOR_FUNCTIONS.includes(name));
    const theirs = listed.map(([name, { parameters = [], variadic_parameter: rest }]) => {
      return [name, parameters.map((parameter) => parameter.name), rest?.name] as const;
    });
    const ours = Object.entries(functions)
      .filter(([name]) => !REMOVED_FUNCTIONS.includes(name))
      .map(([name, { parameters, variadic }]) => [name, parameters, variadic] as const);
    expect(ours.sort(byName)).toEqual(theirs.sort(byName));
  });

  test('gives what the cases say, and fails where they say so', { timeout: 120_000 }, () => {
    const cases = Object.values(allCases).flat();
    const expressions = cases.map(({ name, args }) => `${name}(${args.map(expressionOf).join(', ')})`);
    const problems = validate(expressions);
    const results = evaluate(expressions.map((expression, at) => (problems.has(at) ? 'null' : expression)));
    const outcomes = cases.map((expected, at) => outcomeOf(expected, problems.get(at), results[at]));
    const differing = cases.flatMap((expected, at) =>
      agrees(expected, outcomes[at]) ? [] : [expressions[at]],
    );
    expect(differing).toEqual([]);
    expect(cases.length).toBeGreaterThan(1000);
  });

  /** The error of each expression that has one, by its index: one run of `terraform validate` for all. */
  function validate(expressions: string[]): Map<number, string> {
    writeLocals(expressions);
    const { diagnostics } = Diagnostics.parse(JSON.parse(terraform(['validate', '-json']).stdout));
    return new Map(diagnostics.map(({ range, detail }) => [range.start.line - 2, detail]));
  }

  /** `jsonencode` of each expression: one run of `terraform console` for all. */
  function evaluate(expressions: string[]): (string | undefined)[] {
    writeLocals(expressions.map((expression) => `base64encode(try(jsonencode(${expression}), "error"))`));
    const names = expressions.map((_, at) => `e${at} = local.e${at}`);
    const { stdout } = terraform(['console'], `{ ${names.join(', ')} }\n`);
    const encoded = new Map(
      Array.from(stdout.matchAll(/"(e\d+)" = "([^"]*)"/g), ([, name, text]) => [name, text]),
    );
    return expressions.map((_, at) => Buffer.from(encoded.get(`e${at}`) ?? '', 'base64').toString());
  }

  function writeLocals(expressions: string[]): void {
    const lines = expressions.map((expression, at) => `  e${at} = ${expression}`);
    writeFileSync(path.join(directory, 'main.tf'), `locals {\n${lines.join('\n')}\n}\n`);
  }
});

const FunctionList = z.object({
  function_signatures: z.record(
    z.string(),
    z.object({
      parameters: z.array(z.object({ name: z.string() })).optional(),
      variadic_parameter: z.object({ name: z.string() }).optional(),
    }),
  ),
});

const Diagnostics = z.object({
  diagnostics: z.array(
    z.object({ detail: z.string(), range: z.object({ start: z.object({ line: z.number() }) }) }),
  ),
});

type Outcome = { problem: string } | { json: string };

function outcomeOf(expected: FunctionCase, problem: string | undefined, json: string | undefined): Outcome {
  if (problem !== undefined) return { problem };
  if (json === undefined || json === '')
    throw new Error(`terraform said nothing of a call of ${expected.name}`);
  return json === 'error' ? { problem: '' } : { json };
}

function agrees(expected: FunctionCase, outcome: Outcome | undefined): boolean {
  if (outcome === undefined) return false;
  if ('json' in outcome) return expected.outcome === 'result' && sameJson(expected.json, outcome.json);
  return expected.outcome === 'error' && (expected.text === undefined || expected.text === outcome.problem);
}

/** The same text, but for digits beyond what a double holds. */
function sameJson(ours: string, theirs: string): boolean {
  return ours === theirs || JSON.stringify(JSON.parse(ours)) === JSON.stringify(JSON.parse(theirs));
}

function byName(a: readonly [string, ...unknown[]], b: readonly [string, ...unknown[]]): number {
  return a[0] < b[0] ? -1 : 1;
}

/** The value as a Terraform expression. */
function expressionOf(value: Value): string {
  if (typeof value === 'string') return quoted(value);
  if (typeof value === 'number') return numberText(value);
  if (Array.isArray(value)) return `[${value.map(expressionOf).join(', ')}]`;
  if (value instanceof SetValue) return `toset([${value.elements.map(expressionOf).join(', ')}])`;
  if (!isObject(value)) return String(value);
  const attributes = sortedKeys(value).map((key) => `${quoted(key)} = ${expressionOf(value[key] ?? null)}`);
  return `{ ${attributes.join(', ')} }`;
}

function quoted(text: string): string {
  const escaped = JSON.stringify(text).replace(/(?<!\\)((?:\\\\)*)\\([bf])/g, (_, before, letter) => {
    return `${before}\\u00${letter === 'b' ? '08' : '0c'}`;
  });
  return escaped.replace(/[$%]\{/g, (opening) => opening.charAt(0) + opening);
}
