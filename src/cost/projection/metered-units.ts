import type { Cloud } from '../../package/clouds.ts';
import type { Store } from './provision.ts';

/** How a unit that the local cloud meters is charged. */
export interface MeteredUnit {
  /** What a reader calls it: `Requests`. */
  name: string;
  /** Id of the price, or none where this mode of the resource does not charge the unit. */
  price(mode: Store['mode'] | undefined): string | undefined;
  /** How many metered units one unit of the price is. */
  size: number;
}

const gibibyte = 1024 ** 3;

function unit(name: string, price: string, size = 1): MeteredUnit {
  return { name, price: () => price, size };
}

/** What provisioned capacity pays for already. */
function byMode(name: string, prices: Partial<Record<Store['mode'], string>>, size = 1): MeteredUnit {
  return { name, price: (mode) => prices[mode ?? 'on-demand'], size };
}

const dynamodbReads = byMode('Read request units', {
  'on-demand': 'aws.dynamodb.ondemand_read',
  'on-demand-infrequent': 'aws.dynamodb.ia_read',
});
const dynamodbWrites = byMode('Write request units', {
  'on-demand': 'aws.dynamodb.ondemand_write',
  'on-demand-infrequent': 'aws.dynamodb.ia_write',
});

/**
 * By `service unit` of a meter reading. Units that depend on the running time of functions, on event sources and on
 * sampling are not here: they follow from the duration model and the Terraform.
 */
