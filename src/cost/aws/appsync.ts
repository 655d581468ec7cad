import { startedUnits } from '../arithmetic.ts';
import { amount, charged, defineService, use } from '../service.ts';

/** AWS AppSync: GraphQL and Events APIs. */
export const appsync = defineService({
  cloud: 'aws',
  service: 'appsync',
  title: 'AWS AppSync',
  page: 'https://aws.amazon.com/appsync/pricing/',
  inputs: {
    operations: charged(
      'query_mutation',
      'Queries and mutations',
      'operations',
      'GraphQL queries and mutations',
    ),
    realtimeMessages: amount('messages', 'real-time updates delivered'),
    realtimeMessageKb: amount('KB', 'average size of an update, in units of 5 KB'),
    connectionMinutes: charged(
      'connection_minutes',
      'Connections',
      'minutes',
      'minutes that clients are connected',
    ),
    eventOperations: charged(
      'events_operation',
      'Event operations',
      'operations',
      'operations of the Events API',
    ),
    eventConnectionMinutes: charged(
      'events_connection_minutes',
      'Event connections',
      'minutes',
      'minutes connected to the Events API',
    ),
  },
  usages({ realtimeMessages, realtimeMessageKb }) {
    return [
      use('Real-time updates', 'realtime_update', realtimeMessages.times(startedUnits(realtimeMessageKb, 5))),
    ];
  },
});
