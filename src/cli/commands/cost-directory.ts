import path from 'node:path';
import { CostError } from '../../cost/cost-error.ts';
import { cloudsOf, readUsageFile, usageTemplate } from '../../cost/profile/usage-file.ts';
import type { CostedStack } from '../../cost/projection/pattern-cost.ts';
import { readProvision } from '../../cost/projection/resource-rules.ts';
import { evaluateStack } from '../../terraform/index.ts';
import type { Output } from '../output.ts';
import { analyse, type CostCommandOptions, print } from './cost.ts';

/**
 * `serverless-patterns cost <directory> --usage <file>`: prices any Terraform configuration as it is planned, with what
 * a file says of its use. Without a file, what costs by its mere existence.
 * @throws CostError, TerraformError
 */
export async function costOfDirectory(
  output: Output,
  directory: string,
  usageFile: string | undefined,
  options: CostCommandOptions,
): Promise<number> {
  const stack = evaluateStack(directory, { variables: options.variables, environment: process.env });
  const clouds = cloudsOf(stack).filter((cloud) => options.clouds.includes(cloud));
  if (clouds.length === 0)
    throw new CostError(`${directory} has no resources of ${options.clouds.join(', ')}.`);
  const name = path.basename(path.resolve(directory));
  const profiles = usageFile === undefined ? [] : readUsageFile(usageFile, name, stack, clouds);
  const ofCloud = (prefix: string) => stack.resources.filter(({ type }) => type.startsWith(prefix));
  const prefixes = { aws: 'aws_', azure: 'azurerm_', gcp: 'google_' };
  const stacks = clouds.map((cloud): CostedStack => {
    const provision = readProvision({ resources: ofCloud(prefixes[cloud]) }, cloud);
    const unused = {
      pattern: name,
      cloud,
      transaction: 'none',
      payloadKb: [1],
      cpuMs: 0,
      functions: [],
      messages: {},
      uses: [],
      customMetrics: 0,
    };
    return { cloud, provision, profile: profiles.find((each) => each.cloud === cloud) ?? unused };
  });
  const transaction =
    profiles[0]?.transaction ?? 'none; this is what the resources cost while nobody uses them';
  print(
    output,
    analyse({ name, title: path.resolve(directory), transaction, assumptions: [] }, stacks, options),
    options,
  );
  return 0;
}

/** `serverless-patterns cost <directory> --usage-template`: prints a usage file to fill in. */
export async function printUsageTemplate(directory: string, options: CostCommandOptions): Promise<number> {
  const stack = evaluateStack(directory, { variables: options.variables, environment: process.env });
  const provisions = cloudsOf(stack).map((cloud) => readProvision(stack, cloud));
  process.stdout.write(`${JSON.stringify(usageTemplate(stack, provisions), null, 2)}\n`);
  return 0;
}
