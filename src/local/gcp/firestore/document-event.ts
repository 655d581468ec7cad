import type { DocumentChange, StoredDocument } from './database.ts';
import { type FieldPath, formatFieldPath } from './field-path.ts';
import { documentEventData } from './messages.ts';
import { timestampOf } from './micros.ts';
import { documentName } from './resource-name.ts';
import { type Fields, identicalValues } from './value.ts';

/**
 * The payload of an Eventarc event for a change: `google.events.cloud.firestore.v1.DocumentEventData`,
 * `content-type: application/protobuf`. The update mask is there when the document existed before and after.
 * https://cloud.google.com/eventarc/docs/cloudevents
 */
export function encodeDocumentEvent(change: DocumentChange): Buffer {
  const name = documentName(change.database, `${change.collection}/${change.id}`);
  const { before, after } = change;
  return documentEventData.encode({
    value: after && wire(name, after),
    oldValue: before && wire(name, before),
    updateMask: before &&
      after && { fieldPaths: changedPaths(before.fields, after.fields, []).map(formatFieldPath) },
  });
}

const wire = (name: string, { fields, createTime, updateTime }: StoredDocument) => ({
  name,
  fields,
  createTime: timestampOf(createTime),
  updateTime: timestampOf(updateTime),
});

/** The paths of what differs; where both sides have a map, the paths inside it. */
function changedPaths(before: Fields, after: Fields, prefix: FieldPath): FieldPath[] {
  const names = new Set([...before.keys(), ...after.keys()]);
  return [...names].flatMap((name) => {
    const old = before.get(name);
    const now = after.get(name);
    const path = [...prefix, name];
    if (old?.kind === 'map' && now?.kind === 'map') return changedPaths(old.fields, now.fields, path);
    return old && now && identicalValues(old, now) ? [] : [path];
  });
}
