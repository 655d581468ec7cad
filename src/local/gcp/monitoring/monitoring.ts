import { stableId } from '../../engine/stable-id.ts';
import type { ResourceTypes } from '../../resource-type.ts';
import { projectOf } from '../resource-scope.ts';
import type { GcpScope } from '../service.ts';

const numericId = (address: string) => stableId(address, 19, '123456789');

/** https://registry.terraform.io/providers/hashicorp/google/latest/docs/resources/monitoring_alert_policy */
export const monitoringResourceTypes: ResourceTypes<GcpScope, undefined> = {
  google_monitoring_alert_policy: {
    attributes(values, scope, address) {
      const project = projectOf(values, scope);
      const name = `projects/${project}/alertPolicies/${numericId(address)}`;
      return {
        id: name,
        name,
        project,
        enabled: true,
        creation_record: [],
        notification_channels: [],
        user_labels: {},
        conditions: (Array.isArray(values.conditions) ? values.conditions : []).map((_, index) => ({
          name: `${name}/conditions/${numericId(`${address} ${index}`)}`,
        })),
      };
    },
    declaredOnly: 'nobody is to be woken by a local run; its metrics are kept for whoever asks',
  },
  google_monitoring_notification_channel: {
    attributes(values, scope, address) {
      const project = projectOf(values, scope);
      const name = `projects/${project}/notificationChannels/${numericId(address)}`;
      return { id: name, name, project, enabled: true, verification_status: '', labels: {}, user_labels: {} };
    },
    declaredOnly: 'a local run notifies nobody',
  },
};
