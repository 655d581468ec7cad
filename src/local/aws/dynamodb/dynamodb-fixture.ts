/** A DynamoDB on a virtual clock for tests, with a short way to call it. */
import { type VirtualClock, virtualClock } from '../../engine/clock.ts';
import { quietCourse } from '../../engine/course.ts';
import { Meter } from '../../engine/meter.ts';
import { seededRandom } from '../../engine/random.ts';
import { AwsError } from '../service.ts';
import { createDynamoDb, type DynamoDb, type DynamoDbOptions } from './index.ts';

export const startMs = Date.parse('2024-05-01T12:00:00Z');

/** What a call gave: the members of the response, or those of the error with its `code` and `message`. */
export type Answer = Record<string, unknown>;

export interface Fixture {
  dynamoDb: DynamoDb;
  clock: VirtualClock;
  meter: Meter;
  call(operation: string, input: object): Answer;
}

export function fixture(options: DynamoDbOptions = {}): Fixture {
  const clock = virtualClock(startMs);
  const meter = new Meter();
  const dynamoDb = createDynamoDb(
    {
      accountId: '123456789012',
      region: 'eu-central-1',
      partition: 'aws',
      clock,
      meter,
      course: quietCourse(),
      random: seededRandom(7),
    },
    options,
  );
  return { dynamoDb, clock, meter, call: (operation, input) => call(dynamoDb, operation, input) };
}

function call(dynamoDb: DynamoDb, operation: string, input: object): Answer {
  const principal = {
    kind: 'administrator',
    arn: 'arn:aws:iam::123456789012:root',
    accountId: '123456789012',
  } as const;
  try {
    // Through JSON, as over the wire: what comes in belongs to nobody else.
    const request: unknown = JSON.parse(JSON.stringify(input));
    const output = dynamoDb.operations[operation]?.run(request, { principal, requestId: '1' });
    return { ...(typeof output === 'object' && output) };
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    return { code: error.code, message: error.message, ...error.members };
  }
}

/** CreateTable input: `p` is the hash key, `s` an optional range key. */
export function tableInput(rangeType?: 'S' | 'N' | 'B', rest: object = {}): object {
  return {
    TableName: 'items',
    AttributeDefinitions: [
      { AttributeName: 'p', AttributeType: 'S' },
      ...(rangeType ? [{ AttributeName: 's', AttributeType: rangeType }] : []),
    ],
    KeySchema: [
      { AttributeName: 'p', KeyType: 'HASH' },
      ...(rangeType ? [{ AttributeName: 's', KeyType: 'RANGE' }] : []),
    ],
    BillingMode: 'PAY_PER_REQUEST',
    ...rest,
  };
}
