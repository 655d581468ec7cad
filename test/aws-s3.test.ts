import { execFile, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type LocalCloud, startLocalCloud } from '../src/local/local-cloud.ts';
import { find } from '../src/local/stack-access.ts';
import { zip } from '../src/package/zip.ts';
import { eventually } from './support/eventually.ts';

/** Copies what arrives under `in/` to `out/`, in the bucket's own words over HTTP. */
const handler = `const call = (method, key, headers = {}) =>
  fetch('https://' + process.env.BUCKET + '.s3.us-east-1.amazonaws.com/' + key, {
    method,
    headers: {
      authorization: 'AWS4-HMAC-SHA256 Credential=' + process.env.AWS_ACCESS_KEY_ID + '/20260101/us-east-1/s3/aws4_request',
      ...headers,
    },
  });
export const handler = async (event) => {
  for (const { eventName, s3 } of event.Records) {
    const key = decodeURIComponent(s3.object.key.replaceAll('+', ' '));
    const copied = await call('PUT', encodeURI(key.replace(/^in/, 'out')), {
      'x-amz-copy-source': encodeURI(process.env.BUCKET + '/' + key),
    });
    const forbidden = await call('PUT', 'elsewhere');
    console.log([eventName, key, copied.status, forbidden.status].join(' '));
  }
};`;

const terraform = `
terraform {
  required_providers {
    aws = { source = "hashicorp/aws", version = "~> 6.0" }
  }
}

variable "project_name" {
  type = string
}

resource "aws_s3_bucket" "uploads" {
  bucket        = "\${var.project_name}-uploads"
  force_destroy = true
}

resource "aws_s3_bucket_public_access_block" "uploads" {
  bucket                  = aws_s3_bucket.uploads.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_ownership_controls" "uploads" {
  bucket = aws_s3_bucket.uploads.id
  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_versioning" "uploads" {
  bucket = aws_s3_bucket.uploads.id
  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "uploads" {
  bucket = aws_s3_bucket.uploads.id
  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = "AES256"
    }
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "uploads" {
  bucket = aws_s3_bucket.uploads.id
  rule {
    id     = "old"
    status = "Enabled"
    filter {
      prefix = "out/"
    }
    expiration {
      days = 30
    }
    noncurrent_version_expiration {
      noncurrent_days = 7
    }
    abort_incomplete_multipart_upload {
      days_after_initiation = 1
    }
  }
}

resource "aws_s3_bucket_cors_configuration" "uploads" {
  bucket = aws_s3_bucket.uploads.id
  cors_rule {
    allowed_headers = ["*"]
    allowed_methods = ["PUT"]
    allowed_origins = ["https://example.com"]
  }
}

resource "aws_s3_bucket_policy" "uploads" {
  bucket = aws_s3_bucket.uploads.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "TlsOnly"
      Effect    = "Deny"
      Principal = "*"
      Action    = "s3:*"
      Resource  = [aws_s3_bucket.uploads.arn, "\${aws_s3_bucket.uploads.arn}/*"]
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
    }]
  })
}

resource "aws_s3_object" "welcome" {
  bucket       = aws_s3_bucket.uploads.id
  key          = "welcome.txt"
  content      = "hello"
  content_type = "text/plain"
}

resource "aws_sqs_queue" "events" {
  name = "events"
}

resource "aws_sqs_queue_policy" "events" {
  queue_url = aws_sqs_queue.events.url
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "s3.amazonaws.com" }
      Action    = "sqs:SendMessage"
      Resource  = aws_sqs_queue.events.arn
      Condition = { ArnEquals = { "aws:SourceArn" = aws_s3_bucket.uploads.arn } }
    }]
  })
}

resource "aws_iam_role" "copy" {
  name = "copy"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "lambda.amazonaws.com" } }]
  })
}

resource "aws_iam_role_policy" "copy" {
  name = "work"
  role = aws_iam_role.copy.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Action = "s3:GetObject", Resource = "\${aws_s3_bucket.uploads.arn}/in/*" },
      { Effect = "Allow", Action = "s3:PutObject", Resource = "\${aws_s3_bucket.uploads.arn}/out/*" },
      { Effect = "Allow", Action = ["logs:CreateLogStream", "logs:PutLogEvents"], Resource = "\${aws_cloudwatch_log_group.copy.arn}:*" },
    ]
  })
}

resource "aws_cloudwatch_log_group" "copy" {
  name = "/aws/lambda/copy"
}

resource "aws_lambda_function" "copy" {
  function_name = "copy"
  role          = aws_iam_role.copy.arn
  filename      = "\${path.module}/copy.zip"
  handler       = "index.handler"
  runtime       = "nodejs24.x"
  environment {
    variables = { BUCKET = aws_s3_bucket.uploads.bucket }
  }
}

resource "aws_lambda_permission" "copy" {
  statement_id  = "s3"
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.copy.function_name
  principal     = "s3.amazonaws.com"
  source_arn    = aws_s3_bucket.uploads.arn
}

resource "aws_s3_bucket_notification" "uploads" {
  bucket      = aws_s3_bucket.uploads.id
  eventbridge = true

  lambda_function {
    lambda_function_arn = aws_lambda_function.copy.arn
    events              = ["s3:ObjectCreated:*"]
    filter_prefix       = "in/"
  }

  queue {
    queue_arn     = aws_sqs_queue.events.arn
    events        = ["s3:ObjectCreated:*"]
    filter_suffix = ".csv"
  }

  depends_on = [aws_lambda_permission.copy, aws_sqs_queue_policy.events]
}
`;

