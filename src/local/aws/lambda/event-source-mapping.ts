// https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/lambda_event_source_mapping
import { z } from 'zod';
import type { StackResource, StackValues } from '../../../terraform/stack.ts';
import { ConfigurationError, readResource } from '../../engine/read-resource.ts';
import { stableId } from '../../engine/stable-id.ts';
import type { ResourceTypes } from '../../resource-type.ts';
import type { Iam } from '../iam/iam.ts';
import { AwsError, type AwsScope } from '../service.ts';
import { unfinished } from '../sqs/channels.ts';
import type { SqsQueue } from '../sqs/queue.ts';
import { parseFilterPattern } from './event-filter.ts';
import { type PollerSurroundings, type SqsMapping, SqsPoller } from './sqs-poller.ts';

const absent = (what: string) => z.array(z.unknown()).max(0, `${what} does not run locally`).default([]);

const MappingArguments = z.object({
  event_source_arn: z.string('is needed: only event sources with an ARN run locally'),
  function_name: z.string(),
  enabled: z.boolean().default(true),
  batch_size: z.coerce.number().int().min(1).default(10),
  maximum_batching_window_in_seconds: z.coerce.number().int().min(0).max(300).default(0),
  function_response_types: z.array(z.literal('ReportBatchItemFailures')).max(1).default([]),
  scaling_config: z
    .array(z.object({ maximum_concurrency: z.coerce.number().int().min(2).max(1000).nullish() }))
    .max(1)
    .default([]),
  filter_criteria: z
    .array(z.object({ filter: z.array(z.object({ pattern: z.string().nullish() })).default([]) }))
    .max(1)
    .default([]),
  amazon_managed_kafka_event_source_config: absent('a Kafka event source'),
  destination_config: absent('a destination; a queue has its dead-letter queue'),
  document_db_event_source_config: absent('a DocumentDB event source'),
  metrics_config: absent('metrics_config'),
  provisioned_poller_config: absent('provisioned_poller_config'),
  self_managed_event_source: absent('a self-managed event source'),
  self_managed_kafka_event_source_config: absent('a Kafka event source'),
  source_access_configuration: absent('source_access_configuration'),
});
type MappingArguments = z.output<typeof MappingArguments>;

/** What a role needs, or the mapping reads nothing. https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html#events-sqs-permissions */
const neededActions = ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'];

export interface MappingSurroundings extends PollerSurroundings {
  iam: Iam;
}

/** The event source mappings of an account. */
export class EventSourceMappings {
  readonly surroundings: MappingSurroundings;
  readonly #pollers: { mapping: SqsMapping; poller: SqsPoller }[] = [];

  constructor(surroundings: MappingSurroundings) {
    this.surroundings = surroundings;
  }

  /** Enters a mapping; it begins to read with `start`. */
  add(mapping: SqsMapping): void {
    this.#pollers.push({ mapping, poller: new SqsPoller(mapping, this.surroundings) });
  }

  /** Begins to read the queues, once every role has its policies. What a role lacks is told, and then nothing is read. */
  start(): void {
    for (const { mapping, poller } of this.#pollers) {
      if (!this.#isPermitted(mapping)) continue;
      this.surroundings.runtime.course.activity.watch(() => unfinished(mapping.queue));
      poller.start();
    }
  }

  close(): void {
    for (const { poller } of this.#pollers) poller.close();
  }

  #isPermitted({ functionName, queue }: SqsMapping): boolean {
    const { iam, lambda, warn } = this.surroundings;
    const { roleArn } = lambda.describe(functionName).definition;
    const { accessKeyId } = iam.issueCredentials(roleArn, functionName, { service: 'lambda.amazonaws.com' });
    const principal = iam.principalOf(accessKeyId);
    const missing = neededActions.filter(
      (action) => !principal || !iam.decide(principal, { action, resource: queue.arn }).allowed,
    );
    if (missing.length > 0)
      warn(
        `${functionName} gets no messages of ${queue.name}: its role ${roleArn} may not ${missing.join(', ')} on ${queue.arn}`,
      );
    return missing.length === 0;
  }
}

function mappingAttributes(values: StackValues, scope: AwsScope, address: string): StackValues {
  const uuid = uuidOf(address);
  const { partition, region, accountId } = scope;
  const [, name] =
    /^(?:arn:[^:]+:lambda:[^:]+:\d{12}:function:)?(.+)$/.exec(String(values.function_name)) ?? [];
  return {
    id: uuid,
    uuid,
    arn: `arn:${partition}:lambda:${region}:${accountId}:event-source-mapping:${uuid}`,
    function_arn: `arn:${partition}:lambda:${region}:${accountId}:function:${name}`,
    batch_size: values.batch_size ?? 10,
    enabled: true,
    last_modified: '2026-01-01T00:00:00Z',
    last_processing_result: '',
    maximum_batching_window_in_seconds: values.maximum_batching_window_in_seconds ?? 0,
    state: values.enabled === false ? 'Disabled' : 'Enabled',
    state_transition_reason: 'USER_INITIATED',
    region: values.region ?? region,
    tags_all: values.tags ?? {},
  };
}

function uuidOf(address: string): string {
  const hex = stableId(address, 32, '0123456789abcdef');
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
    hex.slice(20),
  ].join('-');
}

