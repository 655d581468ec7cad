import { startedUnits } from '../arithmetic.ts';
import { amount, charged, defineService, use } from '../service.ts';

/** Amazon SQS. Every API call is a request: sends, receives (also empty ones), deletes, visibility changes. */
export const sqs = defineService({
  cloud: 'aws',
  service: 'sqs',
  title: 'Amazon SQS',
  page: 'https://aws.amazon.com/sqs/pricing/',
  inputs: {
    standardRequests: amount('requests', 'API calls on standard queues; a batch of up to 10 messages is one'),
    fifoRequests: amount('requests', 'API calls on FIFO queues'),
    payloadKb: amount('KB', 'average payload of a call, of a batch all messages together, in units of 64 KB'),
    fairQueueMessages: charged(
      'fair_queue_surcharge',
      'Fair queues',
      'messages',
      'messages with a message group on standard queues',
    ),
  },
  usages(input) {
    const unitsPerCall = startedUnits(input.payloadKb, 64);
    return [
      use('Standard requests', 'standard', input.standardRequests.times(unitsPerCall)),
      use('FIFO requests', 'fifo', input.fifoRequests.times(unitsPerCall)),
    ];
  },
});
