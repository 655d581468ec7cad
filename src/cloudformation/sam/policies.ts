// https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-resource-function.html#sam-function-policies
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import type { Given } from '../property.ts';
import { intrinsicOf, isObject, type TemplateObject, type TemplateValue } from '../template-value.ts';

interface TemplateStatement {
  actions: string[];
  resources: string[];
  condition?: TemplateObject;
}

let templates: Record<string, TemplateStatement[]> | undefined;

function policyTemplates(): Record<string, TemplateStatement[]> {
  const file = path.join(import.meta.dirname, 'policy-templates.yaml');
  templates ??= parse(readFileSync(file, 'utf8')) as Record<string, TemplateStatement[]>;
  return templates;
}

/** AWS keeps these under a path of their own; the others that SAM knows by name have none. */
const serviceRolePolicies =
  /^(AWSLambda(BasicExecutionRole|BasicDurableExecutionRolePolicy|DynamoDBExecutionRole|ENIManagementAccess|KinesisExecutionRole|MSKExecutionRole|Role|SQSQueueExecutionRole|VPCAccessExecutionRole)|AWSCodeDeployRoleForLambda(Limited)?|AmazonAPIGatewayPushToCloudWatchLogs)$/;

export const managedPolicyArn = (name: string): string =>
  `arn:aws:iam::aws:policy/${serviceRolePolicies.test(name) ? 'service-role/' : ''}${name}`;

/** What the `Policies` of a function are at its role. */
export interface RolePolicies {
  managedArns: TemplateValue[];
  /** Of `AWS::IAM::Role`, each with the item that it comes from. */
  inline: TemplateObject[];
}

/** @param roleId logical id of the role, the beginning of every policy's name */
export function rolePolicies(
  given: Given,
  roleId: string,
  stand: (made: TemplateObject, at: Given) => TemplateObject,
): RolePolicies {
  const result: RolePolicies = { managedArns: [], inline: [] };
  const { value } = given;
  const items = Array.isArray(value)
    ? value.map((item, index) => given.member(String(index), item))
    : [given];
  for (const [index, item] of items.entries()) {
    const { value: policy } = item;
    if (typeof policy === 'string') {
      result.managedArns.push(policy.startsWith('arn:') ? policy : managedPolicyArn(policy));
      continue;
    }
    if (intrinsicOf(policy)) {
      result.managedArns.push(policy);
      continue;
    }
    if (!isObject(policy))
      throw item.refuse('a policy is a name, an ARN, a policy document or a policy template');
    const PolicyName = `${roleId}Policy${index}`;
    if ('Statement' in policy) {
      result.inline.push(stand({ PolicyName, PolicyDocument: policy }, item));
      continue;
    }
    const [[name, parameters] = ['', null], ...others] = Object.entries(policy);
    if (others.length > 0) throw item.refuse('one policy template for each item');
    const PolicyDocument = fromTemplate(name, item.member(name, parameters));
    result.inline.push(stand({ PolicyName, PolicyDocument, PolicyTemplate: name }, item));
  }
  return result;
}

function fromTemplate(name: string, given: Given): TemplateObject {
  const statements = policyTemplates()[name];
  if (!statements)
    throw given.refuse(
      `there is no policy template ${name}. https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/serverless-policy-template-list.html`,
    );
  const parameters = given.value ?? {};
  if (!isObject(parameters)) throw given.refuse('must be an object of parameters');
  const needed = new Set(
    [...JSON.stringify(statements).matchAll(/\$\{(\w+)\}/g)].map(([, parameter]) => parameter ?? ''),
  );
  const missing = [...needed].filter((parameter) => !(parameter in parameters));
  if (missing.length > 0)
    throw given.refuse(
      `Must specify valid parameter values for policy template '${name}': ${missing.join(', ')}`,
    );
  for (const parameter of Object.keys(parameters))
    if (!needed.has(parameter))
      throw given.refuse(
        `the policy template ${name} has no parameter ${parameter}; it has ${[...needed].join(', ') || 'none'}`,
      );
  const substitute = (value: TemplateValue): TemplateValue => {
    if (typeof value === 'string') return value.includes('${') ? { 'Fn::Sub': [value, parameters] } : value;
    if (Array.isArray(value)) return value.map(substitute);
    if (!isObject(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, substitute(member)]));
  };
  return {
    Statement: statements.map(({ actions, resources, condition }) => ({
      Effect: 'Allow',
      Action: actions,
      Resource: resources.length === 1 ? substitute(resources[0] ?? '*') : resources.map(substitute),
      ...(condition && { Condition: substitute(condition) }),
    })),
  };
}
