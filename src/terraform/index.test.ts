import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { WrittenOut } from './corpus/written-out.ts';
import {
  type EvaluateOptions,
  evaluateStack,
  type ProviderModel,
  type Stack,
  TerraformError,
  Unknown,
} from './index.ts';

function evaluateText(files: Record<string, string> | string, options?: EvaluateOptions): Stack {
  using written = new WrittenOut(files);
  return evaluateStack(written.directory, options);
}

function messageOf(files: Record<string, string> | string, options?: EvaluateOptions): string {
  try {
    evaluateText(files, options);
  } catch (error) {
    if (error instanceof TerraformError) return error.message;
    throw error;
  }
  throw new Error('The configuration was accepted.');
}

/** Knows queues and functions, as a cloud would. */
const model: ProviderModel = {
  resource({ type, values, address, provider }) {
    if (type === 'aws_sqs_queue') {
      return {
        id: `https://sqs/${values.name}`,
        arn: `arn:aws:sqs:${provider.values.region}:1:${values.name}`,
        name: 'ignored',
        delay_seconds: 0,
        kms_master_key_id: null,
      };
    }
    if (type === 'aws_lambda_function') {
      return {
        arn: `arn:${address}`,
        environment: [{ computed: 'inside' }],
        tracing_config: [{ mode: 'PassThrough' }],
      };
    }
    return undefined;
  },
  data({ type, values }) {
    return type === 'aws_s3_bucket' ? { arn: `arn:aws:s3:::${values.bucket}` } : undefined;
  },
};

const queue =
  'provider "aws" {\n  region = "eu-west-1"\n}\nresource "aws_sqs_queue" "q" {\n  name = "jobs"\n}\n';

test('a plan leaves computed attributes unknown and tells where they come from', () => {
  const { outputs, resources } = evaluateText(
    `${queue}resource "aws_sns_topic" "t" {\n  count = 2\n  name = "t\${count.index}"\n}\noutput "a" {\n  value = "\${aws_sqs_queue.q.arn}/x"\n}\noutput "b" {\n  value = aws_sns_topic.t[1].arn\n}\n`,
  );
  expect(outputs.a?.value).toEqual(new Unknown('aws_sqs_queue.q.arn', 'string'));
  expect(outputs.b?.value).toEqual(new Unknown('aws_sns_topic.t[1].arn'));
  expect(resources[0]?.configured).toEqual(['name']);
});

test('an apply takes computed attributes from the model, under those of the configuration', () => {
  const { resources, outputs } = evaluateText(
    `${queue}resource "aws_lambda_function" "f" {\n  function_name = "f"\n  environment {\n    variables = { Q = aws_sqs_queue.q.arn }\n  }\n}\ndata "aws_s3_bucket" "b" {\n  bucket = "b"\n}\noutput "all" {\n  value = [aws_sqs_queue.q.id, aws_sqs_queue.q.name, aws_lambda_function.f.tracing_config[0].mode, aws_lambda_function.f.environment[0].computed, data.aws_s3_bucket.b.arn]\n}\n`,
    { provider: model },
  );
  expect(outputs.all?.value).toEqual(['https://sqs/jobs', 'jobs', 'PassThrough', 'inside', 'arn:aws:s3:::b']);
  const lambda = resources.find(({ type }) => type === 'aws_lambda_function');
  expect(lambda?.values.environment).toEqual([
    { variables: { Q: 'arn:aws:sqs:eu-west-1:1:jobs' }, computed: 'inside' },
  ]);
  expect(lambda?.dependsOn).toEqual(['aws_sqs_queue.q']);
  expect(lambda?.configured).toEqual(['function_name', 'environment']);
});

test('an apply needs a model of every type, and of every attribute that is read', () => {
  expect(messageOf('resource "aws_vpc" "v" {\n}\n', { provider: model })).toBe(
    'Error: Unsupported resource type\n\n  on main.tf line 1, in resource "aws_vpc" "v":\n   1: resource "aws_vpc" "v" {\n\naws_vpc.v is of the resource type "aws_vpc", which is not supported here.',
  );
  const missing = messageOf(`${queue}output "x" {\n  value = aws_sqs_queue.q.url\n}\n`, { provider: model });
  expect(missing).toContain('on main.tf line 8, in output "x":');
  expect(missing).toContain('aws_sqs_queue.q has no attribute "url"');
});

