// What the diagram knows about objects, topics and rules of the AWS provider, and where their events go.
import type { StackResource } from '../terraform/stack.ts';
import { type ArchitectureEdge, clientId, numberAt, textAt, valueAt } from './architecture.ts';
import type { StackIndex } from './stack-index.ts';
import { leftOut, shown, type TypeRule } from './type-table.ts';

export const awsEvents: Record<string, TypeRule> = {
  aws_s3_bucket: {
    service: 'S3',
    box: 'bucket',
    edges: (bucket, index) =>
      isUploadedTo(bucket, index)
        ? [{ from: clientId, to: bucket.address, kind: 'call', labels: ['PutObject'] }]
        : [],
  },
  aws_s3_bucket_lifecycle_configuration: leftOut('housekeeping of its bucket'),
  aws_s3_bucket_notification: leftOut('shown by the rules and receivers that its events reach'),
  aws_s3_bucket_ownership_controls: leftOut('switches access control lists off'),
  aws_s3_bucket_policy: leftOut('refuses what does not come over TLS'),
  aws_s3_bucket_public_access_block: leftOut('keeps the public out, as every bucket here does'),
  aws_s3_bucket_server_side_encryption_configuration: {
    service: 'S3 encryption',
    partOf: (encryption, index) => bucketOf(encryption, index)?.address,
    facts: [
      {
        topic: 'security',
        label: 'Encryption at rest',
        path: 'rule.apply_server_side_encryption_by_default.sse_algorithm',
        show: (value) => shown(value),
      },
    ],
  },
  aws_s3_bucket_versioning: {
    service: 'S3 versioning',
    partOf: (versioning, index) => bucketOf(versioning, index)?.address,
    facts: [
      {
        topic: 'data',
        label: 'Restore to a point in time',
        path: 'versioning_configuration.status',
        show: (value) => (value === 'Enabled' ? 'earlier versions of every object' : 'no'),
      },
    ],
  },
  aws_sns_topic: {
    service: 'SNS',
    box: 'topic',
    edges: (topic, index) =>
      isNamedBy(topic, index, ['aws_iam_role_policy'], 'sns:Publish')
        ? []
        : [{ from: clientId, to: topic.address, kind: 'call', labels: ['Publish'] }],
  },
  aws_sns_topic_policy: leftOut('lets services publish that its statements name'),
  aws_sns_topic_subscription: {
    service: 'SNS subscription',
    edges(subscription, index) {
      const topic = index.meant(valueAt(subscription.values, 'topic_arn'), subscription, 'aws_sns_topic');
      const receiver = index.meant(valueAt(subscription.values, 'endpoint'), subscription);
      if (!topic || !receiver) return [];
      return [
        {
          from: topic.address,
          to: receiver.address,
          kind: 'call',
          labels: [textAt(subscription, 'filter_policy') ?? 'all messages'],
        },
      ];
    },
  },
  aws_cloudwatch_event_rule: leftOut('shown by the targets that it leads to'),
  aws_cloudwatch_event_target: {
    service: 'EventBridge target',
    edges(target, index) {
      const rule = index.meant(valueAt(target.values, 'rule'), target, 'aws_cloudwatch_event_rule');
      const receiver = index.meant(valueAt(target.values, 'arn'), target);
      const source = rule && sourceOf(rule, index);
      if (!source || !receiver) return [];
      const edges: ArchitectureEdge[] = [
        { from: source, to: receiver.address, kind: 'call', labels: [eventsOf(rule)] },
      ];
      const [delivery] = edges;
      // A function that EventBridge calls itself is told here; of a queue, its own readers tell.
      if (delivery && receiver.type === 'aws_lambda_function') {
        const deadLetters = index.meant(valueAt(target.values, 'dead_letter_config.arn'), target);
        delivery.delivery = {
          how: 'asynchronous, at least once, without order',
          retries: `${numberAt(target, 'retry_policy.maximum_retry_attempts') ?? 185}, within ${(numberAt(target, 'retry_policy.maximum_event_age_in_seconds') ?? 86_400) / 3600} h`,
          afterTheLastFailure: deadLetters ? `kept in ${deadLetters.address}` : 'gone',
        };
      }
      return edges;
    },
  },
};

const bucketOf = (part: StackResource, index: StackIndex) =>
  index.meant(valueAt(part.values, 'bucket'), part, 'aws_s3_bucket');

/** A bucket that tells of its objects and that no code here writes to gets them from outside. */
function isUploadedTo(bucket: StackResource, index: StackIndex): boolean {
  const tells = index.ofType('aws_s3_bucket_notification').some((one) => bucketOf(one, index) === bucket);
  return tells && !isNamedBy(bucket, index, ['aws_iam_role_policy'], 's3:PutObject');
}

/** Whether a policy of one of these types allows `action` on something of the resource. */
function isNamedBy(
  resource: StackResource,
  index: StackIndex,
  types: readonly string[],
  action: string,
): boolean {
  const arn = textAt(resource, 'arn') ?? '\n';
  return types
    .flatMap((type) => index.ofType(type))
    .map((policy) => textAt(policy, 'policy') ?? '')
    .some((policy) => policy.includes(arn) && policy.includes(`"${action}"`));
}

interface EventPattern {
  'detail-type'?: unknown[];
  detail?: { bucket?: { name?: unknown[] }; object?: { key?: unknown } };
}

/** The bucket whose events the rule picks, or its bus or schedule by what stands for the outside. */
function sourceOf(rule: StackResource, index: StackIndex): string {
  const names = patternOf(rule).detail?.bucket?.name ?? [];
  const bucket = index.ofType('aws_s3_bucket').find((one) => names.includes(textAt(one, 'bucket')));
  return bucket?.address ?? clientId;
}

function eventsOf(rule: StackResource): string {
  const { 'detail-type': types = [], detail } = patternOf(rule);
  const key = detail?.object?.key;
  const words = [types.join(', '), key === undefined ? '' : JSON.stringify(key)].filter(
    (word) => word !== '',
  );
  return words.join(', ') || (textAt(rule, 'schedule_expression') ?? 'all events');
}

const patternOf = (rule: StackResource): EventPattern =>
  JSON.parse(textAt(rule, 'event_pattern') ?? '{}') as EventPattern;
