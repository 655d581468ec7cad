import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Cloud, clouds } from '../package/clouds.ts';
import { parseFile } from '../terraform/parser/body.ts';
import { SourceFile } from '../terraform/source.ts';
import { type StackResource, Unknown } from '../terraform/stack.ts';
import { readArchitecture, ruleFor, UnknownTypeError } from './read-architecture.ts';
import { resourceOf, stackOf } from './stack-fixture.ts';

const sources = path.resolve(import.meta.dirname, '..');

/** Resource types that the modules and patterns of a cloud declare, whether or not a default deployment has them. */
function declaredTypes(cloud: Cloud): string[] {
  const files = globSync([`modules/${cloud}/**/*.tf`, `patterns/*/${cloud}/**/*.tf`], { cwd: sources });
  const types = files.flatMap((file) =>
    parseFile(new SourceFile(file, readFileSync(path.join(sources, file), 'utf8')))
      .blocks.filter((block) => block.type === 'resource')
      .map((block) => block.labels[0] ?? ''),
  );
  return [...new Set(types)].sort();
}

describe.each(clouds)('the table of %s', (cloud) => {
  test('lists every resource type that the Terraform here declares', () => {
    const types = declaredTypes(cloud);
    const unknown = types.filter((type) => {
      try {
        ruleFor(cloud, type);
        return false;
      } catch (error) {
        if (error instanceof UnknownTypeError) return true;
        throw error;
      }
    });
    expect(types.length).toBeGreaterThan(10);
    expect(unknown, `add these to src/diagram/${cloud}.ts`).toEqual([]);
  });
});

test('a type that no table lists is an error that names it and the table', () => {
  const stack = stackOf([resourceOf('aws_quantum_computer.this', {})]);
  expect(() => readArchitecture(stack, 'aws')).toThrow(/src\/diagram\/aws\.ts .*aws_quantum_computer/);
  expect(() => ruleFor('aws', 'toString')).toThrow(UnknownTypeError);
});

const table = (name: string): StackResource =>
  resourceOf(`aws_dynamodb_table.${name}`, { name, arn: `arn:aws:dynamodb:us-east-1:1:table/${name}` });
const role = resourceOf('aws_iam_role.worker', {
  name: 'worker',
  id: 'worker',
  arn: 'arn:aws:iam::1:role/worker',
});
const worker = resourceOf(
  'aws_lambda_function.worker',
  {
    function_name: 'worker',
    role: 'arn:aws:iam::1:role/worker',
    arn: 'arn:aws:lambda:us-east-1:1:function:worker',
  },
  ['aws_iam_role.worker'],
);

function policy(statements: unknown[], dependsOn: string[]): StackResource {
  return resourceOf(
    'aws_iam_role_policy.worker',
    { role: 'worker', policy: JSON.stringify({ Version: '2012-10-17', Statement: statements }) },
    ['aws_iam_role.worker', ...dependsOn],
  );
}

describe('what a function may do', () => {
  const items = 'arn:aws:dynamodb:us-east-1:1:table/items';
  const read = (...statements: unknown[]) =>
    readArchitecture(
      stackOf([
        table('items'),
        table('items-old'),
        role,
        policy(statements, ['aws_dynamodb_table.items', 'aws_dynamodb_table.items-old']),
        worker,
      ]),
      'aws',
    );
  const access = (...statements: unknown[]) =>
    read(...statements)
      .edges.filter(({ kind }) => kind === 'access')
      .map(({ from, to, labels }) => [from, to, ...labels]);

  test('is an edge to the store, also to a part of it, and never to one with a longer name', () => {
    const statement = {
      Effect: 'Allow',
      Action: ['dynamodb:GetItem', 'dynamodb:Query'],
      Resource: [items, `${items}/index/*`],
    };
    expect(access(statement)).toEqual([
      ['aws_lambda_function.worker', 'aws_dynamodb_table.items', 'GetItem', 'Query'],
    ]);
    expect(access({ Effect: 'Allow', Action: 'dynamodb:Scan', Resource: `${items}-old` })).toEqual([
      ['aws_lambda_function.worker', 'aws_dynamodb_table.items-old', 'Scan'],
    ]);
  });

  test('is told, and not drawn, where it is denied or about no resource of the stack', () => {
    const { grants, edges } = read(
      { Effect: 'Deny', Action: 'dynamodb:DeleteItem', Resource: items },
      { Effect: 'Allow', Action: 'xray:PutTraceSegments', Resource: '*' },
      {
        Effect: 'Allow',
        Action: 'kms:Decrypt',
        Resource: 'arn:aws:kms:us-east-1:1:key/a',
        Condition: { StringLike: { 'kms:ViaService': 'dynamodb.*' } },
      },
    );
    expect(edges.filter(({ kind }) => kind === 'access')).toEqual([]);
    expect(grants.map(({ effect, resource, condition }) => [effect, resource, condition])).toEqual([
      ['deny', 'aws_dynamodb_table.items', undefined],
      ['allow', 'any resource', undefined],
      ['allow', 'arn:aws:kms:us-east-1:1:key/a', 'kms:ViaService StringLike dynamodb.*'],
    ]);
  });

  test('must be readable: a policy that is not known, or that says what is excepted, is an error', () => {
    const unknown = resourceOf('aws_iam_role_policy.worker', {
      policy: new Unknown('aws_dynamodb_table.items.arn'),
    });
    expect(() => readArchitecture(stackOf([unknown]), 'aws')).toThrow(
      /main\.tf:1, aws_iam_role_policy\.worker/,
    );
    expect(() => access({ Effect: 'Allow', NotAction: 'iam:*', Resource: '*' })).toThrow(/NotAction/);
  });
});

