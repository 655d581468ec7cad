// What the diagram and the READMEs know about the resource types of the Google provider.
import type { StackResource, StackValue } from '../terraform/stack.ts';
import {
  type Alarm,
  clientId,
  type Grant,
  numberAt,
  placeOf,
  textAt,
  textsAt,
  valueAt,
} from './architecture.ts';
import { gcpMessaging } from './gcp-messaging.ts';
import type { StackIndex } from './stack-index.ts';
import { leftOut, type ShownType, shown, type TypeTable } from './type-table.ts';

export const gcp: TypeTable = {
  operation: (action) => messageRoles[action] ?? /^datastore\.entities\.(\w+)$/.exec(action)?.[1],
  types: {
    ...gcpMessaging,
    google_cloudfunctions2_function: {
      service: 'Cloud Run functions',
      box: 'function',
      settings: ({ values }) => valueAt(values, 'service_config.environment_variables'),
      identity: (cloudFunction, index) =>
        index.meant(
          valueAt(cloudFunction.values, 'service_config.service_account_email'),
          cloudFunction,
          'google_service_account',
        )?.address,
      telemetry: () => ['Cloud Logging', 'Cloud Trace'],
      facts: [
        {
          topic: 'limits',
          label: 'Memory',
          path: 'service_config.available_memory',
          show: (value) => shown(value)?.replace(/(\d)([KMG])i?$/, '$1 $2B'),
        },
        {
          topic: 'limits',
          label: 'Time limit',
          path: 'service_config.timeout_seconds',
          show: (value) => shown(value, 's'),
        },
        {
          topic: 'limits',
          label: 'Requests per instance at once',
          path: 'service_config.max_instance_request_concurrency',
          show: (value) => shown(value) ?? '1',
        },
        {
          topic: 'limits',
          label: 'Instances at most',
          path: 'service_config.max_instance_count',
          show: (value) => shown(value),
        },
        {
          topic: 'limits',
          label: 'Instances kept ready',
          path: 'service_config.min_instance_count',
          show: (value) => shown(value) ?? '0',
        },
        {
          topic: 'security',
          label: 'Network of the entrance',
          path: 'service_config.ingress_settings',
          show: (value) => ingress[shown(value) ?? 'ALLOW_ALL'],
        },
        {
          topic: 'security',
          label: 'Network of the function',
          path: 'service_config.direct_vpc_network_interface.network',
          show: (value) => (value === undefined ? 'no VPC' : 'sends through a VPC'),
        },
        {
          topic: 'security',
          label: 'Encryption in transit',
          path: '',
          show: () => 'TLS 1.2 or newer',
        },
        {
          topic: 'security',
          label: 'Secrets and keys',
          path: 'service_config.secret_environment_variables',
          show: (value) =>
            Array.isArray(value) && value.length > 0 ? 'from Secret Manager' : 'none: a service account',
        },
        { topic: 'observability', label: 'Logs', path: '', show: () => 'Cloud Logging, JSON' },
        // https://cloud.google.com/run/docs/trace
        {
          topic: 'observability',
          label: 'Traces',
          path: '',
          show: () => 'Cloud Trace, a sample taken by Cloud Run',
        },
        {
          topic: 'observability',
          label: 'Access log',
          path: '',
          show: () => 'every request, by Cloud Run',
        },
      ],
    },
    google_cloud_run_v2_service_iam_member: {
      service: 'Cloud Run invoker',
      edges(invoker, index) {
        const called = index.meant(
          valueAt(invoker.values, 'name'),
          invoker,
          'google_cloudfunctions2_function',
        );
        // A member of the stack itself calls on behalf of something that has an edge of its own.
        if (!called || index.meant(valueAt(invoker.values, 'member'), invoker, 'google_service_account'))
          return [];
        return [
          {
            from: clientId,
            to: called.address,
            kind: 'call',
            labels: ['HTTPS'],
            delivery: {
              how: `synchronous; Cloud Run waits ${numberAt(called, 'service_config.timeout_seconds') ?? 60} s at most`,
              retries: 'none, repeating is up to the client',
              afterTheLastFailure: 'the client gets the error; nothing is kept for later',
            },
          },
        ];
      },
      grants: (invoker, index) => [
        grant(
          invoker,
          index,
          index.meant(valueAt(invoker.values, 'name'), invoker, 'google_cloudfunctions2_function')?.address,
        ),
      ],
      facts: [
        {
          topic: 'security',
          label: 'Who may call',
          path: 'member',
          show: (member) => {
            const caller = shown(member) ?? 'unknown';
            return caller.startsWith('serviceAccount:') ? 'one service account' : everybody(caller);
          },
        },
      ],
    },

    google_firestore_database: {
      service: 'Firestore',
      box: 'store',
      facts: [
        { topic: 'data', label: 'Billed', path: '', show: () => 'per request' },
        {
          topic: 'data',
          label: 'Restore to a point in time',
          path: 'point_in_time_recovery_enablement',
          show: (value) => (value === 'POINT_IN_TIME_RECOVERY_ENABLED' ? 'last 7 days' : 'no'),
        },
        {
          topic: 'data',
          label: 'Protected from deletion',
          path: 'delete_protection_state',
          show: (value) => (value === 'DELETE_PROTECTION_ENABLED' ? 'yes' : 'no'),
        },
        {
          topic: 'security',
          label: 'Network of the store',
          path: '',
          show: () => 'Google endpoint, identities only',
        },
        {
          topic: 'security',
          label: 'Encryption at rest',
          path: 'cmek_config.kms_key_name',
          show: (value) => (shown(value) ? 'key of the customer' : 'key of Google'),
        },
        {
          topic: 'limits',
          label: 'Capacity of the store at most',
          path: '',
          show: () => "on demand, up to the service's quota",
        },
      ],
    },
    google_firestore_field: {
      service: 'Firestore field',
      partOf: (field, index) => databaseOf(field, index),
      facts: [
        {
          topic: 'data',
          label: 'Records expire',
          path: 'ttl_config',
          show: (value, field) => (Array.isArray(value) ? `by \`${textAt(field, 'field')}\`` : undefined),
        },
      ],
    },

    google_service_account: { service: 'Service account' },
    google_project_iam_custom_role: leftOut('told by the bindings of the role'),
    google_project_iam_member: {
      service: 'Project IAM member',
      grants: (member, index) => [grant(member, index, undefined)],
    },
    google_pubsub_topic_iam_member: iamMember('Topic IAM member', 'topic'),
    google_pubsub_subscription_iam_member: iamMember('Subscription IAM member', 'subscription'),
    google_storage_bucket_iam_member: iamMember('Bucket IAM member', 'bucket'),
    google_artifact_registry_repository_iam_member: iamMember('Artifact Registry IAM member', 'repository'),

    google_storage_bucket: {
      service: 'Cloud Storage',
      box: (bucket, index) => (holdsSourceCode(bucket, index) ? undefined : 'bucket'),
    },
    google_storage_bucket_object: leftOut('the deployed package'),
    google_artifact_registry_repository: { service: 'Artifact Registry' },

    google_logging_project_bucket_config: {
      service: 'Cloud Logging bucket',
      facts: [
        {
          topic: 'observability',
          label: 'Logs kept',
          path: 'retention_days',
          show: (value) => shown(value, 'days'),
        },
      ],
    },
    google_logging_project_sink: leftOut('leads the logs to their bucket'),
    google_logging_project_exclusion: leftOut('keeps the logs from being stored twice'),
    google_monitoring_alert_policy: { service: 'Alert policy', alarm: alertOf },
    google_billing_budget: leftOut('watches the bill, not the requests'),
    google_project_service: leftOut('switches an API on'),
  },
};

