import { afterEach, beforeEach, expect, test } from 'vitest';
import type { StackResource, StackValues } from '../../../terraform/stack.ts';
import { firestoreResourceTypes } from './resource-types.ts';
import { createTestBed, type TestBed } from './test-bed.ts';

let bed: TestBed;
beforeEach(async () => {
  bed = await createTestBed();
});
afterEach(() => bed.close());

const scope = { projectId: 'demo', projectNumber: '1', region: 'europe-west1' };

async function realise(type: string, values: StackValues): Promise<StackValues> {
  const resourceType = firestoreResourceTypes[type];
  const address = `${type}.this`;
  const attributes = resourceType?.attributes(values, scope, address) ?? {};
  const resource: StackResource = {
    address,
    mode: 'managed',
    type,
    name: 'this',
    modulePath: [],
    provider: 'google',
    values: { ...values, ...attributes },
    configured: Object.keys(values),
    sensitive: [],
    dependsOn: [],
    source: { file: 'main.tf', line: 3, column: 1 },
  };
  await resourceType?.realise?.(resource, bed.firestore);
  return attributes;
}

const database = { name: 'orders', location_id: 'eur3', type: 'FIRESTORE_NATIVE' };

test('a database, its indexes, field settings and documents', async () => {
  const attributes = await realise('google_firestore_database', database);
  expect(attributes).toMatchObject({
    id: 'projects/demo/databases/orders',
    version_retention_period: '3600s',
  });
  await realise('google_firestore_index', {
    database: 'orders',
    collection: 'items',
    fields: [
      { field_path: 'owner', order: 'ASCENDING', array_config: null },
      { field_path: 'at', order: 'DESCENDING' },
      { field_path: '__name__', order: 'DESCENDING' },
    ],
  });
  await realise('google_firestore_field', {
    database: 'orders',
    collection: 'items',
    field: 'expiresAt',
    ttl_config: [{}],
    index_config: [{}],
  });
  await realise('google_firestore_document', {
    database: 'orders',
    collection: 'items',
    document_id: 'first',
    fields: JSON.stringify({
      n: { integerValue: '7' },
      at: { timestampValue: '2030-01-01T00:00:00.123456Z' },
      tags: { arrayValue: { values: [{ stringValue: 'a' }, { nullValue: null }] } },
      inner: { mapValue: { fields: { ok: { booleanValue: true } } } },
    }),
  });
  const made = bed.firestore.database('projects/demo/databases/orders');
  expect(made?.indexes).toEqual([
    {
      collectionGroup: 'items',
      scope: 'COLLECTION',
      fields: [
        { path: 'owner', mode: 'ASCENDING' },
        { path: 'at', mode: 'DESCENDING' },
      ],
    },
  ]);
  expect(made?.fieldOverrides).toEqual([{ collectionGroup: 'items', path: 'expiresAt', indexes: [] }]);
  expect(made?.get('items', 'first')?.fields).toEqual(
    new Map<string, unknown>([
      ['n', { kind: 'integer', value: 7n }],
      ['at', { kind: 'timestamp', value: { seconds: 1_893_456_000, nanos: 123_456_000 } }],
      ['tags', { kind: 'array', values: [{ kind: 'string', value: 'a' }, { kind: 'null' }] }],
      ['inner', { kind: 'map', fields: new Map([['ok', { kind: 'boolean', value: true }]]) }],
    ]),
  );
});

test('attributes are a pure function of the configuration', () => {
  for (const type of Object.values(firestoreResourceTypes)) {
    const values = { ...database, database: 'orders', collection: 'c', field: 'f', document_id: 'd' };
    expect(type.attributes(values, scope, 'x.y')).toEqual(type.attributes(values, scope, 'x.y'));
  }
});

test('what is not supported is refused with its place', async () => {
  await expect(realise('google_firestore_database', { ...database, type: 'DATASTORE_MODE' })).rejects.toThrow(
    'main.tf:3 google_firestore_database.this: type DATASTORE_MODE is not supported by the local cloud.',
  );
  await expect(
    realise('google_firestore_document', {
      database: '(default)',
      collection: 'c',
      document_id: 'd',
      fields: '{"a":1}',
    }),
  ).rejects.toThrow('at a');
});

test('a backup schedule is declared only', () => {
  const type = firestoreResourceTypes.google_firestore_backup_schedule;
  expect(type?.realise).toBeUndefined();
  expect(type?.declaredOnly).toContain('nothing to back up');
});
