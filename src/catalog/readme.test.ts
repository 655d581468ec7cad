import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { evaluateStack } from '../terraform/index.ts';
import type { StackValues } from '../terraform/stack.ts';
import type { PatternFolder } from './catalog.ts';
import { Pattern } from './pattern.ts';
import { patternReadme } from './readme.ts';

const pattern = Pattern.parse({
  number: 98,
  slug: 'letter-box',
  title: 'Letter box',
  category: 'api',
  intent: 'Keeps letters.',
  summary: 'A letter is kept.\n',
  whenToUse: ['Letters arrive.'],
  whenNotToUse: ['Nobody writes.'],
  tradeOffs: [{ gain: 'Cheap.', price: 'Slow | late.' }],
  failureModes: [{ failure: 'The store throttles', handling: 'It is tried again.' }],
  services: { aws: ['Lambda', 'DynamoDB'], azure: ['none'], gcp: ['none'] },
  triggers: ['http'],
  workload: { transaction: 'A letter', assumptions: ['It is short.'] },
  references: [{ title: 'Letters', url: 'https://example.com/letters' }],
});

const terraform = `
variable "project_name" {
  description = "Short name."
  type        = string
}
variable "environment" {
  description = "Stage."
  type        = string
  default     = "dev"
}
variable "memory_mb" {
  description = "Memory; null for the default of all stacks."
  type        = number
  default     = null
}
variable "options" {
  description = "Both | either."
  type = object({
    names = optional(set(string), [])
    size  = number
  })
  default = {
    size = 1
  }
}
locals {
  defaults  = yamldecode("default_memory_mb: 1024")
  memory_mb = coalesce(var.memory_mb, local.defaults.default_memory_mb)
}
resource "aws_dynamodb_table" "letters" {
  name                        = "\${var.project_name}-letters"
  billing_mode                = "PAY_PER_REQUEST"
  deletion_protection_enabled = var.environment != "dev"
}
resource "aws_iam_role" "reader" {
  name               = "reader"
  assume_role_policy = "{}"
}
resource "aws_iam_role_policy" "reader" {
  role   = aws_iam_role.reader.id
  policy = jsonencode({
    Statement = [{ Effect = "Allow", Action = "dynamodb:GetItem", Resource = aws_dynamodb_table.letters.arn }]
  })
}
resource "aws_lambda_function" "reader" {
  function_name = "reader"
  role          = aws_iam_role.reader.arn
  memory_size   = local.memory_mb
  timeout       = 10
}
output "table_name" {
  description = "Name of the table."
  value       = aws_dynamodb_table.letters.name
}
`;

/** Enough of a cloud for the references above. */
const provider = {
  resource: ({ type, address }: { type: string; address: string }): StackValues => ({
    id: `id-of-${address}`,
    arn: `arn:aws:${type}:${address}`,
  }),
  data: () => undefined,
};

let directory: string;
let folder: PatternFolder;
let readme: string;

beforeAll(() => {
  directory = path.join(mkdtempSync(path.join(os.tmpdir(), 'readme-')), '98-letter-box');
  mkdirSync(path.join(directory, 'aws', 'tests'), { recursive: true });
  writeFileSync(path.join(directory, 'aws', 'main.tf'), terraform);
  writeFileSync(path.join(directory, 'aws', 'handler.ts'), `metrics.add('LettersKept', 1, 'Count');`);
  writeFileSync(path.join(directory, 'aws', 'tests', 'defaults.tftest.hcl'), 'run "memory" {\n}\n');
  writeFileSync(
    path.join(directory, 'scenario.ts'),
    `await app.step('a letter is kept', prove);\nawait app.step("it's found again", prove);`,
  );
  folder = { name: '98-letter-box', directory, clouds: ['aws'] };
  const evaluate = (environment: string) =>
    evaluateStack(path.join(directory, 'aws'), {
      variables: { project_name: 'acme', environment },
      provider,
    });
  const stacks = [{ cloud: 'aws' as const, stack: evaluate('dev'), elsewhere: evaluate('staging') }];
  readme = patternReadme({ folder, pattern, stacks });
});
afterAll(() => rmSync(path.dirname(directory), { recursive: true }));

