import { describe, expect, it } from 'vitest';
import { predefinedRoles } from './predefined-roles.ts';

describe('predefined roles', () => {
  it.each([
    ['roles/datastore.user', 'datastore.entities.create', true],
    ['roles/datastore.user', 'datastore.indexes.create', false],
    ['roles/datastore.viewer', 'datastore.entities.get', true],
    ['roles/datastore.viewer', 'datastore.entities.update', false],
    ['roles/datastore.owner', 'datastore.indexes.create', true],
    ['roles/run.invoker', 'run.routes.invoke', true],
    ['roles/cloudfunctions.invoker', 'run.routes.invoke', false],
    ['roles/pubsub.publisher', 'pubsub.topics.publish', true],
    ['roles/pubsub.subscriber', 'pubsub.topics.publish', false],
    ['roles/pubsub.viewer', 'pubsub.topics.get', true],
    ['roles/storage.objectCreator', 'storage.objects.create', true],
    ['roles/storage.objectCreator', 'storage.objects.delete', false],
    ['roles/storage.objectUser', 'storage.objects.delete', true],
    ['roles/storage.objectUser', 'storage.objects.setIamPolicy', false],
    ['roles/storage.objectAdmin', 'storage.objects.setIamPolicy', true],
    ['roles/storage.objectViewer', 'storage.objects.create', false],
    ['roles/storage.admin', 'storage.buckets.delete', true],
    ['roles/storage.legacyBucketReader', 'storage.objects.get', false],
    ['roles/storage.legacyBucketWriter', 'storage.objects.delete', true],
    ['roles/storage.legacyObjectReader', 'storage.objects.get', true],
    ['roles/storage.legacyObjectReader', 'storage.objects.list', false],
    ['roles/secretmanager.secretAccessor', 'secretmanager.versions.access', true],
    ['roles/cloudtasks.enqueuer', 'cloudtasks.tasks.create', true],
    ['roles/workflows.invoker', 'workflows.executions.create', true],
    ['roles/iam.serviceAccountUser', 'iam.serviceAccounts.actAs', true],
    ['roles/iam.serviceAccountTokenCreator', 'iam.serviceAccounts.signBlob', true],
  ])('%s holds %s: %s', (role, permission, expected) => {
    expect(predefinedRoles[role]?.includes(permission)).toBe(expected);
  });

  it('list no permission twice', () => {
    for (const [role, permissions] of Object.entries(predefinedRoles))
      expect(new Set(permissions).size, role).toBe(permissions.length);
  });
});
