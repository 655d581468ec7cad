/**
 * Policies that AWS keeps, as far as serverless stacks attach them.
 *
 * Documents as of November 2026, from
 * https://docs.aws.amazon.com/aws-managed-policy/latest/reference/policy-list.html; `version` and `createdOn`
 * are those of the default version. The key is the path and name after `arn:aws:iam::aws:policy/`.
 */
export interface ManagedPolicy {
  version: string;
  /** ISO date of the version. */
  createdOn: string;
  statements: readonly {
    Sid?: string;
    Effect: 'Allow';
    Action: readonly string[];
    Resource: string;
    Condition?: Record<string, Record<string, string>>;
  }[];
}

const logs = ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents'];
const allow = (...Action: string[]) => [{ Effect: 'Allow' as const, Action, Resource: '*' }];
const sameAccount = { StringEquals: { 'aws:ResourceAccount': '${aws:PrincipalAccount}' } };

const codeDeployForLambda = (...more: string[]): ManagedPolicy['statements'] => [
  ...allow(
    'cloudwatch:DescribeAlarms',
    'lambda:UpdateAlias',
    'lambda:GetAlias',
    'lambda:GetProvisionedConcurrencyConfig',
    ...more,
  ),
  {
    Effect: 'Allow',
    Action: ['s3:GetObject', 's3:GetObjectVersion'],
    Resource: 'arn:aws:s3:::*/CodeDeploy/*',
  },
  {
    Effect: 'Allow',
    Action: ['s3:GetObject', 's3:GetObjectVersion'],
    Resource: '*',
    Condition: { StringEquals: { 's3:ExistingObjectTag/UseWithCodeDeploy': 'true' } },
  },
  {
    Effect: 'Allow',
    Action: ['lambda:InvokeFunction'],
    Resource: 'arn:aws:lambda:*:*:function:CodeDeployHook_*',
  },
];