test('an argument that is null counts as not set', () => {
  const text = `${queue}resource "aws_sqs_queue" "n" {\n  name              = "n"\n  delay_seconds     = null\n  kms_master_key_id = null\n}\noutput "delay" {\n  value = aws_sqs_queue.n.delay_seconds\n}\noutput "key" {\n  value = aws_sqs_queue.n.kms_master_key_id\n}\n`;
  const applied = evaluateText(text, { provider: model });
  expect(applied.outputs).toEqual({
    delay: { value: 0, sensitive: false },
    key: { value: null, sensitive: false },
  });
  expect(applied.resources.at(-1)?.values).not.toHaveProperty('kms_master_key_id');
  expect(evaluateText(text).outputs.key?.value).toEqual(new Unknown('aws_sqs_queue.n.kms_master_key_id'));
});

test('resources come after those they refer to, also through locals, modules and depends_on', () => {
  const { resources } = evaluateText({
    'main.tf':
      'module "last" {\n  source = "./m"\n  name   = local.name\n}\nlocals {\n  name = terraform_data.first.input\n}\nresource "terraform_data" "after" {\n  depends_on = [module.last]\n}\nresource "terraform_data" "first" {\n  input = "x"\n}\n',
    'm/main.tf': 'variable "name" {}\nresource "terraform_data" "inner" {\n  input = var.name\n}\n',
  });
  expect(resources.map(({ address, dependsOn }) => [address, dependsOn])).toEqual([
    ['terraform_data.first', []],
    ['module.last.terraform_data.inner', ['terraform_data.first']],
    ['terraform_data.after', ['module.last.terraform_data.inner']],
  ]);
});

test('dependencies name the instance that is meant', () => {
  const { resources } = evaluateText(
    'resource "terraform_data" "a" {\n  for_each = toset(["x", "y"])\n  input = each.key\n}\nresource "terraform_data" "b" {\n  input = terraform_data.a["y"].input\n}\nresource "terraform_data" "c" {\n  input = values(terraform_data.a)[*].input\n}\n',
  );
  const all = ['terraform_data.a["x"]', 'terraform_data.a["y"]'];
  expect(resources.slice(2).map(({ dependsOn }) => dependsOn)).toEqual([[all[1]], all]);
});

test('sensitive parts are listed by path', () => {
  const { resources, outputs } = evaluateText(
    'variable "p" {\n  default   = "secret"\n  sensitive = true\n}\nresource "aws_x" "y" {\n  password = var.p\n  set {\n    value = "x-${var.p}"\n  }\n  tags = { open = 1, hidden = var.p }\n}\noutput "p" {\n  value     = var.p\n  sensitive = true\n}\n',
  );
  expect(resources[0]?.sensitive).toEqual(['password', 'tags.hidden', 'set[0].value']);
  expect(outputs.p).toEqual({ value: 'secret', sensitive: true });
});

test('variables: -var before -var-file before *.auto.tfvars before the environment', () => {
  const files = {
    'main.tf': ['a', 'b', 'c', 'd']
      .map((name) => `variable "${name}" {\n  default = "default"\n}\n`)
      .join(''),
    'x.auto.tfvars': 'b = "auto"\nc = "auto"\nd = "auto"\n',
    'extra.tfvars': 'c = "file"\nd = "file"\nunused = 1\n',
  };
  const environment = { TF_VAR_a: 'environment', TF_VAR_b: 'environment', TF_VAR_other: 'x' };
  const stack = evaluateText(files, {
    environment,
    variableFiles: ['extra.tfvars'],
    variables: { d: 'line' },
  });
  expect(stack.variables).toEqual({ a: 'environment', b: 'auto', c: 'file', d: 'line' });
  expect(stack.warnings.join()).toContain('variable named "unused"');
  expect(stack.files.map((file) => file.slice(stack.rootDirectory.length + 1)).sort()).toEqual([
    'extra.tfvars',
    'main.tf',
    'x.auto.tfvars',
  ]);
});

