/**
 * AWS's own translator of SAM makes the same of a template: what both make is evaluated and compared, resource by
 * resource. Needs Python with samtranslator, which comes with cfn-lint (pip install cfn-lint).
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import type { Stack } from '../../terraform/stack.ts';
import { evaluate, fixture } from '../template-fixture.ts';

const script = `
import json, os, sys
os.environ.setdefault('AWS_DEFAULT_REGION', 'us-east-1')
from samtranslator.translator.transform import transform
from samtranslator.yaml_helper import yaml_parse
class Policies:
    def load(self):
        path = 'arn:aws:iam::aws:policy/service-role/'
        return {name: path + name for name in ('AWSLambdaRole', 'AWSLambdaBasicExecutionRole')}
print(json.dumps(transform(yaml_parse(sys.stdin.read()), {}, Policies())))
`;
const python = (code: string, input = '') =>
  spawnSync('python3', ['-c', code], { input, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
const installed =
  python("import importlib.util, sys; sys.exit(importlib.util.find_spec('samtranslator') is None)").status ===
  0;
if (!installed) console.log('skipped: samtranslator is not installed');

function translated(text: string): string {
  const { status, stdout, stderr } = python(script, text);
  if (status !== 0) throw new Error(stderr);
  return stdout;
}

/** What a package is called differs: SAM knows it in S3 only. */
const inS3 = 's3://packages/function.zip';
const local = (text: string) =>
  text
    .replaceAll(`"Code": {"S3Bucket": "packages", "S3Key": "function.zip"}`, '"Code": "./"')
    .replaceAll(inS3, './');

function comparable(stack: Stack) {
  return {
    outputs: stack.outputs,
    resources: Object.fromEntries(
      stack.resources.map(({ address, values }) => {
        const { policy_template, filename, ...others } = values;
        return [address, plain(others)];
      }),
    ),
  };
}

/**
 * JSON in texts is read, so that the order of its members does not count; empty blocks are left out; a list of one
 * action is that action.
 */
function plain(value: unknown): unknown {
  if (typeof value === 'string' && /^[[{]/.test(value)) {
    try {
      return plain(JSON.parse(value));
    } catch {
      return value;
    }
  }
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => JSON.stringify(member) !== '[{}]')
      .map(([key, member]) => [key, plain(/^(Action|Resource)$/.test(key) ? single(member) : member)]),
  );
}

const single = (value: unknown) => (Array.isArray(value) && value.length === 1 ? value[0] : value);

describe.skipIf(!installed)('the translator of AWS makes the same of', () => {
  test('functions, events, APIs and tables', () => {
    const text = readFileSync(fixture('serverless'), 'utf8');
    const ours = comparable(evaluate(local(text)));
    expect(ours).toEqual(comparable(evaluate(local(translated(text)))));
    expect(Object.keys(ours.resources).length).toBeGreaterThan(80);
  });

  test('every policy template', () => {
    const templates = parse(readFileSync(path.join(import.meta.dirname, 'policy-templates.yaml'), 'utf8'));
    const functions = Object.entries<object>(templates).map(([name, statements]) => {
      const names = [...JSON.stringify(statements).matchAll(/\$\{(\w+)\}/g)].map(([, each = '']) => each);
      const parameters = Object.fromEntries(names.map((each) => [each, `my-${each}`]));
      return [
        `Of${name.replace('_', '')}`,
        {
          Type: 'AWS::Serverless::Function',
          Properties: {
            CodeUri: inS3,
            Handler: 'index.handler',
            Runtime: 'nodejs24.x',
            Policies: [{ [name]: parameters }],
          },
        },
      ];
    });
    const text = JSON.stringify({
      Transform: 'AWS::Serverless-2016-10-31',
      Resources: Object.fromEntries(functions),
    });
    expect(functions.length).toBe(81);
    expect(comparable(evaluate(local(text)))).toEqual(comparable(evaluate(local(translated(text)))));
  });
});
