/**
 * The same calls, by the official SDK, to this DynamoDB and to moto: no difference but those that are listed,
 * where the documentation says otherwise than moto. Needs `moto_server` (pip install 'moto[server]').
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, createServer as createSocketServer } from 'node:net';
import { DynamoDB } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { virtualClock } from '../../engine/clock.ts';
import { quietCourse } from '../../engine/course.ts';
import { Meter } from '../../engine/meter.ts';
import { seededRandom } from '../../engine/random.ts';
import { jsonHandler } from '../protocol-json.ts';
import { canonicalNumber } from './decimal.ts';
import { createDynamoDb } from './index.ts';
import { type Call, type Case, handWritten, things } from './moto-cases.ts';
import { generated } from './moto-random-calls.ts';

const hasMoto = spawnSync('moto_server', ['--help'], { stdio: 'ignore' }).status === 0;

interface Outcome {
  error?: string;
  message?: string;
  [member: string]: unknown;
}

interface Exception {
  /** What moto does otherwise. */
  about: string;
  /** What says that it should not. */
  page: string;
  applies(call: Call, ours: Outcome, moto: Outcome, name: string): boolean;
}

const guide = 'https://docs.aws.amazon.com/amazondynamodb/latest/developerguide';
const api = 'https://docs.aws.amazon.com/amazondynamodb/latest/APIReference';
const refused = ({ error }: Outcome) => error === 'ValidationException';
const text = (call: Call) => JSON.stringify(call.input);

const exceptions: Exception[] = [
  {
    about: 'moto fails with status 500 on malformed input',
    page: `${guide}/Programming.Errors.html`,
    applies: (_, ours, moto) => refused(ours) && moto.error === 'SyntaxError',
  },
  {
    about: 'moto refuses too, with a message of its own',
    page: `${guide}/Programming.Errors.html`,
    applies: (_, ours, moto) => ours.error !== undefined && ours.error === moto.error,
  },
  {
    about: 'moto checks neither expressions for type and form nor placeholders for use',
    page: `${guide}/Expressions.OperatorsAndFunctions.html`,
    applies: ({ operation }, ours, moto) =>
      refused(ours) &&
      /^(Invalid (Condition|Update|Projection)Expression|Value provided in ExpressionAttribute)/.test(
        String(ours.message),
      ) &&
      ['DeleteItem', 'UpdateItem', 'GetItem', 'Query'].includes(operation) &&
      (moto.error === undefined || moto.error === 'ConditionalCheckFailedException'),
  },
  {
    about: 'moto takes overlapping paths, and then the item differs',
    page: `${guide}/Expressions.UpdateExpressions.html`,
    applies: (_, __, ___, name) => name.startsWith('update SET #m = :v, #m.core'),
  },
  {
    about: 'moto takes a path through a string',
    page: `${guide}/Expressions.Attributes.html`,
    applies: (_, ours, __, name) => refused(ours) && name.startsWith('update SET str.core'),
  },
  {
    about: 'moto calculates with 28 digits',
    page: `${guide}/HowItWorks.NamingRulesDataTypes.html`,
    applies: (_, __, ___, name) => name.includes('0.0000000000000000000000000000000000001'),
  },
  {
    about: 'moto adds the key to the UPDATED_NEW attributes of a new item',
    page: `${api}/API_UpdateItem.html`,
    applies: (call) => text(call).includes('"UPDATED_NEW"'),
  },
  {
    about: 'moto takes numbers out of range, duplicates in sets and index keys of the wrong type',
    page: `${guide}/Constraints.html`,
    applies: (_, __, ___, name) =>
      /^value: (39 digits|too large a number|duplicate strings|index key of the wrong)/.test(name),
  },
  {
    about: 'moto does not check the types of key attributes',
    page: `${api}/API_GetItem.html`,
    applies: (_, ours, moto) =>
      moto.error === undefined && /does not match the schema|schema type/.test(String(ours.message)),
  },
  {
    about: 'moto takes a name that stands before an index for unused',
    page: `${guide}/Expressions.Attributes.html`,
    applies: (call, _, moto) => refused(moto) && text(call).includes('#l['),
  },
  {
    about: 'moto ignores AttributesToGet',
    page: `${guide}/LegacyConditionalParameters.AttributesToGet.html`,
    applies: (call) => text(call).includes('AttributesToGet'),
  },
  {
    about: 'moto takes no value on the left side of a key condition',
    page: `${guide}/Query.KeyConditionExpressions.html`,
    applies: (call, _, moto) => refused(moto) && /:p = p|:s < s/.test(text(call)),
  },
  {
    about: 'moto omits LastEvaluatedKey when Limit is reached with the last item',
    page: `${guide}/Query.Pagination.html`,
    applies: (call, ours, moto) =>
      text(call).includes('"Limit"') && !!ours.LastEvaluatedKey && !moto.LastEvaluatedKey,
  },
  {
    about: 'moto filters by key attributes and takes two conditions for one key',
    page: `${guide}/Query.FilterExpression.html`,
    applies: (_, ours) =>
      /can only contain non-primary key attributes|one condition per key/.test(String(ours.message)),
  },
  {
    about: 'moto answers ResourceNotFoundException for an index that is not there',
    page: `${api}/API_Query.html`,
    applies: (call) => text(call).includes('none-such'),
  },
  {
    about: 'moto does not fetch from the table what a local index lacks, and sorts numbers as text there',
    page: `${guide}/LSI.html`,
    applies: (call) => call.operation === 'Query' && text(call).includes('byNumber'),
  },
  {
    about: 'moto returns items of a scan that only counts',
    page: `${api}/API_Scan.html`,
    applies: ({ operation, input }) => operation === 'Scan' && 'Select' in input && input.Select === 'COUNT',
  },
  {
    about: 'moto takes duplicates and more than 25 requests in a batch, and adds empty metrics',
    page: `${api}/API_BatchWriteItem.html`,
    applies: ({ operation }, __, ___, name) =>
      operation === 'BatchWriteItem' || (name === 'batch write' && operation === 'Scan'),
  },
  {
    about: 'moto adds empty metrics to transactions and ignores their projections',
    page: `${api}/API_TransactGetItems.html`,
    applies: ({ operation }, ours) => operation.startsWith('Transact') && ours.error === undefined,
  },
  {
    about: 'moto takes a table name of two characters',
    page: `${api}/API_CreateTable.html`,
    applies: ({ operation, input }) =>
      operation === 'CreateTable' && 'TableName' in input && input.TableName === 'x1',
  },
];

