/** A pattern's SAM template makes what its Terraform makes: the same resources with the same arguments. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { patternFolders } from '../src/catalog/catalog.ts';
import { evaluateTemplate } from '../src/cloudformation/index.ts';
import { aws } from '../src/local/aws/cloud.ts';
import { evaluateStack } from '../src/terraform/index.ts';
import type { Stack } from '../src/terraform/stack.ts';

const folders = patternFolders()
  .map(({ name, directory }) => ({ name, directory: path.join(directory, 'aws') }))
  .filter(({ directory }) => existsSync(path.join(directory, 'template.yaml')));

/** Made up by either, said in other words, or about the deployment only. */
const unlike = new Set([
  'alarm_description',
  'alarm_name',
  'arn',
  'code_sha256',
  'description',
  'filename',
  'force_destroy',
  'id',
  'last_modified',
  'source_code_hash',
  'tags',
  'tags_all',
  'uuid',
]);

/** Resources as sorted JSON, by type. What Terraform has as a resource and CloudFormation as a property stands there. */
function comparable(stack: Stack): Record<string, string[]> {
  const buckets = stack.resources.filter(({ type }) => type === 'aws_s3_bucket');
  const names = buckets.map(({ values }) => String(values.bucket));
  const redriveOf = (url: unknown) =>
    stack.resources.find(
      ({ type, values }) => type === 'aws_sqs_queue_redrive_allow_policy' && values.queue_url === url,
    )?.values.redrive_allow_policy;
  const result: Record<string, string[]> = {};
  for (const { type, values } of stack.resources) {
    if (type === 'aws_sqs_queue_redrive_allow_policy') continue;
    const redrive = type === 'aws_sqs_queue' ? redriveOf(values.url) : undefined;
    let text = JSON.stringify(plain({ ...values, ...(redrive && { redrive_allow_policy: redrive }) }));
    for (const [index, name] of names.entries()) text = text.replaceAll(name, `bucket-${index}`);
    result[type] = [...(result[type] ?? []), text].sort();
  }
  return result;
}

function plain(value: unknown): unknown {
  if (typeof value === 'string' && /^[[{]/.test(value)) return plain(JSON.parse(value));
  if (Array.isArray(value)) return value.map(plain);
  // Parameters of CloudFormation are texts, also those that are numbers.
  if (typeof value !== 'object' || value === null) return String(value);
  const members = Object.entries(value).filter(([key, member]) => !unlike.has(key) && !isEmpty(member));
  return Object.fromEntries(
    members.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, each]) => [key, plain(each)]),
  );
}

const isEmpty = (value: unknown) =>
  value === null || value === '' || value === false || ['[]', '{}', '[{}]'].includes(JSON.stringify(value));

describe.each(folders)('$name', ({ directory }) => {
  test('its template makes what its Terraform makes, and gives the same outputs', async () => {
    const terraform = await evaluateStack(directory, {
      variables: { project_name: 'acme' },
      provider: aws.provider,
    });
    const template = evaluateTemplate(path.join(directory, 'template.yaml'), {
      variables: { project_name: 'acme' },
      provider: aws.provider,
      inlineCodeDirectory: directory,
    });
    expect(comparable(template)).toEqual(comparable(terraform));
    const texts = Object.entries(terraform.outputs).filter(([, { value }]) => typeof value === 'string');
    expect(Object.keys(template.outputs).sort()).toEqual(texts.map(([name]) => name).sort());
  });
});

const installed = spawnSync('cfn-lint', ['--version']).status === 0;
if (!installed) console.log('skipped: cfn-lint is not installed');

test.skipIf(!installed)('cfn-lint accepts every template', () => {
  const files = folders.map(({ directory }) => path.join(directory, 'template.yaml'));
  const { status, stdout } = spawnSync('cfn-lint', files, { encoding: 'utf8' });
  expect(stdout).toBe('');
  expect(status).toBe(0);
});
