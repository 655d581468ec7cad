import { gbOfKb, startedUnits } from '../arithmetic.ts';
import { amount, charged, defineService, use } from '../service.ts';

/** Amazon SNS: standard topics by 64 KB unit, FIFO topics by message and by payload. */
export const sns = defineService({
  cloud: 'aws',
  service: 'sns',
  title: 'Amazon SNS',
  page: 'https://aws.amazon.com/sns/pricing/',
  inputs: {
    publishes: amount('requests', 'publish calls to standard topics'),
    messageKb: amount('KB', 'average size of a message on standard topics, in units of 64 KB'),
    httpDeliveries: amount('notifications', 'deliveries to HTTP and HTTPS endpoints'),
    emailDeliveries: charged('deliver_email', 'E-mail deliveries', 'notifications', 'deliveries by e-mail'),
    lambdaAndSqsDeliveries: charged(
      'deliver_lambda_sqs',
      'Lambda and SQS deliveries',
      'notifications',
      'deliveries to Lambda functions and SQS queues',
    ),
    firehoseDeliveries: charged(
      'deliver_firehose',
      'Firehose deliveries',
      'notifications',
      'deliveries to Firehose',
    ),
    mobilePushDeliveries: charged(
      'deliver_mobile_push',
      'Mobile push deliveries',
      'notifications',
      'mobile push notifications',
    ),
    payloadFilteredGb: charged(
      'payload_filter_scanned',
      'Payload filtering',
      'GB',
      'message data scanned by payload filters',
    ),
    fifoPublishes: charged('fifo_publish', 'FIFO publishes', 'requests', 'messages published to FIFO topics'),
    fifoDeliveries: charged(
      'fifo_delivery',
      'FIFO deliveries',
      'messages',
      'messages delivered from FIFO topics',
    ),
    fifoMessageKb: amount('KB', 'average size of a message on FIFO topics'),
  },
  usages(input) {
    const unitsPerMessage = startedUnits(input.messageKb, 64);
    return [
      use('Publishes', 'publish', input.publishes.times(unitsPerMessage)),
      use('HTTP deliveries', 'deliver_http', input.httpDeliveries.times(unitsPerMessage)),
      use(
        'FIFO payload published',
        'fifo_publish_payload',
        gbOfKb(input.fifoPublishes.times(input.fifoMessageKb)),
      ),
      use(
        'FIFO payload delivered',
        'fifo_delivery_payload',
        gbOfKb(input.fifoDeliveries.times(input.fifoMessageKb)),
      ),
    ];
  },
});
