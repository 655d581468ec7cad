import { membersOf, present } from '../serverless.ts';
import type { Event } from './event.ts';

/** An event source that Lambda polls. */
export function polled(source: 'Queue' | 'Stream', managedPolicy: string): (event: Event) => void {
  return ({ id, properties, target, transform }) => {
    const given = membersOf(properties, [
      'BatchSize',
      'BisectBatchOnFunctionError',
      'DestinationConfig',
      'Enabled',
      'FilterCriteria',
      'FunctionResponseTypes',
      'KmsKeyArn',
      'MaximumBatchingWindowInSeconds',
      'MaximumRecordAgeInSeconds',
      'MaximumRetryAttempts',
      'MetricsConfig',
      'ParallelizationFactor',
      'ProvisionedPollerConfig',
      'Queue',
      'ScalingConfig',
      'StartingPosition',
      'Stream',
      'TumblingWindowInSeconds',
    ]);
    const { Queue, Stream, ...same } = given;
    const arn = source === 'Queue' ? Queue : Stream;
    if (arn === undefined) throw properties.refuse(`${source} is missing`);
    transform.generate(properties, id, 'AWS::Lambda::EventSourceMapping', {
      ...present(same),
      EventSourceArn: arn,
      FunctionName: target.reference,
    });
    target.needsManagedPolicy(managedPolicy);
  };
}
