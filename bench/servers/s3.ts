/** The local S3 over plain HTTP, in a process of its own. */
import { mkdtempSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Destinations } from '../../src/local/aws/destinations.ts';
import { Iam } from '../../src/local/aws/iam/iam.ts';
import { createS3 } from '../../src/local/aws/s3/s3.ts';
import { realClock } from '../../src/local/engine/clock.ts';
import { quietCourse } from '../../src/local/engine/course.ts';
import { Meter } from '../../src/local/engine/meter.ts';
import { seededRandom } from '../../src/local/engine/random.ts';
import { startWireServer } from '../../src/local/engine/wire-server.ts';
import { tellPort } from './tell-port.ts';

const runtime = {
  accountId: '123456789012',
  region: 'us-east-1',
  partition: 'aws',
  clock: realClock,
  meter: new Meter(),
  course: quietCourse(),
  random: seededRandom(1),
};
const iam = new Iam(runtime);
const s3 = createS3({
  runtime,
  iam,
  destinations: new Destinations(runtime, iam),
  putServiceEvent: () => undefined,
  outsideKey: { accessKeyId: 'local', secretAccessKey: 'local' },
  spillDirectory: mkdtempSync(path.join(os.tmpdir(), 'bench-s3-')),
  warn: (text) => console.error(text),
});
const { plainPort } = await startWireServer({
  plainPort: 0,
  maximumBodyBytes: 64 * 1024 * 1024,
  route: () => (request) => s3.handle(request, (principal, requests) => iam.authorize(principal, requests)),
  onError: (error) => console.error(error),
});
tellPort(plainPort);
