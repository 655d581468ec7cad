import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { expect, test } from 'vitest';
import { findPattern } from '../../catalog/catalog.ts';
import { averageMonth } from '../../cost/arithmetic.ts';
import type { BillOptions } from '../../cost/bill.ts';
import { PriceBook } from '../../cost/prices/price-book.ts';
import { costedStacks } from '../../cost/projection/pattern-cost.ts';
import { PatternProvisions } from '../../cost/projection/pattern-provision.ts';
import { knownUsd, project, type Scale } from '../../cost/projection/project.ts';
import { projectRoot } from '../../package/project.ts';

function run(...words: string[]) {
  return spawnSync(process.execPath, [path.join(projectRoot, 'src', 'cli', 'main.ts'), ...words], {
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1' },
  });
}

interface Priced {
  clouds: { cloud: string; volumes: { daily: number; usd: number; components: { usd: number }[] }[] }[];
}

test('a pattern on three clouds: components add up to the total, and more costs more', () => {
  const { stdout, status } = run('cost', '01', '--json', '--daily', '1m,10k', '--free-tier', 'off');
  expect(status).toBe(0);
  const { clouds } = JSON.parse(stdout) as Priced;
  expect(clouds.map(({ cloud }) => cloud)).toEqual(['aws', 'azure', 'gcp']);
  for (const { volumes } of clouds) {
    expect(volumes.map(({ daily }) => daily)).toEqual([1e4, 1e6]);
    for (const { usd, components } of volumes)
      expect(components.reduce((sum, each) => sum + each.usd, 0)).toBeCloseTo(usd, 6);
    expect(volumes[1]?.usd).toBeGreaterThan(volumes[0]?.usd ?? 0);
  }
});

test('memory, duration, payload and provisioned instances have their price', async () => {
  const [stack] = await costedStacks(findPattern('01'), ['aws'], new PatternProvisions());
  if (!stack) throw new Error('pattern 01 has no usage profile');
  const options: BillOptions = { book: new PriceBook(), month: averageMonth, freeTier: 'off' };
  const usd = (changes: Partial<Scale>) =>
    knownUsd(
      project(stack.profile, stack.provision, { dailyTransactions: 1e6, ...changes }, options),
    ).toNumber();
  const plain = usd({});
  expect(usd({ durationMs: 500 })).toBeGreaterThan(plain);
  expect(usd({ durationMs: 500, memoryMb: 2048 })).toBeGreaterThan(usd({ durationMs: 500 }) * 1.5);
  expect(usd({ readyInstances: 10 })).toBeGreaterThan(plain + 5);
  expect(usd({ payloadKb: 5 })).toBeGreaterThan(plain);
});

test('for people: totals, the line that costs most, break-even points, assumptions', () => {
  const { stdout } = run('cost', '01', '--cloud', 'aws', '--daily', '1m');
  expect(stdout).toMatch(/API Gateway: HTTP API requests +30\.42\*/);
  expect(stdout).toContain('REST API instead of HTTP API');
  expect(stdout).toContain('Of 100 requests, 60 read one item');
});

test('as CSV and as a Markdown table', () => {
  const csv = run('cost', '01', '--cloud', 'aws', '--daily', '1k', '--csv').stdout.split('\n');
  expect(csv[0]).toBe('pattern,cloud,daily,component,unit,quantity,billed,price,usd');
  expect(csv.some((line) => line.startsWith('01-rest-api-backend,aws,1000,Lambda: Requests,request,'))).toBe(
    true,
  );
  expect(run('cost', '01', '--daily', '1k', '--md').stdout).toMatch(/^\| Transactions a day +\| AWS/);
});

test('the catalogue, and two patterns side by side', () => {
  expect(run('cost', '--all', '--daily', '1k').stdout).toMatch(/01-rest-api-backend +1,000 +\d/);
  const { stdout } = run('compare', '01', '1', '--daily', '1k', '--json');
  expect((JSON.parse(stdout) as unknown[]).length).toBe(6);
});

test('cold starts', () => {
  const { stdout } = run('cost', '01', '--cold-starts', '--cloud', 'aws', '--daily', '1k');
  expect(stdout).toContain('1 provisioned');
  expect(stdout).toContain('a ping every 5 minutes');
});

test('what cannot be priced is an error that says what can', () => {
  expect(run('cost', '99').status).toBe(1);
  expect(run('cost', '01', '--daily', 'many').status).toBe(2);
  const { stderr, status } = run('cost', '01', '--region', 'atlantis-1');
  expect(status).toBe(1);
  expect(stderr).toContain('No price is known for "atlantis-1"');
});
