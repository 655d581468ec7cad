/** Firestore in native mode, as its client libraries speak to it over gRPC. */
import { GrpcError, type GrpcMethod, type GrpcService } from '../grpc-server.ts';
import type { GcpRuntime } from '../service.ts';
import type { Context } from './access.ts';
import { Database, type DatabaseDefinition, type DocumentChange } from './database.ts';
import { documentMethods } from './document-methods.ts';
import type { CompositeIndex, FieldOverride } from './index-check.ts';
import { listenMethods } from './listen-methods.ts';
import { queryMethods } from './query-methods.ts';
import { TimeToLive, type TimeToLivePolicy } from './time-to-live.ts';
import { Transactions } from './transaction.ts';
import { writeMethods } from './write-methods.ts';

export interface FirestoreOptions {
  /** How long after its time an expired document is deleted. Default 24 hours, the vendor's bound. */
  timeToLiveLagMs?: number;
}

export interface Firestore {
  /** For `createGrpcServer`. */
  readonly services: readonly GrpcService[];
  /** @throws when a database of that name exists */
  createDatabase(definition: DatabaseDefinition): Database;
  /** By full name, `projects/p/databases/(default)`. */
  database(name: string): Database | undefined;
  databases(): Database[];
  addIndex(database: string, index: CompositeIndex): void;
  overrideField(database: string, override: FieldOverride): void;
  addTimeToLive(database: string, policy: TimeToLivePolicy): void;
  /**
   * Calls `listener` with each change of a document, in order, after the commit that made it. Writes that
   * change nothing are no changes. Returns its undo.
   */
  onChange(listener: (change: DocumentChange) => void): () => void;
}

const dayMs = 86_400_000;

export function createFirestore(runtime: GcpRuntime, options: FirestoreOptions = {}): Firestore {
  const databases = new Map<string, Database>();
  const timesToLive = new Map<string, TimeToLive>();
  const listeners = new Set<(change: DocumentChange) => void>();
  const context: Context = {
    runtime,
    databases,
    transactions: new Transactions(runtime.clock, runtime.random),
  };
  const existing = (name: string): Database => {
    const database = databases.get(name);
    if (!database) throw new Error(`There is no Firestore database ${name}.`);
    return database;
  };
  return {
    services: [firestoreService(context)],
    database: (name) => databases.get(name),
    databases: () => [...databases.values()],
    createDatabase(definition) {
      if (databases.has(definition.name)) {
        throw new Error(`The Firestore database ${definition.name} exists already.`);
      }
      const database = new Database(definition, runtime.clock);
      databases.set(database.name, database);
      database.onChange((changes) => {
        for (const change of changes) for (const listener of listeners) listener(change);
      });
      timesToLive.set(database.name, new TimeToLive(context, database, options.timeToLiveLagMs ?? dayMs));
      return database;
    },
    addIndex: (database, index) => existing(database).indexes.push(index),
    overrideField: (database, override) => existing(database).fieldOverrides.push(override),
    addTimeToLive: (database, policy) => timesToLive.get(existing(database).name)?.add(policy),
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

function firestoreService(context: Context): GrpcService {
  return {
    name: 'google.firestore.v1.Firestore',
    methods: {
      ...documentMethods(context),
      ...writeMethods(context),
      ...queryMethods(context),
      ...listenMethods(context),
      Write: unsupported('Write (the streaming commit of the mobile and web SDKs)'),
      ExecutePipeline: unsupported('ExecutePipeline (Enterprise edition pipelines)'),
    },
  };
}

const unsupported = (operation: string): GrpcMethod => ({
  kind: 'duplex',
  open() {
    throw new GrpcError('UNIMPLEMENTED', `Firestore ${operation} is not supported by the local cloud.`);
  },
});
