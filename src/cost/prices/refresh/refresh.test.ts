import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { bookDirectory, PriceBook } from '../price-book.ts';
import { formatJson } from './book-files.ts';
import { type RefreshOptions, refreshPrices } from './refresh.ts';

/** What the price APIs answer, by the end of the path or a part of the query. */
type Answers = Record<string, string | ((url: string, headers: Headers) => Response)>;

const recorded = (name: string) => readFileSync(path.join(import.meta.dirname, 'recorded', name), 'utf8');
const aws: Answers = {
  '/AWSLambda/current/region_index.json': recorded('aws-lambda-region-index.json'),
  '/us-east-1/index.json': recorded('aws-lambda-us-east-1.json'),
  '/eu-west-1/index.json': recorded('aws-lambda-eu-west-1.json'),
};
const azure: Answers = {
  $skip: recorded('azure-functions-eastus2-2.json'),
  eastus2: recorded('azure-functions-eastus2-1.json'),
};
const google: Answers = {
  'pageToken=cGFnZTI%3D': recorded('google-cloud-run-2.json'),
  '152E-C115-5142': recorded('google-cloud-run-1.json'),
};

let book: string;
let asked: { url: string; headers: Headers }[];
let waits: number[];
beforeEach(() => {
  book = mkdtempSync(path.join(os.tmpdir(), 'prices-refresh-'));
  for (const cloud of ['aws', 'azure', 'gcp']) mkdirSync(path.join(book, cloud));
  asked = [];
  waits = [];
});
afterEach(() => rmSync(book, { recursive: true, force: true }));

const options = (changes: Partial<RefreshOptions> = {}): RefreshOptions => ({
  clouds: ['aws'],
  services: [],
  regions: [],
  accepted: new Set(),
  dryRun: false,
  googleApiKey: 'the-key',
  book,
  today: '2026-11-28',
  ...changes,
});

function refresh(answers: Answers, changes: Partial<RefreshOptions> = {}) {
  return refreshPrices(options(changes), {
    fetch: async (input, init) => {
      const url = String(input);
      const headers = new Headers(init?.headers);
      asked.push({ url, headers });
      const answer = Object.entries(answers).find(([part]) => url.includes(part))?.[1];
      if (answer === undefined) return new Response('no such page', { status: 404 });
      return typeof answer === 'string' ? new Response(answer) : answer(url, headers);
    },
    wait: async (ms) => {
      waits.push(ms);
    },
  });
}

/** A file of the book whose prices have one listing each. */
function keep(cloud: string, service: string, prices: Record<string, unknown>[]): string {
  const file = path.join(book, cloud, `${service}.json`);
  const listing = { region: 'us-east-1', sources: ['https://example.com'], seenOn: '2020-01-01' };
  const whole = prices.map((price) => {
    const { usd, tiers, region, ...rest } = price;
    const rate = tiers === undefined ? { usd } : { tiers };
    return {
      unit: 'unit',
      ...rest,
      listings: [{ ...listing, ...(typeof region === 'string' && { region }), ...rate, confidence: 'tool' }],
    };
  });
  writeFileSync(file, JSON.stringify({ cloud, service, prices: whole }));
  return file;
}

const requests = {
  dimension: 'requests',
  free: { quantity: '1000000', period: 'month', kind: 'always' },
  lookUp: { serviceCode: 'AWSLambda', attributes: { group: 'AWS-Lambda-Requests', usagetype: 'Request' } },
  usd: '0.00000025',
};
const duration = {
  dimension: 'duration_x86',
  lookUp: { serviceCode: 'AWSLambda', attributes: { group: 'AWS-Lambda-Duration' } },
  tiers: [
    { upTo: '6000000000', usd: '0.0000166667' },
    { upTo: '15000000000', usd: '0.000015' },
    { usd: '0.0000133334' },
  ],
};

