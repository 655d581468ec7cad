// https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-resource-simpletable.html
import type { Given } from '../property.ts';
import type { TemplateResource } from '../template-resource.ts';
import { membersOf, present, type Transform, tagList } from './serverless.ts';

const attributeTypes: Record<string, string> = { Binary: 'B', Number: 'N', String: 'S' };

export function expandSimpleTable(resource: TemplateResource, given: Given, transform: Transform): void {
  const properties = membersOf(given, [
    'PointInTimeRecoverySpecification',
    'PrimaryKey',
    'ProvisionedThroughput',
    'SSESpecification',
    'TableName',
    'Tags',
  ]);
  const key = given.member('PrimaryKey', properties.PrimaryKey ?? { Name: 'id', Type: 'String' });
  const { Name, Type } = membersOf(key, ['Name', 'Type']);
  const attributeType = attributeTypes[String(Type)];
  if (Name === undefined || attributeType === undefined)
    throw key.refuse('needs a Name, and String, Number or Binary as Type');
  const { PointInTimeRecoverySpecification, ProvisionedThroughput, SSESpecification, TableName, Tags } =
    properties;
  transform.resources.set(resource.logicalId, {
    ...resource,
    type: 'AWS::DynamoDB::Table',
    properties: present({
      AttributeDefinitions: [{ AttributeName: Name, AttributeType: attributeType }],
      BillingMode: ProvisionedThroughput === undefined ? 'PAY_PER_REQUEST' : undefined,
      KeySchema: [{ AttributeName: Name, KeyType: 'HASH' }],
      PointInTimeRecoverySpecification,
      ProvisionedThroughput,
      SSESpecification,
      TableName,
      Tags: Tags === undefined ? undefined : tagList(undefined, Tags),
    }),
  });
}
