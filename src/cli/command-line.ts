import { Argument, Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import type { FaultRates } from '../local/engine/fault-plan.ts';
import { type Cloud, clouds } from '../package/clouds.ts';
import { addCostCommands } from './cost-command-line.ts';
import { createOutput } from './output.ts';
import { addPricesCommands } from './prices-command-line.ts';
import { addRedriveCommands } from './redrive-command-line.ts';

/** Options that take a number of a port. */
function port(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 0 && value <= 65_535) return value;
  throw new InvalidArgumentError('It must be a whole number from 0 (any free port) to 65535.');
}

/** Options that take a duration in seconds. */
function seconds(text: string): number {
  const value = Number(text);
  if (Number.isFinite(value) && value >= 0) return value;
  throw new InvalidArgumentError('It must be a number of seconds from 0 up.');
}

/** Options that take a whole number from 1 up. */
function count(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1) return value;
  throw new InvalidArgumentError('It must be a whole number from 1 up.');
}

/** `--var name=value`, repeated. */
function variable(text: string, all: Record<string, string> = {}): Record<string, string> {
  const separator = text.indexOf('=');
  if (separator < 1) throw new InvalidArgumentError('Write it as name=value.');
  return { ...all, [text.slice(0, separator)]: text.slice(separator + 1) };
}

const cloud = () => new Option('--cloud <cloud>', 'aws, azure or gcp').choices([...clouds]);
const cloudArgument = () => new Argument('[cloud]', 'aws, azure or gcp').choices([...clouds]);
const json = () => new Option('--json', 'print the result as JSON');
const variables = () =>
  new Option('--var <name=value>', 'set a Terraform variable (repeatable)')
    .argParser(variable)
    .default({}, 'none');

/**
 * Runs one command.
 * @returns the exit code: 0 done, 1 it failed, 2 it was called wrongly
 */
