import { readFileSync } from 'node:fs';
import type { Cloud } from '../../package/clouds.ts';
import type { Stack } from '../../terraform/stack.ts';
import { CostError } from '../cost-error.ts';
import { meteredUnits } from '../projection/metered-units.ts';
import type { Provision } from '../projection/provision.ts';
import { StackIndex } from '../projection/stack-index.ts';
import { parseProfile, type UsageProfile } from './usage-profile.ts';

/** What a resource type is charged for, as `service unit`. */
const unitsOfTypes: Readonly<Record<string, readonly string[]>> = {
  aws_api_gateway_rest_api: ['api-gateway rest-api-requests'],
  aws_apigatewayv2_api: ['api-gateway http-api-requests'],
  aws_cloudwatch_event_bus: ['eventbridge custom-events'],
  aws_cloudwatch_log_group: ['logs ingested-bytes'],
  aws_dynamodb_table: [
    'dynamodb read-request-units',
    'dynamodb write-request-units',
    'dynamodb stored-bytes',
  ],
  aws_kinesis_stream: ['kinesis put-payload-units'],
  aws_kms_key: ['kms requests'],
  aws_s3_bucket: ['s3 put-requests', 's3 get-requests', 's3 stored-bytes'],
  aws_secretsmanager_secret: ['secretsmanager api-calls'],
  aws_sfn_state_machine: [
    'states standard-transitions',
    'states executions',
    'states execution-ms',
    'states express-requests',
    'states express-gb-seconds',
  ],
  aws_sns_topic: ['sns publishes', 'sns http-deliveries'],
  aws_sqs_queue: ['sqs standard-requests', 'sqs fifo-requests'],
  azurerm_cosmosdb_account: ['cosmos-db request-units', 'cosmos-db stored-bytes'],
  azurerm_eventgrid_topic: ['event-grid operations'],
  azurerm_eventhub_namespace: ['event-hubs ingress-events'],
  azurerm_key_vault: ['key-vault operations'],
  azurerm_log_analytics_workspace: ['log-analytics ingested-bytes'],
  azurerm_servicebus_namespace: ['service-bus standard-operations'],
  azurerm_storage_account: [
    'storage blob-reads',
    'storage blob-writes',
    'blob stored-bytes',
    'storage queue-class-2-operations',
  ],
  google_cloud_tasks_queue: ['tasks operations'],
  google_firestore_database: [
    'firestore document-reads',
    'firestore document-writes',
    'firestore document-deletes',
    'firestore stored-bytes',
  ],
  google_logging_project_bucket_config: ['logging ingested-bytes'],
  google_pubsub_topic: ['pubsub throughput-gib'],
  google_secret_manager_secret: ['secret-manager access-operations'],
  google_storage_bucket: ['storage class-a-operations', 'storage class-b-operations', 'storage stored-bytes'],
  google_workflows_workflow: ['workflows internal-steps', 'workflows external-steps'],
};

/** A usage file to fill in: everything in the stack that is charged by use, with nothing used. */
export function usageTemplate(stack: Pick<Stack, 'resources'>, provisions: readonly Provision[]): unknown {
  const index = new StackIndex(stack.resources);
  return {
    $comment: 'Quantities are per transaction. Delete what is not used.',
    transaction: 'One request',
    payloadKb: [1],
    functions: provisions.flatMap(({ functions, eventSources }) =>
      functions.map(({ address }) => ({
        function: address,
        invocations: eventSources.some((source) => source.function === address) ? 0 : 1,
        calls: {},
        durationMs: 100,
      })),
    ),
    messages: Object.fromEntries(
      provisions.flatMap(({ eventSources }) => eventSources.map(({ from }) => [from, 1])),
    ),
    uses: [
      ...Object.entries(unitsOfTypes).flatMap(([type, units]) =>
        index.ofType(type).flatMap(({ address }) =>
          units.map((each) => {
            const [service, unit] = each.split(' ');
            return { service, unit, resource: address, quantity: 0 };
          }),
        ),
      ),
      { service: 'network', unit: 'internet-out-bytes', quantity: 0 },
    ],
    customMetrics: 0,
  };
}

/**
 * A usage file, as the profile of each of the clouds that the stack uses.
 * @throws CostError naming what is wrong: the file, a field, a resource that is not in the stack
 */
export function readUsageFile(
  file: string,
  name: string,
  stack: Pick<Stack, 'resources'>,
  clouds: readonly Cloud[],
): UsageProfile[] {
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new CostError(`Can't read ${file}: ${error instanceof Error ? error.message : String(error)}.`, {
      cause: error,
    });
  }
  if (typeof content !== 'object' || content === null || Array.isArray(content))
    throw new CostError(`${file} must be a JSON object. "cost <directory> --usage-template" prints one.`);
  return clouds.map((cloud) => {
    const profile = parseProfile(
      {
        pattern: name,
        cloud,
        transaction: 'One transaction',
        payloadKb: [1],
        cpuMs: 3,
        functions: [],
        messages: {},
        uses: [],
        customMetrics: 0,
        ...content,
      },
      file,
    );
    requireResources(profile, stack, file);
    return { ...profile, cloud, uses: profile.uses.filter((use) => isOf(cloud, use, clouds)) };
  });
}

function requireResources(
  { functions, messages, uses }: UsageProfile,
  { resources }: Pick<Stack, 'resources'>,
  file: string,
): void {
  const known = new Set(resources.map(({ address }) => address));
  const named = [
    ...functions.map((each) => each.function),
    ...Object.keys(messages),
    ...uses.flatMap(({ resource }) => resource ?? []),
  ];
  const missing = named.filter((address) => !known.has(address));
  if (missing.length > 0)
    throw new CostError(`${file} names what is not in the stack: ${[...new Set(missing)].join(', ')}.`);
}

const prefixes: Readonly<Record<Cloud, RegExp>> = {
  aws: /(^|\.)aws_/,
  azure: /(^|\.)azurerm_/,
  gcp: /(^|\.)google_/,
};

/** Of what names no resource, the cloud that meters the unit is meant; of what nobody meters, the first. */
function isOf(
  cloud: Cloud,
  { service, unit, resource }: UsageProfile['uses'][number],
  clouds: readonly Cloud[],
): boolean {
  if (resource !== undefined) return prefixes[cloud].test(resource);
  const key = `${service} ${unit}`;
  const owner = clouds.find((each) => Object.hasOwn(meteredUnits[each], key)) ?? clouds[0];
  return owner === cloud;
}

/** The clouds whose resources a stack has. */
export function cloudsOf({ resources }: Pick<Stack, 'resources'>): Cloud[] {
  return (Object.keys(prefixes) as Cloud[]).filter((cloud) =>
    resources.some(({ type }) => prefixes[cloud].test(type)),
  );
}
