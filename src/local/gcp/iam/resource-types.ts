// The Terraform resource types of Google Cloud IAM.
// https://registry.terraform.io/providers/hashicorp/google/latest/docs/resources/google_project_iam and its neighbours
import { z } from 'zod';
import type { StackResource, StackValue, StackValues } from '../../../terraform/stack.ts';
import { sourceOf } from '../../engine/grants.ts';
import { ConfigurationError, readResource } from '../../engine/read-resource.ts';
import type { ResourceType, ResourceTypes } from '../../resource-type.ts';
import type { GcpScope } from '../service.ts';
import type { Iam } from './iam.ts';
import { uniqueIdOf } from './tokens.ts';

/** Terraform writes a nested block as an array of one. */
const conditionBlock = z
  .array(z.object({ title: z.string(), expression: z.string() }))
  .max(1)
  .optional();

const MemberArguments = z.object({ role: z.string(), member: z.string(), condition: conditionBlock });
const BindingArguments = z.object({
  role: z.string(),
  members: z.array(z.string()),
  condition: conditionBlock,
});
const PolicyArguments = z.object({ policy_data: z.string() });
const PolicyData = z.object({
  bindings: z
    .array(
      z.object({
        role: z.string(),
        members: z.array(z.string()).default([]),
        condition: z.object({ title: z.string(), expression: z.string() }).optional(),
      }),
    )
    .default([]),
});

/** The etag of a policy belongs to the cloud, not to the configuration: all are the same. */
const etag = 'BwYAAAAAAAA=';

/** Name of the resource whose policy an IAM resource sets; null while an argument is not known. */
type PolicyOwner = (values: StackValues, scope: GcpScope) => string | null;

/** Resources that have policies of their own, by the prefix of their IAM resource types. */
const policyOwners: Record<string, PolicyOwner> = {
  google_project: (values, scope) => `projects/${projectOf(values, scope)}`,
  google_service_account: (values) => text(values.service_account_id),
  google_cloud_run_v2_service: located('services', 'name'),
  google_cloud_run_v2_job: located('jobs', 'name'),
  google_cloud_run_service: located('services', 'service'),
  google_cloudfunctions2_function: located('functions', 'cloud_function'),
  google_cloud_tasks_queue: located('queues', 'name'),
  google_artifact_registry_repository: located('repositories', 'repository'),
  google_storage_bucket: (values) => {
    const bucket = text(values.bucket);
    return bucket === null ? null : `projects/_/buckets/${bucket.replace(/^b\//, '')}`;
  },
  google_pubsub_topic: inProject('topics', 'topic'),
  google_pubsub_subscription: inProject('subscriptions', 'subscription'),
  google_secret_manager_secret: inProject('secrets', 'secret_id'),
};

export const resourceTypes: ResourceTypes<GcpScope, Iam> = {
  google_service_account: {
    attributes(values, scope) {
      const project = projectOf(values, scope);
      const email = `${text(values.account_id) ?? ''}@${project}.iam.gserviceaccount.com`;
      const name = `projects/${project}/serviceAccounts/${email}`;
      return {
        id: name,
        name,
        email,
        member: `serviceAccount:${email}`,
        unique_id: uniqueIdOf(email),
        project,
        disabled: values.disabled ?? false,
      };
    },
    realise(resource, iam) {
      const { email, disabled } = readResource(
        z.object({ email: z.string(), disabled: z.boolean().default(false) }),
        resource,
      );
      if (disabled) iam.disableServiceAccount(email);
    },
  },

  google_project_iam_custom_role: {
    attributes(values, scope) {
      const project = projectOf(values, scope);
      const name = `projects/${project}/roles/${text(values.role_id) ?? ''}`;
      return { id: name, name, project, deleted: false, stage: values.stage ?? 'GA' };
    },
    realise(resource, iam) {
      const { name, permissions, stage } = readResource(
        z.object({ name: z.string(), permissions: z.array(z.string()), stage: z.string().default('GA') }),
        resource,
      );
      iam.addCustomRole({ name, permissions, disabled: stage === 'DISABLED', source: sourceOf(resource) });
    },
  },

  google_project_service: {
    attributes(values, scope) {
      const project = projectOf(values, scope);
      return { id: `${project}/${text(values.service) ?? ''}`, project };
    },
    declaredOnly: 'Every API is enabled in the local cloud.',
  },

  ...Object.fromEntries(
    Object.entries(policyOwners).flatMap(([prefix, owner]): [string, ResourceType<GcpScope, Iam>][] => [
      [`${prefix}_iam_member`, memberType(owner)],
      [`${prefix}_iam_binding`, bindingType(owner)],
      [`${prefix}_iam_policy`, policyType(owner)],
    ]),
  ),
};

