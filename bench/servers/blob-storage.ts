/** A local storage account with blobs over plain HTTP, in a process of its own. */
import { mkdtempSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { StorageAccounts } from '../../src/local/azure/storage/storage-accounts.ts';
import { realClock } from '../../src/local/engine/clock.ts';
import { quietCourse } from '../../src/local/engine/course.ts';
import { Meter } from '../../src/local/engine/meter.ts';
import { seededRandom } from '../../src/local/engine/random.ts';
import { startWireServer } from '../../src/local/engine/wire-server.ts';
import { tellPort } from './tell-port.ts';

const [name = '', key = ''] = process.argv.slice(2);
const storage = new StorageAccounts(
  {
    subscriptionId: 'sub',
    tenantId: 'tenant',
    clock: realClock,
    meter: new Meter(),
    course: quietCourse(),
    random: seededRandom(1),
    authenticate: () => undefined,
    isAllowed: () => true,
  },
  { runDirectory: mkdtempSync(path.join(os.tmpdir(), 'bench-blobs-')) },
);
storage.add({
  id: `/subscriptions/sub/resourceGroups/bench/providers/Microsoft.Storage/storageAccounts/${name}`,
  name,
  location: 'eastus2',
  keys: [key],
  sharedKeyEnabled: true,
  versioningEnabled: false,
});
const { plainPort } = await startWireServer({
  plainPort: 0,
  maximumBodyBytes: 64 * 1024 * 1024,
  route: () => storage.handleBlobOwner,
  onError: (error) => console.error(error),
});
tellPort(plainPort);
