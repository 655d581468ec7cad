import type { StackValues } from '../../../terraform/stack.ts';
import type { ResourceTypes } from '../../resource-type.ts';
import { locationOf, projectOf } from '../resource-scope.ts';
import type { GcpScope } from '../service.ts';

const routed =
  'the log of a local run keeps the lines of every service together; nothing routes or drops them';

/** https://registry.terraform.io/providers/hashicorp/google/latest/docs/resources/logging_project_sink and its neighbours */
export const loggingResourceTypes: ResourceTypes<GcpScope, undefined> = {
  google_logging_project_bucket_config: {
    attributes(values, scope) {
      const name = `${locationOf(values, scope)}/buckets/${String(values.bucket_id)}`;
      return {
        id: name,
        name,
        description: '',
        retention_days: 30,
        enable_analytics: false,
        lifecycle_state: 'ACTIVE',
        locked: false,
      };
    },
    declaredOnly: routed,
  },
  google_logging_project_sink: {
    attributes(values, scope) {
      const project = projectOf(values, scope);
      return {
        id: `projects/${project}/sinks/${String(values.name)}`,
        project,
        writer_identity: writerIdentity(values, scope),
        unique_writer_identity: true,
        disabled: false,
        filter: '',
        description: '',
      };
    },
    declaredOnly: routed,
  },
  google_logging_project_exclusion: {
    attributes(values, scope) {
      const project = projectOf(values, scope);
      return {
        id: `projects/${project}/exclusions/${String(values.name)}`,
        project,
        disabled: false,
        description: '',
      };
    },
    declaredOnly: routed,
  },
};

/** A log bucket of the same project needs no identity: https://docs.cloud.google.com/logging/docs/export/configure_export_v2 */
function writerIdentity({ destination }: StackValues, { projectNumber }: GcpScope): string {
  return String(destination).startsWith('logging.googleapis.com/')
    ? ''
    : `serviceAccount:service-${projectNumber}@gcp-sa-logging.iam.gserviceaccount.com`;
}
