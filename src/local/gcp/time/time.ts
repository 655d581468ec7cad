import type { ResourceTypes } from '../../resource-type.ts';
import type { GcpScope } from '../service.ts';

/** https://registry.terraform.io/providers/hashicorp/time/latest/docs/resources/sleep */
export const timeResourceTypes: ResourceTypes<GcpScope, undefined> = {
  time_sleep: {
    attributes: () => ({
      id: '1970-01-01T00:00:00Z',
      create_duration: null,
      destroy_duration: null,
      triggers: null,
    }),
    declaredOnly: 'what the cloud spreads in a minute is known at once here',
  },
};
