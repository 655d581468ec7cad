import { findPattern } from '../../catalog/catalog.ts';
import { cloudNames } from '../../catalog/readme/clouds.ts';
import {
  type ColdStartFigures,
  type ColdStartOptions,
  coldStartFigures,
} from '../../cost/cold-start/mitigations.ts';
import { CostError } from '../../cost/cost-error.ts';
import { lifecycles } from '../../cost/projection/duration-model.ts';
import { costedStacks } from '../../cost/projection/pattern-cost.ts';
import { PatternProvisions } from '../../cost/projection/pattern-provision.ts';
import { billOptions } from '../cost-options.ts';
import { figures, grouped, heading, volume } from '../cost-text.ts';
import type { Output } from '../output.ts';
import type { CostCommandOptions } from './cost.ts';

/** `serverless-patterns cost <pattern> --cold-starts`: what callers wait for, and what it costs to make that less. */
export async function coldStarts(
  output: Output,
  query: string,
  options: CostCommandOptions,
  simulation: ColdStartOptions,
): Promise<number> {
  const folder = findPattern(query);
  const provisions = new PatternProvisions();
  const stacks = await costedStacks(folder, options.clouds, provisions, options.variables);
  provisions.save();
  if (stacks.length === 0)
    throw new CostError(`${folder.name} has no usage profile on ${options.clouds.join(', ')}.`);
  const bills = billOptions(options);
  const all: { daily: number; rows: ColdStartFigures[] }[] = [];
  for (const daily of options.daily) {
    const scale = { ...options.scale, dailyTransactions: daily };
    const rows = stacks.flatMap((stack) => coldStartFigures(stack, scale, bills(stack.cloud), simulation));
    all.push({ daily, rows });
  }
  output.result({
    pattern: folder.name,
    traffic: simulation.traffic,
    volumes: all.map(({ daily, rows }) => ({ daily, functions: rows })),
  });
  output.text(`${heading(`${folder.name}: cold starts`)}, by simulation\n`);
  for (const { daily, rows } of all) {
    for (const { cloud } of stacks) {
      const own = rows.filter((row) => row.cloud === cloud);
      if (own.length === 0) continue;
      output.text(`${heading(cloudNames[cloud])}, ${volume(daily)} a day`);
      output.text(`${coldStartTable(own)}\n`);
    }
  }
  if (all.every(({ rows }) => rows.length === 0))
    output.text('No function of it is called by somebody who waits.');
  else {
    const platforms = new Set(
      stacks.flatMap(({ provision }) => provision.functions.map(({ platform }) => platform)),
    );
    for (const platform of platforms) {
      const { initMs, keepAliveSeconds } = lifecycles[platform];
      output.text(
        `${platform}: starts in ${simulation.initMs ?? initMs} ms (half of them), goes after ${simulation.keepAliveSeconds ?? keepAliveSeconds} s without work.`,
      );
    }
    output.text('Latency is the time on the instance and the wait for its start, without the network.');
  }
  return 0;
}

function coldStartTable(rows: readonly ColdStartFigures[]): string {
  const functions = new Set(rows.map((row) => row.function));
  return figures([
    ['', 'cold', 'a day', 'p50 ms', 'p95 ms', 'p99 ms', 'at once', 'instances', 'USD', 'more'],
    ...rows.map((row) => [
      functions.size > 1 ? `${row.function}: ${row.mitigation}` : row.mitigation,
      share(row.coldShare),
      row.coldStartsPerDay.toFixed(row.coldStartsPerDay < 10 ? 1 : 0),
      row.p50Ms.toFixed(0),
      row.p95Ms.toFixed(0),
      row.p99Ms.toFixed(0),
      String(row.concurrency),
      row.meanInstances.toFixed(2),
      grouped(row.usd.toFixed(2)),
      grouped(row.extraUsd.toFixed(2)),
    ]),
  ]);
}

function share(part: number): string {
  const percent = part * 100;
  return `${percent === 0 ? '0' : percent < 0.01 ? '<0.01' : percent.toPrecision(2)} %`;
}
