import { charged, defineService } from '../service.ts';

/** Eventarc. Events of Google sources are free; the Pub/Sub transport is charged by Pub/Sub. */
export const eventarc = defineService({
  cloud: 'gcp',
  service: 'eventarc',
  title: 'Eventarc',
  page: 'https://cloud.google.com/eventarc/pricing',
  inputs: {
    googleEvents: charged(
      'standard_google_events',
      'Events of Google sources',
      'events',
      'events of Google sources',
    ),
    advancedMessages: charged(
      'advanced_messages',
      'Eventarc Advanced',
      'messages',
      'messages of Eventarc Advanced',
    ),
  },
});
