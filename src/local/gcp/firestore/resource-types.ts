/** The Terraform resources of Firestore. https://registry.terraform.io/providers/hashicorp/google/latest/docs/resources/firestore_database */
import { z } from 'zod';
import type { StackResource, StackValues } from '../../../terraform/stack.ts';
import { ConfigurationError, readResource } from '../../engine/read-resource.ts';
import { stableId } from '../../engine/stable-id.ts';
import type { ResourceTypes } from '../../resource-type.ts';
import type { GcpScope } from '../service.ts';
import { checkedDocumentSize } from './document-size.ts';
import { parseFieldPath } from './field-path.ts';
import type { Firestore } from './firestore.ts';
import type { CompositeIndex, IndexField, QueryScope } from './index-check.ts';
import { parseJsonFields } from './json-value.ts';
import { documentName, parseDocumentName } from './resource-name.ts';

const dayMs = 86_400_000;
/** Computed times are a pure function of the configuration: the local cloud has no earlier state. */
const epoch = '1970-01-01T00:00:00.000000Z';

const hexadecimal = '0123456789abcdef';

const text = z.string().min(1);
const projectOf = (values: StackValues, scope: GcpScope): string =>
  typeof values.project === 'string' ? values.project : scope.projectId;
const databaseOf = (values: StackValues): string =>
  typeof values.database === 'string' ? values.database : '(default)';
const databaseValues = z.object({
  name: text,
  project: text,
  type: text,
  database_edition: z.string().nullish(),
  point_in_time_recovery_enablement: z.string().nullish(),
});

const scopeOf = z.enum(['COLLECTION', 'COLLECTION_GROUP']);
const modeFields = {
  order: z.enum(['ASCENDING', 'DESCENDING']).or(z.literal('')).nullish(),
  array_config: z.literal('CONTAINS').or(z.literal('')).nullish(),
};
const modeOf = ({
  order,
  array_config,
}: {
  order?: string | null | undefined;
  array_config?: string | null | undefined;
}) => (array_config === 'CONTAINS' ? 'CONTAINS' : order === 'DESCENDING' ? 'DESCENDING' : 'ASCENDING');

const indexValues = z.object({
  project: text,
  database: text,
  collection: text,
  query_scope: scopeOf,
  fields: z
    .array(z.object({ field_path: text, vector_config: z.array(z.unknown()).nullish(), ...modeFields }))
    .min(1),
});

const fieldValues = z.object({
  project: text,
  database: text,
  collection: text,
  field: text,
  ttl_config: z.array(z.unknown()).nullish(),
  index_config: z
    .array(
      z
        .object({
          indexes: z.array(z.object({ query_scope: z.string().nullish(), ...modeFields })).nullish(),
        })
        .nullable(),
    )
    .nullish(),
});

const documentValues = z.object({
  project: text,
  database: text,
  collection: text,
  document_id: text,
  fields: z.string(),
});

