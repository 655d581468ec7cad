import { execFile, spawnSync } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findPattern } from '../src/catalog/catalog.ts';
import { type LocalCloud, startLocalCloud } from '../src/local/local-cloud.ts';
import { buildPackage } from '../src/package/function-packages.ts';

const installed = spawnSync('aws', ['--version']).status === 0;
if (!installed) console.log('skipped: the AWS CLI is not installed');

const run = promisify(execFile);
const folder = findPattern('01');

describe.skipIf(!installed)('the unmodified AWS CLI against the running pattern', () => {
  let cloud: LocalCloud;
  beforeAll(async () => {
    await buildPackage(folder.name, 'aws');
    cloud = await startLocalCloud({ cloud: 'aws', directory: path.join(folder.directory, 'aws') });
  });
  afterAll(() => cloud.close());

  const aws = async (...words: string[]): Promise<unknown> => {
    const environment = { PATH: process.env.PATH, HOME: '/nonexistent', ...cloud.endpoints[0]?.environment };
    const { stdout } = await run('aws', [...words, '--output', 'json'], { env: environment });
    return stdout.trim() === '' ? undefined : JSON.parse(stdout);
  };
  const table = 'acme-dev-rest-api-backend-items';

  test('sees the items that the API made, and the API those that the CLI put', async () => {
    const url = `${cloud.entrances[0]?.url}/items`;
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(url, {
      method: 'POST',
      headers,
      body: '{"name":"From the API","price":2.5}',
    });
    const { id } = (await response.json()) as { id: string };
    expect(await aws('dynamodb', 'scan', '--table-name', table)).toMatchObject({
      Count: 1,
      Items: [{ id: { S: id }, name: { S: 'From the API' }, price: { N: '2.5' }, version: { N: '1' } }],
    });
    const other = crypto.randomUUID();
    const item = { id: { S: other }, name: { S: 'From the CLI' }, price: { N: '1' }, version: { N: '7' } };
    await aws('dynamodb', 'put-item', '--table-name', table, '--item', JSON.stringify(item));
    expect(await (await fetch(`${url}/${other}`)).json()).toEqual({
      id: other,
      name: 'From the CLI',
      price: 1,
      version: 7,
    });
  });

  test('gets the errors that DynamoDB gives', async () => {
    const item = JSON.stringify({ id: { S: 'twice' } });
    const put = () =>
      aws(
        'dynamodb',
        'put-item',
        '--table-name',
        table,
        '--item',
        item,
        '--condition-expression',
        'attribute_not_exists(id)',
      );
    await put();
    await expect(put()).rejects.toThrow(
      'An error occurred (ConditionalCheckFailedException) when calling the PutItem operation: The conditional request failed',
    );
    await expect(aws('dynamodb', 'scan', '--table-name', 'nothing')).rejects.toThrow(
      '(ResourceNotFoundException)',
    );
  });

  test('queries, invokes the function and reads its log', async () => {
    const values = JSON.stringify({ ':id': { S: 'twice' } });
    expect(
      await aws(
        'dynamodb',
        'query',
        '--table-name',
        table,
        '--key-condition-expression',
        'id = :id',
        '--expression-attribute-values',
        values,
      ),
    ).toMatchObject({ Count: 1, Items: [{ id: { S: 'twice' } }] });
    const event = { routeKey: 'GET /items', headers: {}, requestContext: { requestId: 'cli-1' } };
    const invoked = await aws(
      'lambda',
      'invoke',
      '--function-name',
      'acme-dev-rest-api-backend:live',
      '--payload',
      JSON.stringify(event),
      '/dev/null',
    );
    expect(invoked).toMatchObject({ StatusCode: 200 });
    const group = '/aws/lambda/acme-dev-rest-api-backend';
    const found = (await aws(
      'logs',
      'filter-log-events',
      '--log-group-name',
      group,
      '--filter-pattern',
      '"cli-1"',
    )) as { events: { message: string }[] };
    expect(found.events[0]?.message).toContain('"correlationId":"cli-1"');
    expect(await aws('sts', 'get-caller-identity')).toMatchObject({ Account: '123456789012' });
  });

  test('is told what the local cloud does not have', async () => {
    await expect(aws('kinesis', 'list-streams')).rejects.toThrow(/UnknownOperation/);
  });
});
