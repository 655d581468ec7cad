import type { DeadLetterQueue } from './dead-letter.ts';
import type { Place } from './place.ts';

/** Opens a dead-letter queue with its vendor's SDK. @throws RedriveError when there is no such queue */
export async function openDeadLetterQueue(place: Place): Promise<DeadLetterQueue> {
  switch (place.cloud) {
    case 'aws':
      return (await import('./aws/sqs-queue.ts')).openSqsQueue(place);
    case 'azure':
      return (await import('./azure/service-bus-queue.ts')).openServiceBusQueue(place);
    case 'gcp':
      return (await import('./gcp/pubsub-subscription.ts')).openSubscription(place);
  }
}