export const firestoreResourceTypes: ResourceTypes<GcpScope, Firestore> = {
  google_firestore_database: {
    attributes(values, scope) {
      const project = projectOf(values, scope);
      const name = typeof values.name === 'string' ? values.name : '(default)';
      const hasRecovery = values.point_in_time_recovery_enablement === 'POINT_IN_TIME_RECOVERY_ENABLED';
      return {
        id: `projects/${project}/databases/${name}`,
        project,
        uid: stableId(`uid ${project}/${name}`, 32, hexadecimal),
        etag: stableId(`etag ${project}/${name}`, 24),
        key_prefix: '',
        create_time: epoch,
        update_time: epoch,
        earliest_version_time: epoch,
        version_retention_period: hasRecovery ? '604800s' : '3600s',
        database_edition: values.database_edition ?? 'STANDARD',
        concurrency_mode: values.concurrency_mode ?? 'PESSIMISTIC',
        app_engine_integration_mode: values.app_engine_integration_mode ?? 'DISABLED',
        point_in_time_recovery_enablement:
          values.point_in_time_recovery_enablement ?? 'POINT_IN_TIME_RECOVERY_DISABLED',
        delete_protection_state: values.delete_protection_state ?? 'DELETE_PROTECTION_DISABLED',
        deletion_policy: values.deletion_policy ?? 'ABANDON',
      };
    },
    realise(resource, firestore) {
      const { name, project, ...rest } = readResource(databaseValues, resource);
      if (rest.type !== 'FIRESTORE_NATIVE') throw unsupported(resource, `type ${rest.type}`);
      if (rest.database_edition === 'ENTERPRISE') throw unsupported(resource, 'database_edition ENTERPRISE');
      const hasRecovery = rest.point_in_time_recovery_enablement === 'POINT_IN_TIME_RECOVERY_ENABLED';
      firestore.createDatabase({
        name: `projects/${project}/databases/${name}`,
        ...(hasRecovery && { versionRetentionMs: 7 * dayMs }),
      });
    },
  },

  google_firestore_index: {
    attributes(values, scope, address) {
      const project = projectOf(values, scope);
      const database = databaseOf(values);
      const indexId = stableId(`${project}/${database}/${address}`, 12);
      const name = `projects/${project}/databases/${database}/collectionGroups/${values.collection}/indexes/${indexId}`;
      return {
        id: name,
        name,
        project,
        database,
        query_scope: values.query_scope ?? 'COLLECTION',
        api_scope: values.api_scope ?? 'ANY_API',
      };
    },
    realise(resource, firestore) {
      const { project, database, collection, query_scope, fields } = readResource(indexValues, resource);
      if (fields.some(({ vector_config }) => vector_config?.length))
        throw unsupported(resource, 'vector_config');
      const index: CompositeIndex = {
        collectionGroup: collection,
        scope: query_scope,
        fields: withoutImpliedName(fields.map((field) => ({ path: field.field_path, mode: modeOf(field) }))),
      };
      firestore.addIndex(`projects/${project}/databases/${database}`, index);
    },
  },

  google_firestore_field: {
    attributes(values, scope) {
      const project = projectOf(values, scope);
      const database = databaseOf(values);
      const name = `projects/${project}/databases/${database}/collectionGroups/${values.collection}/fields/${values.field}`;
      return { id: name, name, project, database };
    },
    realise(resource, firestore) {
      const { project, database, collection, field, ttl_config, index_config } = readResource(
        fieldValues,
        resource,
      );
      const databaseName = `projects/${project}/databases/${database}`;
      if (ttl_config && ttl_config.length > 0) {
        firestore.addTimeToLive(databaseName, { collectionGroup: collection, path: parseFieldPath(field) });
      }
      if (!index_config || index_config.length === 0) return;
      // A block without indexes takes all automatic indexes of the field away.
      const indexes = index_config.flatMap((config) => config?.indexes ?? []);
      firestore.overrideField(databaseName, {
        collectionGroup: collection,
        path: field,
        indexes: indexes.map((index) => ({
          scope:
            index.query_scope === 'COLLECTION_GROUP'
              ? 'COLLECTION_GROUP'
              : ('COLLECTION' satisfies QueryScope),
          mode: modeOf(index),
        })),
      });
    },
  },

  google_firestore_document: {
    attributes(values, scope) {
      const project = projectOf(values, scope);
      const database = databaseOf(values);
      const path = `${values.collection}/${values.document_id}`;
      const name = documentName(`projects/${project}/databases/${database}`, path);
      return { id: name, name, project, database, path, create_time: epoch, update_time: epoch };
    },
    realise(resource, firestore) {
      const values = readResource(documentValues, resource);
      const databaseName = `projects/${values.project}/databases/${values.database}`;
      const database = firestore.database(databaseName);
      if (!database) {
        throw new ConfigurationError(
          resource,
          `there is no database ${databaseName}. Declare it as a google_firestore_database.`,
        );
      }
      const path = parseDocumentName(
        documentName(databaseName, `${values.collection}/${values.document_id}`),
      );
      const fields = parseJsonFields(values.fields);
      const createTime = database.commitTime();
      const document = { fields, createTime, sizeBytes: checkedDocumentSize(path, fields) };
      database.apply([{ path, document }], createTime);
    },
  },

  google_firestore_backup_schedule: {
    attributes(values, scope, address) {
      const project = projectOf(values, scope);
      const database = databaseOf(values);
      const scheduleId = stableId(`${project}/${database}/${address}`, 32, hexadecimal);
      const name = `projects/${project}/databases/${database}/backupSchedules/${scheduleId}`;
      return { id: name, name, project, database };
    },
    declaredOnly: 'The documents of a local run live as long as the run: there is nothing to back up.',
  },
};

/** A final `__name__` in the direction of the field before it is in every index anyway. */
function withoutImpliedName(fields: readonly IndexField[]): readonly IndexField[] {
  const last = fields.at(-1);
  if (last?.path !== '__name__') return fields;
  const previous = fields.at(-2);
  const implied = previous?.mode === 'DESCENDING' ? 'DESCENDING' : 'ASCENDING';
  return last.mode === implied ? fields.slice(0, -1) : fields;
}

const unsupported = (resource: StackResource, what: string): ConfigurationError =>
  new ConfigurationError(resource, `${what} is not supported by the local cloud.`);
