import { invalid, invalidParameter, notSupported } from './errors.ts';
import { isKeyType, type KeyAttribute, type KeySchema } from './key.ts';
import {
  boolean,
  document,
  integer,
  listOf,
  oneOf,
  type Parsed,
  parseInput,
  required,
  string,
  structure,
} from './shape.ts';

/** How reads and writes are paid for, of a table or a global index. */
export type Throughput =
  | { mode: 'PROVISIONED'; readUnits: number; writeUnits: number }
  | { mode: 'PAY_PER_REQUEST'; maximumReadUnits?: number; maximumWriteUnits?: number };

export interface IndexDefinition {
  name: string;
  kind: 'local' | 'global';
  key: KeySchema;
  projection: { type: 'ALL' } | { type: 'KEYS_ONLY' } | { type: 'INCLUDE'; attributes: readonly string[] };
  /** Global indexes only. */
  throughput: Throughput;
}

export type StreamViewType = 'NEW_IMAGE' | 'OLD_IMAGE' | 'NEW_AND_OLD_IMAGES' | 'KEYS_ONLY';

/** A table as CreateTable describes it. */
export interface TableDefinition {
  name: string;
  key: KeySchema;
  /** In the order of the request. */
  attributes: readonly KeyAttribute[];
  throughput: Throughput;
  indexes: readonly IndexDefinition[];
  stream: StreamViewType | undefined;
  encryption: { kmsKey: string | undefined } | undefined;
  tableClass: 'STANDARD' | 'STANDARD_INFREQUENT_ACCESS';
  deletionProtection: boolean;
  tags: ReadonlyMap<string, string>;
}

const tableNamePattern = /^[a-zA-Z0-9_.-]+$/;
export const newTableName = required({
  kind: 'string',
  minimum: 3,
  maximum: 255,
  pattern: tableNamePattern,
} as const);
/** Operations on a table also take its ARN. */
export const tableName = required({ kind: 'string', minimum: 1, maximum: 1024 } as const);
export const indexName = {
  kind: 'string',
  minimum: 3,
  maximum: 255,
  pattern: tableNamePattern,
} as const;

const keySchema = listOf(
  structure({ AttributeName: required(string), KeyType: required(oneOf('HASH', 'RANGE')) }),
  1,
);
const projection = structure({
  ProjectionType: oneOf('ALL', 'KEYS_ONLY', 'INCLUDE'),
  NonKeyAttributes: listOf(string, 1),
});
export const provisionedThroughput = structure({
  ReadCapacityUnits: required(integer(1)),
  WriteCapacityUnits: required(integer(1)),
});
export const onDemandThroughput = structure({
  MaxReadRequestUnits: integer(),
  MaxWriteRequestUnits: integer(),
});
export const globalIndexShape = structure({
  IndexName: required(indexName),
  KeySchema: required(keySchema),
  Projection: required(projection),
  ProvisionedThroughput: provisionedThroughput,
  OnDemandThroughput: onDemandThroughput,
});
export const attributeDefinitions = listOf(
  structure({ AttributeName: required(string), AttributeType: required(oneOf('S', 'N', 'B')) }),
);
export const streamSpecification = structure({
  StreamEnabled: required(boolean),
  StreamViewType: oneOf('NEW_IMAGE', 'OLD_IMAGE', 'NEW_AND_OLD_IMAGES', 'KEYS_ONLY'),
});
export const encryptionSpecification = structure({
  Enabled: boolean,
  SSEType: oneOf('AES256', 'KMS'),
  KMSMasterKeyId: string,
});
export const tagList = listOf(structure({ Key: required(string), Value: required(string) }));

export const createTableShape = structure({
  TableName: newTableName,
  AttributeDefinitions: required(attributeDefinitions),
  KeySchema: required(keySchema),
  BillingMode: oneOf('PROVISIONED', 'PAY_PER_REQUEST'),
  ProvisionedThroughput: provisionedThroughput,
  OnDemandThroughput: onDemandThroughput,
  GlobalSecondaryIndexes: listOf(globalIndexShape),
  LocalSecondaryIndexes: listOf(
    structure({
      IndexName: required(indexName),
      KeySchema: required(keySchema),
      Projection: required(projection),
    }),
  ),
  StreamSpecification: streamSpecification,
  SSESpecification: encryptionSpecification,
  TableClass: oneOf('STANDARD', 'STANDARD_INFREQUENT_ACCESS'),
  DeletionProtectionEnabled: boolean,
  Tags: tagList,
  ResourcePolicy: document,
  GlobalTableSourceArn: document,
});
type CreateTableInput = Parsed<typeof createTableShape>;
export type ThroughputInput = Pick<
  CreateTableInput,
  'BillingMode' | 'ProvisionedThroughput' | 'OnDemandThroughput'
>;

const maximumGlobalIndexes = 20;
const maximumLocalIndexes = 5;
const maximumIncludedAttributes = 100;

/**
 * Parses a CreateTable request. Throws ValidationException as DynamoDB does.
 * https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_CreateTable.html
 */
