import * as z from 'zod';
import type { StackResource, StackValues } from '../../../terraform/stack.ts';
import { ConfigurationError, readResource } from '../../engine/read-resource.ts';
import { stableId } from '../../engine/stable-id.ts';
import type { ResourceTypes } from '../../resource-type.ts';
import type { Eventarc } from '../eventarc/eventarc.ts';
import { isMessageTrigger, type TriggerDefinition, transportNames } from '../eventarc/trigger.ts';
import { labelAttributes, locationOf, projectOf } from '../resource-scope.ts';
import type { GcpScope } from '../service.ts';
import type { UploadedArchives } from '../storage/index.ts';
import type { FunctionBuild } from './build.ts';
import type { CloudFunctions } from './cloud-functions.ts';
import { functionUrl, serviceUrl } from './service-url.ts';

/** What deploying a function needs. */
export interface FunctionDeployment {
  functions: CloudFunctions;
  objects: UploadedArchives;
  eventarc: Eventarc;
  /** Unpacks an archive into a directory that its content names, and returns it. */
  unpack(archiveFile: string): Promise<string>;
  /** Told of every build as a user-specified service account. */
  onBuild(resource: StackResource, build: FunctionBuild): void;
}

const BuildConfig = z.object({
  runtime: z.string().regex(/^nodejs\d+$/, 'must be a Node.js runtime; others do not run locally'),
  entry_point: z.string('is needed'),
  service_account: z.string().nullish(),
  docker_repository: z.string().nullish(),
  source: z
    .array(
      z.object({
        storage_source: z.array(z.object({ bucket: z.string(), object: z.string() })).length(1),
      }),
    )
    .length(1, 'must be a storage_source: only functions from an uploaded package run locally'),
});

const none = (what: string) => z.array(z.unknown()).max(0, `${what} do not run locally yet`).nullish();

const ServiceConfig = z.object({
  service: z.string(),
  uri: z.string(),
  available_memory: z.string(),
  available_cpu: z.string(),
  timeout_seconds: z.coerce.number().int().min(1).max(3600),
  max_instance_count: z.coerce.number().int().min(1),
  min_instance_count: z.coerce.number().int().min(0),
  max_instance_request_concurrency: z.coerce.number().int().min(1).max(1000),
  environment_variables: z.record(z.string(), z.coerce.string()).nullish(),
  service_account_email: z.string(),
  ingress_settings: z.enum(['ALLOW_ALL', 'ALLOW_INTERNAL_ONLY', 'ALLOW_INTERNAL_AND_GCLB']),
  secret_environment_variables: none('secret environment variables'),
  secret_volumes: none('secret volumes'),
});

/** https://docs.cloud.google.com/run/docs/function-triggers */
const EventTrigger = z.object({
  trigger: z.string(),
  event_type: z.string(),
  pubsub_topic: z.string().nullish(),
  service_account_email: z.string(),
  retry_policy: z
    .enum(['RETRY_POLICY_RETRY', 'RETRY_POLICY_DO_NOT_RETRY', 'RETRY_POLICY_UNSPECIFIED', ''])
    .nullish(),
  event_filters: z
    .array(z.object({ attribute: z.string(), value: z.string(), operator: z.string().nullish() }))
    .nullish(),
});

const FunctionArguments = z.object({
  name: z.string(),
  url: z.string(),
  location: z.string(),
  build_config: z.array(BuildConfig).length(1, 'is needed'),
  service_config: z.array(ServiceConfig).length(1, 'is needed'),
  event_trigger: z.array(EventTrigger).max(1).nullish(),
});

/** https://docs.cloud.google.com/run/docs/configuring/services/memory-limits: the CPU that goes with a memory. */
const cpuByMemoryMb: [memoryMb: number, vcpu: string][] = [
  [128, '0.083'],
  [256, '0.1666'],
  [512, '0.3333'],
  [1024, '0.5833'],
  [2048, '1'],
  [8192, '2'],
  [16_384, '4'],
];
const mostCpu = '8';

/** https://registry.terraform.io/providers/hashicorp/google/latest/docs/resources/cloudfunctions2_function */
export const functionResourceTypes: ResourceTypes<GcpScope, FunctionDeployment> = {
  google_cloudfunctions2_function: {
    attributes: functionAttributes,
    async realise(resource, deployment) {
      const { name, url, location, build_config, service_config, event_trigger } = readResource(
        FunctionArguments,
        resource,
      );
      const [build] = build_config;
      const [trigger] = event_trigger ?? [];
      const [config] = service_config;
      if (!build || !config)
        throw new ConfigurationError(resource, 'it has no build_config or service_config');
      const [source] = build.source.flatMap(({ storage_source }) => storage_source);
      const archive = source && deployment.objects.fileOf(source.bucket, source.object);
      if (archive === undefined) {
        const place = `gs://${source?.bucket}/${source?.object}`;
        throw new ConfigurationError(
          resource,
          `there is no ${place}; declare it as a google_storage_bucket_object`,
        );
      }
      const directory = await deployment.unpack(archive).catch((error: unknown) => {
        throw new ConfigurationError(resource, `the package: ${(error as Error).message}`);
      });
      const memoryMb = memoryMbOf(config.available_memory);
      if (memoryMb === undefined)
        throw new ConfigurationError(
          resource,
          `available_memory is not an amount of memory: ${config.available_memory}`,
        );
      await deployment.functions.deploy({
        name,
        region: location,
        uri: config.uri,
        url,
        service: config.service,
        directory,
        entryPoint: build.entry_point,
        signature: trigger ? 'cloudevent' : 'http',
        environment: config.environment_variables ?? {},
        memoryMb,
        vcpu: vcpuOf(config.available_cpu),
        timeoutMs: config.timeout_seconds * 1000,
        concurrencyPerInstance: config.max_instance_request_concurrency,
        maximumInstances: config.max_instance_count,
        minimumInstances: config.min_instance_count,
        serviceAccount: config.service_account_email,
        ingress: config.ingress_settings,
      });
      if (trigger) deployment.eventarc.createTrigger(triggerOf(trigger, config.uri));
      // The default account is granted what builds need outside of any stack.
      if (build.service_account && !/-compute@developer\.gserviceaccount\.com$/.test(build.service_account)) {
        deployment.onBuild(resource, {
          functionName: name,
          region: location,
          serviceAccount: build.service_account.split('/').at(-1) ?? build.service_account,
          repository: build.docker_repository ?? `${locationName(resource)}/repositories/gcf-artifacts`,
        });
      }
    },
  },
};

