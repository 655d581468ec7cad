/** What every operation asks first (does the database exist, may the caller do this) and counts last. */
import { type GrpcCall, GrpcError } from '../grpc-server.ts';
import type { GcpRuntime } from '../service.ts';
import type { Database, StoredDocument } from './database.ts';
import { timestampOf } from './micros.ts';
import { documentName } from './resource-name.ts';
import type { Transactions } from './transaction.ts';
import type { Write } from './write.ts';

/** What the operations work on. */
export interface Context {
  runtime: GcpRuntime;
  databases: ReadonlyMap<string, Database>;
  transactions: Transactions;
}

export type Permission =
  | 'datastore.databases.get'
  | 'datastore.entities.create'
  | 'datastore.entities.delete'
  | 'datastore.entities.get'
  | 'datastore.entities.list'
  | 'datastore.entities.update';

/**
 * The database, when it exists and the caller holds all permissions on it.
 * Permissions of each method: https://cloud.google.com/firestore/docs/security/iam#permissions
 * @throws NOT_FOUND, PERMISSION_DENIED
 */
export function authorizedDatabase(
  { runtime, databases }: Context,
  call: GrpcCall,
  name: string,
  permissions: readonly Permission[],
): Database {
  for (const permission of permissions) {
    if (runtime.isAllowed(call.principal, { permission, resource: name })) continue;
    const who = call.principal.kind === 'owner' ? 'the owner' : call.principal.email;
    throw new GrpcError(
      'PERMISSION_DENIED',
      `Missing or insufficient permissions. Permission '${permission}' denied on resource '${name}' for ${who}.`,
    );
  }
  const database = databases.get(name);
  if (database) return database;
  const [, projectId = '', , databaseId = ''] = name.split('/');
  throw new GrpcError(
    'NOT_FOUND',
    `The database ${databaseId} does not exist for project ${projectId} Please visit https://console.cloud.google.com/datastore/setup?project=${projectId} to add a Cloud Datastore or Cloud Firestore database.`,
  );
}

/** The permissions that writes need: with an `exists` precondition one, without it both create and update. */
export function permissionsOf(writes: readonly Write[]): Permission[] {
  const permissions = new Set<Permission>();
  for (const { operation, precondition } of writes) {
    if (operation.kind === 'delete') permissions.add('datastore.entities.delete');
    else {
      const mustExist = precondition?.exists === true || precondition?.updateTime !== undefined;
      if (!mustExist) permissions.add('datastore.entities.create');
      if (precondition?.exists !== false) permissions.add('datastore.entities.update');
    }
  }
  // A commit without writes only ends a transaction.
  return permissions.size === 0 ? ['datastore.databases.get'] : [...permissions];
}

/**
 * What is billed, by https://cloud.google.com/firestore/pricing. `index-entry-reads` says how many index
 * entries aggregations went through; their price is already in `document-reads`.
 */
export type BillableUnit =
  | 'document-reads'
  | 'document-writes'
  | 'document-deletes'
  | 'ttl-deletes'
  | 'index-entry-reads';

export function bill({ runtime }: Context, database: Database, unit: BillableUnit, quantity: number): void {
  if (quantity > 0) runtime.meter.add('firestore', unit, database.name, quantity);
}

/** Each write and delete counts, also when it changes nothing. */
export function billWrites(context: Context, database: Database, writes: readonly Write[]): void {
  const deletes = writes.filter(({ operation }) => operation.kind === 'delete').length;
  bill(context, database, 'document-writes', writes.length - deletes);
  bill(context, database, 'document-deletes', deletes);
}

/** A document as the API gives it. */
export const wireDocument = (database: Database, document: StoredDocument) => ({
  name: documentName(database.name, `${document.collection}/${document.id}`),
  fields: document.fields,
  createTime: timestampOf(document.createTime),
  updateTime: timestampOf(document.updateTime),
});
