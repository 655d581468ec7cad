import { describe, expect, test } from 'vitest';
import type { Cloud } from '../package/clouds.ts';
import type { FreeTier } from './bill.ts';
import { priceService } from './price-service.ts';
import { PriceBook } from './prices/price-book.ts';
import { loadService } from './services.ts';

const book = new PriceBook();

interface Options {
  freeTier?: FreeTier;
  region?: string;
}

/** The total to the cent, or the names of what has no price. */
async function cost(cloud: Cloud, name: string, quantities: unknown, options: Options = {}) {
  const service = await loadService(cloud, name);
  const { total } = priceService(service, quantities, { book, freeTier: 'on', ...options });
  return total.kind === 'known' ? total.usd.toFixed(2) : total.unknown;
}

type Example = [
  what: string,
  cloud: Cloud,
  service: string,
  quantities: unknown,
  usd: string,
  options?: Options,
];

describe('examples of the vendors, to the cent', () => {
  const examples: Example[] = [
    // https://aws.amazon.com/lambda/pricing/
    [
      '3M requests of 120 ms at 1536 MB',
      'aws',
      'lambda',
      { requests: 3_000_000, durationMs: 120, memoryMb: 1536 },
      '2.73',
    ],
    [
      '3M requests of 1 s at 512 MB',
      'aws',
      'lambda',
      { requests: 3_000_000, durationMs: 1000, memoryMb: 512 },
      '18.73',
    ],
    [
      '1,000 provisioned for 2 hours, 1.2M requests of 1 s at 1024 MB, no free tier on them',
      'aws',
      'lambda',
      {
        memoryMb: 1024,
        provisionedConcurrency: 1000,
        provisionedHours: 2,
        provisionedRequests: 1_200_000,
        provisionedDurationMs: 1000,
      },
      '41.91',
    ],
    // https://aws.amazon.com/api-gateway/pricing/
    ['5M REST calls', 'aws', 'apigateway', { restApiRequests: 5_000_000 }, '17.50'],
    ['216M HTTP calls', 'aws', 'apigateway', { httpApiRequests: 216_000_000 }, '216.00'],
    // https://aws.amazon.com/step-functions/pricing/
    ['420,000 transitions', 'aws', 'stepfunctions', { standardTransitions: 420_000 }, '10.40'],
    [
      '1M express executions of 30 s and 64 MB',
      'aws',
      'stepfunctions',
      { expressRequests: 1_000_000, expressDurationMs: 30_000, expressMemoryMb: 64 },
      '32.26',
    ],
    // https://aws.amazon.com/kinesis/data-streams/pricing/: 100 records/s of 35 KB, 4 shards, 1.68 USD a day
    [
      '4 shards with 100 records/s of 35 KB for 31 days',
      'aws',
      'kinesis',
      { shards: 4, records: 100 * 86_400 * 31, recordKb: 35, monthDays: 31 },
      '52.14',
    ],
    // https://azure.microsoft.com/pricing/details/functions/
    [
      '3M executions of 1 s at 512 MB',
      'azure',
      'functions',
      { executions: 3_000_000, durationMs: 1000, memoryMb: 512 },
      '18.00',
    ],
    // https://azure.microsoft.com/pricing/details/cosmos-db/: 400 RU/s for 730 hours
    ['400 RU/s', 'azure', 'cosmos', { provisionedRuPerSecond: 400 }, '23.36'],
    // https://cloud.google.com/functions/pricing-1stgen
    [
      '10M invocations of 300 ms at 128 MB',
      'gcp',
      'functions',
      { generation: '1st', requests: 10_000_000, durationMs: 300, memoryMib: 128 },
      '7.20',
    ],
    // https://cloud.google.com/pubsub/pricing: 2.5 TiB published, 2.5 TiB delivered
    ['5 TiB through Pub/Sub', 'gcp', 'pubsub', { throughputGib: 5 * 1024 }, '200.00', { freeTier: 'off' }],
    // https://cloud.google.com/firestore/docs/billing-example: 5,000 daily active users, operations only
    [
      '400,000 reads, 100,000 writes, 100,000 deletes a day in nam5',
      'gcp',
      'firestore',
      { reads: 400_000 * 30, writes: 100_000 * 30, deletes: 100_000 * 30, monthDays: 30 },
      '11.10',
      { region: 'nam5' },
    ],
  ];
  test.each(examples)('%s', async (_, cloud, service, quantities, usd, options) => {
    expect(await cost(cloud, service, quantities, options)).toBe(usd);
  });
});

