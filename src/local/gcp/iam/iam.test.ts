import { describe, expect, it } from 'vitest';
import type { StackResource, StackValues } from '../../../terraform/stack.ts';
import { virtualClock } from '../../engine/clock.ts';
import { seededRandom } from '../../engine/random.ts';
import { createIam } from './iam.ts';
import { resourceTypes } from './resource-types.ts';

const scope = { projectId: 'shop', projectNumber: '424242424242', region: 'europe-west1' };
const email = 'worker@shop.iam.gserviceaccount.com';
const member = `serviceAccount:${email}`;
const worker = { kind: 'serviceAccount' as const, email };
const start = Date.parse('2026-01-01T00:00:00Z');

function resource(type: string, values: StackValues, line = 1): StackResource {
  const address = `${type}.one`;
  const computed = resourceTypes[type]?.attributes(values, scope, address) ?? {};
  return {
    address,
    mode: 'managed',
    type,
    name: 'one',
    modulePath: [],
    provider: 'google',
    values: { ...values, ...computed },
    configured: Object.keys(values),
    sensitive: [],
    dependsOn: [],
    source: { file: 'main.tf', line, column: 1 },
  };
}

async function stack(resources: StackResource[], clock = virtualClock(start)) {
  const iam = createIam({ ...scope, clock, random: seededRandom(5) });
  for (const one of resources) {
    const type = resourceTypes[one.type];
    if (!type) throw new Error(`${one.type} is not supported`);
    await type.realise?.(one, iam);
  }
  return iam;
}

const onProject = (role: string, more: StackValues = {}, line = 3) =>
  resource('google_project_iam_member', { project: 'shop', role, member, ...more }, line);
const entity = 'projects/shop/databases/(default)/documents/items/a';

describe('google_project_iam_member', () => {
  it('grants the role on everything in the project, to that member only', async () => {
    const iam = await stack([onProject('roles/datastore.user')]);
    const request = { permission: 'datastore.entities.create', resource: entity };
    expect(iam.isAllowed(worker, request)).toBe(true);
    expect(iam.isAllowed({ kind: 'serviceAccount', email: 'x@shop.iam.gserviceaccount.com' }, request)).toBe(
      false,
    );
    expect(iam.isAllowed(worker, { ...request, resource: 'projects/shop2/databases/(default)' })).toBe(false);
    expect(iam.isAllowed(worker, { ...request, permission: 'datastore.databases.delete' })).toBe(false);
    expect(iam.isAllowed({ kind: 'owner' }, { ...request, permission: 'datastore.databases.delete' })).toBe(
      true,
    );
  });

  it('counts for names with the project number or a placeholder', async () => {
    const iam = await stack([
      onProject('roles/storage.objectViewer'),
      onProject('roles/secretmanager.secretAccessor'),
    ]);
    expect(
      iam.isAllowed(worker, {
        permission: 'storage.objects.get',
        resource: 'projects/_/buckets/b/objects/o',
      }),
    ).toBe(true);
    expect(
      iam.isAllowed(worker, {
        permission: 'secretmanager.versions.access',
        resource: 'projects/424242424242/secrets/s/versions/1',
      }),
    ).toBe(true);
  });

  it('says what it can not do', async () => {
    await expect(stack([onProject('roles/editor')])).rejects.toThrow(
      'main.tf:3 google_project_iam_member.one: the role roles/editor is neither defined in this stack nor one of the predefined roles known here',
    );
    await expect(stack([onProject('roles/run.invoker', { member: 'everyone' })])).rejects.toThrow(
      '"everyone" is not a member',
    );
    await expect(
      stack([
        onProject('roles/run.invoker', {
          condition: [{ title: 't', expression: 'request.time.getDayOfWeek() == 1' }],
        }),
      ]),
    ).rejects.toThrow('request.time.getDayOfWeek is not supported');
  });
});

