import { startedUnits } from '../arithmetic.ts';
import { amount, choice, defineService, optionalAmount, use } from '../service.ts';

/** Azure Event Hubs, Basic and Standard. */
export const eventhubs = defineService({
  cloud: 'azure',
  service: 'eventhubs',
  title: 'Azure Event Hubs',
  page: 'https://azure.microsoft.com/pricing/details/event-hubs/',
  inputs: {
    tier: choice(['standard', 'basic'], 'tier'),
    throughputUnits: amount('throughput units', 'throughput units'),
    hours: optionalAmount('hours', 'how long they are provisioned', 'the whole month'),
    ingressEvents: amount('events', 'events published'),
    eventKb: amount('KB', 'average size of an event, in units of 64 KB'),
    captureThroughputUnits: amount('throughput units', 'throughput units with Capture'),
  },
  usages(input, month) {
    const hours = input.hours ?? month.hours;
    return [
      use(
        `Throughput units (${input.tier})`,
        input.tier === 'basic' ? 'basic_tu' : 'standard_tu',
        input.throughputUnits.times(hours),
      ),
      use('Ingress events', 'ingress_events', input.ingressEvents.times(startedUnits(input.eventKb, 64))),
      use('Capture', 'capture', input.captureThroughputUnits.times(hours)),
    ];
  },
});
