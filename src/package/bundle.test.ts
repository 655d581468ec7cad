import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { bundleHandler } from './bundle.ts';
import { clouds } from './clouds.ts';
import { projectRoot } from './project.ts';
import { zip } from './zip.ts';

const handlerOf = (cloud: string) =>
  path.join(projectRoot, 'src/patterns/01-rest-api-backend', cloud, 'handler.ts');

describe.each(clouds)('%s', (cloud) => {
  test('the package is the same each time, and names no folder of this machine', async () => {
    const [first, second] = [
      await bundleHandler(handlerOf(cloud), cloud),
      await bundleHandler(handlerOf(cloud), cloud),
    ];
    expect(Buffer.from(zip(first.files)).equals(zip(second.files))).toBe(true);
    for (const content of first.files.values())
      expect(Buffer.from(content).includes(projectRoot)).toBe(false);
    expect(first.inputs).toContain(handlerOf(cloud));
  });
});

test('each package has the form that its platform starts', async () => {
  const names = async (cloud: (typeof clouds)[number]) =>
    [...(await bundleHandler(handlerOf(cloud), cloud)).files.keys()].sort();
  expect(await names('aws')).toEqual(['index.mjs']);
  expect(await names('azure')).toEqual(['host.json', 'index.js', 'package.json']);
  expect(await names('gcp')).toEqual(['index.js', 'package.json']);
});

test('a handler that does not compile fails with file and line', async () => {
  await expect(bundleHandler(path.join(projectRoot, 'README.md'), 'aws')).rejects.toThrow('README.md');
});