test('an alias is drawn as its function, and a schedule says how it delivers', () => {
  const alias = resourceOf(
    'aws_lambda_alias.live',
    { name: 'live', function_name: 'worker', arn: 'arn:aws:lambda:us-east-1:1:function:worker:live' },
    ['aws_lambda_function.worker'],
  );
  const schedule = resourceOf(
    'aws_scheduler_schedule.tick',
    {
      schedule_expression: 'rate(5 minutes)',
      target: [
        {
          arn: 'arn:aws:lambda:us-east-1:1:function:worker:live',
          retry_policy: [{ maximum_retry_attempts: 3 }],
        },
      ],
    },
    ['aws_lambda_alias.live'],
  );
  const { nodes, edges } = readArchitecture(stackOf([role, worker, alias, schedule]), 'aws');
  expect(nodes.map(({ kind, service, name }) => [kind, service, name])).toEqual([
    ['schedule', 'EventBridge Scheduler', 'tick'],
    ['function', 'Lambda', 'worker'],
  ]);
  expect(edges).toEqual([
    {
      from: 'aws_scheduler_schedule.tick',
      to: 'aws_lambda_function.worker',
      kind: 'call',
      labels: ['rate(5 minutes)'],
      delivery: { how: 'asynchronous, at least once', retries: '3 at most', afterTheLastFailure: 'dropped' },
    },
  ]);
});

test('a Cosmos DB role ends at the container that its scope names', () => {
  const account = '/subscriptions/s/resourceGroups/g/providers/Microsoft.DocumentDB/databaseAccounts/a';
  const container = (name: string) =>
    resourceOf(`azurerm_cosmosdb_sql_container.${name}`, {
      name,
      id: `${account}/sqlDatabases/d/containers/${name}`,
    });
  const identity = resourceOf('azurerm_user_assigned_identity.this', {
    id: '/identities/app',
    principal_id: 'p-1',
  });
  const definition = resourceOf('azurerm_cosmosdb_sql_role_definition.items', {
    id: `${account}/sqlRoleDefinitions/r`,
    permissions: [
      { data_actions: ['Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers/items/read'] },
    ],
  });
  const assignment = resourceOf(
    'azurerm_cosmosdb_sql_role_assignment.items',
    {
      role_definition_id: `${account}/sqlRoleDefinitions/r`,
      principal_id: 'p-1',
      scope: `${account}/dbs/d/colls/items`,
    },
    [
      'azurerm_cosmosdb_sql_role_definition.items',
      'azurerm_user_assigned_identity.this',
      'azurerm_cosmosdb_sql_container.items',
      'azurerm_cosmosdb_sql_container.other',
    ],
  );
  const app = resourceOf(
    'azurerm_function_app_flex_consumption.this',
    { name: 'app', identity: [{ identity_ids: ['/identities/app'] }] },
    ['azurerm_user_assigned_identity.this'],
  );
  const resources = [container('items'), container('other'), identity, definition, assignment, app];
  const { edges } = readArchitecture(stackOf(resources), 'azure');
  expect(edges).toEqual([
    {
      from: 'azurerm_function_app_flex_consumption.this',
      to: 'azurerm_cosmosdb_sql_container.items',
      kind: 'access',
      labels: ['read'],
    },
  ]);
});

test('a bucket that only a build reads is no box; a project role narrowed to a database is one on the database', () => {
  const source = resourceOf('google_storage_bucket.source', { name: 'packages' });
  const data = resourceOf('google_storage_bucket.data', { name: 'uploads' });
  const account = resourceOf('google_service_account.run', {
    email: 'run@p',
    member: 'serviceAccount:run@p',
  });
  const database = resourceOf('google_firestore_database.this', {
    name: 'db',
    id: 'projects/p/databases/db',
  });
  const api = resourceOf(
    'google_cloudfunctions2_function.this',
    {
      name: 'api',
      build_config: [{ source: [{ storage_source: [{ bucket: 'packages' }] }] }],
      service_config: [{ service_account_email: 'run@p', available_memory: '256Mi', timeout_seconds: 30 }],
    },
    ['google_service_account.run', 'google_storage_bucket.source'],
  );
  const custom = resourceOf('google_project_iam_custom_role.documents', {
    id: 'projects/p/roles/documents',
    permissions: ['datastore.databases.get', 'datastore.entities.get'],
  });
  const member = resourceOf(
    'google_project_iam_member.documents',
    {
      role: 'projects/p/roles/documents',
      member: 'serviceAccount:run@p',
      condition: [{ expression: 'resource.name == "projects/p/databases/db"' }],
    },
    [custom.address, account.address, database.address],
  );
  const { nodes, edges, facts } = readArchitecture(
    stackOf([source, data, account, database, api, custom, member]),
    'gcp',
  );
  expect(nodes.filter(({ kind }) => kind === 'bucket').map(({ name }) => name)).toEqual(['data']);
  expect(edges.find(({ kind }) => kind === 'access')).toMatchObject({
    from: api.address,
    to: database.address,
    labels: ['get'],
  });
  expect(facts.find(({ label }) => label === 'Memory')?.value).toBe('256 MB');
});
