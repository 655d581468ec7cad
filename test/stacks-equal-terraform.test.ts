import { describe, expect, test } from 'vitest';
import { patternFolders } from '../src/catalog/catalog.ts';
import type { Cloud } from '../src/package/clouds.ts';
import { planDifferences } from '../src/terraform/corpus/plan-differences.ts';
import { terraformIsAbsent } from '../src/terraform/corpus/real-terraform.ts';
import { copyStack } from './support/stack-copy.ts';

if (terraformIsAbsent) console.log('skipped: terraform or its offline runner is not installed');

const variables: Record<Cloud, Record<string, string>> = {
  aws: { project_name: 'acme' },
  azure: { project_name: 'acme', subscription_id: '00000000-0000-0000-0000-000000000000' },
  gcp: { project_name: 'acme', project_id: 'acme-project' },
};

describe.skipIf(terraformIsAbsent).each(patternFolders())('$name', ({ name, clouds }) => {
  test.each(clouds)('on %s: our evaluation equals the plan of the real terraform', async (cloud) => {
    const copy = await copyStack(name, cloud);
    try {
      expect(await planDifferences(copy.directory, variables[cloud])).toEqual([]);
    } finally {
      copy.remove();
    }
  });
});
