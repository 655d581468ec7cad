import { EventBridgeClient, PutRuleCommand, PutTargetsCommand } from '@aws-sdk/client-eventbridge';
import { CreateTopicCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type DeliveryFixture, deliveryFixture } from './delivery-fixture.ts';

let fixture: DeliveryFixture;
beforeEach(async () => {
  fixture = await deliveryFixture();
});
afterEach(() => fixture.close());

/** A subscription and a rule whose dead letters go to queues that let in these services. */
async function deadLetterQueues(snsQueue: string | undefined, eventsQueue: string | undefined) {
  const sns = new SNSClient(fixture.clientOptions);
  const { TopicArn } = await sns.send(new CreateTopicCommand({ Name: 'orders' }));
  await sns.send(
    new SubscribeCommand({
      TopicArn,
      Protocol: 'sqs',
      Endpoint: fixture.queue('orders'),
      Attributes: {
        RedrivePolicy: JSON.stringify({ deadLetterTargetArn: fixture.queue('dead-orders', snsQueue) }),
      },
    }),
  );
  const events = new EventBridgeClient(fixture.clientOptions);
  await events.send(new PutRuleCommand({ Name: 'r', EventPattern: '{"source":["shop"]}' }));
  const DeadLetterConfig = { Arn: fixture.queue('dead-events', eventsQueue) };
  await events.send(
    new PutTargetsCommand({
      Rule: 'r',
      Targets: [{ Id: 't', Arn: fixture.queue('events'), DeadLetterConfig }],
    }),
  );
}

const tryAll = () =>
  [fixture.sns.store, fixture.eventBridge.store].flatMap((store) =>
    fixture.destinations.tryDeadLetterRoutes(store.deadLetterRoutes()),
  );

describe('dead-letter routes', () => {
  it('need their permissions although nothing fails', async () => {
    await deadLetterQueues('sns.amazonaws.com', 'events.amazonaws.com');
    expect(fixture.iam.unused()).toHaveLength(2);
    expect(tryAll()).toEqual([]);
    expect(fixture.iam.unused()).toEqual([]);
    expect(fixture.messages('dead-orders')).toEqual([]);
  });

  it('that are closed are told before a message is lost there', async () => {
    await deadLetterQueues(undefined, 'sns.amazonaws.com');
    expect(tryAll()).toEqual([
      expect.stringMatching(/dead-letter queue arn:\S+:dead-orders: .*sns\.amazonaws\.com.* not authorized/),
      expect.stringMatching(
        /dead-letter queue arn:\S+:dead-events: .*events\.amazonaws\.com.* not authorized/,
      ),
    ]);
  });
});
