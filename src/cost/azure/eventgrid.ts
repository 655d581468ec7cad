import { startedUnits } from '../arithmetic.ts';
import { amount, defineService, use } from '../service.ts';

/** Azure Event Grid, Basic tier. Publishes, delivery attempts and filter matches each are operations. */
export const eventgrid = defineService({
  cloud: 'azure',
  service: 'eventgrid',
  title: 'Azure Event Grid',
  page: 'https://azure.microsoft.com/pricing/details/event-grid/',
  inputs: {
    operations: amount(
      'operations',
      'events published, delivery attempts, advanced matches, management calls',
    ),
    eventKb: amount('KB', 'average size of an event, in units of 64 KB'),
  },
  usages: ({ operations, eventKb }) => [
    use('Operations', 'operations', operations.times(startedUnits(eventKb, 64))),
  ],
});
