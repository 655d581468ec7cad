import type { DataAction } from './authorization.ts';
import type { Container } from './container.ts';
import { badRequest, CosmosError } from './errors.ts';
import { keyText } from './partition-key.ts';
import { parsePatch } from './patch.ts';
import { failedRequestCharge } from './request-units.ts';
import { isObject, type Json } from './sql/value.ts';
import type { Conditions, ItemOutcome, ItemTransaction } from './transaction.ts';

type OperationType = 'Create' | 'Upsert' | 'Read' | 'Replace' | 'Patch' | 'Delete';

export interface BatchOperation {
  type: OperationType;
  id: string;
  body: Json | undefined;
  conditions: Conditions;
  /** Key text; absent in a transactional batch, whose request names the key. */
  partition?: string;
}

interface OperationResult {
  statusCode: number;
  requestCharge: number;
  subStatusCode?: number;
  eTag?: string;
  retryAfterMilliseconds?: number;
  /** JSON text. */
  resourceBody?: string;
}

/** learn.microsoft.com/azure/cosmos-db/nosql/transactional-batch */
const maxOperations = 100;

/** What a role needs for each kind of operation. A patch is a way to replace an item. */
const actions: Record<OperationType, DataAction> = {
  Create: 'create',
  Upsert: 'upsert',
  Read: 'read',
  Replace: 'replace',
  Patch: 'replace',
  Delete: 'delete',
};

export const batchActions = (operations: readonly BatchOperation[]): DataAction[] => [
  ...new Set(operations.map(({ type }) => actions[type])),
];

/** Reads the body of a batch or bulk request. Throws a 400. */
export function parseBatch(body: Json | undefined, container: Container): BatchOperation[] {
  if (!Array.isArray(body) || body.length === 0) throw badRequest('The batch request holds no operations.');
  if (body.length > maxOperations)
    throw badRequest('Batch request has more operations than what is supported.');
  return body.map((operation) => {
    if (!isObject(operation)) throw badRequest();
    const { operationType, id, resourceBody, ifMatch, ifNoneMatch, partitionKey } = operation;
    if (!isOperationType(operationType))
      throw badRequest(`'${String(operationType)}' is not a batch operation.`);
    const partition =
      typeof partitionKey === 'string' ? container.partitionKeys.ofHeader(partitionKey) : undefined;
    return {
      type: operationType,
      id: typeof id === 'string' ? id : '',
      body: resourceBody,
      conditions: {
        ifMatch: typeof ifMatch === 'string' ? ifMatch : undefined,
        ifNoneMatch: typeof ifNoneMatch === 'string' ? ifNoneMatch : undefined,
      },
      ...(partition && { partition: keyText(partition) }),
    };
  });
}

const isOperationType = (value: Json | undefined): value is OperationType =>
  typeof value === 'string' && Object.hasOwn(actions, value);

function run(transaction: ItemTransaction, partition: string, operation: BatchOperation): ItemOutcome {
  const { type, id, body, conditions } = operation;
  switch (type) {
    case 'Create':
      return transaction.create(partition, body);
    case 'Upsert':
      return transaction.upsert(partition, body, conditions);
    case 'Read':
      return transaction.read(partition, id, conditions);
    case 'Replace':
      return transaction.replace(partition, id, body, conditions);
    case 'Patch':
      return transaction.patch(partition, id, parsePatch(body), conditions);
    case 'Delete':
      return transaction.delete(partition, id, conditions);
  }
}

const succeeded = ({ status, item, requestUnits }: ItemOutcome): OperationResult => ({
  statusCode: status,
  requestCharge: requestUnits,
  ...(item && { eTag: item.etag }),
  ...(item && status !== 304 && { resourceBody: item.text }),
});

const failed = (error: CosmosError): OperationResult => {
  const retryAfter = error.headers['x-ms-retry-after-ms'];
  return {
    statusCode: error.status,
    subStatusCode: error.substatus,
    requestCharge: failedRequestCharge,
    ...(retryAfter !== undefined && { retryAfterMilliseconds: Number(retryAfter) }),
  };
};

/** All operations of one logical partition, or none of them. */
export function transactionalBatch(
  container: Container,
  partition: string,
  operations: readonly BatchOperation[],
): OperationResult[] {
  const transaction = container.begin();
  const results: OperationResult[] = [];
  for (const operation of operations) {
    try {
      results.push(succeeded(run(transaction, partition, operation)));
    } catch (error) {
      if (!(error instanceof CosmosError)) throw error;
      const rolledBack: OperationResult = { statusCode: 424, requestCharge: 0 };
      return operations.map((_, index) => (index === results.length ? failed(error) : rolledBack));
    }
  }
  transaction.commit();
  return results;
}

/** Operations that succeed or fail each on its own. Without `continueOnError` those after a failure are not run. */
export function bulk(
  container: Container,
  operations: readonly BatchOperation[],
  continueOnError: boolean,
): OperationResult[] {
  let stopped = false;
  return operations.map((operation) => {
    if (stopped) return { statusCode: 424, requestCharge: 0 };
    try {
      if (operation.partition === undefined)
        throw badRequest('PartitionKey value must be supplied for this operation.');
      const transaction = container.begin();
      const outcome = run(transaction, operation.partition, operation);
      transaction.commit();
      return succeeded(outcome);
    } catch (error) {
      if (!(error instanceof CosmosError)) throw error;
      stopped = !continueOnError;
      return failed(error);
    }
  });
}

/** The results as a response body; `minimal` leaves the items out. */
export function batchText(results: readonly OperationResult[], minimal: boolean): string {
  const texts = results.map(({ resourceBody, ...result }) => {
    const text = JSON.stringify(result);
    return resourceBody === undefined || minimal
      ? text
      : `${text.slice(0, -1)},"resourceBody":${resourceBody}}`;
  });
  return `[${texts.join(',')}]`;
}