export function readTableDefinition(request: unknown): TableDefinition {
  const input = parseInput(createTableShape, request);
  if (input.ResourcePolicy !== undefined) throw notSupported('A resource policy on a table');
  if (input.GlobalTableSourceArn !== undefined) throw notSupported('A replica of a global table');
  const attributes = input.AttributeDefinitions.map(readAttribute);
  const throughput = readThroughput(input);
  const key = readKeySchema(input.KeySchema, attributes);
  const local = readLocalIndexes(input, key, attributes);
  const global = readGlobalIndexes(input, throughput, attributes);
  const indexes = [...local, ...global];
  expectDistinctNames(indexes);
  expectIncludedAttributes(indexes);
  expectAttributesUsed(attributes, [key, ...indexes.map((index) => index.key)]);
  return {
    name: input.TableName,
    key,
    attributes,
    throughput,
    indexes,
    stream: readStream(input.StreamSpecification),
    encryption: input.SSESpecification?.Enabled
      ? { kmsKey: input.SSESpecification.KMSMasterKeyId }
      : undefined,
    tableClass: input.TableClass ?? 'STANDARD',
    deletionProtection: input.DeletionProtectionEnabled ?? false,
    tags: new Map((input.Tags ?? []).map(({ Key, Value }) => [Key, Value])),
  };
}

export function readAttribute(definition: { AttributeName: string; AttributeType: string }): KeyAttribute {
  const { AttributeName: name, AttributeType: type } = definition;
  if (!isKeyType(type)) throw invalidParameter(`Unknown AttributeType: ${type}`);
  return { name, type };
}

/** Billing of a table. */
export function readThroughput(input: ThroughputInput): Throughput {
  const provisioned = input.ProvisionedThroughput;
  if (input.BillingMode !== 'PAY_PER_REQUEST') {
    if (!provisioned) {
      throw invalidParameter(
        'ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED',
      );
    }
    return provisionedOf(provisioned);
  }
  if (provisioned) {
    throw invalidParameter(
      'Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST',
    );
  }
  return onDemandOf(input.OnDemandThroughput);
}

/** Billing of a global index, which has the mode of its table. */
export function readIndexThroughput(
  index: Pick<Parsed<typeof globalIndexShape>, 'IndexName' | 'ProvisionedThroughput' | 'OnDemandThroughput'>,
  mode: Throughput['mode'],
): Throughput {
  const provisioned = index.ProvisionedThroughput;
  if (mode === 'PROVISIONED') {
    if (!provisioned) {
      throw invalidParameter(`ProvisionedThroughput is not specified for index: ${index.IndexName}`);
    }
    return provisionedOf(provisioned);
  }
  if (provisioned) {
    throw invalidParameter(
      `ProvisionedThroughput should not be specified for index: ${index.IndexName} when BillingMode is PAY_PER_REQUEST`,
    );
  }
  return onDemandOf(index.OnDemandThroughput);
}

export function readGlobalIndex(
  index: Parsed<typeof globalIndexShape>,
  mode: Throughput['mode'],
  attributes: readonly KeyAttribute[],
): IndexDefinition {
  return {
    name: index.IndexName,
    kind: 'global',
    key: readKeySchema(index.KeySchema, attributes),
    projection: readProjection(index.Projection),
    throughput: readIndexThroughput(index, mode),
  };
}

export function readStream(
  specification: Parsed<typeof streamSpecification> | undefined,
): StreamViewType | undefined {
  if (!specification?.StreamEnabled) {
    if (specification?.StreamViewType === undefined) return undefined;
    throw invalidParameter('StreamViewType can only be specified when StreamEnabled is true');
  }
  if (specification.StreamViewType) return specification.StreamViewType;
  throw invalidParameter('StreamViewType must be specified when StreamEnabled is true');
}

/** Throws unless every defined attribute is a key attribute of the table or one of its indexes. */
export function expectAttributesUsed(attributes: readonly KeyAttribute[], keys: readonly KeySchema[]): void {
  const used = new Set(keys.flatMap(({ hash, range }) => [hash.name, range?.name]));
  if (attributes.every(({ name }) => used.has(name))) return;
  throw invalidParameter(
    keys.length === 1
      ? 'Number of attributes in KeySchema does not exactly match number of attributes defined in AttributeDefinitions'
      : `Some AttributeDefinitions are not used. AttributeDefinitions: [${attributes.map(({ name }) => name).join(', ')}], keys used: [${[...used].filter(Boolean).join(', ')}]`,
  );
}

export function expectDistinctNames(indexes: readonly IndexDefinition[]): void {
  const seen = new Set<string>();
  for (const { name } of indexes) {
    if (seen.has(name)) throw invalidParameter(`Duplicate index name: ${name}`);
    seen.add(name);
  }
}

