import { amount, defineService, use } from '../service.ts';
import { messagesBeyondUnits } from './included-messages.ts';

/** Azure SignalR Service, Standard tier. */
export const signalr = defineService({
  cloud: 'azure',
  service: 'signalr',
  title: 'Azure SignalR Service',
  page: 'https://azure.microsoft.com/pricing/details/signalr-service/',
  inputs: {
    units: amount('units', 'units, all month; each takes 1000 connections'),
    outboundMessages: amount('messages', 'messages sent to clients; 1,000,000 per unit and day are included'),
    messageKb: amount('KB', 'average size of a message, in units of 2 KB'),
  },
  usages: ({ units, outboundMessages, messageKb }, month) => [
    use('Units', 'standard_unit', units.times(month.days)),
    use('Messages', 'messages', messagesBeyondUnits(outboundMessages, messageKb, units, month)),
  ],
});