export const meteredUnits: Readonly<Record<Cloud, Readonly<Record<string, MeteredUnit>>>> = {
  aws: {
    'api-gateway http-api-requests': unit('HTTP API requests', 'aws.apigateway.http_requests'),
    'api-gateway rest-api-requests': unit('REST API requests', 'aws.apigateway.rest_requests'),
    'api-gateway websocket-messages': unit('WebSocket messages', 'aws.apigateway.websocket_messages'),
    'cloudwatch api-requests': unit('API requests', 'aws.cloudwatch.api_requests'),
    'dynamodb read-capacity-units': dynamodbReads,
    'dynamodb read-request-units': dynamodbReads,
    'dynamodb write-capacity-units': dynamodbWrites,
    'dynamodb write-request-units': dynamodbWrites,
    'dynamodb stored-bytes': byMode(
      'Storage',
      {
        'on-demand': 'aws.dynamodb.storage',
        provisioned: 'aws.dynamodb.storage',
        'on-demand-infrequent': 'aws.dynamodb.ia_storage',
      },
      1e9,
    ),
    'eventbridge custom-events': unit('Custom events', 'aws.eventbridge.custom_events'),
    'eventbridge api-destination-invocations': unit('API destinations', 'aws.eventbridge.api_destinations'),
    'eventbridge pipe-requests': unit('Pipes', 'aws.eventbridge.pipes'),
    'eventbridge archived-gb': unit('Archiving', 'aws.eventbridge.archive_processing'),
    'eventbridge replayed-events': unit('Replays', 'aws.eventbridge.replay'),
    'kinesis put-payload-units': byMode('PUT payload units', {
      provisioned: 'aws.kinesis.provisioned_put_unit',
    }),
    'kms requests': unit('Requests', 'aws.kms.requests'),
    'logs ingested-bytes': unit('Logs ingested', 'aws.cloudwatch.logs_ingest_lambda_vended', gibibyte),
    'network internet-out-bytes': unit('To the internet', 'aws.datatransfer.internet_out', gibibyte),
    's3 get-requests': unit('GET and others', 'aws.s3.get_select_other'),
    's3 object-tags': unit('Object tags', 'aws.s3.object_tags'),
    's3 put-requests': unit('PUT, COPY, POST, LIST', 'aws.s3.put_copy_post_list'),
    's3 stored-bytes': unit('Standard storage', 'aws.s3.standard_storage', gibibyte),
    'secretsmanager api-calls': unit('API calls', 'aws.secretsmanager.api_calls'),
    'sns publishes': unit('Publishes', 'aws.sns.publish'),
    'sns http-deliveries': unit('HTTP deliveries', 'aws.sns.deliver_http'),
    'sns lambda-and-sqs-deliveries': unit('Lambda and SQS deliveries', 'aws.sns.deliver_lambda_sqs'),
    'sns firehose-deliveries': unit('Firehose deliveries', 'aws.sns.deliver_firehose'),
    'sns email-deliveries': unit('E-mail deliveries', 'aws.sns.deliver_email'),
    'sns fifo-publishes': unit('FIFO publishes', 'aws.sns.fifo_publish'),
    'sns fifo-delivered-gb': unit('FIFO payload delivered', 'aws.sns.fifo_delivery_payload'),
    'sns fifo-published-gb': unit('FIFO payload published', 'aws.sns.fifo_publish_payload'),
    'sns payload-filtered-gb': unit('Payload filtering', 'aws.sns.payload_filter_scanned'),
    'sns fifo-deliveries': unit('FIFO deliveries', 'aws.sns.fifo_delivery'),
    'sqs fair-queue-messages': unit('Fair queues', 'aws.sqs.fair_queue_surcharge'),
    'sqs fifo-requests': unit('FIFO requests', 'aws.sqs.fifo'),
    'sqs standard-requests': unit('Standard requests', 'aws.sqs.standard'),
    'states standard-transitions': unit('State transitions', 'aws.stepfunctions.standard_transition'),
    'states express-requests': unit('Express requests', 'aws.stepfunctions.express_request'),
    'states express-gb-seconds': unit('Express duration', 'aws.stepfunctions.express_duration'),
    // Standard workflows are charged by transitions alone; these say what express ones would cost.
    'states executions': byMode('Executions', {}),
    'states execution-ms': byMode('Duration of executions', {}),
  },
  azure: {
    'blob stored-bytes': unit('Blobs', 'azure.storage.blob_hot_lrs', gibibyte),
    'cosmos-db request-units': byMode('Serverless request units', {
      'on-demand': 'azure.cosmos.serverless_ru',
    }),
    'cosmos-db stored-bytes': unit('Storage', 'azure.cosmos.storage', gibibyte),
    'event-grid operations': unit('Operations', 'azure.eventgrid.operations'),
    'event-hubs ingress-events': unit('Ingress events', 'azure.eventhubs.ingress_events'),
    'key-vault operations': unit('Operations', 'azure.keyvault.operations'),
    'log-analytics ingested-bytes': unit('Logs ingested', 'azure.monitor.logs_ingest', 1e9),
    'network internet-out-bytes': unit('To the internet', 'azure.bandwidth.internet_out', gibibyte),
    'service-bus basic-operations': unit('Basic operations', 'azure.servicebus.basic_ops'),
    'service-bus standard-operations': unit('Standard operations', 'azure.servicebus.standard_ops'),
    'storage blob-reads': unit('Blob reads', 'azure.storage.blob_hot_read'),
    'storage blob-writes': unit('Blob writes', 'azure.storage.blob_hot_write'),
    'storage queue-class-1-operations': unit('Queue operations, class 1', 'azure.storage.queue_class1_ops'),
    'storage queue-class-2-operations': unit('Queue operations, class 2', 'azure.storage.queue_class2_ops'),
    'storage table-operations': unit('Table operations', 'azure.storage.table_ops'),
  },
  gcp: {
    'eventarc advanced-messages': unit('Advanced messages', 'gcp.eventarc.advanced_messages'),
    'eventarc google-events': unit('Events of Google services', 'gcp.eventarc.standard_google_events'),
    'firestore document-deletes': unit('Document deletes', 'gcp.firestore.deletes'),
    'firestore document-reads': unit('Document reads', 'gcp.firestore.reads'),
    'firestore document-writes': unit('Document writes', 'gcp.firestore.writes'),
    // Their price is in the document reads.
    'firestore index-entry-reads': { name: 'Index entry reads', price: () => undefined, size: 1 },
    'firestore stored-bytes': unit('Storage', 'gcp.firestore.storage', gibibyte),
    'firestore ttl-deletes': unit('TTL deletes', 'gcp.firestore.deletes'),
    'logging ingested-bytes': unit('Logs ingested', 'gcp.logging.ingest', gibibyte),
    'network internet-out-bytes': unit('To the internet', 'gcp.network.internet_out_premium', gibibyte),
    'pubsub throughput-gib': unit('Throughput', 'gcp.pubsub.throughput', 1024),
    'secret-manager access-operations': unit('Access operations', 'gcp.secretmanager.access'),
    'storage class-a-operations': unit('Class A operations', 'gcp.storage.class_a'),
    'storage class-b-operations': unit('Class B operations', 'gcp.storage.class_b'),
    'storage internet-out-bytes': unit('To the internet', 'gcp.storage.egress_worldwide', gibibyte),
    'storage stored-bytes': unit('Standard storage', 'gcp.storage.standard_regional', gibibyte),
    'tasks operations': unit('Operations', 'gcp.tasks.operations'),
    'workflows internal-steps': unit('Internal steps', 'gcp.workflows.internal_step'),
    'workflows external-steps': unit('External steps', 'gcp.workflows.external_step'),
  },
};