describe('AWS', () => {
  test('a price that fell a little is written with its source and the day', async () => {
    keep('aws', 'lambda', [requests, duration]);
    const result = await refresh(aws);
    expect(result).toMatchObject({ confirmed: 1, refused: [], written: ['aws/lambda.json'] });
    expect(result.changes).toMatchObject([
      { id: 'aws.lambda.requests', region: 'us-east-1', kind: 'changed', suspicions: [] },
    ]);
    expect(new PriceBook(book).lookUp('aws.lambda.requests')).toMatchObject({
      tiers: [{ usd: expect.toSatisfy((usd) => String(usd) === '0.0000002') }],
      reference: {
        region: 'us-east-1',
        sources: [
          'https://pricing.us-east-1.amazonaws.com/offers/v1.0/aws/AWSLambda/20261001184746/us-east-1/index.json',
        ],
        seenOn: '2026-11-28',
        confidence: 'vendor',
      },
    });
    // What is as it was is dated as well.
    expect(new PriceBook(book).lookUp('aws.lambda.duration_x86')).toMatchObject({
      reference: { seenOn: '2026-11-28' },
    });
  });

  test('the price file is read once for all prices, in pieces of any size', async () => {
    keep('aws', 'lambda', [requests, duration]);
    const inPieces = (text: string) => () => {
      const bytes = new TextEncoder().encode(text);
      return new Response(
        new ReadableStream({
          start(controller) {
            for (let at = 0; at < bytes.length; at += 7) controller.enqueue(bytes.slice(at, at + 7));
            controller.close();
          },
        }),
      );
    };
    const file = recorded('aws-lambda-us-east-1.json');
    const result = await refresh({ ...aws, '/us-east-1/index.json': inPieces(file) });
    expect(result).toMatchObject({ confirmed: 1, written: ['aws/lambda.json'] });
    expect(asked).toHaveLength(2);
  });

  test('a further region is added, where usage types carry its name', async () => {
    keep('aws', 'lambda', [requests]);
    const result = await refresh(aws, { regions: ['eu-west-1'] });
    expect(result.changes).toMatchObject([{ region: 'eu-west-1', kind: 'new', before: undefined }]);
    expect(new PriceBook(book).regions('aws', 'lambda')).toEqual(['us-east-1', 'eu-west-1']);
    // The first listing stays as it was.
    expect(new PriceBook(book).lookUp('aws.lambda.requests')).toMatchObject({
      reference: { seenOn: '2020-01-01' },
    });
  });

  test('a price file that breaks off is read again', async () => {
    keep('aws', 'lambda', [requests]);
    const file = recorded('aws-lambda-us-east-1.json');
    let times = 0;
    const breaksOnce = () => new Response(times++ === 0 ? file.slice(0, file.length / 2) : file);
    expect(await refresh({ ...aws, '/us-east-1/index.json': breaksOnce })).toMatchObject({ refused: [] });
    expect(times).toBe(2);
  });
});

describe('Azure', () => {
  const flex = { serviceName: 'Functions', productName: 'Flex Consumption', skuName: 'On Demand' };
  const executions = {
    dimension: 'flex_ondemand_executions',
    region: 'eastus2',
    free: { quantity: '250000', period: 'month', kind: 'always' },
    lookUp: { ...flex, meterName: 'On Demand Total Executions', unit: '10' },
    usd: '0.0000004',
  };

  test('units are divided, pages followed, prices of the future left out, the free quantity taken off', async () => {
    keep('azure', 'functions', [
      executions,
      {
        dimension: 'flex_ondemand_duration',
        region: 'eastus2',
        free: { quantity: '100000', period: 'month', kind: 'always' },
        lookUp: { ...flex, meterName: 'On Demand Execution Time' },
        usd: '0.00002',
      },
    ]);
    const result = await refresh(azure, { clouds: ['azure'] });
    expect(result).toMatchObject({ confirmed: 1, refused: [], written: ['azure/functions.json'] });
    expect(result.changes.map(({ id, after }) => [id, String(after[0]?.usd)])).toEqual([
      ['azure.functions.flex_ondemand_duration', '0.000026'],
    ]);
    expect(decodeURIComponent(asked[0]?.url ?? '')).toContain(
      "$filter=serviceName eq 'Functions' and priceType eq 'Consumption' and armRegionName eq 'eastus2'",
    );
    expect(asked).toHaveLength(2);
    // From now on another unit of the vendor would be noticed.
    expect(new PriceBook(book).prices('azure', 'functions')?.[1]?.lookUp?.unit).toBe('1 GB Second');
  });

  test('a free quantity that is another than the book says is refused', async () => {
    keep('azure', 'functions', [{ ...executions, free: { ...executions.free, quantity: '100000' } }]);
    const result = await refresh(azure, { clouds: ['azure'] });
    expect(result.refused).toEqual(['azure.functions.flex_ondemand_executions']);
    expect(result.changes[0]?.suspicions[0]).toContain('250000 free, the book says 100000');
  });

  test('a next page at another host is not followed', async () => {
    keep('azure', 'functions', [executions]);
    const page = JSON.parse(recorded('azure-functions-eastus2-1.json'));
    const elsewhere = JSON.stringify({ ...page, NextPageLink: 'https://example.com/next' });
    await expect(refresh({ eastus2: elsewhere }, { clouds: ['azure'] })).rejects.toThrow('another host');
  });
});