export function expectIncludedAttributes(indexes: readonly IndexDefinition[]): void {
  const included = indexes.reduce(
    (count, { projection }) => count + (projection.type === 'INCLUDE' ? projection.attributes.length : 0),
    0,
  );
  if (included > maximumIncludedAttributes) {
    throw invalidParameter(
      `The total number of attributes projected in all indexes is ${included}; the limit is ${maximumIncludedAttributes}`,
    );
  }
}

function provisionedOf(input: Parsed<typeof provisionedThroughput>): Throughput {
  return {
    mode: 'PROVISIONED',
    readUnits: input.ReadCapacityUnits,
    writeUnits: input.WriteCapacityUnits,
  };
}

/** A maximum of -1 stands for none. */
function onDemandOf(input: Parsed<typeof onDemandThroughput> | undefined): Throughput {
  const read = input?.MaxReadRequestUnits ?? -1;
  const write = input?.MaxWriteRequestUnits ?? -1;
  return {
    mode: 'PAY_PER_REQUEST',
    ...(read > 0 && { maximumReadUnits: read }),
    ...(write > 0 && { maximumWriteUnits: write }),
  };
}

function readKeySchema(elements: Parsed<typeof keySchema>, attributes: readonly KeyAttribute[]): KeySchema {
  const keyNames = elements.map(({ AttributeName }) => AttributeName);
  const [first, second] = elements;
  if (!first) throw invalid('1 validation error detected: KeySchema is empty');
  if (elements.length > 2) throw notSupported('A key of more than one hash and one range attribute');
  const find = (wanted: string) => {
    const attribute = attributes.find(({ name }) => name === wanted);
    if (attribute) return attribute;
    throw invalidParameter(
      `Some index key attributes are not defined in AttributeDefinitions. Keys: [${keyNames.join(', ')}], AttributeDefinitions: [${attributes.map(({ name }) => name).join(', ')}]`,
    );
  };
  const hash = find(first.AttributeName);
  const range = second && find(second.AttributeName);
  if (range?.name === hash.name) {
    throw invalid('Both the Hash Key and the Range Key element in the KeySchema have the same name');
  }
  if (first.KeyType !== 'HASH') {
    throw invalid('Invalid KeySchema: The first KeySchemaElement is not a HASH key type');
  }
  if (second && second.KeyType !== 'RANGE') {
    throw invalid('Invalid KeySchema: The second KeySchemaElement is not a RANGE key type');
  }
  return range ? { hash, range } : { hash };
}

function readLocalIndexes(
  input: CreateTableInput,
  tableKey: KeySchema,
  attributes: readonly KeyAttribute[],
): IndexDefinition[] {
  const indexes = input.LocalSecondaryIndexes;
  if (!indexes) return [];
  if (indexes.length === 0) throw invalidParameter('List of LocalSecondaryIndexes is empty');
  if (!tableKey.range) {
    throw invalidParameter(
      'Table KeySchema does not have a range key, which is required when specifying a LocalSecondaryIndex',
    );
  }
  if (indexes.length > maximumLocalIndexes) {
    throw invalidParameter(
      `Number of LocalSecondaryIndexes exceeds per-table limit of ${maximumLocalIndexes}`,
    );
  }
  return indexes.map((index) => {
    const key = readKeySchema(index.KeySchema, attributes);
    if (!key.range) {
      throw invalidParameter(`Index KeySchema does not have a range key for index: ${index.IndexName}`);
    }
    if (key.hash.name !== tableKey.hash.name) {
      throw invalidParameter(
        `Index KeySchema does not have the same leading hash key as table KeySchema for index: ${index.IndexName}. index hash key: ${key.hash.name}, table hash key: ${tableKey.hash.name}`,
      );
    }
    return {
      name: index.IndexName,
      kind: 'local',
      key,
      projection: readProjection(index.Projection),
      throughput: { mode: 'PAY_PER_REQUEST' },
    };
  });
}

function readGlobalIndexes(
  input: CreateTableInput,
  throughput: Throughput,
  attributes: readonly KeyAttribute[],
): IndexDefinition[] {
  const indexes = input.GlobalSecondaryIndexes;
  if (!indexes) return [];
  if (indexes.length === 0) throw invalidParameter('List of GlobalSecondaryIndexes is empty');
  if (indexes.length > maximumGlobalIndexes) {
    throw invalidParameter(
      `GlobalSecondaryIndex count exceeds the per-table limit of ${maximumGlobalIndexes}`,
    );
  }
  return indexes.map((index) => readGlobalIndex(index, throughput.mode, attributes));
}

function readProjection(input: Parsed<typeof projection>): IndexDefinition['projection'] {
  const { ProjectionType: type, NonKeyAttributes: attributes } = input;
  if (!type) throw invalidParameter('Unknown ProjectionType: null');
  if (type === 'INCLUDE') {
    if (attributes) return { type, attributes };
    throw invalidParameter('ProjectionType is INCLUDE, but NonKeyAttributes is not specified');
  }
  if (attributes) {
    throw invalidParameter(`ProjectionType is ${type}, but NonKeyAttributes is specified`);
  }
  return { type };
}
