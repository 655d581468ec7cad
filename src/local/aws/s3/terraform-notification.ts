// https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/s3_bucket_notification
import { z } from 'zod';
import { stableId } from '../../engine/stable-id.ts';
import type { NotificationConfiguration, NotificationRule } from './notification-configuration.ts';

const Rule = {
  id: z.string().nullish(),
  events: z.array(z.string()).min(1),
  filter_prefix: z.string().nullish(),
  filter_suffix: z.string().nullish(),
};
type Rule = z.output<z.ZodObject<typeof Rule>>;

export const NotificationArguments = z.object({
  eventbridge: z.boolean().default(false),
  lambda_function: z.array(z.object({ ...Rule, lambda_function_arn: z.string().nullish() })).default([]),
  queue: z.array(z.object({ ...Rule, queue_arn: z.string() })).default([]),
  topic: z.array(z.object({ ...Rule, topic_arn: z.string() })).default([]),
});

/** `address` is that of the resource, from which ids are made where none are given. */
export function notificationConfiguration(
  given: z.output<typeof NotificationArguments>,
  address: string,
): NotificationConfiguration {
  let count = 0;
  const rule = (
    { id, events, filter_prefix: prefix, filter_suffix: suffix }: Rule,
    kind: NotificationRule['destination']['kind'],
    arn: string,
  ): NotificationRule => ({
    id:
      id ||
      `tf-s3-${kind === 'function' ? 'lambda' : kind}-${stableId(`${address}${count++}`, 26, '0123456789')}`,
    destination: { kind, arn },
    events,
    prefix: prefix ?? '',
    suffix: suffix ?? '',
  });
  return {
    eventBridge: given.eventbridge,
    rules: [
      ...given.queue.map((each) => rule(each, 'queue', each.queue_arn)),
      ...given.topic.map((each) => rule(each, 'topic', each.topic_arn)),
      ...given.lambda_function.map((each) => rule(each, 'function', each.lambda_function_arn ?? '')),
    ],
  };
}
