import { writeFileSync } from 'node:fs';
import { Command, InvalidArgumentError } from 'commander';
import { type Cloud, clouds } from '../src/package/clouds.ts';
import { type Benchmark, type Row, rowsOf, type Settings } from './benchmark.ts';
import { describeMachine, machineText, resultText } from './report.ts';

interface Entry {
  name: string;
  title: string;
  load(): Promise<Benchmark>;
}

const entries: Entry[] = [
  {
    name: 'start',
    title: 'Pattern 01: from the command to the first item',
    load: async () => (await import('./start.ts')).start,
  },
  {
    name: 'load',
    title: 'Pattern 01: requests through entrance, function, SDK and store',
    load: async () => (await import('./load.ts')).load,
  },
  {
    name: 'queue',
    title: 'Patterns 02 and 11: messages through queue, function, SDK and store',
    load: async () => (await import('./queue.ts')).queue,
  },
  {
    name: 'terraform',
    title: 'Pattern 01: evaluation of its Terraform',
    load: async () => (await import('./terraform.ts')).terraform,
  },
  {
    name: 'hosts',
    title: 'Function hosts: cold start and one warm call after another',
    load: async () => (await import('./hosts.ts')).hosts,
  },
  {
    name: 'dynamodb',
    title: 'DynamoDB over plain HTTP',
    load: async () => (await import('./dynamodb.ts')).dynamoDb,
  },
  {
    name: 'sqs',
    title: 'SQS over plain HTTP: messages sent, received and deleted',
    load: async () => (await import('./sqs.ts')).sqs,
  },
  {
    name: 's3',
    title: 'S3: objects of 10 KB put and got',
    load: async () => (await import('./s3.ts')).s3,
  },
  {
    name: 'blob-storage',
    title: 'Azure Blob Storage over plain HTTP: blobs of 10 KB put and got',
    load: async () => (await import('./blob-storage.ts')).blobStorage,
  },
  {
    name: 'cloud-storage',
    title: 'Google Cloud Storage over plain HTTP: objects of 10 KB put and got',
    load: async () => (await import('./cloud-storage.ts')).cloudStorage,
  },
  {
    name: 'cosmos',
    title: 'Cosmos DB over plain HTTP',
    load: async () => (await import('./cosmos.ts')).cosmos,
  },
  {
    name: 'firestore',
    title: "Firestore through Google's SDK",
    load: async () => (await import('./firestore.ts')).firestore,
  },
  {
    name: 'wire-server',
    title: 'The HTTP server of the local cloud',
    load: async () => (await import('./wire-server.ts')).wireServer,
  },
  {
    name: 'cost',
    title: 'Cost of the catalogue',
    load: async () => (await import('./cost.ts')).cost,
  },
  {
    name: 'cold-start',
    title: 'Simulation of cold starts',
    load: async () => (await import('./cold-start.ts')).coldStart,
  },
];

interface Options {
  list?: boolean;
  peers?: boolean;
  json?: string;
  clouds?: Cloud[];
  connections: number;
  seconds: number;
  warmUp: number;
  starts: number;
}

// The first signal lets everything stop in good order, the second ends it at once.
const interruption = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => (interruption.signal.aborted ? process.exit(1) : interruption.abort()));
}

const program = new Command('npm run bench --')
  .description(`Measures. Without names, everything:\n\n${listText()}`)
  .argument('[name...]', 'what to measure', oneOfEntries)
  .option('--list', 'say what there is to measure, and measure nothing')
  .option('--peers', 'install the other tools, pinned, into .cache/bench-peers and measure them too')
  .option('--json <file>', 'also write the results to a file')
  .option('--clouds <clouds>', 'which clouds, with commas between them (default: all)', cloudList)
  .option('--connections <count>', 'requests under way at a time', wholeNumber, 10)
  .option('--seconds <count>', 'how long a load is measured', positiveNumber, 5)
  .option('--warm-up <seconds>', 'how long it runs unmeasured before', positiveNumber, 5)
  .option('--starts <count>', 'measured starts, of which the median is taken', wholeNumber, 7)
  .parse();

try {
  await main(program.processedArgs[0] ?? [], program.opts<Options>());
} catch (error) {
  if (!interruption.signal.aborted) throw error;
  console.error('Interrupted; everything that was started has been stopped.');
  process.exit(1);
}

async function main(names: readonly string[], options: Options): Promise<void> {
  if (options.list) {
    console.log(listText());
    return;
  }
  if (options.peers && process.env.CI) program.error('--peers installs packages; it is not for CI.');
  const chosen = names.length === 0 ? entries : entries.filter(({ name }) => names.includes(name));
  const settings = settingsOf(options);
  const machine = describeMachine(new Date());
  console.log(`${machineText(machine)}\n`);
  const results: { name: string; title: string; rows: Row[] }[] = [];
  for (const { name, title, load } of chosen) {
    settings.progress(`${name} ...`);
    const rows = await rowsOf(name, settings, async () => (await load())(settings));
    results.push({ name, title, rows });
    console.log(`${title} (${name})\n${resultText(rows)}\n`);
  }
  if (options.json) {
    const { progress, interruption, ...plain } = settings;
    writeFileSync(options.json, `${JSON.stringify({ machine, settings: plain, results }, null, 2)}\n`);
  }
  const failed = results.some(({ rows }) => rows.some(({ kind }) => kind === 'failed'));
  // The SDK clients of what was measured may keep timers; nothing else is left to do.
  process.exit(failed ? 1 : 0);
}

function settingsOf(options: Options): Settings {
  const { peers, connections, seconds, warmUp, starts } = options;
  return {
    clouds: options.clouds ?? clouds,
    connections,
    measureMs: seconds * 1000,
    warmUpMs: warmUp * 1000,
    starts,
    installPeers: peers ?? false,
    interruption: interruption.signal,
    progress: (text) => console.error(text),
  };
}

function listText(): string {
  return entries.map(({ name, title }) => `  ${name.padEnd(12)} ${title}`).join('\n');
}

function oneOfEntries(word: string, earlier: string[] = []): string[] {
  if (entries.some(({ name }) => name === word)) return [...earlier, word];
  throw new InvalidArgumentError(`It is none of ${entries.map(({ name }) => name).join(', ')}.`);
}

function cloudList(text: string): Cloud[] {
  return text.split(',').map((word) => {
    const cloud = clouds.find((known) => known === word);
    if (cloud) return cloud;
    throw new InvalidArgumentError(`"${word}" is none of ${clouds.join(', ')}.`);
  });
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new InvalidArgumentError('It must be a whole number above 0.');
}

function positiveNumber(text: string): number {
  const value = Number(text);
  if (Number.isFinite(value) && value > 0) return value;
  throw new InvalidArgumentError('It must be a number above 0.');
}
