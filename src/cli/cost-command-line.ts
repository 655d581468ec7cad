import { type Command, InvalidArgumentError, Option } from 'commander';
import type { FreeTier } from '../cost/bill.ts';
import type { ColdStartOptions } from '../cost/cold-start/mitigations.ts';
import { type Cloud, clouds } from '../package/clouds.ts';
import type { CostCommandOptions } from './commands/cost.ts';
import { createOutput } from './output.ts';
import { isTerraformDirectory } from './terraform-directory.ts';

/** Adds `cost` and `compare`. @param done is told the exit code */
export function addCostCommands(
  program: Command,
  variables: () => Option,
  done: (exitCode: number) => void,
): void {
  withCostOptions(
    program
      .command('cost [pattern-or-directory]')
      .description(
        'what a pattern, or any Terraform root, costs in a month, by volume and cloud, line by line',
      )
      .option('--all', 'every pattern of the catalogue')
      .option('--usage <file>', 'of a Terraform root: what a transaction uses, as JSON')
      .option('--usage-template', 'print such a file for a Terraform root, to fill in')
      .option('--chart', 'draw the cost over the volume, service by service, in the terminal')
      .option('--svg <file>', 'draw it as a picture')
      .option('--html <file>', 'draw it as a page with its figures')
      .option('--cold-starts', 'what callers wait for, and what it costs to make that less')
      .addOption(
        new Option('--traffic <shape>', 'for --cold-starts: even, daily (a working day) or burst:<requests>')
          .argParser(traffic)
          .default('even'),
      )
      .option('--init-ms <ms>', 'for --cold-starts: measured start of an instance', positive)
      .option('--keep-alive <seconds>', 'for --cold-starts: how long an idle instance is kept', positive)
      .option('--measure', 'run the workload of the pattern and keep what it uses as its usage profile'),
    variables,
  ).action(async (pattern: string | undefined, given: GivenOptions & GivenForOne) => {
    const output = createOutput({ json: given.json ?? false });
    const { cost, costOfMany, measure } = await import('./commands/cost.ts');
    const options = commandOptions(given);
    if (given.all) done(await costOfMany(output, 'all', options));
    else if (pattern === undefined) throw new InvalidArgumentError('Name a pattern, or say --all.');
    else if (isTerraformDirectory(pattern)) {
      const { costOfDirectory, printUsageTemplate } = await import('./commands/cost-directory.ts');
      if (given.usageTemplate) done(await printUsageTemplate(pattern, options));
      else done(await costOfDirectory(output, pattern, given.usage, options));
    } else if (given.coldStarts) {
      const { coldStarts } = await import('./commands/cold-starts.ts');
      const { traffic, initMs, keepAlive } = given;
      done(
        await coldStarts(output, pattern, options, {
          traffic,
          initMs,
          keepAliveSeconds: keepAlive,
          seed: 1,
        }),
      );
    } else if (given.measure) done(await measure(output, pattern, options.clouds));
    else done(await cost(output, pattern, options));
  });

  withCostOptions(
    program
      .command('compare <patterns...>')
      .description('what two or more patterns cost in a month, side by side'),
    variables,
  ).action(async (patterns: string[], given: GivenOptions) => {
    const { costOfMany } = await import('./commands/cost.ts');
    done(await costOfMany(createOutput({ json: given.json ?? false }), patterns, commandOptions(given)));
  });
}

interface GivenForOne {
  all?: boolean;
  measure?: boolean;
  coldStarts?: boolean;
  usage?: string;
  usageTemplate?: boolean;
  traffic: ColdStartOptions['traffic'];
  initMs?: number;
  keepAlive?: number;
}

interface GivenOptions {
  cloud: Cloud | 'all';
  daily: number[];
  memory?: number;
  durationMs?: number;
  payloadKb?: number;
  provisioned?: number;
  batchFill?: number;
  region: string[];
  freeTier: FreeTier;
  monthDays?: number;
  var: Record<string, string>;
  json?: boolean;
  csv?: boolean;
  md?: boolean;
  chart?: boolean;
  svg?: string;
  html?: string;
}

function withCostOptions(command: Command, variables: () => Option): Command {
  return command
    .addOption(
      new Option('--cloud <cloud>', 'aws, azure, gcp or all').choices([...clouds, 'all']).default('all'),
    )
    .addOption(
      new Option('--daily <volumes>', 'transactions a day')
        .argParser(volumes)
        .default([1e3, 1e4, 1e5, 1e6], '1k,10k,100k,1m'),
    )
    .option('--memory <mb>', 'memory of every function instead of what its Terraform says', positive)
    .option('--duration-ms <ms>', 'measured duration of an invocation instead of the model', positive)
    .option('--payload-kb <kb>', 'size of an item, a message or an object', positive)
    .option('--provisioned <instances>', 'instances that are paid for around the clock', count)
    .option('--batch-fill <share>', 'part of a batch that is filled (0 to 1)', share)
    .addOption(
      new Option('--region <regions>', 'pay in these regions, at most one of each cloud')
        .argParser((text: string) => text.split(','))
        .default([], 'where each price is known best'),
    )
    .addOption(
      new Option('--free-tier <which>', 'the lasting allowances, none, or also those of the first year')
        .choices(['on', 'off', '12-months'])
        .default('on'),
    )
    .option('--month-days <days>', 'length of the month (default: 730 hours)', positive)
    .addOption(variables())
    .option('--json', 'print the result as JSON')
    .option('--csv', 'print every component as CSV')
    .option('--md', 'print the totals as a Markdown table');
}

function commandOptions(given: GivenOptions): CostCommandOptions {
  return {
    clouds: given.cloud === 'all' ? clouds : [given.cloud],
    daily: given.daily,
    scale: {
      memoryMb: given.memory,
      durationMs: given.durationMs,
      payloadKb: given.payloadKb,
      readyInstances: given.provisioned,
      batchFill: given.batchFill,
    },
    regions: given.region,
    freeTier: given.freeTier,
    monthDays: given.monthDays,
    variables: given.var,
    chart: given.chart ?? false,
    svg: given.svg,
    html: given.html,
    format: given.csv ? 'csv' : given.md ? 'md' : 'text',
  };
}

/** `1k,10k,2.5m,300` */
function volumes(text: string): number[] {
  return text
    .split(',')
    .map((word) => {
      const [, number = '', suffix = ''] = /^\s*([\d.]+)\s*([kKmM]?)\s*$/.exec(word) ?? [];
      const value = Number(number) * ({ k: 1e3, m: 1e6 }[suffix.toLowerCase()] ?? 1);
      if (number === '' || !(value > 0) || value > 1e12)
        throw new InvalidArgumentError('Write volumes as numbers with k or m, such as 1k,10k,2.5m.');
      return value;
    })
    .sort((a, b) => a - b);
}

function traffic(text: string): ColdStartOptions['traffic'] {
  if (text === 'even' || text === 'daily') return text;
  const requestsPerBurst = Number(/^burst:(\d+)$/.exec(text)?.[1]);
  if (requestsPerBurst >= 1) return { requestsPerBurst };
  throw new InvalidArgumentError('It must be even, daily or burst:<requests>, such as burst:10.');
}

function positive(text: string): number {
  const value = Number(text);
  if (value > 0 && Number.isFinite(value)) return value;
  throw new InvalidArgumentError('It must be a number above 0.');
}

function count(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 0) return value;
  throw new InvalidArgumentError('It must be a whole number from 0.');
}

function share(text: string): number {
  const value = Number(text);
  if (value > 0 && value <= 1) return value;
  throw new InvalidArgumentError('It must be above 0 and at most 1.');
}