/** Events wait for as long as a function may take. */
const eventAckDeadlineSeconds = 600;

function triggerOf(trigger: z.infer<typeof EventTrigger>, uri: string): TriggerDefinition {
  const filters = [
    { attribute: 'type', value: trigger.event_type },
    ...(trigger.event_filters ?? []).map(({ attribute, value, operator }) => ({
      attribute,
      value,
      ...(operator && { operator }),
    })),
  ];
  const own = transportNames(trigger.trigger);
  const isOfTopic = isMessageTrigger(filters);
  if (isOfTopic && !trigger.pubsub_topic)
    throw new Error('event_trigger.pubsub_topic is needed for messages of a topic');
  const topic = isOfTopic ? (trigger.pubsub_topic ?? own.topic) : own.topic;
  return {
    name: trigger.trigger,
    filters,
    topic,
    ownsTopic: !isOfTopic,
    subscription: own.subscription,
    endpoint: uri,
    audience: uri,
    serviceAccount: trigger.service_account_email,
    retries: trigger.retry_policy === 'RETRY_POLICY_RETRY',
    ackDeadlineSeconds: eventAckDeadlineSeconds,
  };
}

const locationName = ({ values }: StackResource) =>
  `projects/${String(values.project)}/locations/${String(values.location)}`;

function functionAttributes(values: StackValues, scope: GcpScope): StackValues {
  const project = projectOf(values, scope);
  const location = locationOf(values, scope);
  const region = location.split('/').at(-1) ?? scope.region;
  const name = String(values.name);
  const memory = textIn(values.service_config, 'available_memory') ?? '256M';
  const defaultAccount = `${scope.projectNumber}-compute@developer.gserviceaccount.com`;
  const url = functionUrl(name, region, project);
  const uri = serviceUrl(name, region, scope);
  return {
    id: `${location}/functions/${name}`,
    project,
    url,
    state: 'ACTIVE',
    environment: 'GEN_2',
    update_time: '1970-01-01T00:00:00.000000000Z',
    description: '',
    kms_key_name: '',
    ...labelAttributes(values.labels),
    ...(Array.isArray(values.event_trigger) && values.event_trigger.length > 0
      ? { event_trigger: [triggerAttributes(values, `${location}/functions/${name}`, defaultAccount)] }
      : {}),
    build_config: [
      {
        build: `projects/${scope.projectNumber}/locations/${region}/builds/${name}`,
        docker_repository: `${location}/repositories/gcf-artifacts`,
        service_account: `projects/${project}/serviceAccounts/${defaultAccount}`,
        environment_variables: {},
      },
    ],
    service_config: [
      {
        uri,
        gcf_uri: url,
        service: `${location}/services/${name}`,
        all_traffic_on_latest_revision: true,
        available_memory: memory,
        available_cpu: cpuFor(memory),
        timeout_seconds: 60,
        max_instance_count: 100,
        min_instance_count: 0,
        max_instance_request_concurrency: 1,
        ingress_settings: 'ALLOW_ALL',
        service_account_email: defaultAccount,
        environment_variables: {},
      },
    ],
  };
}

function triggerAttributes(values: StackValues, functionName: string, defaultAccount: string): StackValues {
  const [, project = '', , location = '', , name = ''] = functionName.split('/');
  const region = textIn(values.event_trigger, 'trigger_region') ?? location;
  const trigger = `projects/${project}/locations/${region}/triggers/${name}-${stableId(functionName, 6, '0123456789')}`;
  return {
    trigger,
    trigger_region: region,
    pubsub_topic: transportNames(trigger).topic,
    service_account_email: defaultAccount,
    retry_policy: 'RETRY_POLICY_DO_NOT_RETRY',
  };
}

function textIn(block: StackValues[string] | undefined, name: string): string | undefined {
  const [first] = Array.isArray(block) ? block : [];
  const value =
    first !== null && typeof first === 'object' && name in first ? Reflect.get(first, name) : undefined;
  return typeof value === 'string' ? value : undefined;
}

/** `256M`, `1Gi`; a number alone is in bytes. Nothing for what is no amount. */
function memoryMbOf(amount: string): number | undefined {
  const [, number, unit = ''] = /^(\d+(?:\.\d+)?)([kMG]i?)?$/.exec(amount) ?? [];
  if (number === undefined) return undefined;
  const bytesPerUnit = { '': 1, k: 1e3, M: 1e6, G: 1e9, ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30 }[unit] ?? 1;
  return (Number(number) * bytesPerUnit) / 2 ** 20;
}

function cpuFor(memory: string): string {
  const memoryMb = memoryMbOf(memory) ?? 0;
  return cpuByMemoryMb.find(([limitMb]) => memoryMb <= limitMb)?.[1] ?? mostCpu;
}

/** `1`, `0.5`, `500m` */
const vcpuOf = (cpu: string) => (cpu.endsWith('m') ? Number(cpu.slice(0, -1)) / 1000 : Number(cpu));