describe('policies of single resources', () => {
  /** [type, its arguments, role, permission, on what it is granted, on what it is not] */
  const cases: [string, StackValues, string, string, string, string][] = [
    [
      'google_pubsub_topic',
      { topic: 'orders' },
      'roles/pubsub.publisher',
      'pubsub.topics.publish',
      'projects/shop/topics/orders',
      'projects/shop/topics/orders2',
    ],
    [
      'google_pubsub_subscription',
      { subscription: 'projects/shop/subscriptions/s' },
      'roles/pubsub.subscriber',
      'pubsub.subscriptions.consume',
      'projects/shop/subscriptions/s',
      'projects/shop/subscriptions/t',
    ],
    [
      'google_secret_manager_secret',
      { secret_id: 'key' },
      'roles/secretmanager.secretAccessor',
      'secretmanager.versions.access',
      'projects/shop/secrets/key/versions/latest',
      'projects/shop/secrets/key2/versions/latest',
    ],
    [
      'google_storage_bucket',
      { bucket: 'data' },
      'roles/storage.objectUser',
      'storage.objects.create',
      'projects/_/buckets/data/objects/a/b',
      'projects/_/buckets/data2/objects/a/b',
    ],
    [
      'google_cloud_run_v2_service',
      { name: 'api', location: 'europe-west1' },
      'roles/run.invoker',
      'run.routes.invoke',
      'projects/shop/locations/europe-west1/services/api',
      'projects/shop/locations/europe-west1/services/api2',
    ],
    [
      'google_cloudfunctions2_function',
      { cloud_function: 'f', location: 'europe-west1' },
      'roles/cloudfunctions.invoker',
      'cloudfunctions.functions.invoke',
      'projects/shop/locations/europe-west1/functions/f',
      'projects/shop/locations/europe-west4/functions/f',
    ],
    [
      'google_cloud_tasks_queue',
      { name: 'q', location: 'europe-west1' },
      'roles/cloudtasks.enqueuer',
      'cloudtasks.tasks.create',
      'projects/shop/locations/europe-west1/queues/q',
      'projects/shop/locations/europe-west1/queues/q2',
    ],
    [
      'google_service_account',
      { service_account_id: 'projects/shop/serviceAccounts/a@shop.iam.gserviceaccount.com' },
      'roles/iam.serviceAccountTokenCreator',
      'iam.serviceAccounts.signBlob',
      'projects/-/serviceAccounts/a@shop.iam.gserviceaccount.com',
      'projects/-/serviceAccounts/b@shop.iam.gserviceaccount.com',
    ],
  ];

  it.each(cases)(
    '%s_iam_member, _binding and _policy',
    async (prefix, values, role, permission, on, elsewhere) => {
      const policy_data = JSON.stringify({ bindings: [{ role, members: [member] }] });
      const forms = [
        resource(`${prefix}_iam_member`, { ...values, role, member }),
        resource(`${prefix}_iam_binding`, { ...values, role, members: [member] }),
        resource(`${prefix}_iam_policy`, { ...values, policy_data }),
      ];
      for (const form of forms) {
        const iam = await stack([form]);
        expect(iam.isAllowed(worker, { permission, resource: on }), form.type).toBe(true);
        expect(
          iam.isAllowed(worker, {
            permission,
            resource: elsewhere,
          }),
          form.type,
        ).toBe(false);
      }
    },
  );

  it('a binding replaces the members of its role, a policy everything', async () => {
    const topic = { topic: 'orders' };
    const other = 'serviceAccount:other@shop.iam.gserviceaccount.com';
    const request = { permission: 'pubsub.topics.publish', resource: 'projects/shop/topics/orders' };
    const first = resource('google_pubsub_topic_iam_member', {
      ...topic,
      role: 'roles/pubsub.publisher',
      member,
    });
    const binding = resource('google_pubsub_topic_iam_binding', {
      ...topic,
      role: 'roles/pubsub.publisher',
      members: [other],
    });
    const unrelated = resource('google_pubsub_topic_iam_binding', {
      ...topic,
      role: 'roles/pubsub.viewer',
      members: [other],
    });
    const policy = resource('google_pubsub_topic_iam_policy', { ...topic, policy_data: '{"bindings":[]}' });
    expect((await stack([first, binding])).isAllowed(worker, request)).toBe(false);
    expect((await stack([first, unrelated])).isAllowed(worker, request)).toBe(true);
    const emptied = await stack([first, policy]);
    expect(emptied.isAllowed(worker, request)).toBe(false);
    expect(emptied.unused()).toEqual([]);
  });

  it('computes ids in their true forms', () => {
    expect(onProject('roles/run.invoker').values.id).toBe(`shop/roles/run.invoker/${member}`);
    const bucket = resource('google_storage_bucket_iam_member', {
      bucket: 'data',
      role: 'roles/storage.objectViewer',
      member,
    });
    expect(bucket.values.id).toBe(`b/data/roles/storage.objectViewer/${member}`);
    const account = resourceTypes.google_service_account?.attributes({ account_id: 'worker' }, scope, 'a');
    expect(account).toMatchObject({ email, member, name: `projects/shop/serviceAccounts/${email}` });
    expect(account?.unique_id).toMatch(/^\d{21}$/);
    expect(resourceTypes.google_project_service?.declaredOnly).toBeTruthy();
  });
});

