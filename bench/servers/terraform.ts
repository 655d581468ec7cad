/** Evaluates the Terraform of pattern 01 for the cloud in its argument as `run` does, and tells how long that took. */
import { enableCompileCache } from 'node:module';
import path from 'node:path';
import { cacheDirectory, projectRoot } from '../../src/package/project.ts';

enableCompileCache(path.join(cacheDirectory, 'compiled'));

const warmUps = 20;
const repetitions = 21;

const cloud = process.argv[2] ?? '';
const directory = path.join(projectRoot, 'src/patterns/01-rest-api-backend', cloud);
const vendor = await vendorOf(cloud);

const loadStartMs = performance.now();
const { evaluateStack } = await import('../../src/terraform/index.ts');
const loadMs = performance.now() - loadStartMs;

const cold = evaluate();
for (let index = 0; index < warmUps; index++) evaluate();
const warmTimesMs = Array.from({ length: repetitions }, () => evaluate().durationMs).sort((a, b) => a - b);
const warmMs = warmTimesMs[Math.floor(repetitions / 2)];
process.send?.({ loadMs, coldMs: cold.durationMs, warmMs, resources: cold.resources }, () =>
  process.disconnect(),
);

function evaluate(): { durationMs: number; resources: number } {
  const startMs = performance.now();
  const stack = evaluateStack(directory, { variables: vendor.defaultVariables, provider: vendor.provider });
  return { durationMs: performance.now() - startMs, resources: stack.resources.length };
}

async function vendorOf(name: string) {
  switch (name) {
    case 'aws':
      return (await import('../../src/local/aws/cloud.ts')).aws;
    case 'azure':
      return (await import('../../src/local/azure/cloud.ts')).azure;
    case 'gcp':
      return (await import('../../src/local/gcp/cloud.ts')).gcp;
    default:
      throw new Error(`There is no cloud "${name}".`);
  }
}
