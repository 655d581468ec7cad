// The Terraform resource types of IAM.
// https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/iam_role and its neighbours
import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { StackResource, StackValue, StackValues } from '../../../terraform/stack.ts';
import { type GrantSource, sourceOf } from '../../engine/grants.ts';
import { ConfigurationError, readResource } from '../../engine/read-resource.ts';
import type { ResourceTypes } from '../../resource-type.ts';
import type { AwsScope } from '../service.ts';
import { type Iam, uniqueId } from './iam.ts';
import { lambdaPermissionPolicy } from './lambda-permission.ts';

const names = z.array(z.string());
const tags = z.record(z.string(), z.string());

const RoleArguments = z.object({
  arn: z.string(),
  name: z.string(),
  unique_id: z.string(),
  assume_role_policy: z.string(),
  permissions_boundary: z.string().optional(),
  max_session_duration: z.number(),
  managed_policy_arns: names.optional(),
  inline_policy: z.array(z.object({ name: z.string().nullish(), policy: z.string().nullish() })).optional(),
  tags: tags.optional(),
});

/** Creation dates belong to the cloud, not to the configuration: all are the same. */
const createDate = '2026-01-01T00:00:00Z';

export const resourceTypes: ResourceTypes<AwsScope, Iam> = {
  aws_iam_role: {
    attributes(values, scope, address) {
      const name = nameFrom(values, address);
      const arn = iamArn(scope, 'role', values.path, name);
      return {
        arn,
        id: name,
        name,
        name_prefix: prefixOf(values),
        unique_id: uniqueId('AROA', arn),
        create_date: createDate,
        path: values.path ?? '/',
        description: values.description ?? '',
        force_detach_policies: values.force_detach_policies ?? false,
        max_session_duration: values.max_session_duration ?? 3600,
        permissions_boundary: values.permissions_boundary ?? '',
        managed_policy_arns: values.managed_policy_arns ?? [],
        inline_policy: values.inline_policy ?? [],
        tags_all: values.tags ?? {},
      };
    },
    realise(resource, iam) {
      const role = readResource(RoleArguments, resource);
      const source = described(resource);
      iam.addRole({
        arn: role.arn,
        name: role.name,
        uniqueId: role.unique_id,
        trustPolicy: role.assume_role_policy,
        ...(role.permissions_boundary && { boundaryArn: role.permissions_boundary }),
        maxSessionDurationSeconds: role.max_session_duration,
        tags: role.tags ?? {},
        source,
      });
      for (const inline of role.inline_policy ?? [])
        if (inline.policy) iam.putRolePolicy(role.name, inline.name ?? '', inline.policy, source);
      for (const arn of role.managed_policy_arns ?? []) iam.attachPolicy(role.name, arn, source);
    },
  },

  aws_iam_role_policy: {
    attributes(values, _scope, address) {
      const name = nameFrom(values, address);
      return { id: join(values.role, ':', name), name, name_prefix: prefixOf(values) };
    },
    realise(resource, iam) {
      const { role, name, policy, policy_template } = readResource(
        z.object({
          role: z.string(),
          name: z.string(),
          policy: z.string(),
          // Not Terraform's: the policy template of SAM that the statements come from.
          policy_template: z.string().optional(),
        }),
        resource,
      );
      iam.putRolePolicy(role, name, policy, described(resource), policy_template);
    },
  },

  aws_iam_policy: {
    attributes(values, scope, address) {
      const name = nameFrom(values, address);
      const arn = iamArn(scope, 'policy', values.path, name);
      return {
        arn,
        id: arn,
        name,
        name_prefix: prefixOf(values),
        policy_id: uniqueId('ANPA', arn),
        path: values.path ?? '/',
        description: values.description ?? '',
        attachment_count: 0,
        tags_all: values.tags ?? {},
      };
    },
    realise(resource, iam) {
      const { arn, policy } = readResource(z.object({ arn: z.string(), policy: z.string() }), resource);
      iam.addPolicy(arn, policy, described(resource));
    },
  },

  aws_iam_role_policy_attachment: {
    attributes: (values) => ({ id: join(values.role, '/', values.policy_arn) }),
    realise(resource, iam) {
      const { role, policy_arn } = readResource(
        z.object({ role: z.string(), policy_arn: z.string() }),
        resource,
      );
      iam.attachPolicy(role, policy_arn, described(resource));
    },
  },

  aws_iam_policy_attachment: {
    attributes: (values) => ({ id: values.name ?? null }),
    realise(resource, iam) {
      const { roles, users, groups, policy_arn } = readResource(
        z.object({
          roles: names.optional(),
          users: names.optional(),
          groups: names.optional(),
          policy_arn: z.string(),
        }),
        resource,
      );
      if ((users?.length ?? 0) + (groups?.length ?? 0) > 0)
        throw new ConfigurationError(
          resource,
          'IAM users and groups are not supported; attach the policy to roles',
        );
      for (const role of roles ?? []) iam.attachPolicy(role, policy_arn, described(resource));
    },
  },

  aws_iam_role_policies_exclusive: {
    attributes: () => ({}),
    realise(resource, iam) {
      const { role_name, policy_names } = readResource(
        z.object({ role_name: z.string(), policy_names: names }),
        resource,
      );
      iam.keepOnlyRolePolicies(role_name, policy_names, described(resource));
    },
  },

  aws_iam_role_policy_attachments_exclusive: {
    attributes: () => ({}),
    realise(resource, iam) {
      const { role_name, policy_arns } = readResource(
        z.object({ role_name: z.string(), policy_arns: names }),
        resource,
      );
      iam.keepOnlyAttachedPolicies(role_name, policy_arns, described(resource));
    },
  },

  aws_lambda_permission: {
    attributes(values, _scope, address) {
      const given =
        values.statement_id ??
        (values.statement_id_prefix ? generated(values.statement_id_prefix, address) : null);
      const statementId = given ?? generated('terraform-', address);
      return { id: statementId, statement_id: statementId };
    },
    realise(resource, iam) {
      const { functionArn, document } = lambdaPermissionPolicy(resource, iam.runtime);
      iam.attachResourcePolicy(functionArn, document, sourceOf(resource));
    },
  },
};

