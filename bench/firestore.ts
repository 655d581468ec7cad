import { Firestore } from '@google-cloud/firestore';
import { type Row, rowsOf, type Settings } from './benchmark.ts';
import { findFirestoreEmulator, noFirestoreEmulator, startFirestoreEmulator } from './firestore-emulator.ts';
import { measureLoad } from './load-client.ts';
import { listening, type ServerProcess, startModule } from './server-process.ts';

const documents = 1000;

/** Documents set, read and queried through the official SDK, whose own work is in the rates: ours, Google's emulator. */
export async function firestore(settings: Settings): Promise<Row[]> {
  const rows = await rowsOf('serverless-patterns', settings, async () => {
    settings.progress('  serverless-patterns');
    const { process: server, port } = await startModule('firestore');
    return measure('serverless-patterns', settings, server, port);
  });
  const archive = findFirestoreEmulator();
  if (!archive) {
    rows.push({ kind: 'skipped', subject: "Google's emulator", reason: noFirestoreEmulator });
    return rows;
  }
  const peerRows = await rowsOf("Google's emulator", settings, async () => {
    settings.progress("  Google's emulator");
    const { process: server, port } = await startFirestoreEmulator(archive);
    return measure("Google's emulator", settings, server, port);
  });
  return [...rows, ...peerRows];
}

/** Stops the server at the end. */
async function measure(
  subject: string,
  settings: Settings,
  process: ServerProcess,
  port: number,
): Promise<Row[]> {
  await using server = process;
  await listening(server, port);
  const database = new Firestore({
    projectId: 'demo',
    host: `127.0.0.1:${port}`,
    ssl: false,
    customHeaders: { Authorization: 'Bearer owner' },
    // Otherwise the SDK asks Google's metadata server for it.
    clientOptions: { universeDomain: 'googleapis.com' },
  });
  try {
    const rows: Row[] = [];
    for (const [work, run] of Object.entries(works(database))) {
      const call = async (_worker: number, index: number) => {
        await run(index % documents);
      };
      rows.push({
        kind: 'measured',
        subject,
        work,
        figures: await measureLoad(settings, [server], { call }),
      });
    }
    return rows;
  } finally {
    await database.terminate();
  }
}

function works(database: Firestore): Record<string, (index: number) => Promise<unknown>> {
  const document = (index: number) => database.doc(`items/item-${index}`);
  const content = (index: number) => ({
    name: 'A test item with a name',
    price: 29.99,
    count: index,
    createdAt: new Date(1_767_268_800_000),
    tags: ['a', 'b'],
    stock: { berlin: 3, paris: 12 },
  });
  return {
    set: (index) => document(index).set(content(index)),
    get: (index) => document(index).get(),
    'query, 20 documents': (index) =>
      database.collection('items').where('count', '>=', index).orderBy('count').limit(20).get(),
  };
}
