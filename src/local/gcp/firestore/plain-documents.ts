import type { Table } from '../../stack-access.ts';
import type { Firestore } from './firestore.ts';
import type { Fields, Value } from './value.ts';

/** A collection as the owner of the stack sees it, in whichever database it stands. Documents carry their `id`. */
export function collectionOf(firestore: Firestore, collection: string): Table {
  return {
    name: collection,
    aliases: [],
    documents: async () =>
      firestore
        .databases()
        .flatMap((database) => [...database.collection(collection)])
        .map(({ id, fields }) => ({ id, ...plainFields(fields) })),
  };
}

function plainFields(fields: Fields): Record<string, unknown> {
  return Object.fromEntries([...fields].map(([name, value]) => [name, plainValue(value)]));
}

/** Timestamps become ISO text, bytes Base64; integers become JavaScript's numbers, which may cost digits. */
function plainValue(value: Value): unknown {
  switch (value.kind) {
    case 'null':
      return null;
    case 'integer':
      return Number(value.value);
    case 'timestamp':
      return new Date(value.value.seconds * 1000 + Math.floor(value.value.nanos / 1e6)).toISOString();
    case 'bytes':
      return value.value.toString('base64');
    case 'geoPoint':
      return { latitude: value.latitude, longitude: value.longitude };
    case 'array':
      return value.values.map(plainValue);
    case 'map':
      return plainFields(value.fields);
    default:
      return value.value;
  }
}
