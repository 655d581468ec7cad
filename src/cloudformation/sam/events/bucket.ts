import { intrinsicOf, isObject } from '../../template-value.ts';
import { membersOf, present } from '../serverless.ts';
import { type Event, permit } from './event.ts';

/** The rule becomes a part of the bucket, which can be made only when it is permitted. */
export function bucket(event: Event): void {
  const { properties, target, transform } = event;
  const { Bucket, Events, Filter } = membersOf(properties, ['Bucket', 'Events', 'Filter']);
  const reference = intrinsicOf(Bucket);
  const bucketId = reference?.name === 'Ref' ? String(reference.argument) : '';
  const resource = transform.resources.get(bucketId);
  if (resource?.type !== 'AWS::S3::Bucket')
    throw properties.refuse('Bucket must be the !Ref of a bucket in the same template');
  if (Events === undefined) throw properties.refuse('Events is missing');
  const permissionId = permit(event, 's3.amazonaws.com', { SourceAccount: { Ref: 'AWS::AccountId' } });
  const before = resource.properties.NotificationConfiguration;
  const notification = isObject(before) ? before : {};
  const rules = Array.isArray(notification.LambdaConfigurations) ? notification.LambdaConfigurations : [];
  const added = (Array.isArray(Events) ? Events : [Events]).map((name) =>
    present({ Event: name, Filter, Function: target.arn }),
  );
  transform.resources.set(bucketId, {
    ...resource,
    properties: transform.places.inherit(
      {
        ...resource.properties,
        NotificationConfiguration: { ...notification, LambdaConfigurations: [...rules, ...added] },
      },
      resource.properties,
    ),
    dependsOn: [...resource.dependsOn, permissionId],
  });
}