export async function runCommandLine(words: string[]): Promise<number> {
  let exitCode = 0;
  const program = new Command('serverless-patterns')
    .description(
      'Serverless patterns for AWS, Azure and Google Cloud that run on your machine from their own Terraform.',
    )
    .exitOverride()
    .configureHelp({ showGlobalOptions: false })
    .showHelpAfterError('(add --help to see what there is)');

  program
    .command('list')
    .description('what patterns there are')
    .addOption(json())
    .action(async (options: { json?: boolean }) => {
      const { list } = await import('./commands/list.ts');
      exitCode = await list(createOutput({ json: options.json ?? false }));
    });

  program
    .command('show <pattern>')
    .description('what a pattern is for, when not to use it, and how it fails')
    .addOption(json())
    .action(async (pattern: string, options: { json?: boolean }) => {
      const { show } = await import('./commands/show.ts');
      exitCode = await show(createOutput({ json: options.json ?? false }), pattern);
    });

  program
    .command('run [pattern-or-directory]')
    .description('run a pattern, or any Terraform root or SAM template, on this machine (default: 01)')
    .addOption(cloud().default('aws'))
    .addOption(
      new Option('--port <port>', 'port of the HTTP entrance; 0 for any free one')
        .argParser(port)
        .default(3000),
    )
    .option('--watch', 'start again when code or Terraform changes')
    .option('--verbose', 'print every log line of the functions')
    .option('--faults <plan>', 'let things go wrong: all, or kinds such as duplicate=0.1,crash=0.05,throttle')
    .addOption(new Option('--seed <number>', 'of the faults').argParser(count).default(1))
    .addOption(variables())
    .addOption(json())
    .action(async (pattern: string | undefined, options: RunOptions) => {
      const { run } = await import('./commands/run.ts');
      const faults = options.faults === undefined ? undefined : await faultsOf(options.faults);
      exitCode = await run(createOutput({ json: options.json ?? false }), pattern ?? '01', {
        cloud: options.cloud,
        port: options.port,
        watch: options.watch ?? false,
        verbose: options.verbose ?? false,
        variables: options.var,
        ...(faults && { faults: { rates: faults, seed: options.seed } }),
      });
    });

  program
    .command('test [pattern]')
    .description('prove patterns: run their scenarios and compare permissions granted with permissions used')
    .addOption(cloud())
    .option(
      '--faults <plan>',
      'also run the invariants under faults: all, or kinds such as duplicate=0.1,crash=0.05,lost-ack',
    )
    .addOption(
      new Option('--seeds <count>', 'how many runs under faults, each with faults of its own')
        .argParser(count)
        .default(20),
    )
    .addOption(new Option('--seed <number>', 'run under the faults of this seed only').argParser(count))
    .addOption(variables())
    .addOption(json())
    .action(async (pattern: string | undefined, options: TestOptions) => {
      const { test } = await import('./commands/test.ts');
      const seeds =
        options.seed === undefined
          ? Array.from({ length: options.seeds }, (_, index) => index + 1)
          : [options.seed];
      exitCode = await test(createOutput({ json: options.json ?? false }), {
        pattern,
        clouds: options.cloud ? [options.cloud] : clouds,
        variables: options.var,
        ...(options.faults !== undefined && { faults: { rates: await faultsOf(options.faults), seeds } }),
      });
    });

  program
    .command('send [target] [body]')
    .description(
      'put a message, event or object into the running pattern; without a target, list what takes them',
    )
    .addHelpText(
      'after',
      `
The target is a Terraform output such as queue_name or bucket_name, or a name, URL or ARN.
The body is text, @file, or - for standard input:

  serverless-patterns send queue_name '{"id": 1}' --attribute source=cli
  serverless-patterns send bucket_name @orders.csv --key incoming/orders.csv`,
    )
    .addOption(
      new Option('--attribute <name=value>', 'message attribute (repeatable)')
        .argParser(variable)
        .default({}, 'none'),
    )
    .option('--group <name>', 'message group, session or ordering key')
    .option('--deduplication-id <id>', 'where the queue removes duplicates by it')
    .addOption(new Option('--delay <seconds>', 'deliver it so much later').argParser(seconds))
    .addOption(new Option('--count <count>', 'send it so many times').argParser(count).default(1))
    .option('--key <key>', 'name of the object in a bucket (default: the name of the file)')
    .option('--content-type <type>', 'media type of the object')
    .addOption(json())
    .action(async (target: string | undefined, body: string | undefined, options: SendOptions) => {
      const { send } = await import('./commands/send.ts');
      const { json: asJson, attribute, delay, ...rest } = options;
      exitCode = await send(createOutput({ json: asJson ?? false }), {
        target,
        body,
        attributes: attribute,
        ...(delay !== undefined && { delayMs: delay * 1000 }),
        ...rest,
      });
    });

  addRedriveCommands(program, (code) => {
    exitCode = code;
  });

  program
    .command('logs')
    .description('what the running pattern has logged')
    .option('--follow', 'go on printing new lines')
    .option('--group <text>', 'only groups whose name contains the text')
    .addOption(json())
    .action(async (options: { follow?: boolean; group?: string; json?: boolean }) => {
      const { logs } = await import('./commands/logs.ts');
      exitCode = await logs(createOutput({ json: options.json ?? false }), {
        follow: options.follow ?? false,
        group: options.group,
      });
    });

  program
    .command('traces')
    .description('what the requests to the running pattern did, and how long each step took')
    .addOption(new Option('--last <count>', 'how many traces').argParser(Number).default(10))
    .addOption(json())
    .action(async (options: { last: number; json?: boolean }) => {
      const { traces } = await import('./commands/traces.ts');
      exitCode = await traces(createOutput({ json: options.json ?? false }), { last: options.last });
    });

  program
    .command('build [pattern]')
    .description('build the function packages that Terraform deploys')
    .addOption(cloud())
    .addOption(json())
    .action(async (pattern: string | undefined, options: { cloud?: Cloud; json?: boolean }) => {
      const { build } = await import('./commands/build.ts');
      exitCode = await build(createOutput({ json: options.json ?? false }), {
        pattern,
        clouds: options.cloud ? [options.cloud] : clouds,
      });
    });

  program
    .command('docs')
    .description('write the READMEs of the patterns from pattern.yaml and Terraform')
    .option('--check', 'write nothing, and fail if a README is stale')
    .addOption(json())
    .action(async (options: { check?: boolean; json?: boolean }) => {
      const { docs } = await import('./commands/docs.ts');
      exitCode = await docs(createOutput({ json: options.json ?? false }), { check: options.check ?? false });
    });

  program
    .command('price')
    .addArgument(cloudArgument())
    .argument('[service]', 'such as lambda, dynamodb, cosmos, firestore')
    .description(
      'what quantities of one service cost in a month, line by line, by the arithmetic of its vendor',
    )
    .option('--list', 'show the services and the quantities that each is priced by')
    .option('--input <file>', 'JSON file with the quantities; - reads standard input')
    .option('--region <region>', 'pay in this region (default: where each price is known best)')
    .addOption(
      new Option(
        '--free-tier <which>',
        'free allowances: the lasting ones, none, or also those of the first year',
      )
        .choices(['on', 'off', '12-months'])
        .default('on'),
    )
    .addOption(
      new Option('--month-days <days>', 'length of the month (default: 730 hours)').argParser(Number),
    )
    .addOption(json())
    .action(async (cloud: Cloud | undefined, service: string | undefined, options: PriceOptions) => {
      const { price } = await import('./commands/price.ts');
      exitCode = await price(createOutput({ json: options.json ?? false }), {
        cloud,
        service,
        list: options.list ?? false,
        input: options.input,
        region: options.region,
        freeTier: options.freeTier,
        monthDays: options.monthDays,
      });
    });

  addCostCommands(program, variables, (code) => {
    exitCode = code;
  });

  addPricesCommands(program, (code) => {
    exitCode = code;
  });

  program
    .command('doctor')
    .description('what this machine has, and what is skipped without it')
    .addOption(json())
    .action(async (options: { json?: boolean }) => {
      const { doctor } = await import('./commands/doctor.ts');
      exitCode = await doctor(createOutput({ json: options.json ?? false }));
    });

  try {
    if (words.length === 0) program.help({ error: true });
    await program.parseAsync(words, { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    const { explain } = await import('./explain.ts');
    process.stderr.write(`${explain(error)}\n`);
    return 1;
  }
}

async function faultsOf(plan: string): Promise<FaultRates> {
  const { parseFaultRates } = await import('../local/engine/fault-plan.ts');
  return parseFaultRates(plan);
}

interface RunOptions {
  cloud: Cloud;
  port: number;
  watch?: boolean;
  verbose?: boolean;
  faults?: string;
  seed: number;
  var: Record<string, string>;
  json?: boolean;
}

interface TestOptions {
  cloud?: Cloud;
  faults?: string;
  seeds: number;
  seed?: number;
  var: Record<string, string>;
  json?: boolean;
}

interface SendOptions {
  attribute: Record<string, string>;
  group?: string;
  deduplicationId?: string;
  delay?: number;
  count: number;
  key?: string;
  contentType?: string;
  json?: boolean;
}

interface PriceOptions {
  list?: boolean;
  input?: string;
  region?: string;
  freeTier: 'off' | 'on' | '12-months';
  monthDays?: number;
  json?: boolean;
}
