// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_IAM.html
import type { StackValue, StackValues } from '../../terraform/stack.ts';
import { blocks, type Given, json, number, type Property, refused, tags, text, texts } from '../property.ts';
import { type Made, type ResourceMapping, the } from '../resource-mapping.ts';
import { isObject } from '../template-value.ts';

const noPrincipals = refused('IAM users and groups do not run locally: attach the policy to roles');

const listed = (value: StackValue | undefined): StackValue[] => (Array.isArray(value) ? value : []);

/** An item of a list among the properties. */
function itemOf(properties: Given, name: string, index: number): Given {
  const list = isObject(properties.value) ? properties.value[name] : undefined;
  const item = Array.isArray(list) ? list[index] : undefined;
  return properties.member(name, list ?? null).member(String(index), item ?? null);
}

/**
 * `PolicyTemplate` is not CloudFormation's: the expansion of SAM says with it which policy template a policy comes from,
 * whose actions cannot be deleted one by one.
 */
const policies: Property = blocks('policies', {
  PolicyDocument: json('policy'),
  PolicyName: text('name'),
  PolicyTemplate: text('policy_template'),
});

const role: ResourceMapping = {
  properties: {
    AssumeRolePolicyDocument: json('assume_role_policy'),
    Description: text('description'),
    ManagedPolicyArns: texts('attached'),
    MaxSessionDuration: number('max_session_duration'),
    Path: text('path'),
    PermissionsBoundary: text('permissions_boundary'),
    Policies: policies,
    RoleName: text('name'),
    Tags: tags('tags'),
  },
  required: ['AssumeRolePolicyDocument'],
  make({ attached, policies: inline, ...values }, context, given) {
    const name = values.name ?? context.madeUpName(64);
    return [
      { type: 'aws_iam_role', values: { ...values, name } },
      ...listed(attached).map(
        (policy_arn, index): Made => ({
          type: 'aws_iam_role_policy_attachment',
          key: String(policy_arn).split('/').at(-1) ?? '',
          values: { role: name, policy_arn },
          position: itemOf(given, 'ManagedPolicyArns', index).position,
        }),
      ),
      ...listed(inline).map(
        (policy, index): Made => ({
          type: 'aws_iam_role_policy',
          key: String((policy as StackValues).name),
          values: { role: name, ...(policy as StackValues) },
          position: itemOf(given, 'Policies', index).position,
        }),
      ),
    ];
  },
  ref: the('name'),
  attributes: { Arn: the('arn'), RoleId: the('unique_id') },
};

/** `AWS::IAM::Policy` puts one policy into several roles, `AWS::IAM::RolePolicy` into one. */
const policy: ResourceMapping = {
  properties: {
    Groups: noPrincipals,
    PolicyDocument: json('policy'),
    PolicyName: text('name'),
    Roles: texts('roles'),
    Users: noPrincipals,
  },
  required: ['PolicyDocument', 'PolicyName', 'Roles'],
  make: ({ roles, ...values }) =>
    listed(roles).map((each) => ({
      type: 'aws_iam_role_policy',
      key: String(each),
      values: { ...values, role: each },
    })),
  ref: the('id'),
  attributes: { Id: the('id') },
};

const rolePolicy: ResourceMapping = {
  properties: { PolicyDocument: json('policy'), PolicyName: text('name'), RoleName: text('role') },
  required: ['PolicyDocument', 'PolicyName', 'RoleName'],
  make: (values) => [{ type: 'aws_iam_role_policy', values }],
  ref: the('id'),
  attributes: {},
};

const managedPolicy: ResourceMapping = {
  properties: {
    Description: text('description'),
    Groups: noPrincipals,
    ManagedPolicyName: text('name'),
    Path: text('path'),
    PolicyDocument: json('policy'),
    Roles: texts('roles'),
    Users: noPrincipals,
  },
  required: ['PolicyDocument'],
  make({ roles, ...values }, context) {
    const name = String(values.name ?? context.madeUpName(128));
    const path = typeof values.path === 'string' ? values.path : '/';
    const arn = `arn:${context.partition}:iam::${context.accountId}:policy${path}${name}`;
    return [
      { type: 'aws_iam_policy', values: { ...values, name } },
      ...listed(roles).map(
        (each): Made => ({
          type: 'aws_iam_role_policy_attachment',
          key: String(each),
          values: { role: each, policy_arn: arn },
        }),
      ),
    ];
  },
  ref: the('arn'),
  attributes: { PolicyArn: the('arn'), PolicyId: the('policy_id') },
};

export const iamMappings: Record<string, ResourceMapping> = {
  'AWS::IAM::ManagedPolicy': managedPolicy,
  'AWS::IAM::Policy': policy,
  'AWS::IAM::Role': role,
  'AWS::IAM::RolePolicy': rolePolicy,
};
