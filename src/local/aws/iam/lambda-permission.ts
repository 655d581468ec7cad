// A function's resource policy, statement by statement.
// https://docs.aws.amazon.com/lambda/latest/dg/permissions-function-services.html
import { z } from 'zod';
import type { StackResource } from '../../../terraform/stack.ts';
import { readResource } from '../../engine/read-resource.ts';
import type { AwsScope } from '../service.ts';

const Arguments = z.object({
  action: z.string(),
  event_source_token: z.string().optional(),
  function_name: z.string(),
  function_url_auth_type: z.string().optional(),
  invoked_via_function_url: z.boolean().optional(),
  principal: z.string(),
  principal_org_id: z.string().optional(),
  qualifier: z.string().optional(),
  source_account: z.string().optional(),
  source_arn: z.string().optional(),
  statement_id: z.string(),
});

/** The policy document that Lambda's `AddPermission` writes for an `aws_lambda_permission`. */
export function lambdaPermissionPolicy(
  resource: StackResource,
  scope: AwsScope,
): { functionArn: string; document: string } {
  const permission = readResource(Arguments, resource);
  const base = permission.function_name.startsWith('arn:')
    ? permission.function_name
    : `arn:${scope.partition}:lambda:${scope.region}:${scope.accountId}:function:${permission.function_name}`;
  const functionArn = permission.qualifier ? `${base}:${permission.qualifier}` : base;
  const condition = {
    ...(permission.source_arn && { ArnLike: { 'AWS:SourceArn': permission.source_arn } }),
    StringEquals: {
      ...(permission.source_account && { 'AWS:SourceAccount': permission.source_account }),
      ...(permission.principal_org_id && { 'aws:PrincipalOrgID': permission.principal_org_id }),
      ...(permission.event_source_token && { 'lambda:EventSourceToken': permission.event_source_token }),
      ...(permission.function_url_auth_type && {
        'lambda:FunctionUrlAuthType': permission.function_url_auth_type,
      }),
    },
    ...(permission.invoked_via_function_url && { Bool: { 'lambda:InvokedViaFunctionUrl': 'true' } }),
  };
  const document = {
    Version: '2012-10-17',
    Id: 'default',
    Statement: [
      {
        Sid: permission.statement_id,
        Effect: 'Allow',
        Principal: principal(permission.principal),
        Action: permission.action,
        Resource: functionArn,
        Condition: condition,
      },
    ],
  };
  return { functionArn, document: JSON.stringify(document) };
}

function principal(value: string): string | Record<string, string> {
  if (value === '*') return '*';
  return /^\d{12}$|^arn:/.test(value) ? { AWS: value } : { Service: value };
}
