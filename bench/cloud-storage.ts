import type { Row, Settings } from './benchmark.ts';
import { compare, ourEmulator } from './emulators.ts';
import { fillWith, type ObjectCall, objectLoad } from './objects.ts';

const objectPath = (name: string) => `/storage/v1/b/bench/o/${encodeURIComponent(name)}`;
const uploadPath = (name: string) =>
  `/upload/storage/v1/b/bench/o?uploadType=media&name=${encodeURIComponent(name)}`;
const insert: ObjectCall = { method: 'POST', pathOf: uploadPath, status: 200 };

const calls: [work: string, call: ObjectCall][] = [
  ['insert an object, JSON API', insert],
  [
    'get its media, JSON API',
    { method: 'GET', pathOf: (name) => `${objectPath(name)}?alt=media`, status: 200 },
  ],
  ['PUT Object, XML API', { method: 'PUT', pathOf: (name) => `/bench/${name}`, status: 200 }],
  ['GET Object, XML API', { method: 'GET', pathOf: (name) => `/bench/${name}`, status: 200 }],
];

/** Objects of 10 KB, put and got over plain HTTP through both APIs of our Cloud Storage. */
export const cloudStorage = (settings: Settings): Promise<Row[]> =>
  compare(
    settings,
    [ourEmulator('cloud-storage')],
    calls.map(([work, call]) => ({
      work,
      load: ({ port }) => objectLoad(port, settings.connections, call),
    })),
    ({ port }) => fillWith(port, insert),
  );