describe.skipIf(!hasMoto)('DynamoDB beside moto (skipped without moto_server)', () => {
  let server: Server;
  let motoProcess: ChildProcess;
  let ours: DynamoDB;
  let moto: DynamoDB;

  beforeAll(async () => {
    server = await startOurs();
    ours = clientOf((server.address() as AddressInfo).port);
    const port = await freePort();
    motoProcess = spawn('moto_server', ['-H', '127.0.0.1', '-p', String(port)], { stdio: 'ignore' });
    moto = clientOf(port);
    await answered(moto);
  });

  afterAll(() => {
    motoProcess.kill();
    server.closeAllConnections();
    server.close();
    ours.destroy();
    moto.destroy();
  });

  it('answers every call alike', { timeout: 120_000 }, async () => {
    const cases = [...handWritten, generated(1, 300), generated(2, 300)];
    const differences: object[] = [];
    const used = new Set<Exception>();
    for (const one of cases) {
      await Promise.all([freshTable(ours), freshTable(moto)]);
      for (const call of one.calls) {
        const [our, their] = await Promise.all([outcomeOf(ours, call), outcomeOf(moto, call)]);
        if (JSON.stringify(our) === JSON.stringify(their)) continue;
        const known = exceptions.find((exception) => exception.applies(call, our, their, one.name));
        if (known) used.add(known);
        else differences.push({ case: one.name, call, ours: our, moto: their });
      }
    }
    expect(differences).toEqual([]);
    expect(exceptions.filter((exception) => !used.has(exception)).map(({ about }) => about)).toEqual([]);
    expect(countOf(cases)).toBeGreaterThan(1000);
  });
});

const countOf = (cases: readonly Case[]) => cases.reduce((count, { calls }) => count + calls.length, 0);

async function freshTable(client: DynamoDB): Promise<void> {
  await client.deleteTable({ TableName: things.TableName }).catch(() => undefined);
  await outcomeOf(client, { operation: 'CreateTable', input: things });
}

async function outcomeOf(client: DynamoDB, { operation, input }: Call): Promise<Outcome> {
  const method: unknown = Reflect.get(client, operation.charAt(0).toLowerCase() + operation.slice(1));
  if (typeof method !== 'function') throw new Error(`The SDK has no ${operation}.`);
  try {
    const output: object = await method.call(client, input);
    return Object.fromEntries(Object.entries(comparable(output) ?? {}));
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const { CancellationReasons: reasons, Item: item } = Object.fromEntries(Object.entries(error));
    return {
      error: error.name,
      message: error.message,
      reasons: comparable(reasons),
      item: comparable(item),
    };
  }
}

const unordered = new Set(['SS', 'NS', 'BS', 'Items', 'things']);
const incomparable = new Set(['$metadata', 'ConsumedCapacity', 'TableDescription', 'Table']);

/** Without what may differ: metadata, order of sets and scans, zeros of numbers. moto keeps numbers as sent. */
function comparable(value: unknown, name = ''): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (typeof value === 'string' && (name === 'N' || name === 'NS')) return plainNumber(value);
  if (Array.isArray(value)) {
    const elements = value.map((element) => comparable(element, name === 'NS' ? 'NS' : ''));
    return unordered.has(name) ? elements.map((one) => JSON.stringify(one)).sort() : elements;
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([member, content]) => content !== undefined && !incomparable.has(member))
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([member, content]) => [member, comparable(content, member)]),
  );
}

function plainNumber(number: string): string {
  try {
    return canonicalNumber(number);
  } catch {
    return number;
  }
}

function clientOf(port: number): DynamoDB {
  return new DynamoDB({
    endpoint: `http://127.0.0.1:${port}`,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  });
}

async function startOurs(): Promise<Server> {
  const principal = {
    kind: 'administrator',
    arn: 'arn:aws:iam::123456789012:root',
    accountId: '123456789012',
  } as const;
  const dynamoDb = createDynamoDb({
    accountId: principal.accountId,
    region: 'us-east-1',
    partition: 'aws',
    clock: virtualClock(Date.parse('2024-05-01T12:00:00Z')),
    meter: new Meter(),
    course: quietCourse(),
    random: seededRandom(1),
  });
  const handle = jsonHandler([dynamoDb], {
    identify: () => principal,
    authorise: () => {},
    requestId: () => 'request',
    onUnexpectedError: (error) => {
      throw error;
    },
  });
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', async () => {
      const { status, headers, body } = await handle({
        method: request.method ?? '',
        host: 'localhost',
        path: '/',
        query: '',
        headers: request.headers,
        body: Buffer.concat(chunks),
      });
      response.writeHead(status, headers).end(body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

async function freePort(): Promise<number> {
  const probe = createSocketServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

async function answered(client: DynamoDB): Promise<void> {
  for (let attempt = 0; attempt < 150; attempt++) {
    if (
      await client.listTables({}).then(
        () => true,
        () => false,
      )
    )
      return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error('moto_server did not answer within 30 seconds.');
}
