import { type Command, InvalidArgumentError, Option } from 'commander';
import { type Cloud, clouds } from '../package/clouds.ts';
import type { QueueChoice, RunOptions } from './commands/redrive.ts';
import { createOutput } from './output.ts';

/** Adds `redrive` and what is under it. @param done is told the exit code */
export function addRedriveCommands(program: Command, done: (exitCode: number) => void): void {
  const redrive = program
    .command('redrive')
    .description('dead letters: see what they died of, repair them, and send them back at a pace')
    .addHelpText('after', help);

  withChoice(
    redrive
      .command('list <dead-letter-queue>')
      .description('how many there are of each cause, and how old they are'),
  ).action(async (queue: string, given: GivenToLook) => {
    const { listDeadLetters } = await import('./commands/redrive.ts');
    done(
      await listDeadLetters(createOutput({ json: given.json ?? false }), choice(queue, given), {
        filters: given.filter,
        limit: given.limit ?? 10_000,
      }),
    );
  });

  withChoice(
    redrive
      .command('show <dead-letter-queue>')
      .description('body, attributes, cause and history of the letters')
      .option('--id <id>', 'only this one'),
  ).action(async (queue: string, given: GivenToLook & { id?: string }) => {
    const { showDeadLetters } = await import('./commands/redrive.ts');
    done(
      await showDeadLetters(createOutput({ json: given.json ?? false }), choice(queue, given), {
        filters: given.filter,
        limit: given.limit ?? (given.id === undefined && given.filter.length === 0 ? 10 : 10_000),
        id: given.id,
      }),
    );
  });

  withChoice(
    withRun(
      redrive
        .command('run <dead-letter-queue>')
        .description('send them back to where they came from, or elsewhere')
        .option('--to <queue-or-topic>', 'send them there (default: where each came from)')
        .addOption(
          new Option('--set <path=value>', 'change JSON bodies: order.lines[0].price=12 (repeatable)')
            .argParser(repeated)
            .default([], 'none'),
        )
        .option('--edit', 'change each body in $EDITOR first; an empty one is left where it is')
        .addOption(
          new Option('--max-redrives <count>', 'leave what was redriven so often: the same poison comes back')
            .argParser(wholeNumber)
            .default(3),
        )
        .option('--native', 'SQS only: let SQS move all of them as they are (StartMessageMoveTask)'),
    ),
  ).action(async (queue: string, given: GivenToRun) => done(await run(queue, given, 'redrive')));

  withChoice(
    withRun(
      redrive
        .command('purge <dead-letter-queue>')
        .description('delete them for good; needs --filter, and --yes or --dry-run'),
    ),
  ).action(async (queue: string, given: GivenToRun) => done(await run(queue, given, 'purge')));
}

async function run(queue: string, given: GivenToRun, action: RunOptions['action']): Promise<number> {
  const { runRedrive } = await import('./commands/redrive.ts');
  return runRedrive(createOutput({ json: given.json ?? false }), choice(queue, given), {
    action,
    to: given.to,
    filters: given.filter,
    rate: given.rate,
    limit: given.limit ?? Number.POSITIVE_INFINITY,
    maximumRedrives: given.maxRedrives ?? 0,
    dryRun: given.dryRun ?? false,
    changes: given.set ?? [],
    edit: given.edit ?? false,
    native: given.native ?? false,
    yes: given.yes ?? false,
    audit: given.audit,
  });
}

const choice = (queue: string, { account }: GivenToLook): QueueChoice => ({ queue, account });

function withChoice(command: Command): Command {
  return command
    .addOption(
      new Option(
        '--account <cloud>',
        'in your real account, with the credentials that the SDK finds (default: the running pattern)',
      ).choices([...clouds]),
    )
    .addOption(
      new Option('--filter <condition>', 'only letters that meet it (repeatable: all of them)')
        .argParser(repeated)
        .default([], 'none'),
    )
    .addOption(new Option('--limit <count>', 'no more than so many').argParser(wholeNumber))
    .option('--json', 'print the result as JSON')
    .addHelpText('after', help);
}

function withRun(command: Command): Command {
  return command
    .addOption(new Option('--rate <per-second>', 'how many a second').argParser(rate).default(10, '10/s'))
    .option('--dry-run', 'say what would be done, and do nothing')
    .option('--yes', 'ask nothing')
    .option('--audit <file>', 'append a JSON line for each message there (default: redrive-audit.jsonl)');
}

const repeated = (text: string, all: string[]): string[] => [...all, text];

/** `5/s`, `0.5`, `30/m` as messages per second. */
function rate(text: string): number {
  const [, amount, unit] = /^(\d+(?:\.\d+)?)(?:\/(s|m))?$/.exec(text) ?? [];
  const perSecond = Number(amount) / (unit === 'm' ? 60 : 1);
  if (perSecond > 0) return perSecond;
  throw new InvalidArgumentError('Write it as 5/s, 0.5/s or 30/m.');
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1) return value;
  throw new InvalidArgumentError('It must be a whole number from 1 up.');
}

const help = `
The queue is that of the running pattern: a Terraform output, a name, URL or ARN. With --account it is in your account:
  aws    URL, ARN or name of an SQS queue
  azure  namespace/queue or namespace/topic/subscriptions/name: its dead-letter subqueue, or the queue itself where
         it is kept for dead letters (with /$DeadLetterQueue at the end always the subqueue)
  gcp    a pull subscription of the dead-letter topic

Filters: a field, an operator (= != ~ !~ > < >= <=) and a value. ~ means contains.
  cause~timeout  reason=InvalidOrder  age>1h  receives>=3  redrives=0  id=...  group=...  source~orders
  body~text  body.order.id=17  tenant=acme or attribute.tenant=acme for an attribute

Each message is sent first and removed from the dead-letter queue then: nothing is lost. When the command is killed in
between, that message is there twice, which is why consumers are idempotent. Ctrl-C stops between two messages.

  serverless-patterns redrive list dead_letter_queue_url
  serverless-patterns redrive run dead_letter_queue_url --filter cause~timeout --rate 5/s --dry-run
  serverless-patterns redrive run acme-orders-dead --account aws --set customer.country=CH --filter tenant=acme`;

interface GivenToLook {
  account?: Cloud;
  filter: string[];
  limit?: number;
  json?: boolean;
}

interface GivenToRun extends GivenToLook {
  to?: string;
  rate: number;
  dryRun?: boolean;
  yes?: boolean;
  audit?: string;
  set?: string[];
  edit?: boolean;
  native?: boolean;
  maxRedrives?: number;
}