/** The resource, and the data sources that its policy text comes from: there the statements stand. */
function described(resource: StackResource): GrantSource {
  const documents = resource.dependsOn.filter((address) =>
    /(^|\.)data\.aws_iam_policy_document\./.test(address),
  );
  const source = sourceOf(resource);
  return documents.length === 0
    ? source
    : { ...source, address: `${source.address} (${documents.join(', ')})` };
}

const prefixOf = (values: StackValues): StackValue => values.name_prefix ?? '';

function nameFrom(values: StackValues, address: string): string {
  if (typeof values.name === 'string' && values.name !== '') return values.name;
  return generated(values.name_prefix || 'terraform-', address);
}

/** The provider appends 26 digits that differ on each apply; here they follow from the address. */
function generated(prefix: StackValue, address: string): string {
  const digits = BigInt(`0x${createHash('sha256').update(address).digest('hex')}`)
    .toString()
    .slice(0, 18);
  return `${typeof prefix === 'string' ? prefix : 'terraform-'}${digits}00000001`;
}

function iamArn(
  scope: AwsScope,
  kind: 'role' | 'policy',
  path: StackValue | undefined,
  name: string,
): string {
  const directory = typeof path === 'string' && path !== '' ? path : '/';
  return `arn:${scope.partition}:iam::${scope.accountId}:${kind}${directory}${name}`;
}

/** Both parts joined, or null while one of them is not known. */
function join(left: StackValue | undefined, separator: string, right: StackValue | undefined): StackValue {
  return typeof left === 'string' && typeof right === 'string' ? `${left}${separator}${right}` : null;
}
