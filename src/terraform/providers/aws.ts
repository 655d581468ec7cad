import type { DeploymentScope, ProviderRequest, StackValues } from '../stack.ts';
import { textOf } from './arguments.ts';
import { iamPolicyDocument } from './iam-policy-document.ts';

/** Host names and ARNs differ by partition. Source: https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html */
const partitions: Record<string, { dnsSuffix: string; reverseDnsPrefix: string }> = {
  aws: { dnsSuffix: 'amazonaws.com', reverseDnsPrefix: 'com.amazonaws' },
  'aws-cn': { dnsSuffix: 'amazonaws.com.cn', reverseDnsPrefix: 'cn.com.amazonaws' },
  'aws-us-gov': { dnsSuffix: 'amazonaws.com', reverseDnsPrefix: 'com.amazonaws' },
};

/** The data sources of the AWS provider that need no account. Undefined for all others. */
export function readAwsData(
  request: ProviderRequest,
  scope: DeploymentScope['aws'],
): StackValues | undefined {
  const { type, values, provider } = request;
  const dnsSuffix = partitions[scope.partition]?.dnsSuffix ?? 'amazonaws.com';
  const region =
    textOf(values.region) ?? textOf(values.name) ?? textOf(provider.values.region) ?? scope.region;
  switch (type) {
    case 'aws_iam_policy_document':
      return iamPolicyDocument(values);
    case 'aws_partition':
      return {
        id: scope.partition,
        partition: scope.partition,
        dns_suffix: dnsSuffix,
        reverse_dns_prefix: partitions[scope.partition]?.reverseDnsPrefix ?? 'com.amazonaws',
      };
    case 'aws_caller_identity':
      return {
        id: scope.accountId,
        account_id: scope.accountId,
        user_id: 'AIDALOCALDEPLOYMENT00',
        arn: `arn:${scope.partition}:iam::${scope.accountId}:user/deployment`,
      };
    case 'aws_region':
      return {
        id: region,
        name: region,
        region,
        endpoint: `ec2.${region}.${dnsSuffix}`,
        description: region,
      };
    case 'aws_service_principal': {
      const service = textOf(values.service_name) ?? '';
      const servicePrincipal = `${service}.amazonaws.com`;
      return {
        id: `${service}.${region}.amazonaws.com`,
        name: servicePrincipal,
        region,
        suffix: 'amazonaws.com',
      };
    }
    case 'aws_arn': {
      const arn = textOf(values.arn) ?? '';
      const [, partition = '', service = '', arnRegion = '', account = '', ...resource] = arn.split(':');
      return { id: arn, partition, service, region: arnRegion, account, resource: resource.join(':') };
    }
    default:
      return undefined;
  }
}
