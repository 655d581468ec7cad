import { startedUnits } from '../arithmetic.ts';
import { amount, charged, defineService, use } from '../service.ts';

/** Amazon EventBridge: classic buses, Pipes, Scheduler, archives. Events of AWS services are free. */
export const eventbridge = defineService({
  cloud: 'aws',
  service: 'eventbridge',
  title: 'Amazon EventBridge',
  page: 'https://aws.amazon.com/eventbridge/pricing/',
  inputs: {
    customEvents: amount('events', 'custom events published to buses'),
    partnerEvents: amount('events', 'events of SaaS partners'),
    crossAccountServiceDeliveries: amount('events', 'deliveries to a service in another account'),
    eventKb: amount('KB', 'average size of an event, in units of 64 KB (schema discovery: 8 KB)'),
    apiDestinationInvocations: amount('invocations', 'calls of API destinations'),
    pipeRequests: amount('requests', 'requests of Pipes after filtering; a batch is one'),
    pipeRequestKb: amount('KB', 'average size of a request of Pipes, in units of 64 KB'),
    schedulerInvocations: charged(
      'scheduler',
      'Scheduler',
      'invocations',
      'invocations by EventBridge Scheduler',
    ),
    archivedGb: charged('archive_processing', 'Archiving', 'GB', 'events archived'),
    archiveGbMonths: charged('archive_storage', 'Archive storage', 'GB-months', 'archives kept'),
    replayedEvents: charged('replay', 'Replays', 'events', 'events replayed'),
    discoveredEvents: amount('events', 'events under schema discovery'),
    customEventBusV2Kb: charged(
      'custom_event_bus_v2',
      'Custom event bus (eventbridgev2)',
      'KB',
      'traffic of the newer custom event bus',
    ),
  },
  usages(input) {
    const unitsPerEvent = startedUnits(input.eventKb, 64);
    return [
      use('Custom events', 'custom_events', input.customEvents.times(unitsPerEvent)),
      use('Partner events', 'partner_events', input.partnerEvents.times(unitsPerEvent)),
      use(
        'Cross-account deliveries',
        'cross_account_service_delivery',
        input.crossAccountServiceDeliveries.times(unitsPerEvent),
      ),
      use('API destinations', 'api_destinations', input.apiDestinationInvocations.times(unitsPerEvent)),
      use('Pipes', 'pipes', input.pipeRequests.times(startedUnits(input.pipeRequestKb, 64))),
      use(
        'Schema discovery',
        'schema_discovery',
        input.discoveredEvents.times(startedUnits(input.eventKb, 8)),
      ),
    ];
  },
});
