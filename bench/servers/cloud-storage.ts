/** The local Cloud Storage over plain HTTP, in a process of its own; its bucket is `bench`. */
import { mkdtempSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { realClock } from '../../src/local/engine/clock.ts';
import { quietCourse } from '../../src/local/engine/course.ts';
import { Meter } from '../../src/local/engine/meter.ts';
import { seededRandom } from '../../src/local/engine/random.ts';
import { startWireServer } from '../../src/local/engine/wire-server.ts';
import { parseConfiguration } from '../../src/local/gcp/storage/bucket.ts';
import { CloudStorage, storageEndpoint } from '../../src/local/gcp/storage/index.ts';
import { tellPort } from './tell-port.ts';

const storage = new CloudStorage({
  spillDirectory: mkdtempSync(path.join(os.tmpdir(), 'bench-cloud-storage-')),
  onObjectEvent: () => undefined,
  runtime: {
    projectId: 'demo',
    projectNumber: '1',
    region: 'us-central1',
    clock: realClock,
    meter: new Meter(),
    course: quietCourse(),
    random: seededRandom(1),
    authenticate: () => undefined,
    isAllowed: () => true,
    isPublic: () => false,
  },
});
storage.createBucket('bench', parseConfiguration({ location: 'us-central1' }));
const handle = storageEndpoint({ storage, withoutToken: 'owner', verify: () => false });
const { plainPort } = await startWireServer({
  plainPort: 0,
  maximumBodyBytes: 64 * 1024 * 1024,
  route: () => handle,
  onError: (error) => console.error(error),
});
tellPort(plainPort);
