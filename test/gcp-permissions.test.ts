import { Firestore } from '@google-cloud/firestore';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { type LocalCloud, startLocalCloud } from '../src/local/local-cloud.ts';
import { copyStack, type StackCopy } from './support/stack-copy.ts';

interface Run {
  copy: StackCopy;
  cloud: LocalCloud;
}

const runs: Run[] = [];
let cloud: LocalCloud | undefined;
afterEach(async () => {
  await Promise.all(runs.splice(0).map(stop));
  cloud = undefined;
});

/** Runs a copy of the stack in which `edit` has changed one file. */
async function startCopy(file?: string, edit?: (text: string) => string, variables = {}): Promise<Run> {
  const copy = await copyStack('01-rest-api-backend', 'gcp');
  try {
    if (file !== undefined && edit) copy.edit(file, edit);
    return { copy, cloud: await startLocalCloud({ cloud: 'gcp', directory: copy.directory, variables }) };
  } catch (error) {
    copy.remove();
    throw error;
  }
}

async function stop(run: Run): Promise<void> {
  await run.cloud.close();
  run.copy.remove();
}

/** The same, for the only run of a test. */
async function start(...changes: Parameters<typeof startCopy>): Promise<LocalCloud> {
  const run = await startCopy(...changes);
  runs.push(run);
  cloud = run.cloud;
  return cloud;
}

const send = (
  to: LocalCloud | undefined,
  method: string,
  path: string,
  headers: Record<string, string> = {},
) =>
  fetch(`${to?.entrances[0]?.url}${path}`, {
    method,
    headers: { 'content-type': 'application/json', ...headers },
    ...((method === 'POST' || method === 'PUT') && { body: '{"name":"Test Item","price":1}' }),
  });

const call = (method: string, path: string, headers?: Record<string, string>) =>
  send(cloud, method, path, headers);

const logText = (of: LocalCloud | undefined = cloud) =>
  of?.logs
    .entries()
    .map((entry) => entry.message)
    .join('\n') ?? '';

const identity = 'acme-dev-rest-ap-f31a7e-run@local-project.iam.gserviceaccount.com';
const database = 'projects/local-project/databases/acme-dev-rest-api-backend';

/** At once: the client library repeats reads that were denied, with pauses of seconds. */
describe.concurrent('without one permission', () => {
  const key = { 'idempotency-key': 'k' };
  test.each<[string, (cloud: LocalCloud) => Promise<Response>]>([
    ['datastore.databases.get', (cloud) => send(cloud, 'POST', '/items', key)],
    ['datastore.entities.create', (cloud) => send(cloud, 'POST', '/items')],
    ['datastore.entities.delete', (cloud) => deleteNewItem(cloud)],
    ['datastore.entities.get', (cloud) => send(cloud, 'GET', `/items/${crypto.randomUUID()}`)],
    ['datastore.entities.list', (cloud) => send(cloud, 'GET', '/items')],
    ['datastore.entities.update', (cloud) => send(cloud, 'POST', '/items', key)],
  ])('%s, the call fails with the error that Firestore gives, naming it', async (permission, use) => {
    const run = await startCopy('permissions.tf', (text) => text.replace(`    "${permission}",\n`, ''));
    try {
      expect((await use(run.cloud)).status).toBe(500);
      expect(logText(run.cloud)).toContain(
        `7 PERMISSION_DENIED: Missing or insufficient permissions. Permission '${permission}' denied on resource '${database}' for ${identity}.`,
      );
    } finally {
      await stop(run);
    }
  });

  async function deleteNewItem(of: LocalCloud): Promise<Response> {
    const { headers } = await send(of, 'POST', '/items');
    return send(of, 'DELETE', headers.get('location') ?? '');
  }
});

test('the condition of a grant is held to: another database is out of reach', async () => {
  await start('permissions.tf', (text) =>
    text.replace('module.firestore.database.name}\\""', 'module.firestore.database.name}-other\\""'),
  );
  expect((await call('POST', '/items')).status).toBe(500);
  expect(logText()).toContain("Permission 'datastore.entities.create' denied");
});