test('the text of a -var is read for the declared type', () => {
  const main =
    'variable "s" {\n  type = string\n}\nvariable "n" {\n  type = number\n}\nvariable "l" {\n  type = list(string)\n}\nvariable "u" {}\nvariable "o" {\n  type = object({ a = number })\n}\n';
  const variables = { s: '[1]', n: '5', l: '["a", 1]', u: '{}', o: { a: '3' } };
  expect(evaluateText(main, { variables }).variables).toEqual({
    s: '[1]',
    n: 5,
    l: ['a', '1'],
    u: '{}',
    o: { a: 3 },
  });
  expect(messageOf(main, { variables: { ...variables, l: '[' } })).toContain('on <value for var.l> line 1');
  expect(messageOf(main, { variables: { ...variables, nn: 1 } })).toContain('Did you mean "n"?');
});

test('data sources know the scope, and the region of the provider block', () => {
  const text =
    'provider "aws" {\n  region = "eu-north-1"\n}\ndata "aws_region" "r" {}\ndata "aws_caller_identity" "c" {}\ndata "azurerm_client_config" "z" {}\ndata "google_project" "g" {}\noutput "all" {\n  value = [data.aws_region.r.region, data.aws_caller_identity.c.account_id, data.azurerm_client_config.z.tenant_id, data.google_project.g.number]\n}\n';
  const { outputs } = evaluateText(text, {
    scope: { aws: { accountId: '9' }, azure: { tenantId: 't' }, google: { projectNumber: '7' } },
  });
  expect(outputs.all?.value).toEqual(['eu-north-1', '9', 't', '7']);
});

test("Cloud Storage's service agent is known when a plan is made, without a model of the provider", () => {
  const text =
    'provider "google" {\n  project = "ours"\n}\ndata "google_storage_project_service_account" "s" {}\noutput "all" {\n  value = data.google_storage_project_service_account.s\n}\n';
  const email = 'service-7@gs-project-accounts.iam.gserviceaccount.com';
  const { outputs } = evaluateText(text, { scope: { google: { projectNumber: '7' } } });
  expect(outputs.all?.value).toMatchObject({
    id: email,
    email_address: email,
    member: `serviceAccount:${email}`,
    project: 'ours',
  });
});

test('a data source that depends on a resource is read only when that exists', () => {
  const text = `${queue}data "aws_caller_identity" "c" {\n  depends_on = [aws_sqs_queue.q]\n}\noutput "id" {\n  value = data.aws_caller_identity.c.account_id\n}\n`;
  expect(evaluateText(text).outputs.id?.value).toBeInstanceOf(Unknown);
  expect(evaluateText(text, { provider: model }).outputs.id?.value).toBe('123456789012');
});

test('failed checks are warnings, failed postconditions are errors', () => {
  const check =
    'check "c" {\n  data "aws_region" "r" {}\n  assert {\n    condition     = data.aws_region.r.region == "mars"\n    error_message = "Not on Mars."\n  }\n}\n';
  expect(evaluateText(check).warnings[0]).toMatch(
    /^Warning: Check block assertion failed\n\n {2}on main.tf line 4, in check "c":/,
  );
  const postcondition = queue.replace(
    '"jobs"',
    '"jobs"\n  lifecycle {\n    postcondition {\n      condition     = self.arn == "x"\n      error_message = "Odd ARN ${self.arn}."\n    }\n  }',
  );
  expect(evaluateText(postcondition).resources).toHaveLength(1);
  expect(messageOf(postcondition, { provider: model })).toContain('Odd ARN arn:aws:sqs:eu-west-1:1:jobs.');
});

test('terraform_data works without a model of it', () => {
  const { outputs } = evaluateText(
    'resource "terraform_data" "a" {\n  input = { x = 1 }\n}\noutput "o" {\n  value = terraform_data.a.output.x\n}\n',
    { provider: model },
  );
  expect(outputs.o?.value).toBe(1);
});

