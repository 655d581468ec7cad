import type { Facts } from './facts.ts';
import { fix, type Provision } from './provision.ts';
import type { ResourceRules } from './resource-rules.ts';
import type { StackIndex } from './stack-index.ts';
import { ticksPerDay } from './ticks-per-day.ts';

/** Processors where none are configured, by memory. https://cloud.google.com/run/docs/configuring/services/memory-limits */
function defaultVcpu(memoryMb: number): number {
  const steps: readonly [number, number][] = [
    [128, 0.083],
    [256, 0.167],
    [512, 0.333],
    [1024, 0.583],
    [2048, 1],
    [8192, 2],
  ];
  return steps.find(([most]) => memoryMb <= most)?.[1] ?? 4;
}

/** `256Mi`, `256M`, `1Gi` in MiB. */
export function memoryOf(text: string, otherwise: number): number {
  const [, amount = '', unit = ''] = /^\s*([\d.]+)\s*([KMG]i?)?B?\s*$/.exec(text) ?? [];
  if (amount === '') return otherwise;
  const bytes: Record<string, number> = { K: 1e3, Ki: 1024, M: 1e6, Mi: 1024 ** 2, G: 1e9, Gi: 1024 ** 3 };
  return Math.round((Number(amount) * (bytes[unit] ?? 1)) / 1024 ** 2);
}

/** `1`, `0.5`, `500m`. */
function vcpuOf(text: string, otherwise: number): number {
  const [, amount = '', milli = ''] = /^\s*([\d.]+)(m?)\s*$/.exec(text) ?? [];
  if (amount === '') return otherwise;
  return milli === 'm' ? Number(amount) / 1000 : Number(amount);
}

function cloudFunction(facts: Facts, { functions }: Provision): void {
  const service = facts.block('service_config');
  const memoryMb = memoryOf(service?.text('available_memory', '') ?? '', 256);
  functions.push({
    address: facts.address,
    platform: 'cloud-run-requests',
    memoryMb,
    vcpu: vcpuOf(service?.text('available_cpu', '') ?? '', defaultVcpu(memoryMb)),
    concurrency: service?.number('max_instance_request_concurrency', 1) ?? 1,
    readyInstances: service?.number('min_instance_count', 0) ?? 0,
    architecture: 'x86',
    ephemeralMb: 0,
    traced: false,
  });
}

function cloudRunService(facts: Facts, { functions }: Provision): void {
  const template = facts.block('template');
  const resources = template?.block('containers')?.block('resources');
  const limits = resources?.value('limits');
  const limit = (name: string) =>
    typeof limits === 'object' && limits !== null && name in limits
      ? String((limits as Record<string, unknown>)[name])
      : '';
  // CPU that is not taken away between requests is billed for the whole life of the instance.
  const byInstance = resources !== undefined && !resources.flag('cpu_idle', true);
  functions.push({
    address: facts.address,
    platform: byInstance ? 'cloud-run-instances' : 'cloud-run-requests',
    memoryMb: memoryOf(limit('memory'), 512),
    vcpu: vcpuOf(limit('cpu'), 1),
    concurrency: template?.number('max_instance_request_concurrency', 80) ?? 80,
    readyInstances: template?.block('scaling')?.number('min_instance_count', 0) ?? 0,
    architecture: 'x86',
    ephemeralMb: 0,
    traced: false,
  });
}

function schedulerJob(facts: Facts, provision: Provision, index: StackIndex): void {
  fix(provision, facts, 'Scheduler jobs', 'gcp.scheduler.job', { quantity: 1, per: 'month' });
  const perDay = ticksPerDay(facts.text('schedule', ''));
  const uri = facts.block('http_target')?.value('uri');
  const target = index.find(uri, ['google_cloudfunctions2_function', 'google_cloud_run_v2_service']);
  if (perDay !== undefined)
    provision.schedules.push({ address: facts.address, function: target?.address, perDay });
}

export const gcpRules: ResourceRules = {
  priced: {
    google_cloud_run_v2_service: cloudRunService,
    google_cloud_scheduler_job: schedulerJob,
    google_cloudfunctions2_function: cloudFunction,
    google_compute_router_nat: (facts, provision) =>
      fix(provision, facts, 'NAT gateways', 'gcp.network.nat_gateway_hour', { quantity: 1, per: 'hour' }),
    google_kms_crypto_key: (facts, provision) =>
      fix(provision, facts, 'Key versions', 'gcp.kms.key_version_software', { quantity: 1, per: 'month' }),
    google_logging_project_bucket_config: (facts, { logs }) =>
      logs.push({ address: facts.address, days: facts.number('retention_days', 30) }),
    google_secret_manager_secret_version: (facts, provision) =>
      fix(provision, facts, 'Secret versions', 'gcp.secretmanager.version', { quantity: 1, per: 'month' }),
  },
  // Artifact Registry stores 0.5 GB for nothing, more than the image of a function has. Alert policies cost nothing
  // before September 2027.
  free: new Set([
    'google_artifact_registry_repository',
    'google_artifact_registry_repository_iam_member',
    'google_billing_budget',
    'google_cloud_run_service_iam_member',
    'google_cloud_run_v2_service_iam_member',
    'google_cloud_tasks_queue',
    'google_cloudfunctions2_function_iam_member',
    'google_compute_firewall',
    'google_compute_network',
    'google_compute_router',
    'google_compute_subnetwork',
    'google_eventarc_trigger',
    'google_firestore_backup_schedule',
    'google_firestore_database',
    'google_firestore_document',
    'google_firestore_field',
    'google_firestore_index',
    'google_kms_crypto_key_iam_member',
    'google_kms_key_ring',
    'google_logging_metric',
    'google_logging_project_exclusion',
    'google_logging_project_sink',
    'google_monitoring_alert_policy',
    'google_monitoring_dashboard',
    'google_monitoring_notification_channel',
    'google_project_iam_custom_role',
    'google_project_iam_member',
    'google_project_service',
    'google_project_service_identity',
    'google_pubsub_schema',
    'google_pubsub_subscription',
    'google_pubsub_subscription_iam_member',
    'google_pubsub_topic',
    'google_pubsub_topic_iam_member',
    'google_secret_manager_secret',
    'google_secret_manager_secret_iam_member',
    'google_service_account',
    'google_service_account_iam_member',
    'google_storage_bucket',
    'google_storage_bucket_iam_member',
    'google_storage_bucket_object',
    'google_storage_notification',
    'google_workflows_workflow',
  ]),
};
