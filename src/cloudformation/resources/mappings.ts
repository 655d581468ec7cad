import type { ResourceMapping } from '../resource-mapping.ts';
import { apiGatewayMappings } from './api-gateway.ts';
import { cloudWatchMappings } from './cloudwatch.ts';
import { dynamoDbMappings } from './dynamodb.ts';
import { eventsMappings } from './events.ts';
import { iamMappings } from './iam.ts';
import { lambdaMappings } from './lambda.ts';
import { s3Mappings } from './s3.ts';
import { snsMappings } from './sns.ts';
import { sqsMappings } from './sqs.ts';

/** Every resource type of CloudFormation that the local cloud realises. */
export const mappings: Readonly<Record<string, ResourceMapping>> = {
  ...apiGatewayMappings,
  ...cloudWatchMappings,
  ...dynamoDbMappings,
  ...eventsMappings,
  ...iamMappings,
  ...lambdaMappings,
  ...s3Mappings,
  ...snsMappings,
  ...sqsMappings,
};
