/** The local Firestore over plain gRPC, in a process of its own. */
import { realClock } from '../../src/local/engine/clock.ts';
import { quietCourse } from '../../src/local/engine/course.ts';
import { Meter } from '../../src/local/engine/meter.ts';
import { seededRandom } from '../../src/local/engine/random.ts';
import { createFirestore } from '../../src/local/gcp/firestore/index.ts';
import { createGrpcServer } from '../../src/local/gcp/grpc-server.ts';
import { tellPort } from './tell-port.ts';

const runtime = {
  projectId: 'demo',
  projectNumber: '1',
  region: 'us-central1',
  clock: realClock,
  meter: new Meter(),
  course: quietCourse(),
  random: seededRandom(1),
  authenticate: () => undefined,
  isAllowed: () => true,
};
const firestore = createFirestore(runtime);
firestore.createDatabase({ name: 'projects/demo/databases/(default)' });
const server = createGrpcServer({ runtime, services: firestore.services, withoutToken: 'owner' });
tellPort(await server.listen(0));