function memberType(owner: PolicyOwner): ResourceType<GcpScope, Iam> {
  return {
    attributes: (values, scope) => ({
      id: joined(owner(values, scope), values.role, values.member, conditionTitle(values)),
      etag,
    }),
    realise(resource, iam) {
      const { role, member, condition } = readResource(MemberArguments, resource);
      bind(iam, resource, ownerOf(owner, resource, iam), {
        role,
        members: [member],
        condition: condition?.[0],
      });
    },
  };
}

function bindingType(owner: PolicyOwner): ResourceType<GcpScope, Iam> {
  return {
    attributes: (values, scope) => ({
      id: joined(owner(values, scope), values.role, conditionTitle(values)),
      etag,
    }),
    realise(resource, iam) {
      const { role, members, condition } = readResource(BindingArguments, resource);
      const name = ownerOf(owner, resource, iam);
      iam.clearBindings(name, role, condition?.[0]?.expression);
      bind(iam, resource, name, { role, members, condition: condition?.[0] });
    },
  };
}

function policyType(owner: PolicyOwner): ResourceType<GcpScope, Iam> {
  return {
    attributes: (values, scope) => ({ id: joined(owner(values, scope)), etag }),
    realise(resource, iam) {
      const { policy_data } = readResource(PolicyArguments, resource);
      const policy = PolicyData.safeParse(parseJson(policy_data));
      if (!policy.success)
        throw new ConfigurationError(
          resource,
          `policy_data is not a policy: ${policy.error.issues[0]?.message}`,
        );
      const name = ownerOf(owner, resource, iam);
      iam.clearBindings(name);
      for (const binding of policy.data.bindings) bind(iam, resource, name, binding);
    },
  };
}

interface PolicyBinding {
  role: string;
  members: readonly string[];
  condition?: { expression: string } | undefined;
}

function bind(
  iam: Iam,
  resource: StackResource,
  name: string,
  { role, members, condition }: PolicyBinding,
): void {
  for (const member of members)
    iam.addBinding({
      resource: name,
      role,
      member,
      ...(condition && { condition: condition.expression }),
      source: sourceOf(resource),
    });
}

function ownerOf(owner: PolicyOwner, resource: StackResource, iam: Iam): string {
  const name = owner(resource.values, iam.scope);
  if (name === null) throw new ConfigurationError(resource, 'the resource that it is for is not known');
  return name;
}

/** Names such as `projects/p/locations/l/services/name`, given whole or as their last part. */
function located(collection: string, argument: string): PolicyOwner {
  return (values, scope) => {
    const name = text(values[argument]);
    if (name === null || name.startsWith('projects/')) return name;
    const location = text(values.location) ?? scope.region;
    return `projects/${projectOf(values, scope)}/locations/${location}/${collection}/${name}`;
  };
}

function inProject(collection: string, argument: string): PolicyOwner {
  return (values, scope) => {
    const name = text(values[argument]);
    if (name === null || name.startsWith('projects/')) return name;
    return `projects/${projectOf(values, scope)}/${collection}/${name}`;
  };
}

const text = (value: StackValue | undefined): string | null => (typeof value === 'string' ? value : null);

const projectOf = (values: StackValues, scope: GcpScope): string =>
  (text(values.project) ?? scope.projectId).replace(/^projects\//, '');

function conditionTitle(values: StackValues): StackValue | undefined {
  const [block] = Array.isArray(values.condition) ? values.condition : [];
  return block !== null && typeof block === 'object' && 'title' in block ? block.title : undefined;
}

/** Parts with slashes between them; null while one of them is not known. A project's id stands without its collection. */
function joined(owner: string | null, ...parts: (StackValue | undefined)[]): string | null {
  const given = parts.filter((part) => part !== undefined && part !== null);
  if (owner === null || given.some((part) => typeof part !== 'string')) return null;
  return [owner.replace(/^projects\/(?=[^/]+$)/, '').replace(/^projects\/_\/buckets\//, 'b/'), ...given].join(
    '/',
  );
}

function parseJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
