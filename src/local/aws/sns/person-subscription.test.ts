import {
  CreateTopicCommand,
  GetSubscriptionAttributesCommand,
  GetTopicAttributesCommand,
  ListSubscriptionsByTopicCommand,
  ListSubscriptionsCommand,
  PublishCommand,
  SNSClient,
  SubscribeCommand,
  UnsubscribeCommand,
} from '@aws-sdk/client-sns';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { TimelineEvent } from '../../engine/timeline.ts';
import { arnOf, type DeliveryFixture, deliveryFixture } from '../delivery-fixture.ts';

const TopicArn = arnOf('sns', 'alarms');
const Endpoint = 'ops@example.com';
let fixture: DeliveryFixture;
let sns: SNSClient;
let events: TimelineEvent[];

beforeEach(async () => {
  fixture = await deliveryFixture();
  events = [];
  fixture.course.timeline.onEvent((event) => events.push(event));
  sns = new SNSClient(fixture.clientOptions);
  await sns.send(new CreateTopicCommand({ Name: 'alarms' }));
});
afterEach(() => fixture.close());

const subscribe = async (given: Partial<SubscribeCommand['input']> = {}) =>
  (
    await sns.send(
      new SubscribeCommand({ TopicArn, Protocol: 'email', Endpoint, ReturnSubscriptionArn: true, ...given }),
    )
  ).SubscriptionArn ?? '';
const publish = async (kind: string) => {
  const MessageAttributes = { kind: { DataType: 'String', StringValue: kind } };
  await sns.send(new PublishCommand({ TopicArn, Message: 'disk full', MessageAttributes }));
  await fixture.pass();
};
const withheld = () => events.filter(({ kind }) => kind === 'withheld');

it.each(['email', 'email-json'])('a subscription by %s is pending confirmation', async (Protocol) => {
  expect(await subscribe({ Protocol, ReturnSubscriptionArn: false })).toBe('pending confirmation');
  const arn = await subscribe({ Protocol });
  expect(arn).toMatch(new RegExp(`^${TopicArn}:[0-9a-f-]{36}$`));
  const listed = {
    SubscriptionArn: 'PendingConfirmation',
    Owner: '123456789012',
    Protocol,
    Endpoint,
    TopicArn,
  };
  expect((await sns.send(new ListSubscriptionsCommand())).Subscriptions).toEqual([listed]);
  const ofTopic = await sns.send(new ListSubscriptionsByTopicCommand({ TopicArn }));
  expect(ofTopic.Subscriptions).toEqual([listed]);
  const one = await sns.send(new GetSubscriptionAttributesCommand({ SubscriptionArn: arn }));
  expect(one.Attributes).toMatchObject({
    PendingConfirmation: 'true',
    ConfirmationWasAuthenticated: 'false',
  });
  const { Attributes } = await sns.send(new GetTopicAttributesCommand({ TopicArn }));
  expect(Attributes).toMatchObject({ SubscriptionsConfirmed: '0', SubscriptionsPending: '1' });
});

it('says once that no mail leaves the machine, and tells of each message that goes nowhere', async () => {
  await subscribe();
  await subscribe();
  expect(fixture.warnings).toEqual([
    'alarms to ops@example.com is pending confirmation and gets nothing: no e-mail leaves this machine. In AWS ops@example.com gets a link to confirm it within 48 hours',
  ]);
  await subscribe({ Protocol: 'sqs', Endpoint: fixture.queue('copies', 'sns.amazonaws.com') });
  await publish('alarm');
  expect(withheld()).toMatchObject([
    { place: 'alarms to ops@example.com', subject: expect.any(String), detail: 'pending confirmation' },
  ]);
  expect(fixture.messages('copies')).toHaveLength(1);
  const delivered = fixture.metrics.series().find(({ name }) => name === 'NumberOfNotificationsDelivered');
  expect(delivered?.points).toMatchObject([{ sum: 1 }]);
});

it('can not be ended while it is pending, and is gone after 48 hours', async () => {
  const SubscriptionArn = await subscribe();
  await expect(sns.send(new UnsubscribeCommand({ SubscriptionArn }))).rejects.toThrow(
    'Invalid parameter: SubscriptionArn Reason: Cannot unsubscribe a subscription that is pending confirmation',
  );
  await fixture.pass(48 * 3600_000 - 1);
  expect((await sns.send(new ListSubscriptionsCommand())).Subscriptions).toHaveLength(1);
  await fixture.pass(1);
  expect((await sns.send(new ListSubscriptionsCommand())).Subscriptions).toEqual([]);
});

it('a telephone has nothing to confirm; what its filter lets through is told instead of sent', async () => {
  const Attributes = { FilterPolicy: '{"kind":["alarm"]}' };
  const arn = await subscribe({ Protocol: 'sms', Endpoint: '+1-555-0100', Attributes });
  const [listed] = (await sns.send(new ListSubscriptionsCommand())).Subscriptions ?? [];
  expect(listed).toMatchObject({ SubscriptionArn: arn, Protocol: 'sms', Endpoint: '+1-555-0100' });
  await publish('all is well');
  expect(withheld()).toEqual([]);
  await publish('alarm');
  expect(withheld()).toMatchObject([
    { place: 'alarms to +1-555-0100', detail: 'no text message leaves this machine' },
  ]);
  expect(fixture.warnings).toEqual([
    'alarms to +1-555-0100 gets nothing: no text message leaves this machine',
  ]);
  await sns.send(new UnsubscribeCommand({ SubscriptionArn: arn }));
  expect((await sns.send(new ListSubscriptionsCommand())).Subscriptions).toEqual([]);
});

it.each([
  ['email', 'ops', 'Invalid parameter: Email address'],
  ['sms', 'ops@example.com', 'Invalid parameter: Invalid SMS endpoint: ops@example.com'],
])('refuses an address that %s can not reach', async (Protocol, wrong, message) => {
  await expect(subscribe({ Protocol, Endpoint: wrong })).rejects.toThrow(message);
});

it('FIFO topics have no people as subscribers', async () => {
  await sns.send(new CreateTopicCommand({ Name: 'alarms.fifo', Attributes: { FifoTopic: 'true' } }));
  await expect(subscribe({ TopicArn: `${TopicArn}.fifo` })).rejects.toThrow(/Invalid protocol type: email/);
});
