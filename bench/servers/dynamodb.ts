/** The local DynamoDB over plain HTTP, in a process of its own. */
import { createDynamoDb } from '../../src/local/aws/dynamodb/index.ts';
import { jsonHandler } from '../../src/local/aws/protocol-json.ts';
import { realClock } from '../../src/local/engine/clock.ts';
import { quietCourse } from '../../src/local/engine/course.ts';
import { Meter } from '../../src/local/engine/meter.ts';
import { seededRandom } from '../../src/local/engine/random.ts';
import { startWireServer } from '../../src/local/engine/wire-server.ts';
import { tellPort } from './tell-port.ts';

const principal = {
  kind: 'administrator',
  arn: 'arn:aws:iam::123456789012:root',
  accountId: '123456789012',
} as const;
const random = seededRandom(1);
const dynamoDb = createDynamoDb({
  accountId: principal.accountId,
  region: 'us-east-1',
  partition: 'aws',
  clock: realClock,
  meter: new Meter(),
  course: quietCourse(),
  random,
});
const onError = (error: unknown) => console.error(error);
const handle = jsonHandler([dynamoDb], {
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