describe('Google Cloud', () => {
  const cpu = {
    dimension: 'request_cpu',
    region: 'us-central1',
    free: { quantity: '180000', period: 'month', kind: 'always' },
    lookUp: {
      service: '152E-C115-5142',
      skuId: '4856-B847-F1EB',
      description: '/^Services CPU( Tier 2)? \\(Request-based billing\\)$/',
    },
    usd: '0.00002',
  };

  test('the key goes into a header, pages are followed, commitments are no prices', async () => {
    keep('gcp', 'run', [
      cpu,
      {
        dimension: 'requests',
        region: 'us-central1',
        free: { quantity: '2000000', period: 'month', kind: 'always' },
        lookUp: { service: '152E-C115-5142', skuId: '2DA5-55D3-E679' },
        usd: '0.0000004',
      },
    ]);
    const result = await refresh(google, { clouds: ['gcp'] });
    expect(result).toMatchObject({ confirmed: 1, refused: [], written: ['gcp/run.json'] });
    expect(result.changes.map(({ after }) => String(after[0]?.usd))).toEqual(['0.000024']);
    expect(asked.map(({ headers }) => headers.get('x-goog-api-key'))).toEqual(['the-key', 'the-key']);
    expect(asked.every(({ url }) => !url.includes('the-key'))).toBe(true);
  });

  test('a region with a SKU of its own is found by description', async () => {
    keep('gcp', 'run', [cpu]);
    const result = await refresh(google, { clouds: ['gcp'], regions: ['europe-west2'] });
    expect(result.changes.map(({ region, after }) => [region, String(after[0]?.usd)])).toEqual([
      ['europe-west2', '0.0000336'],
    ]);
  });

  test('without a key it is left out, visibly, and the others are refreshed', async () => {
    keep('aws', 'lambda', [requests]);
    keep('gcp', 'run', [cpu]);
    const result = await refresh(aws, { clouds: ['aws', 'gcp'], googleApiKey: undefined });
    expect(result.written).toEqual(['aws/lambda.json']);
    expect(result.skipped).toContainEqual({
      what: 'gcp',
      reason: expect.stringContaining('GOOGLE_API_KEY'),
    });
  });
});

describe('what is suspicious is refused until it is accepted', () => {
  test.each([
    ['twice as much and more', { ...requests, usd: '0.00000009' }, 'more than 2 times'],
    ['less than half', { ...requests, usd: '0.0000005' }, 'less than half'],
    ['no longer free', { ...requests, usd: '0' }, 'was free'],
    ['another number of tiers', { ...duration, tiers: undefined, usd: '0.0000166667' }, '1 tiers and has 3'],
    [
      'another unit',
      { ...requests, usd: '0.0000002', lookUp: { ...requests.lookUp, unit: '1M Requests' } },
      'unit was "1M Requests" and is "Requests"',
    ],
  ])('%s', async (_, price, suspicion) => {
    const file = keep('aws', 'lambda', [price]);
    const before = readFileSync(file, 'utf8');
    const id = `aws.lambda.${price.dimension}`;
    const refused = await refresh(aws);
    expect(refused).toMatchObject({ refused: [id], written: [] });
    expect(refused.changes[0]?.suspicions.join()).toContain(suspicion);
    expect(readFileSync(file, 'utf8')).toBe(before);
    expect(await refresh(aws, { accepted: new Set([id]) })).toMatchObject({ written: ['aws/lambda.json'] });
    expect(await refresh(aws)).toMatchObject({ confirmed: 1, changes: [], written: [] });
  });

  test.each([
    ['0.0000000000', 'costs nothing'],
    ['-0.0000002000', 'below zero'],
  ])('a price of %s', async (usd, suspicion) => {
    keep('aws', 'lambda', [requests]);
    const wrong = recorded('aws-lambda-us-east-1.json').replace('"0.0000002000"', `"${usd}"`);
    const result = await refresh({ ...aws, '/us-east-1/index.json': wrong });
    expect(result.changes[0]?.suspicions.join()).toContain(suspicion);
    expect(result.written).toEqual([]);
  });

  test('one that the vendor no longer lists stays as it is once that is accepted; the others are written', async () => {
    const gone = {
      ...requests,
      dimension: 'gone',
      lookUp: { serviceCode: 'AWSLambda', attributes: { group: 'Gone' } },
    };
    keep('aws', 'lambda', [requests, gone]);
    const refused = await refresh(aws);
    expect(refused).toMatchObject({ refused: ['aws.lambda.gone'], written: [] });
    expect(refused.notFound).toMatchObject([{ id: 'aws.lambda.gone', region: 'us-east-1' }]);
    await refresh(aws, { accepted: new Set(['aws.lambda.gone']) });
    const prices = new PriceBook(book);
    expect(prices.lookUp('aws.lambda.gone')).toMatchObject({ reference: { seenOn: '2020-01-01' } });
    expect(prices.lookUp('aws.lambda.requests')).toMatchObject({ reference: { seenOn: '2026-11-28' } });
  });

  test('several prices that fit are none', async () => {
    const any = {
      ...requests,
      lookUp: { serviceCode: 'AWSLambda', attributes: { group: '/^AWS-Lambda-Duration/' } },
    };
    keep('aws', 'lambda', [any]);
    const result = await refresh(aws);
    expect(result.notFound[0]?.reason).toContain('different prices that fit');
  });
});