describe('members', () => {
  const request = {
    permission: 'run.routes.invoke',
    resource: 'projects/shop/locations/europe-west1/services/api',
  };
  const invoker = (who: string) =>
    resource('google_cloud_run_v2_service_iam_member', {
      name: 'api',
      location: 'europe-west1',
      role: 'roles/run.invoker',
      member: who,
    });

  it('allUsers lets everybody in, also without a token', async () => {
    const iam = await stack([invoker('allUsers')]);
    expect(iam.isPublic(request)).toBe(true);
    expect(iam.isAllowed(worker, request)).toBe(true);
  });

  it('allAuthenticatedUsers lets in who has a token', async () => {
    const iam = await stack([invoker('allAuthenticatedUsers')]);
    expect(iam.isPublic(request)).toBe(false);
    expect(iam.isAllowed(worker, request)).toBe(true);
  });

  it('people and groups are taken, but not judged: they do not call here', async () => {
    const iam = await stack([invoker('group:ops@example.com'), invoker('user:a@example.com')]);
    expect(iam.isAllowed(worker, request)).toBe(false);
    expect(iam.unused()).toEqual([]);
  });
});

describe('conditions', () => {
  const when = (expression: string): StackValues => ({
    condition: [{ title: 'when', description: '', expression }],
  });
  it('sees storage names without the project and secrets with its number', async () => {
    const iam = await stack([
      onProject(
        'roles/storage.objectViewer',
        when('resource.name.startsWith("projects/_/buckets/data/objects/in/")'),
      ),
      onProject(
        'roles/secretmanager.secretAccessor',
        when('resource.name.startsWith("projects/424242424242/secrets/app-")'),
      ),
      onProject('roles/datastore.user', when('resource.name == "projects/shop/databases/orders"')),
    ]);
    const get = (object: string) => ({
      permission: 'storage.objects.get',
      resource: `projects/_/buckets/data/objects/${object}`,
    });
    expect(iam.isAllowed(worker, get('in/a'))).toBe(true);
    expect(iam.isAllowed(worker, get('out/a'))).toBe(false);
    const access = (secret: string) => ({
      permission: 'secretmanager.versions.access',
      resource: `projects/shop/secrets/${secret}/versions/1`,
    });
    expect(iam.isAllowed(worker, access('app-key'))).toBe(true);
    expect(iam.isAllowed(worker, access('key'))).toBe(false);
    const read = (database: string) => ({
      permission: 'datastore.entities.get',
      resource: `projects/shop/databases/${database}/documents/a/b`,
    });
    expect(iam.isAllowed(worker, read('orders'))).toBe(true);
    expect(iam.isAllowed(worker, read('(default)'))).toBe(false);
  });

  it('that look at the time are decided anew each time', async () => {
    const clock = virtualClock(start);
    const iam = await stack(
      [onProject('roles/datastore.user', when('request.time < timestamp("2026-01-01T01:00:00Z")'))],
      clock,
    );
    const request = { permission: 'datastore.entities.get', resource: entity };
    expect(iam.isAllowed(worker, request)).toBe(true);
    clock.advance(3_600_000);
    expect(iam.isAllowed(worker, request)).toBe(false);
  });
});