describe('rounding rules', () => {
  const examples: Example[] = [
    [
      'Lambda time rounds up to 1 ms',
      'aws',
      'lambda',
      { requests: 1e9, durationMs: 0.2, memoryMb: 1024 },
      '216.67',
      {},
    ],
    [
      'an async event of 256 KB is one request',
      'aws',
      'lambda',
      { requests: 1e9, asyncPayloadKb: 256 },
      '200.00',
      {},
    ],
    [
      'one of 257 KB two, one of 1 MB thirteen',
      'aws',
      'lambda',
      [
        { requests: 1e9, asyncPayloadKb: 257 },
        { requests: 1e9, asyncPayloadKb: 1024 },
      ],
      '3000.00',
      {},
    ],
    [
      'INIT phases cost like duration',
      'aws',
      'lambda',
      { requests: 1, coldStarts: 1e6, initDurationMs: 1000, memoryMb: 1024 },
      '16.67',
      {},
    ],
    [
      'the first 512 MB of /tmp are included',
      'aws',
      'lambda',
      { requests: 1e7, durationMs: 1000, memoryMb: 1024, ephemeralStorageMb: 1536 },
      '168.98',
      {},
    ],
    ['SQS counts 64 KB', 'aws', 'sqs', { standardRequests: 1e6, payloadKb: 65 }, '0.80', {}],
    [
      'DynamoDB writes count 1 KB, reads 4 KB',
      'aws',
      'dynamodb',
      { writes: 1e8, writeItemKb: 1.5, stronglyConsistentReads: 1e8, readItemKb: 4.5 },
      '150.00',
      {},
    ],
    [
      'eventual reads are half, transactions double',
      'aws',
      'dynamodb',
      { eventuallyConsistentReads: 1e8, transactionalReads: 1e8, transactionalWrites: 1e7 },
      '43.75',
      {},
    ],
    ['Kinesis counts 25 KB', 'aws', 'kinesis', { records: 1e9, recordKb: 26 }, '28.00', {}],
    [
      'Kinesis on demand counts 1 KB',
      'aws',
      'kinesis',
      { mode: 'on-demand', streams: 0, records: 1024 ** 3, recordKb: 1.5 },
      '163.84',
      {},
    ],
    ['Firehose counts 5 KB', 'aws', 'firehose', { records: 1024 ** 2, recordKb: 1 }, '0.15', {}],
    [
      'Express counts 100 ms and 64 MB',
      'aws',
      'stepfunctions',
      { expressRequests: 1e6, expressDurationMs: 101, expressMemoryMb: 65 },
      '1.42',
      {},
    ],
    [
      'HTTP APIs count 512 KB, WebSockets 32 KB',
      'aws',
      'apigateway',
      { httpApiRequests: 1e6, httpApiRequestKb: 513, websocketMessages: 1e6, websocketMessageKb: 33 },
      '4.00',
      {},
    ],
    [
      'Consumption has a minimum of 100 ms and 128 MB',
      'azure',
      'functions',
      { executions: 1e9, durationMs: 1, memoryMb: 1 },
      '400.00',
      {},
    ],
    [
      'but counts single milliseconds above',
      'azure',
      'functions',
      { executions: 1e9, durationMs: 101, memoryMb: 1024 },
      '1816.00',
      {},
    ],
    [
      'memory rounds up to 128 MB, up to 1536',
      'azure',
      'functions',
      [
        { executions: 1e6, durationMs: 1000, memoryMb: 160 },
        { executions: 1e6, durationMs: 1000, memoryMb: 9000 },
      ],
      '28.40',
      {},
    ],
    [
      'Flex has a minimum of a second',
      'azure',
      'functions',
      { plan: 'flex', executions: 1e6, durationMs: 50, instanceMemoryMb: 2048 },
      '52.40',
      {},
    ],
    ['Cosmos counts 100 RU/s', 'azure', 'cosmos', { provisionedRuPerSecond: 401 }, '29.20', {}],
    [
      'autoscale has a floor of a tenth',
      'azure',
      'cosmos',
      { autoscaleMaximumRuPerSecond: 4000, autoscaleHourlyPeakRuPerSecond: 100, regions: 2 },
      '70.08',
      {},
    ],
    [
      '13M operations belong to the Service Bus fee',
      'azure',
      'servicebus',
      { standardOperations: 14e6 },
      '10.61',
      {},
    ],
    [
      'Event Grid and Event Hubs count 64 KB',
      'azure',
      'eventgrid',
      { operations: 1e6, eventKb: 65 },
      '1.20',
      {},
    ],
    [
      'a SignalR unit brings a million messages a day',
      'azure',
      'signalr',
      { units: 1, outboundMessages: 31e6, messageKb: 2, monthDays: 30 },
      '49.30',
      {},
    ],
    [
      'Cloud Run rounds up to 100 ms',
      'gcp',
      'run',
      { requests: 1e6, durationMs: 101, memoryMib: 1024 },
      '5.70',
      {},
    ],
    [
      'requests that share an instance share its time',
      'gcp',
      'run',
      { requests: 1e6, durationMs: 101, memoryMib: 1024, concurrency: 10 },
      '0.67',
      {},
    ],
    [
      'Pub/Sub counts 1,000 bytes per request',
      'gcp',
      'pubsub',
      { messages: 1e9, messageBytes: 10 },
      '72.76',
      {},
    ],
    [
      'unless messages come in batches',
      'gcp',
      'pubsub',
      { messages: 1e9, messageBytes: 64, messagesPerPublish: 100, messagesPerDelivery: 100 },
      '7.28',
      {},
    ],
    ['Cloud Tasks counts 32 KB', 'gcp', 'tasks', { operations: 1e6, taskKb: 33 }, '0.80', {}],
  ];
  test.each(examples)('%s', async (_, cloud, service, quantities, usd) => {
    expect(await cost(cloud, service, quantities, { freeTier: 'off' })).toBe(usd);
  });
});

