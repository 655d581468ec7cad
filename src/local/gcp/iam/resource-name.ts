// Resource names as bindings and conditions see them.
// https://docs.cloud.google.com/iam/docs/conditions-resource-attributes
import type { GcpAccessRequest, GcpScope } from '../service.ts';
import type { ConditionInput } from './condition.ts';

/** With the project's id in place of its number or the placeholders `_` and `-`. */
export function normalName(resource: string, { projectId, projectNumber }: GcpScope): string {
  const [root, project, ...rest] = resource.split('/');
  if (root !== 'projects' || !(project === '_' || project === '-' || project === projectNumber))
    return resource;
  return [root, projectId, ...rest].join('/');
}

/** Whether a binding at `scope` counts for `resource`: the resource itself and what lies below. */
export const covers = (scope: string, resource: string): boolean =>
  resource === scope || resource.startsWith(`${scope}/`);

/** Services whose permissions do not begin with their name. */
const services: Record<string, string> = {
  artifactregistry: 'artifactregistry.googleapis.com',
  datastore: 'firestore.googleapis.com',
  iam: 'iam.googleapis.com',
  resourcemanager: 'cloudresourcemanager.googleapis.com',
};

/** Resource types by the collections in the name, for services whose resources conditions can tell apart. */
const types: [RegExp, string][] = [
  [/^projects\/[^/]+\/buckets\/[^/]+\/objects\//, 'storage.googleapis.com/Object'],
  [/^projects\/[^/]+\/buckets\/[^/]+$/, 'storage.googleapis.com/Bucket'],
  [/^projects\/[^/]+\/secrets\/[^/]+\/versions\//, 'secretmanager.googleapis.com/SecretVersion'],
  [/^projects\/[^/]+\/secrets\/[^/]+$/, 'secretmanager.googleapis.com/Secret'],
  [/^projects\/[^/]+\/databases\//, 'firestore.googleapis.com/Database'],
  [/^projects\/[^/]+\/locations\/[^/]+\/queues\//, 'cloudtasks.googleapis.com/Queue'],
];

/** What a condition sees of a request; `resource` is the normal name. */
export function conditionInput(
  { permission }: GcpAccessRequest,
  resource: string,
  scope: GcpScope,
  requestTimeMs: number,
): ConditionInput {
  const prefix = permission.slice(0, permission.indexOf('.'));
  const resourceService = services[prefix] ?? `${prefix}.googleapis.com`;
  const resourceType = types.find(([pattern]) => pattern.test(resource))?.[1];
  return {
    resourceName: conditionName(resource, resourceService, scope),
    resourceService,
    ...(resourceType !== undefined && { resourceType }),
    requestTimeMs,
  };
}

/** Cloud Storage names have no project; Secret Manager names have its number. */
function conditionName(resource: string, service: string, { projectId, projectNumber }: GcpScope): string {
  const inProject = `projects/${projectId}/`;
  if (!resource.startsWith(inProject)) return resource;
  const rest = resource.slice(inProject.length);
  if (service === 'storage.googleapis.com') return `projects/_/${rest}`;
  if (service === 'secretmanager.googleapis.com') return `projects/${projectNumber}/${rest}`;
  // Conditions speak of the database, not of the documents in it.
  if (service === 'firestore.googleapis.com') return resource.split('/').slice(0, 4).join('/');
  return resource;
}