describe('unused grants', () => {
  it('tells a role of which nothing was used from one that is too wide, and looks into custom roles', async () => {
    const custom = resource(
      'google_project_iam_custom_role',
      {
        role_id: 'worker',
        title: 'Worker',
        permissions: ['pubsub.topics.publish', 'pubsub.topics.get'],
      },
      2,
    );
    const iam = await stack([
      custom,
      onProject('roles/datastore.user', {}, 10),
      onProject('roles/logging.logWriter', {}, 11),
      onProject('projects/shop/roles/worker', {}, 12),
      onProject('roles/run.servicesInvoker', {}, 13),
    ]);
    iam.isAllowed(worker, { permission: 'datastore.entities.get', resource: entity });
    iam.isAllowed(worker, { permission: 'pubsub.topics.publish', resource: 'projects/shop/topics/t' });
    iam.isAllowed(worker, {
      permission: 'run.routes.invoke',
      resource: 'projects/shop/locations/r/services/s',
    });
    expect(iam.unused()).toMatchObject([
      {
        kind: 'unused-action',
        action: 'pubsub.topics.get',
        principal: member,
        source: { address: 'google_project_iam_custom_role.one', line: 2 },
        part: 'granted by google_project_iam_member.one',
      },
      {
        kind: 'wide-role',
        role: 'roles/datastore.user',
        usedActions: ['datastore.entities.get'],
        source: { line: 10 },
      },
      {
        kind: 'unused-role',
        role: 'roles/logging.logWriter',
        resource: 'projects/shop',
        source: { line: 11 },
      },
    ]);
  });

  it('a disabled custom role grants nothing', async () => {
    const iam = await stack([
      resource('google_project_iam_custom_role', {
        role_id: 'off',
        permissions: ['pubsub.topics.publish'],
        stage: 'DISABLED',
      }),
      onProject('projects/shop/roles/off'),
    ]);
    expect(
      iam.isAllowed(worker, { permission: 'pubsub.topics.publish', resource: 'projects/shop/topics/t' }),
    ).toBe(false);
  });
});

describe('a whole policy', () => {
  it('takes the text that data.google_iam_policy renders', async () => {
    const policyData = JSON.stringify({ bindings: [{ role: 'roles/run.invoker', members: ['allUsers'] }] });
    const iam = await stack([
      resource('google_cloud_run_v2_service_iam_policy', {
        name: 'api',
        location: 'europe-west1',
        policy_data: policyData,
      }),
    ]);
    expect(
      iam.isPublic({
        permission: 'run.routes.invoke',
        resource: 'projects/shop/locations/europe-west1/services/api',
      }),
    ).toBe(true);
  });
});

describe('tokens', () => {
  it('name the service account until they expire', async () => {
    const clock = virtualClock(start);
    const iam = await stack([], clock);
    const token = iam.issueToken(email, ['https://www.googleapis.com/auth/cloud-platform']);
    expect(token).toMatch(/^ya29\.c\./);
    expect(iam.authenticate(token)).toEqual(worker);
    expect(iam.scopesOf(token)).toEqual(['https://www.googleapis.com/auth/cloud-platform']);
    expect(iam.authenticate('ya29.c.guess')).toBeUndefined();
    clock.advance(3_600_000);
    expect(iam.authenticate(token)).toBeUndefined();
  });

  it('for identity are good for their audience only', async () => {
    const iam = await stack([]);
    const token = iam.issueIdToken(email, 'https://api-abc.a.run.app');
    const claims: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
    expect(claims).toMatchObject({
      aud: 'https://api-abc.a.run.app',
      email,
      iss: 'https://accounts.google.com',
      exp: start / 1000 + 3600,
    });
    expect(iam.authenticateIdToken(token, 'https://api-abc.a.run.app')).toEqual(worker);
    expect(iam.authenticateIdToken(token, 'https://other.a.run.app')).toBeUndefined();
    expect(iam.authenticate(token)).toBeUndefined();
  });

  it('are not given to a disabled account', async () => {
    const iam = await stack([resource('google_service_account', { account_id: 'worker', disabled: true })]);
    expect(() => iam.issueToken(email, [])).toThrow('is disabled');
  });
});