describe('nothing is written', () => {
  test('when a later service fails', async () => {
    const file = keep('aws', 'lambda', [requests]);
    keep('aws', 'sqs', [{ ...requests, lookUp: { serviceCode: 'AWSQueueService', attributes: {} } }]);
    const before = readFileSync(file, 'utf8');
    await expect(refresh(aws)).rejects.toThrow(
      /AWSQueueService.*HTTP 404: no such page.*Nothing was written/,
    );
    expect(readFileSync(file, 'utf8')).toBe(before);
    expect(readdirSync(path.join(book, 'aws'))).toEqual(['lambda.json', 'sqs.json']);
  });

  test('in a dry run', async () => {
    const file = keep('aws', 'lambda', [requests]);
    const before = readFileSync(file, 'utf8');
    expect(await refresh(aws, { dryRun: true })).toMatchObject({ changes: [{}], written: [] });
    expect(readFileSync(file, 'utf8')).toBe(before);
  });

  test('when the answer has another form than documented', async () => {
    keep('aws', 'lambda', [requests]);
    await expect(refresh({ '/region_index.json': '{"areas": {}}' })).rejects.toThrow(
      'did not answer in the documented form: regions',
    );
  });

  test('when the network is away, which says what to do', async () => {
    keep('aws', 'lambda', [requests]);
    const offline = () => {
      throw Object.assign(new TypeError('fetch failed'), {
        cause: Object.assign(new Error('getaddrinfo'), { code: 'ENOTFOUND' }),
      });
    };
    await expect(refresh({ '/region_index.json': offline })).rejects.toThrow(
      /ENOTFOUND.*Is this machine online\?/,
    );
    expect(waits).toEqual([500, 1000, 2000]);
  });

  test('of names that do not exist', async () => {
    keep('aws', 'lambda', [requests]);
    await expect(refresh(aws, { services: ['lamda'] })).rejects.toThrow('It has: lambda');
    await expect(refresh(aws, { clouds: ['aws', 'azure'], regions: ['mars-1'] })).rejects.toThrow('--cloud');
    await expect(refresh(aws, { accepted: new Set(['aws.lambda.x']) })).rejects.toThrow('no price');
    expect(asked).toEqual([]);
  });
});

test('a busy server is asked again when it says so', async () => {
  keep('aws', 'lambda', [requests]);
  let times = 0;
  const busyOnce = () =>
    times++ === 0
      ? new Response('slow down', { status: 429, headers: { 'retry-after': '3' } })
      : new Response(recorded('aws-lambda-region-index.json'));
  await refresh({ '/region_index.json': busyOnce, ...aws });
  expect(waits).toEqual([3000]);
});

test('every file of the book keeps its form when it is written', () => {
  for (const cloud of ['aws', 'azure', 'gcp'])
    for (const name of readdirSync(path.join(bookDirectory, cloud))) {
      const text = readFileSync(path.join(bookDirectory, cloud, name), 'utf8');
      expect(formatJson(JSON.parse(text)), name).toBe(text);
    }
});
