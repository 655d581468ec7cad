/**
 * Which IAM actions on which resources an operation needs.
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html
 */
import type { AccessRequest } from '../service.ts';
import { unreadable } from './errors.ts';
import type { Store } from './store.ts';

type Fields = { readonly [name: string]: unknown };

/** The keys of fine-grained access control are worked out only when a policy asks for them. */
class DynamoDbAccess implements AccessRequest {
  readonly action: string;
  readonly resource: string;
  readonly #context: () => Record<string, string[]>;

  constructor(action: string, resource: string, context: () => Record<string, string[]>) {
    this.action = `dynamodb:${action}`;
    this.resource = resource;
    this.#context = context;
  }

  get context(): Record<string, string[]> {
    return this.#context();
  }
}

/** An operation on the items of one table, or of one of its indexes. */
export function itemAccess(store: Store, action: string, request: unknown): AccessRequest[] {
  const input = fields(request);
  const table = store.tableArn(store.tableName(text(input.TableName)));
  const index = text(input.IndexName);
  const resource = index === '' ? table : `${table}/index/${index}`;
  return [new DynamoDbAccess(action, resource, () => contextOf(store, input, action))];
}

/** An operation on a table itself. */
export function tableAccess(store: Store, action: string, request: unknown): AccessRequest[] {
  const name = store.tableName(text(fields(request).TableName));
  return [{ action: `dynamodb:${action}`, resource: store.tableArn(name) }];
}

/** An operation on a resource that the request names by ARN. */
export function resourceAccess(action: string, request: unknown): AccessRequest[] {
  return [{ action: `dynamodb:${action}`, resource: text(fields(request).ResourceArn) }];
}

/** An operation that belongs to no resource. */
export function accountAccess(action: string): AccessRequest[] {
  return [{ action: `dynamodb:${action}`, resource: '*' }];
}

/** BatchGetItem and BatchWriteItem need their own action on each table. */
export function batchAccess(store: Store, action: string, request: unknown): AccessRequest[] {
  const input = fields(request);
  return Object.entries(fields(input.RequestItems)).map(([name, one]) => {
    const requests: unknown[] = Array.isArray(one) ? one : [one];
    return new DynamoDbAccess(action, store.tableArn(store.tableName(name)), () =>
      mergeContexts([
        ...requests.flatMap((raw) => {
          const request = fields(raw);
          const { Item: item } = fields(request.PutRequest);
          const { Key: key } = fields(request.DeleteRequest);
          const keys = Array.isArray(request.Keys) ? request.Keys : [key];
          return keys.map((Key) =>
            contextOf(store, { ...request, Item: item, Key, TableName: name }, action),
          );
        }),
        requestContext(input),
      ]),
    );
  });
}

const transactActions: { [kind: string]: string } = {
  Put: 'PutItem',
  Update: 'UpdateItem',
  Delete: 'DeleteItem',
  ConditionCheck: 'ConditionCheckItem',
  Get: 'GetItem',
};

/**
 * Transactions need the action of each of their parts.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis-iam.html
 */
export function transactAccess(
  store: Store,
  operation: 'TransactWriteItems' | 'TransactGetItems',
  request: unknown,
): AccessRequest[] {
  const { TransactItems: items, ...whole } = fields(request);
  return (Array.isArray(items) ? items : []).flatMap((raw) =>
    Object.entries(fields(raw)).flatMap(([kind, part]) => {
      const action = transactActions[kind];
      if (!action) return [];
      const input = fields(part);
      const resource = store.tableArn(store.tableName(text(input.TableName)));
      return new DynamoDbAccess(action, resource, () => ({
        ...mergeContexts([contextOf(store, input, action), requestContext(whole)]),
        'dynamodb:enclosingoperation': [operation],
      }));
    }),
  );
}