const messageRoles: Record<string, string> = {
  'roles/pubsub.publisher': 'publish',
  'roles/pubsub.subscriber': 'consume',
};

const ingress: Record<string, string> = {
  ALLOW_ALL: 'internet',
  ALLOW_INTERNAL_AND_GCLB: 'VPC and load balancer',
  ALLOW_INTERNAL_ONLY: 'VPC',
};

/** A binding of one member to one role on the resource that the argument `target` names. */
function iamMember(service: string, target: string): ShownType {
  return {
    service,
    grants: (member, index) => [
      grant(member, index, index.meant(valueAt(member.values, target), member)?.address),
    ],
  };
}

function grant(binding: StackResource, index: StackIndex, target: string | undefined): Grant {
  const role = index.meant(valueAt(binding.values, 'role'), binding, 'google_project_iam_custom_role');
  const member = valueAt(binding.values, 'member');
  const expression = textAt(binding, 'condition.expression');
  const only = expression === undefined ? undefined : onlyResource(expression, binding, index);
  return {
    effect: 'allow',
    principal:
      index.meant(member, binding, 'google_service_account')?.address ??
      everybody(shown(member) ?? 'unknown'),
    actions: role ? textsAt(role, 'permissions') : [textAt(binding, 'role') ?? 'unknown'],
    resource: target ?? only ?? 'the project',
    ...(expression !== undefined && only === undefined && { condition: expression }),
    source: binding.address,
  };
}

const everybody = (member: string): string => (member === 'allUsers' ? 'everybody' : member);

/** The resource of the stack that a condition `resource.name == "..."` narrows a binding to. */
function onlyResource(expression: string, binding: StackResource, index: StackIndex): string | undefined {
  const name = /^resource\.name == "([^"]+)"$/.exec(expression)?.[1];
  const found = index.meant(name, binding);
  return found?.type === 'google_service_account' ? undefined : found?.address;
}

function databaseOf(field: StackResource, index: StackIndex): string | undefined {
  return index.meant(valueAt(field.values, 'database'), field, 'google_firestore_database')?.address;
}

/** What only the build reads holds nothing of the pattern. */
function holdsSourceCode(bucket: StackResource, index: StackIndex): boolean {
  return index
    .ofType('google_cloudfunctions2_function')
    .some(
      (cloudFunction) =>
        textAt(cloudFunction, 'build_config.source.storage_source.bucket') === textAt(bucket, 'name'),
    );
}

const comparisons: Record<string, string> = { COMPARISON_GT: '>', COMPARISON_LT: '<' };

function alertOf(alert: StackResource): Alarm {
  const condition = (name: string): StackValue | undefined =>
    valueAt(alert.values, `conditions.condition_threshold.${name}`);
  const metric = /metric\.type = "([^"]+)"/.exec(shown(condition('filter')) ?? '')?.[1] ?? 'metric';
  const share = condition('denominator_filter') === undefined ? metric : `share of ${metric}`;
  const comparison = comparisons[shown(condition('comparison')) ?? ''] ?? '?';
  return {
    address: alert.address,
    name: textAt(alert, 'display_name') ?? alert.address,
    meaning: textAt(alert, 'conditions.display_name') ?? '',
    threshold: `${share} ${comparison} ${shown(condition('threshold_value'))}${metric.endsWith('latencies') ? ' ms' : ''} for ${shown(condition('duration'))?.replace(/s$/, ' s')}`,
    notifies: placeOf(alert, 'notification_channels'),
  };
}