function realiseMapping(resource: StackResource, mappings: EventSourceMappings): void {
  const given = readResource(MappingArguments, resource);
  const { store, lambda } = mappings.surroundings;
  const refuse = (problem: string) => new ConfigurationError(resource, problem);
  const [, , service] = given.event_source_arn.split(':');
  if (service !== 'sqs')
    throw refuse(
      `event_source_arn ${given.event_source_arn}: event sources of ${service} do not run locally, only SQS queues do`,
    );
  const queue = store.queueOfArn(given.event_source_arn);
  if (!queue) throw refuse(`there is no queue ${given.event_source_arn} in this stack`);
  const { functionName, qualifier } = lambda.parseArn(given.function_name);
  const timeoutMs = functionTimeoutMs(mappings, functionName, qualifier, refuse);
  checkLimits(given, queue, timeoutMs, refuse);
  if (!given.enabled) return;
  mappings.add({
    queue,
    functionName,
    qualifier,
    batchSize: given.batch_size,
    batchingWindowMs: given.maximum_batching_window_in_seconds * 1000,
    reportsItemFailures: given.function_response_types.length > 0,
    maximumConcurrency: given.scaling_config[0]?.maximum_concurrency ?? undefined,
    filters: (given.filter_criteria[0]?.filter ?? []).map(({ pattern }) => {
      try {
        return parseFilterPattern(pattern ?? '{}');
      } catch (error) {
        throw refuse(`filter_criteria: ${(error as Error).message}`);
      }
    }),
  });
}

function functionTimeoutMs(
  { surroundings }: EventSourceMappings,
  functionName: string,
  qualifier: string | undefined,
  refuse: (problem: string) => Error,
): number {
  try {
    return surroundings.lambda.describe(functionName, qualifier).definition.timeoutMs;
  } catch (error) {
    if (error instanceof AwsError) throw refuse(error.message);
    throw error;
  }
}

/** https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html */
function checkLimits(
  given: MappingArguments,
  queue: SqsQueue,
  timeoutMs: number,
  refuse: (problem: string) => Error,
): void {
  const { fifo, visibilityTimeoutMs } = queue.settings;
  const mostMessages = fifo ? 10 : 10_000;
  if (given.batch_size > mostMessages) throw refuse(`batch_size: at most ${mostMessages} for this queue`);
  if (fifo && given.maximum_batching_window_in_seconds > 0)
    throw refuse('maximum_batching_window_in_seconds: FIFO queues have no batching window');
  if (given.batch_size > 10 && given.maximum_batching_window_in_seconds < 1)
    throw refuse('maximum_batching_window_in_seconds must be at least 1 with a batch_size above 10');
  if (visibilityTimeoutMs < timeoutMs) {
    throw refuse(
      `InvalidParameterValueException: Queue visibility timeout: ${visibilityTimeoutMs / 1000} seconds is less than Function timeout: ${timeoutMs / 1000} seconds`,
    );
  }
}

export const eventSourceMappingResourceTypes: ResourceTypes<AwsScope, EventSourceMappings> = {
  aws_lambda_event_source_mapping: { attributes: mappingAttributes, realise: realiseMapping },
};
