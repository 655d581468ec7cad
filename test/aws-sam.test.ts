import path from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type LocalCloud, startLocalCloud } from '../src/local/local-cloud.ts';
import { find } from '../src/local/stack-access.ts';

const directory = path.resolve(import.meta.dirname, '../src/cloudformation/fixtures/orders');
const warnings: string[] = [];
let cloud: LocalCloud;
let client: {
  endpoint: string;
  region: string;
  credentials: { accessKeyId: string; secretAccessKey: string };
};

beforeAll(async () => {
  cloud = await startLocalCloud({ cloud: 'aws', directory, warn: (text) => warnings.push(text) });
  const environment = cloud.endpoints[0]?.environment ?? {};
  client = {
    endpoint: environment.AWS_ENDPOINT_URL ?? '',
    region: environment.AWS_REGION ?? '',
    credentials: {
      accessKeyId: environment.AWS_ACCESS_KEY_ID ?? '',
      secretAccessKey: environment.AWS_SECRET_ACCESS_KEY ?? '',
    },
  };
});
afterAll(() => cloud.close());

const output = (name: string) => String(cloud.stack.outputs[name]?.value);

async function item(id: string): Promise<unknown> {
  const table = DynamoDBDocumentClient.from(new DynamoDBClient(client));
  for (let attempt = 0; attempt < 200; attempt++) {
    const { Item } = await table.send(new GetCommand({ TableName: output('table_name'), Key: { id } }));
    if (Item) return Item;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return undefined;
}

test('a stack from a SAM template runs: bucket, queue, dead letters, table and HTTP API', async () => {
  const s3 = new S3Client({ ...client, forcePathStyle: true });
  const put = (Key: string) =>
    s3.send(new PutObjectCommand({ Bucket: output('bucket_name'), Key, Body: 'a,b' }));
  await put('ignored.txt');
  await put('order.csv');
  expect(await item('order.csv')).toEqual({ id: 'order.csv', text: 'a,b' });

  const sqs = new SQSClient(client);
  await sqs.send(new SendMessageCommand({ QueueUrl: output('queue_url'), MessageBody: 'order-2' }));
  expect(await item('order-2')).toEqual({ id: 'order-2' });

  const [entrance] = cloud.entrances;
  const response = await fetch(`${entrance?.url}/hello/you`);
  expect([response.status, await response.text()]).toEqual([200, 'hello you']);
  expect(entrance?.cloudUrl).toBe(output('api_url'));

  const table = cloud.access.table(output('table_name'));
  const ids = (await table.documents()).map(({ id }) => id);
  expect(ids.sort()).toEqual(['order-2', 'order.csv']);
  expect(find('queue', cloud.access.channels, output('dead_letter_queue_name')).peek?.()).toEqual([]);
  expect(warnings).toEqual([]);
});

test('what was not used of the permissions is found where it stands in the template', () => {
  const findings = cloud.unusedGrants().filter(({ kind }) => kind !== 'wide-role');
  expect(
    findings.map(({ kind, source }) => `${kind} ${source.file}:${source.line} ${source.address}`),
  ).toEqual([
    'unused-action template.yaml:93 aws_iam_role_policy.UploaderRole["UploaderEventInvokeConfigOnFailureSQSPolicy"]',
  ]);
  const wide = cloud
    .unusedGrants()
    .flatMap((finding) => (finding.kind === 'wide-role' ? [finding.role] : []));
  expect(wide).toContain('S3ReadPolicy');
  expect(wide).toContain('DynamoDBWritePolicy');
});

test('outputs and names are those that CloudFormation would give', () => {
  expect(cloud.stack.outputs).not.toHaveProperty('topic_arn');
  expect(output('uploader_alias')).toMatch(
    /^arn:aws:lambda:us-east-1:123456789012:function:local-Uploader-[A-Z0-9]{12}:live$/,
  );
  expect(output('queue_url')).toMatch(
    /^https:\/\/sqs\.us-east-1\.amazonaws\.com\/123456789012\/local-Incoming-[A-Z0-9]{12}$/,
  );
  expect(output('dead_letter_queue_name')).toBe('acme-dev-failed');
});