export const managedPolicies: Record<string, ManagedPolicy> = {
  AWSXRayDaemonWriteAccess: {
    version: 'v2',
    createdOn: '2024-02-13',
    statements: allow(
      'xray:PutTraceSegments',
      'xray:PutTelemetryRecords',
      'xray:GetSamplingRules',
      'xray:GetSamplingTargets',
      'xray:GetSamplingStatisticSummaries',
    ),
  },
  AWSXrayWriteOnlyAccess: {
    version: 'v2',
    createdOn: '2018-08-28',
    statements: allow(
      'xray:PutTraceSegments',
      'xray:PutTelemetryRecords',
      'xray:GetSamplingRules',
      'xray:GetSamplingTargets',
      'xray:GetSamplingStatisticSummaries',
    ),
  },
  'AWSLambdaInvocation-DynamoDB': {
    version: 'v1',
    createdOn: '2015-02-06',
    statements: [
      ...allow('lambda:InvokeFunction'),
      ...allow(
        'dynamodb:DescribeStream',
        'dynamodb:GetRecords',
        'dynamodb:GetShardIterator',
        'dynamodb:ListStreams',
      ),
    ],
  },
  CloudWatchLambdaApplicationSignalsExecutionRolePolicy: {
    version: 'v1',
    createdOn: '2024-10-16',
    statements: [
      {
        Sid: 'CloudWatchApplicationSignalsXrayWritePermissions',
        Effect: 'Allow',
        Action: ['xray:PutTraceSegments'],
        Resource: '*',
        Condition: sameAccount,
      },
      {
        Sid: 'CloudWatchApplicationSignalsLogGroupWritePermissions',
        Effect: 'Allow',
        Action: logs,
        Resource: 'arn:aws:logs:*:*:log-group:/aws/application-signals/data:*',
        Condition: sameAccount,
      },
    ],
  },
  CloudWatchLambdaInsightsExecutionRolePolicy: {
    version: 'v1',
    createdOn: '2020-10-07',
    statements: [
      ...allow('logs:CreateLogGroup'),
      {
        Effect: 'Allow',
        Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
        Resource: 'arn:aws:logs:*:*:log-group:/aws/lambda-insights:*',
      },
    ],
  },
  'service-role/AWSCodeDeployRoleForLambda': {
    version: 'v3',
    createdOn: '2019-12-03',
    statements: codeDeployForLambda('sns:Publish'),
  },
  'service-role/AWSCodeDeployRoleForLambdaLimited': {
    version: 'v1',
    createdOn: '2020-08-17',
    statements: codeDeployForLambda(),
  },
  'service-role/AWSLambdaBasicDurableExecutionRolePolicy': {
    version: 'v1',
    createdOn: '2025-12-02',
    statements: allow(...logs, 'lambda:CheckpointDurableExecution', 'lambda:GetDurableExecutionState'),
  },
  'service-role/AWSLambdaBasicExecutionRole': {
    version: 'v1',
    createdOn: '2015-04-09',
    statements: allow(...logs),
  },
  'service-role/AWSLambdaDynamoDBExecutionRole': {
    version: 'v1',
    createdOn: '2015-04-09',
    statements: allow(
      'dynamodb:DescribeStream',
      'dynamodb:GetRecords',
      'dynamodb:GetShardIterator',
      'dynamodb:ListStreams',
      ...logs,
    ),
  },
  'service-role/AWSLambdaENIManagementAccess': {
    version: 'v2',
    createdOn: '2020-10-01',
    statements: allow(
      'ec2:CreateNetworkInterface',
      'ec2:DescribeNetworkInterfaces',
      'ec2:DeleteNetworkInterface',
      'ec2:AssignPrivateIpAddresses',
      'ec2:UnassignPrivateIpAddresses',
    ),
  },
  'service-role/AWSLambdaKinesisExecutionRole': {
    version: 'v2',
    createdOn: '2018-11-19',
    statements: allow(
      'kinesis:DescribeStream',
      'kinesis:DescribeStreamSummary',
      'kinesis:GetRecords',
      'kinesis:GetShardIterator',
      'kinesis:ListShards',
      'kinesis:ListStreams',
      'kinesis:SubscribeToShard',
      ...logs,
    ),
  },
  'service-role/AWSLambdaMSKExecutionRole': {
    version: 'v2',
    createdOn: '2022-08-02',
    statements: allow(
      'kafka:DescribeCluster',
      'kafka:DescribeClusterV2',
      'kafka:GetBootstrapBrokers',
      'ec2:CreateNetworkInterface',
      'ec2:DescribeNetworkInterfaces',
      'ec2:DescribeVpcs',
      'ec2:DeleteNetworkInterface',
      'ec2:DescribeSubnets',
      'ec2:DescribeSecurityGroups',
      ...logs,
    ),
  },
  'service-role/AWSLambdaRole': {
    version: 'v1',
    createdOn: '2015-02-06',
    statements: allow('lambda:InvokeFunction'),
  },
  'service-role/AWSLambdaSQSQueueExecutionRole': {
    version: 'v1',
    createdOn: '2018-06-14',
    statements: allow('sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes', ...logs),
  },
  'service-role/AWSLambdaVPCAccessExecutionRole': {
    version: 'v3',
    createdOn: '2024-01-05',
    statements: allow(
      ...logs,
      'ec2:CreateNetworkInterface',
      'ec2:DescribeNetworkInterfaces',
      'ec2:DescribeSubnets',
      'ec2:DeleteNetworkInterface',
      'ec2:AssignPrivateIpAddresses',
      'ec2:UnassignPrivateIpAddresses',
    ),
  },
  'service-role/AmazonAPIGatewayPushToCloudWatchLogs': {
    version: 'v1',
    createdOn: '2015-11-11',
    statements: allow(
      'logs:CreateLogGroup',
      'logs:CreateLogStream',
      'logs:DescribeLogGroups',
      'logs:DescribeLogStreams',
      'logs:PutLogEvents',
      'logs:GetLogEvents',
      'logs:FilterLogEvents',
    ),
  },
};

/** The document of an AWS managed policy as JSON; `undefined` when `arn` names none of those known here. */
export function managedPolicyDocument(arn: string): string | undefined {
  const name = /^arn:[a-z-]+:iam::aws:policy\/(.+)$/.exec(arn)?.[1];
  const policy =
    name !== undefined && Object.hasOwn(managedPolicies, name) ? managedPolicies[name] : undefined;
  return policy && JSON.stringify({ Version: '2012-10-17', Statement: policy.statements });
}
