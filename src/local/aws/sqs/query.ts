// The Query protocol of SQS: the same operations, with flattened lists in and out.
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-making-api-requests-xml.html
import { Flattened, type QueryInput, type QueryValue } from '../protocol-query.ts';
import type { AwsOperation } from '../service.ts';

/** Lists and maps of the JSON form, by their names in a form: `AttributeName.1`, `Attribute.1.Name`. */
const inputNames: Record<string, string> = {
  ActionName: 'Actions',
  AttributeName: 'AttributeNames',
  AWSAccountId: 'AWSAccountIds',
  ChangeMessageVisibilityBatchRequestEntry: 'Entries',
  DeleteMessageBatchRequestEntry: 'Entries',
  MessageAttributeName: 'MessageAttributeNames',
  MessageSystemAttributeName: 'MessageSystemAttributeNames',
  SendMessageBatchRequestEntry: 'Entries',
  TagKey: 'TagKeys',
};

const mapNames: Record<string, string> = {
  Attribute: 'Attributes',
  MessageAttribute: 'MessageAttributes',
  MessageSystemAttribute: 'MessageSystemAttributes',
  Tag: 'Tags',
};

/** How the lists of a result stand in XML, and what of them is a map. */
const outputLists: Record<string, string> = {
  Failed: 'BatchResultErrorEntry',
  Messages: 'Message',
  QueueUrls: 'QueueUrl',
  queueUrls: 'QueueUrl',
  Results: 'ListMessageMoveTasksResultEntry',
};

const outputMaps: Record<string, readonly [element: string, key: string, value: string]> = {
  Attributes: ['Attribute', 'Name', 'Value'],
  MessageAttributes: ['MessageAttribute', 'Name', 'Value'],
  Tags: ['Tag', 'Key', 'Value'],
};

/** The operations of the JSON protocol, made to take forms and to answer in XML. */
export function queryOperations(
  operations: Readonly<Record<string, AwsOperation>>,
): Record<string, AwsOperation<QueryInput>> {
  return Object.fromEntries(
    Object.entries(operations).map(([name, operation]) => [name, queryOperation(name, operation)]),
  );
}

function queryOperation(name: string, { access, run }: AwsOperation): AwsOperation<QueryInput> {
  return {
    access: (form) => access(inputOf(name, form)),
    async run(form, call) {
      const output: unknown = await run(inputOf(name, form), call);
      return output === undefined ? undefined : outputOf(name, output);
    },
  };
}

function inputOf(operation: string, form: QueryInput): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(form)) {
    const list = inputNames[name];
    const map = mapNames[name];
    if (list !== undefined)
      result[list] = listOf(value).map((item) =>
        typeof item === 'object' && !Array.isArray(item) ? inputOf(operation, item) : item,
      );
    else if (map !== undefined)
      // CreateQueue alone writes its tags in lower case.
      result[operation === 'CreateQueue' && map === 'Tags' ? 'tags' : map] = Object.fromEntries(
        listOf(value).map(pairOf),
      );
    else result[name] = value;
  }
  return result;
}

const listOf = (value: QueryValue): QueryValue[] => (Array.isArray(value) ? value : [value]);

function pairOf(item: QueryValue): [string, QueryValue] {
  if (typeof item !== 'object' || Array.isArray(item)) return ['', item];
  return [String(item.Name ?? item.Key ?? ''), item.Value ?? ''];
}

function outputOf(operation: string, output: unknown): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(Object(output))) {
    const map = outputMaps[name];
    const list = name === 'Successful' ? `${operation}ResultEntry` : outputLists[name];
    if (map !== undefined && typeof value === 'object' && value !== null) {
      const [element, keyName, valueName] = map;
      result[element] = new Flattened(
        Object.entries(value).map(([key, item]) => ({ [keyName]: key, [valueName]: item })),
      );
    } else if (list !== undefined && Array.isArray(value))
      result[list] = new Flattened(
        value.map((item: unknown) => (typeof item === 'object' ? outputOf(operation, item) : item)),
      );
    else result[name] = value;
  }
  return result;
}