/** The condition keys of one request: leading key, attributes, select and what is returned. */
function contextOf(store: Store, input: Fields, action: string): Record<string, string[]> {
  const table = store.find(text(input.TableName));
  const hash = table?.key.hash.name;
  const indexed = table?.indexes.get(text(input.IndexName))?.key.hash.name ?? hash;
  const leading = indexed === undefined ? undefined : leadingKey(input, indexed);
  const attributes = attributesOf(input);
  const full = action === 'Scan' ? { 'dynamodb:fulltablescan': ['true'] } : {};
  return {
    ...full,
    ...(leading !== undefined && { 'dynamodb:leadingkeys': [leading] }),
    ...(attributes.length > 0 && { 'dynamodb:attributes': attributes }),
    ...requestContext(input),
  };
}

function requestContext(input: Fields): Record<string, string[]> {
  const keys = {
    Select: 'dynamodb:select',
    ReturnValues: 'dynamodb:returnvalues',
    ReturnConsumedCapacity: 'dynamodb:returnconsumedcapacity',
  };
  return Object.fromEntries(
    Object.entries(keys).flatMap(([member, key]) => {
      const value = text(input[member]);
      return value === '' ? [] : [[key, [value]]];
    }),
  );
}

/** The hash key value in a key, an item, or the key condition of a query. */
function leadingKey(input: Fields, hash: string): string | undefined {
  const direct = fields(input.Key)[hash] ?? fields(input.Item)[hash];
  if (direct !== undefined) return keyText(direct);
  const legacy = fields(fields(input.KeyConditions)[hash]).AttributeValueList;
  if (Array.isArray(legacy)) return keyText(legacy[0]);
  const names = fields(input.ExpressionAttributeNames);
  const tests = text(input.KeyConditionExpression).matchAll(
    /(#?\w+)\s*\)?\s*=\s*\(?\s*(:\w+)|(:\w+)\s*\)?\s*=\s*\(?\s*(#?\w+)/g,
  );
  for (const test of tests) {
    const name = test[1] ?? test[4] ?? '';
    const value = test[2] ?? test[3] ?? '';
    const attribute = name.startsWith('#') ? text(names[name]) : name;
    if (attribute === hash) return keyText(fields(input.ExpressionAttributeValues)[value]);
  }
  return undefined;
}

function keyText(value: unknown): string | undefined {
  const { S, N, B } = fields(value);
  return [S, N, B].find((one) => typeof one === 'string');
}

const expressionMembers = [
  'ProjectionExpression',
  'ConditionExpression',
  'FilterExpression',
  'KeyConditionExpression',
  'UpdateExpression',
];
const expressionWords = new Set(
  'AND OR NOT IN BETWEEN SET REMOVE ADD DELETE ATTRIBUTE_EXISTS ATTRIBUTE_NOT_EXISTS ATTRIBUTE_TYPE BEGINS_WITH CONTAINS SIZE IF_NOT_EXISTS LIST_APPEND'.split(
    ' ',
  ),
);

/** Names of the top-level attributes that a request names anywhere. */
function attributesOf(input: Fields): string[] {
  const found = new Set<string>();
  for (const member of [
    'Key',
    'Item',
    'Expected',
    'AttributeUpdates',
    'KeyConditions',
    'QueryFilter',
    'ScanFilter',
  ]) {
    for (const name of Object.keys(fields(input[member]))) found.add(name);
  }
  if (Array.isArray(input.AttributesToGet)) {
    for (const name of input.AttributesToGet) found.add(String(name));
  }
  const names = fields(input.ExpressionAttributeNames);
  for (const member of expressionMembers) {
    // A name after a dot is a member of a map, one after a colon a value.
    for (const [, word = ''] of text(input[member]).matchAll(/(?<![.:\w#]\s*)(#?[A-Za-z_]\w*|#\w+)/g)) {
      if (expressionWords.has(word.toUpperCase())) continue;
      found.add(word.startsWith('#') ? text(names[word]) : word);
    }
  }
  return [...found];
}

function mergeContexts(contexts: readonly Record<string, string[]>[]): Record<string, string[]> {
  const merged: Record<string, string[]> = {};
  for (const context of contexts) {
    for (const [key, values] of Object.entries(context)) {
      merged[key] = [...new Set([...(merged[key] ?? []), ...values])];
    }
  }
  return merged;
}

function fields(value: unknown): Fields {
  if (value === undefined || value === null) return {};
  if (!isFields(value)) throw unreadable('Unexpected field type');
  return value;
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
