// What the events of a function stand for.
// https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-property-function-eventsource.html
import type { Given } from '../../property.ts';
import { membersOf, type Transform } from '../serverless.ts';
import { bucket } from './bucket.ts';
import type { Event, EventTarget } from './event.ts';
import { httpApi } from './http-api.ts';
import { polled } from './polled.ts';
import { eventRule, scheduledRule } from './rule.ts';
import { schedule } from './schedule.ts';
import { topic } from './topic.ts';

const expansions: Record<string, (event: Event) => void> = {
  CloudWatchEvent: eventRule,
  DynamoDB: polled('Stream', 'AWSLambdaDynamoDBExecutionRole'),
  EventBridgeRule: eventRule,
  HttpApi: httpApi,
  Kinesis: polled('Stream', 'AWSLambdaKinesisExecutionRole'),
  S3: bucket,
  SNS: topic,
  SQS: polled('Queue', 'AWSLambdaSQSQueueExecutionRole'),
  Schedule: scheduledRule,
  ScheduleV2: schedule,
};

export function expandEvent(name: string, given: Given, target: EventTarget, transform: Transform): void {
  const { Properties = {}, Type } = membersOf(given, ['Properties', 'Type']);
  const expand = expansions[String(Type)];
  if (Type === 'Api')
    throw given.refuse('REST APIs (Type: Api) do not run locally: use an HTTP API (Type: HttpApi)');
  if (!expand)
    throw given.refuse(
      `events of Type ${String(Type)} do not run locally; those of ${Object.keys(expansions).join(', ')} do`,
    );
  expand({
    id: `${target.logicalId}${name}`,
    properties: given.member('Properties', Properties),
    target,
    transform,
  });
}
