import { afterEach, expect, test } from 'vitest';
import { type LocalCloud, startLocalCloud } from '../src/local/local-cloud.ts';
import { copyStack, type StackCopy } from './support/stack-copy.ts';

let copy: StackCopy | undefined;
let cloud: LocalCloud | undefined;
afterEach(async () => {
  await cloud?.close();
  copy?.remove();
  cloud = undefined;
  copy = undefined;
});

async function createItem(): Promise<Response> {
  return fetch(`${cloud?.entrances[0]?.url}/items`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'Test Item', price: 1 }),
  });
}

const logText = () =>
  cloud?.logs
    .entries()
    .map((entry) => entry.message)
    .join('\n') ?? '';

test('without a permission the call fails with the error that AWS gives, naming action and resource', async () => {
  copy = await copyStack('01-rest-api-backend', 'aws');
  copy.edit('permissions.tf', (text) => text.replace('    "dynamodb:PutItem",\n', ''));
  cloud = await startLocalCloud({ cloud: 'aws', directory: copy.directory });
  expect((await createItem()).status).toBe(500);
  expect(logText()).toContain(
    'User: arn:aws:sts::123456789012:assumed-role/acme-dev-rest-api-backend/acme-dev-rest-api-backend is not authorized to perform: dynamodb:PutItem on resource: arn:aws:dynamodb:us-east-1:123456789012:table/acme-dev-rest-api-backend-items because no identity-based policy allows the dynamodb:PutItem action',
  );
});

test('a permission that is not needed is reported with its place', async () => {
  copy = await copyStack('01-rest-api-backend', 'aws');
  copy.edit('permissions.tf', (text) =>
    text.replace('    "dynamodb:Scan",\n', '    "dynamodb:Scan",\n    "dynamodb:BatchWriteItem",\n'),
  );
  cloud = await startLocalCloud({ cloud: 'aws', directory: copy.directory });
  expect((await createItem()).status).toBe(201);
  const finding = cloud
    .unusedGrants()
    .find((grant) => 'action' in grant && grant.action === 'dynamodb:BatchWriteItem');
  expect(finding).toMatchObject({
    kind: 'unused-action',
    source: { file: 'permissions.tf', address: 'aws_iam_role_policy.items' },
  });
});

test('without the permission of API Gateway to call it, the function is not called', async () => {
  copy = await copyStack('01-rest-api-backend', 'aws');
  copy.edit('api.tf', (text) => text.replace('qualifier  = module.function.alias.name', 'qualifier  = null'));
  cloud = await startLocalCloud({ cloud: 'aws', directory: copy.directory });
  expect((await createItem()).status).toBe(500);
  expect(logText()).toContain('no aws_lambda_permission allows it');
});

test('a JWT authorizer lets in who has a token of the issuer, and nobody else', async () => {
  copy = await copyStack('01-rest-api-backend', 'aws');
  const authorization = { type: 'JWT', issuer: 'https://issuer.example', audience: ['items'], scopes: [] };
  cloud = await startLocalCloud({ cloud: 'aws', directory: copy.directory, variables: { authorization } });
  expect((await createItem()).status).toBe(401);
  const [entrance] = cloud.entrances;
  const response = await fetch(`${entrance?.url}/items`, { headers: entrance?.callerHeaders() ?? {} });
  expect(response.status).toBe(200);
  const forged = `${entrance?.callerHeaders().authorization?.slice(0, -6)}AAAAAA`;
  expect((await fetch(`${entrance?.url}/items`, { headers: { authorization: forged } })).status).toBe(401);
});