test('provisioners are not run, which is a warning', () => {
  const { warnings, resources } = evaluateText(
    'resource "terraform_data" "c" {\n  provisioner "local-exec" {\n    command = "echo ${self.id}"\n  }\n}\n',
  );
  expect(warnings[0]).toContain('on main.tf line 2, in resource "terraform_data" "c":');
  expect(resources[0]?.values).not.toHaveProperty('provisioner');
});

test('what is not supported says so', () => {
  expect(messageOf({ 'main.tf': 'locals {}\n', 'x.tf.json': '{}' })).toContain(
    'x.tf.json is written in JSON syntax',
  );
  expect(messageOf('output "a" {\n  value = provider::aws::arn_parse("x")\n}\n')).toContain(
    'Functions of providers are not supported',
  );
  expect(messageOf('module "m" {\n  source = "hashicorp/consul/aws"\n}\n')).toContain(
    'Only local modules can be loaded',
  );
  expect(messageOf('ephemeral "a_b" "c" {\n}\n')).toContain('Ephemeral resources are not supported');
  expect(messageOf('output "a" {\n  value = 1 / 0\n}\n')).toContain('Division by zero is not allowed');
});

test('a provider alias must be declared', () => {
  const text = 'provider "aws" {\n  alias = "east"\n}\nresource "aws_x" "y" {\n  provider = aws.eats\n}\n';
  expect(messageOf(text)).toContain('Did you mean "aws.east"?');
});

test('the time of an apply comes from its clock', () => {
  const text = 'output "t" {\n  value = [timestamp(), plantimestamp()]\n}\n';
  const now = () => new Date('2024-05-01T12:00:00Z');
  expect(evaluateText(text, { provider: model, now }).outputs.t?.value).toEqual([
    '2024-05-01T12:00:00Z',
    '2024-05-01T12:00:00Z',
  ]);
  expect(messageOf(text, { provider: model })).toContain('no clock');
});

test('all errors are reported together, each once', () => {
  const message = messageOf(
    'locals {\n  bad = upper([])\n}\noutput "a" {\n  value = local.bad\n}\noutput "b" {\n  value = [1][9]\n}\n',
  );
  expect(message.match(/^Error: /gm)).toHaveLength(2);
  expect(messageOf('output "a" {\n  value = var.x + local.y\n}\n').match(/^Error: /gm)).toHaveLength(2);
});

test('a whole resource can be given to a module that names the attributes it wants', () => {
  const files = {
    'main.tf': `${queue}module "m" {\n  source = "./m"\n  queues = { jobs = aws_sqs_queue.q }\n}\noutput "o" {\n  value = module.m.o\n}\n`,
    'm/main.tf':
      'variable "queues" {\n  type = map(object({ name = string, arn = string, kms_master_key_id = optional(string) }))\n}\noutput "o" {\n  value = [for q in var.queues : q.arn]\n}\n',
  };
  expect(evaluateText(files, { provider: model }).outputs.o?.value).toEqual(['arn:aws:sqs:eu-west-1:1:jobs']);
  expect(evaluateText(files).outputs.o?.value).toEqual([new Unknown('aws_sqs_queue.q.arn', 'string')]);
});

test('a module outside of the root directory', () => {
  using written = new WrittenOut({
    'root/main.tf': 'module "m" {\n  source = "../shared/m"\n}\noutput "p" {\n  value = module.m.p\n}\n',
  });
  mkdirSync(join(written.directory, 'shared/m'), { recursive: true });
  writeFileSync(
    join(written.directory, 'shared/m/main.tf'),
    'output "p" {\n  value = path.module\n}\nresource "terraform_data" "x" {}\n',
  );
  const stack = evaluateStack(join(written.directory, 'root'));
  expect(stack.outputs.p?.value).toBe('../shared/m');
  expect(stack.resources[0]?.source.file).toBe('../shared/m/main.tf');
});
