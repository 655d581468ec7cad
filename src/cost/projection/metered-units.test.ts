import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { clouds } from '../../package/clouds.ts';
import { projectRoot } from '../../package/project.ts';
import { PriceBook } from '../prices/price-book.ts';
import { awsRules } from './aws-resources.ts';
import { azureRules } from './azure-resources.ts';
import { gcpRules } from './gcp-resources.ts';
import { meteredUnits } from './metered-units.ts';

/** Not charged by the unit: they follow from the duration model, the sampling rule, batches and schedules. */
const modelled =
  /^(lambda |functions |cloud-run |x-ray traces|scheduler invocations|sqs poller-requests|s3? requests)/;

function sources(cloud: string): string[] {
  const folder = path.join(projectRoot, 'src', 'local', cloud);
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    .map((name) => readFileSync(path.join(folder, name), 'utf8'));
}

describe.each(clouds)('of %s', (cloud) => {
  test('every unit that the local cloud meters by name is charged', () => {
    const metered = sources(cloud).flatMap((text) =>
      [...text.matchAll(/meter\.add\(\s*'([^']+)',\s*'([^']+)'/g)].map(
        ([, service, unit]) => `${service} ${unit}`,
      ),
    );
    const unknown = metered.filter((key) => !modelled.test(key) && !Object.hasOwn(meteredUnits[cloud], key));
    expect(unknown, 'give each its price in metered-units.ts').toEqual([]);
  });

  test('every price is in the price book', () => {
    const book = new PriceBook();
    const modes = ['on-demand', 'on-demand-infrequent', 'provisioned'] as const;
    const ids = Object.values(meteredUnits[cloud]).flatMap(({ price }) =>
      modes.flatMap((mode) => price(mode) ?? []),
    );
    const missing = [...new Set(ids)].filter((id) => book.lookUp(id).kind === 'unknown');
    expect(missing).toEqual([]);
  });

  test('no resource type is both priced and free', () => {
    const { priced, free } = { aws: awsRules, azure: azureRules, gcp: gcpRules }[cloud];
    expect(Object.keys(priced).filter((type) => free.has(type))).toEqual([]);
  });
});
