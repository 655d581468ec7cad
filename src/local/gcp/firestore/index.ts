export type { Database, DatabaseDefinition, DocumentChange, StoredDocument } from './database.ts';
export { encodeDocumentEvent } from './document-event.ts';
export { createFirestore, type Firestore, type FirestoreOptions } from './firestore.ts';
export type { CompositeIndex, FieldOverride, IndexField, IndexMode, QueryScope } from './index-check.ts';
export { firestoreResourceTypes } from './resource-types.ts';
export type { Fields, Value } from './value.ts';