describe('borders of tiers', () => {
  const examples: Example[] = [
    [
      'REST calls: the last of the first tier',
      'aws',
      'apigateway',
      { restApiRequests: 333_000_000 },
      '1165.50',
    ],
    ['a million further', 'aws', 'apigateway', { restApiRequests: 334_000_000 }, '1168.30'],
    ['beyond the last', 'aws', 'apigateway', { restApiRequests: 20_001_000_000 }, '48254.61'],
    [
      'Lambda: 7 billion GB-s of x86',
      'aws',
      'lambda',
      { requests: 7e9, durationMs: 1000, memoryMb: 1024 },
      '116400.20',
    ],
    [
      'arm64 has its own tiers',
      'aws',
      'lambda',
      { requests: 8e9, durationMs: 1000, memoryMb: 1024, architecture: 'arm64' },
      '107600.55',
    ],
    ['internet: 10 TB are 10,240 GB', 'aws', 'datatransfer', { internetOutGb: 10_241 }, '921.69'],
    [
      'Firehose has no public price beyond 5 PB',
      'aws',
      'firehose',
      { records: 1024 ** 2 * 1e6, recordKb: 10 },
      'Data ingested',
    ],
    [
      'the new custom event bus has none at all',
      'aws',
      'eventbridge',
      { customEvents: 1e6, customEventBusV2Kb: 1 },
      'Custom event bus (eventbridgev2)',
    ],
    ['nor has the Durable Task Scheduler', 'azure', 'durable', { schedulerActions: 7 }, 'Scheduler actions'],
  ];
  test.each(examples)('%s', async (_, cloud, service, quantities, expected) => {
    const result = await cost(cloud, service, quantities, { freeTier: 'off' });
    expect(Array.isArray(result) ? result.join() : result).toBe(expected);
  });
});

describe('one account', () => {
  test('functions of both architectures share requests and GB-seconds that are free', async () => {
    const functions = [
      { requests: 1_000_000, durationMs: 400, memoryMb: 1024 },
      { requests: 1_000_000, durationMs: 400, memoryMb: 1024, architecture: 'arm64' },
    ];
    expect(await cost('aws', 'lambda', functions)).toBe('5.53');
  });

  test('standard and FIFO queues share a million requests, which are the first of the first tier', async () => {
    expect(await cost('aws', 'sqs', { standardRequests: 600_000, fifoRequests: 600_000 })).toBe('0.10');
  });

  test('the Cosmos free tier is for the account that has it', async () => {
    const quantities = { provisionedRuPerSecond: 1400, storageGb: 30 };
    expect(await cost('azure', 'cosmos', quantities)).toBe('89.26');
    expect(await cost('azure', 'cosmos', { ...quantities, freeTierAccount: true })).toBe('24.61');
  });

  test('offers of the first year only count when asked for', async () => {
    const quantities = { restApiRequests: 2_000_000 };
    expect(await cost('aws', 'apigateway', quantities)).toBe('7.00');
    expect(await cost('aws', 'apigateway', quantities, { freeTier: '12-months' })).toBe('3.50');
  });

  test('deletes by TTL are outside the free quota of Firestore', async () => {
    expect(await cost('gcp', 'firestore', { deletes: 100_000, ttlDeletes: 1_000_000 })).toBe('0.10');
  });
});

describe('regions', () => {
  test('prices differ', async () => {
    const quantities = { writes: 1e8, stronglyConsistentReads: 1e8 };
    expect(await cost('aws', 'dynamodb', quantities)).toBe('75.00');
    expect(await cost('aws', 'dynamodb', quantities, { region: 'eu-west-1' })).toBe('84.65');
    expect(await cost('aws', 'dynamodb', quantities, { region: 'eu-central-1' })).toBe('91.50');
  });

  test('a price that is not known there is a gap, not the price of elsewhere', async () => {
    expect(await cost('aws', 'dynamodb', { vectorWrittenGb: 1 }, { region: 'eu-west-1' })).toEqual([
      'Vector index writes',
    ]);
  });

  test('a price that holds everywhere holds in any region', async () => {
    expect(await cost('gcp', 'pubsub', { throughputGib: 1034 }, { region: 'europe-west9' })).toBe('40.00');
  });
});
