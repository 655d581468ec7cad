/** The local SQS over plain HTTP, in a process of its own. */
import { jsonHandler } from '../../src/local/aws/protocol-json.ts';
import { createSqs } from '../../src/local/aws/sqs/sqs.ts';
import { realClock } from '../../src/local/engine/clock.ts';
import { quietCourse } from '../../src/local/engine/course.ts';
import { Meter } from '../../src/local/engine/meter.ts';
import { MetricStore } from '../../src/local/engine/metric-store.ts';
import { seededRandom } from '../../src/local/engine/random.ts';
import { startWireServer } from '../../src/local/engine/wire-server.ts';
import { tellPort } from './tell-port.ts';

const principal = {
  kind: 'administrator',
  arn: 'arn:aws:iam::123456789012:root',
  accountId: '123456789012',
} as const;
const random = seededRandom(1);
const sqs = createSqs({
  runtime: {
    accountId: principal.accountId,
    region: 'us-east-1',
    partition: 'aws',
    clock: realClock,
    meter: new Meter(),
    course: quietCourse(),
    random,
  },
  metrics: new MetricStore(),
  senderId: ({ accountId }) => accountId,
  attachPolicy: () => {},
});
const onError = (error: unknown) => console.error(error);
const handle = jsonHandler([sqs.json], {
  identify: () => principal,
  authorise: () => {},
  requestId: () => random.uuid(),
  onUnexpectedError: onError,
});
const { plainPort } = await startWireServer({
  plainPort: 0,
  maximumBodyBytes: 16 * 1024 * 1024,
  route: () => handle,
  onError,
});
tellPort(plainPort);
