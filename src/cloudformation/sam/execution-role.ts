import type { Given } from '../property.ts';
import type { TemplateObject, TemplateValue } from '../template-value.ts';
import type { Properties } from './function.ts';
import { managedPolicyArn, rolePolicies } from './policies.ts';
import { present, type Transform, tagList } from './serverless.ts';

/** What is added to the role for the sake of other properties. */
export interface Needs {
  managedArns: TemplateValue[];
  inline: TemplateObject[];
}

/** The role that SAM makes for a function that is given none. */
export function addRole(
  roleId: string,
  given: Given,
  properties: Properties,
  needs: Needs,
  { generate, places }: Transform,
): void {
  const { AssumeRolePolicyDocument, PermissionsBoundary, Policies, RolePath, Tags, Tracing, VpcConfig } =
    properties;
  const own =
    Policies === undefined
      ? { managedArns: [], inline: [] }
      : rolePolicies(given.member('Policies', Policies), roleId, (made, at) => places.stand(made, at));
  const managedArns = [
    managedPolicyArn('AWSLambdaBasicExecutionRole'),
    ...(Tracing === 'Active' || Tracing === 'PassThrough'
      ? [managedPolicyArn('AWSXrayWriteOnlyAccess')]
      : []),
    ...(VpcConfig === undefined ? [] : [managedPolicyArn('AWSLambdaVPCAccessExecutionRole')]),
    ...own.managedArns,
    ...needs.managedArns,
  ];
  const inline = [...needs.inline, ...own.inline];
  generate(
    given,
    roleId,
    'AWS::IAM::Role',
    present({
      AssumeRolePolicyDocument: AssumeRolePolicyDocument ?? {
        Version: '2012-10-17',
        Statement: [
          { Action: ['sts:AssumeRole'], Effect: 'Allow', Principal: { Service: ['lambda.amazonaws.com'] } },
        ],
      },
      ManagedPolicyArns: [...new Set(managedArns)],
      Path: RolePath,
      PermissionsBoundary,
      Policies: inline.length > 0 ? inline : undefined,
      Tags: tagList('lambda:createdBy', Tags),
    }),
  );
}