test('a permission that is not needed is reported with its place', async () => {
  await start('permissions.tf', (text) =>
    text.replace(
      '    "datastore.entities.get",\n',
      '    "datastore.entities.get",\n    "datastore.indexes.list",\n',
    ),
  );
  expect((await call('POST', '/items')).status).toBe(201);
  const finding = cloud
    ?.unusedGrants()
    .find((grant) => 'action' in grant && grant.action === 'datastore.indexes.list');
  expect(finding).toMatchObject({
    kind: 'unused-action',
    source: { file: 'permissions.tf', address: 'google_project_iam_custom_role.documents' },
  });
});

test.each([
  ['roles/logging.logWriter', /does not have permission to write logs to Cloud Logging/],
  [
    'roles/storage.objectViewer',
    /Access to bucket gcf-v2-sources-\d+-us-central1 denied\. You must grant Storage Object Viewer permission to acme-dev-rest-ap-f31a7e-build@/,
  ],
  [
    'roles/artifactregistry.writer',
    /Permission "artifactregistry\.repositories\.uploadArtifacts" denied on resource/,
  ],
])('without %s for its build, the function can not be deployed', async (role, expected) => {
  const replacement =
    role === 'roles/artifactregistry.writer' ? 'roles/artifactregistry.reader' : 'roles/pubsub.viewer';
  const started = start('../../../modules/gcp/function/identity.tf', (text) =>
    text.replace(`"${role}"`, `"${replacement}"`),
  );
  await expect(started).rejects.toThrow(expected);
});

test('IAM authorization lets in the listed members, and nobody else', async () => {
  const member = 'caller@local-project.iam.gserviceaccount.com';
  await start(undefined, undefined, {
    authorization: { type: 'IAM', members: [`serviceAccount:${member}`] },
  });
  const refused = await call('GET', '/items');
  expect(refused.status).toBe(403);
  expect(await refused.text()).toContain(
    'Your client does not have permission to get URL <code>/items</code> from this server.',
  );
  const headers = cloud?.entrances[0]?.callerHeaders() ?? {};
  expect((await call('GET', '/items', headers)).status).toBe(200);
  const { authorization = '' } = headers;
  expect((await call('GET', '/items', { 'x-serverless-authorization': authorization })).status).toBe(200);
  const forged = await call('GET', '/items', { authorization: `${authorization.slice(0, -9)}AAAAAAAA.` });
  expect(forged.status).toBe(401);
  expect(forged.headers.get('www-authenticate')).toContain('invalid_token');
  expect(cloud?.meter.total('cloud-run', 'requests')).toBe(2);
});

test('a function with internal ingress does not exist for the internet', async () => {
  await start(undefined, undefined, { ingress: 'ALLOW_INTERNAL_AND_GCLB' });
  expect((await call('GET', '/items')).status).toBe(404);
});

test('whoever sits at this machine reaches the items with the SDK', async () => {
  const { endpoints } = await start();
  const { id } = (await (await call('POST', '/items')).json()) as { id: string };
  for (const [name, value] of Object.entries(endpoints[0]?.environment ?? {})) vi.stubEnv(name, value);
  try {
    const client = new Firestore({ databaseId: 'acme-dev-rest-api-backend' });
    expect((await client.doc(`items/${id}`).get()).get('name')).toBe('Test Item');
    await client.terminate();
  } finally {
    vi.unstubAllEnvs();
  }
});

test('the calls of concurrent requests stand in the trace of the request that made them', async () => {
  await start();
  await call('POST', '/items');
  await Promise.all([1, 2, 3, 4].map(() => call('POST', '/items')));
  const traces = (cloud?.traces.traces() ?? []).slice(1);
  expect(traces).toHaveLength(4);
  for (const { spans } of traces) {
    const [request] = spans.filter(({ name }) => name === 'POST /items');
    const [run] = spans.filter(({ name }) => name === 'api');
    const commits = spans.filter(({ name }) => name === 'Commit');
    expect(run?.parentSpanId).toBe(request?.spanId);
    expect(commits.map(({ parentSpanId }) => parentSpanId)).toEqual([run?.spanId]);
  }
});
