import { type Command, Option } from 'commander';
import { type Cloud, clouds } from '../package/clouds.ts';
import { createOutput } from './output.ts';

interface GivenOptions {
  cloud: Cloud | 'all';
  service: string[];
  region: string[];
  accept: string[];
  googleApiKeyFile?: string;
  dryRun?: boolean;
  json?: boolean;
}

const collect = (value: string, before: string[]) => [...before, ...value.split(',')];

/** Adds `prices refresh`. @param done is told the exit code */
export function addPricesCommands(program: Command, done: (exitCode: number) => void): void {
  program
    .command('prices')
    .description('the price book')
    .command('refresh')
    .description("bring the price book up to date from the vendors' public price APIs")
    .addOption(
      new Option('--cloud <cloud>', 'aws, azure, gcp or all').choices([...clouds, 'all']).default('all'),
    )
    .option('--service <service>', 'only this service of the book, such as lambda; repeatable', collect, [])
    .option(
      '--region <region>',
      'only this region; one that the book does not have is added; repeatable',
      collect,
      [],
    )
    .option('--accept <price id>', 'take what was refused for this price; repeatable', collect, [])
    .option('--google-api-key-file <file>', 'key for the Cloud Billing Catalog (or GOOGLE_API_KEY)')
    .option('--dry-run', 'show what would change, and write nothing')
    .option('--json', 'print the result as JSON')
    .action(async (given: GivenOptions) => {
      const { pricesRefresh } = await import('./commands/prices-refresh.ts');
      done(
        await pricesRefresh(createOutput({ json: given.json ?? false }), {
          clouds: given.cloud === 'all' ? clouds : [given.cloud],
          services: given.service,
          regions: given.region,
          accept: given.accept,
          googleApiKeyFile: given.googleApiKeyFile,
          dryRun: given.dryRun ?? false,
        }),
      );
    });
}
