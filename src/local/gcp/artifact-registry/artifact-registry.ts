import type { ResourceTypes } from '../../resource-type.ts';
import { labelAttributes, locationOf, projectOf } from '../resource-scope.ts';
import type { GcpScope } from '../service.ts';

/** https://registry.terraform.io/providers/hashicorp/google/latest/docs/resources/artifact_registry_repository */
export const artifactRegistryResourceTypes: ResourceTypes<GcpScope, undefined> = {
  google_artifact_registry_repository: {
    attributes(values, scope) {
      const project = projectOf(values, scope);
      const location = locationOf(values, scope);
      const repository = String(values.repository_id);
      const host = `${location.split('/').at(-1)}-${String(values.format).toLowerCase()}.pkg.dev`;
      return {
        id: `${location}/repositories/${repository}`,
        name: repository,
        project,
        location: scope.region,
        mode: 'STANDARD_REPOSITORY',
        registry_uri: `${host}/${project}/${repository}`,
        create_time: '1970-01-01T00:00:00Z',
        update_time: '1970-01-01T00:00:00Z',
        ...labelAttributes(values.labels),
      };
    },
    declaredOnly: 'functions run from their unpacked packages; no image is built',
  },
};