const directory = mkdtempSync(path.join(os.tmpdir(), 'uploads-'));
const warnings: string[] = [];
let cloud: LocalCloud;

beforeAll(async () => {
  writeFileSync(path.join(directory, 'main.tf'), terraform);
  writeFileSync(path.join(directory, 'copy.zip'), zip(new Map([['index.mjs', Buffer.from(handler)]])));
  cloud = await startLocalCloud({
    cloud: 'aws',
    directory,
    variables: { project_name: 'acme' },
    warn: (text) => warnings.push(text),
  });
});

afterAll(async () => {
  await cloud.close();
  rmSync(directory, { recursive: true, force: true });
});

const bucket = () => find('bucket', cloud.access.buckets, 'arn:aws:s3:::acme-uploads');
const textOf = async (key: string) => Buffer.from((await bucket().get(key)) ?? []).toString();

test('what arrives in a bucket is told to function and queue, and the function works with the bucket', async () => {
  expect(await textOf('welcome.txt')).toBe('hello');
  await bucket().put('in/my file.csv', Buffer.from('a,b'), { contentType: 'text/csv' });
  let copied = '';
  await eventually(() => {
    void textOf('out/my file.csv').then((text) => {
      copied = text;
    });
    return copied === 'a,b';
  });
  const logged = () => cloud.logs.entries({ group: '/aws/lambda/copy' }).map(({ message }) => message);
  await eventually(() => logged().some((line) => line.includes('ObjectCreated:Put in/my file.csv 200 403')));
  const messages = find('queue', cloud.access.channels, 'events').peek?.() ?? [];
  expect(messages.map(({ body }) => JSON.parse(body))).toMatchObject([
    { Event: 's3:TestEvent' },
    { Records: [{ s3: { object: { key: 'in/my+file.csv', versionId: expect.any(String) } } }] },
    { Records: [{ eventName: 'ObjectCreated:Copy', s3: { object: { key: 'out/my+file.csv' } } }] },
  ]);
  expect((await bucket().list('in/')).map(({ key }) => key)).toEqual(['in/my file.csv']);
  expect(cloud.unusedGrants()).toEqual([]);
  expect(warnings).toEqual([]);
});

const installed = spawnSync('aws', ['--version']).status === 0;
if (!installed) console.log('skipped: the AWS CLI is not installed');
const run = promisify(execFile);

describe.skipIf(!installed)('the unmodified AWS CLI', () => {
  const aws = async (...words: string[]): Promise<string> => {
    // Version 1 presigns with a signature that S3 takes for old buckets only, unless it is told otherwise.
    const config = path.join(directory, 'config');
    writeFileSync(config, '[default]\ns3 =\n  signature_version = s3v4\n');
    const env = {
      PATH: process.env.PATH,
      HOME: '/nonexistent',
      AWS_CONFIG_FILE: config,
      ...cloud.endpoints[0]?.environment,
    };
    return (await run('aws', words, { env, cwd: directory })).stdout;
  };

  test('makes buckets, copies, lists, synchronises and removes', { timeout: 60_000 }, async () => {
    const large = Buffer.alloc(9 * 1024 * 1024, 'large');
    mkdirSync(path.join(directory, 'files'));
    writeFileSync(path.join(directory, 'files', 'large file.bin'), large);
    writeFileSync(path.join(directory, 'files', 'small+ü.txt'), 'small');
    await aws('s3', 'mb', 's3://mine');
    await aws('s3', 'sync', 'files', 's3://mine/copy');
    const [listed, url, missing] = await Promise.all([
      aws('s3', 'ls', '--recursive', 's3://mine'),
      aws('s3', 'presign', 's3://mine/copy/small+ü.txt'),
      aws('s3api', 'head-object', '--bucket', 'mine', '--key', 'none').catch(String),
      aws('s3', 'cp', 's3://mine/copy/large file.bin', 'back.bin'),
    ]);
    expect(listed).toMatch(/9437184 copy\/large file\.bin\n.* 5 copy\/small\+ü\.txt\n$/);
    expect(readFileSync(path.join(directory, 'back.bin')).equals(large)).toBe(true);
    expect(await (await fetch(url.trim())).text()).toBe('small');
    expect(missing).toContain('An error occurred (404) when calling the HeadObject operation: Not Found');
    await aws('s3', 'rb', '--force', 's3://mine');
    const authorization = 'AWS4-HMAC-SHA256 Credential=local/20260101/us-east-1/s3/aws4_request';
    const response = await fetch(`${cloud.endpoints[0]?.environment.AWS_ENDPOINT_URL}/mine`, {
      headers: { authorization },
    });
    expect(await response.text()).toContain('<Code>NoSuchBucket</Code>');
  });
});