/** The text under a heading, up to the next of its level. */
function under(title: string): string {
  const start = readme.indexOf(`\n## ${title}\n`);
  if (start === -1) throw new Error(`no section ${title} in\n${readme}`);
  const end = readme.indexOf('\n## ', start + 1);
  return readme.slice(start, end === -1 ? undefined : end);
}

test('begins with what the pattern is and is for', () => {
  expect(readme).toMatch(
    /^<!-- .* -->\n\n# 98 · Letter box\n\n\*\*Keeps letters\.\*\*\n\nA letter is kept\.\n/,
  );
});

test('sections follow one order, and those without content are left out', () => {
  const titles = [...readme.matchAll(/^## (.*)$/gm)].map(([, title]) => title);
  expect(titles).toEqual([
    'Architecture',
    'Quick start',
    'When to use it',
    'When not to use it',
    'Trade-offs',
    'Failure modes',
    'Limits and scaling',
    'Data',
    'Identity and permissions',
    'Network and secrets',
    'Observability',
    'Beyond dev',
    'Tests',
    'Variables and outputs',
    'References',
  ]);
});

describe('from the Terraform come', () => {
  test('the diagram', () => {
    expect(under('Architecture')).toContain('function_reader -->|"GetItem"| store_letters');
  });

  test('limits, with the variables that change them', () => {
    expect(under('Limits and scaling')).toMatch(/\| Memory +\| 1,024 MB \(`memory_mb`\)/);
    expect(under('Limits and scaling')).toMatch(/\| Time limit +\| 10 s +\|/);
  });

  test('permissions, with their place', () => {
    expect(under('Identity and permissions')).toMatch(
      /\| Lambda `reader` +\| `dynamodb:GetItem` +\| DynamoDB `letters` +\| \[main\.tf\]\(aws\/main\.tf\) +\|/,
    );
  });

  test('what changes with the environment', () => {
    expect(under('Beyond dev')).toMatch(/\| Protected from deletion +\| no → yes +\|/);
    expect(under('Beyond dev')).not.toContain('Memory');
  });

  test('variables and outputs', () => {
    const text = under('Variables and outputs');
    expect(text).toMatch(/\| `project_name` +\| `string` +\| \*\*required\*\* +\| Short name\. +\|/);
    expect(text).toMatch(/\| `memory_mb` +\| `number` +\| `null` → `256` +\|/);
    expect(text).toMatch(
      /\| `options` +\| `object\({ names\?, size }\)` +\| `{ size = 1 }` +\| Both \\\| either\. +\|/,
    );
    expect(text).toMatch(/\| `table_name` +\| Name of the table\. +\|/);
    expect(text.indexOf('project_name')).toBeLessThan(text.indexOf('environment'));
  });

  test('the commands that deploy it', () => {
    expect(under('Quick start')).toContain(
      'cd src/patterns/98-letter-box/aws/\nterraform init\nterraform apply -var="project_name=acme" -var="environment=staging"\n```',
    );
  });
});

test('from the tests come the steps of the scenario and the runs of terraform test', () => {
  expect(under('Tests')).toContain("- a letter is kept\n- it's found again\n");
  expect(under('Tests')).toMatch(/\[AWS: defaults\]\(aws\/tests\/defaults\.tftest\.hcl\) \| `memory` \|/);
});

test('from the handlers come the metrics', () => {
  expect(under('Observability')).toContain('`LettersKept`');
});

test('the same sources give the same text', () => {
  const stack = evaluateStack(path.join(directory, 'aws'), { variables: { project_name: 'acme' }, provider });
  const once = patternReadme({ folder, pattern, stacks: [{ cloud: 'aws', stack }] });
  expect(patternReadme({ folder, pattern, stacks: [{ cloud: 'aws', stack }] })).toBe(once);
  expect(once).not.toContain('## Beyond dev');
});
