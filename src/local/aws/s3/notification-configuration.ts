// https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-how-to-event-types-and-destinations.html

export interface NotificationRule {
  id: string;
  destination: { kind: 'queue' | 'topic' | 'function'; arn: string };
  /** `s3:ObjectCreated:*` */
  events: string[];
  prefix: string;
  suffix: string;
}

export interface NotificationConfiguration {
  rules: NotificationRule[];
  /** Whether every event goes to the account's default event bus. */
  eventBridge: boolean;
}

export const noNotifications: NotificationConfiguration = { rules: [], eventBridge: false };

/** Whether a rule asks for an event of this name: `ObjectCreated:Put`. */
export function wants(rule: NotificationRule, eventName: string, key: string): boolean {
  return (
    key.startsWith(rule.prefix) &&
    key.endsWith(rule.suffix) &&
    rule.events.some((event) => {
      const name = event.replace(/^s3:/, '');
      return name === eventName || (name.endsWith(':*') && eventName.startsWith(name.slice(0, -1)));
    })
  );
}

/** What S3 can tell of, and this one does. */
export const knownEvents = [
  's3:ObjectCreated:*',
  's3:ObjectCreated:Put',
  's3:ObjectCreated:Post',
  's3:ObjectCreated:Copy',
  's3:ObjectCreated:CompleteMultipartUpload',
  's3:ObjectRemoved:*',
  's3:ObjectRemoved:Delete',
  's3:ObjectRemoved:DeleteMarkerCreated',
  's3:ObjectTagging:*',
  's3:ObjectTagging:Put',
  's3:ObjectTagging:Delete',
  's3:LifecycleExpiration:*',
  's3:LifecycleExpiration:Delete',
  's3:LifecycleExpiration:DeleteMarkerCreated',
] as const;
