import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type LocalCloud, startLocalCloud } from '../src/local/local-cloud.ts';
import { bundleHandler } from '../src/package/bundle.ts';
import { zip } from '../src/package/zip.ts';

const fixture = path.join(import.meta.dirname, 'fixtures', 'gcp-storage');
const account = 'files-run@local-project.iam.gserviceaccount.com';
let directory = '';
let cloud: LocalCloud;

beforeAll(async () => {
  directory = mkdtempSync(path.join(os.tmpdir(), 'gcp-storage-'));
  const packageFile = path.join(directory, 'package.zip');
  writeFileSync(packageFile, zip((await bundleHandler(path.join(fixture, 'handler.ts'), 'gcp')).files));
  cloud = await startLocalCloud({
    cloud: 'gcp',
    directory: fixture,
    variables: { package_path: packageFile },
  });
});
afterAll(async () => {
  await cloud?.close();
  rmSync(directory, { recursive: true, force: true });
});

const call = async (target: string) => (await fetch(`${cloud.entrances[0]?.url}${target}`)).text();

test('a function reads what Terraform has uploaded, and writes with either kind of upload', async () => {
  expect(await call('/read/data/greeting.txt')).toBe('hello from terraform');
  expect(await call('/write/data/one?content=1')).toBe('written');
  expect(await call('/write/data/two?content=2&resumable=true')).toBe('written');
  expect(await call('/write/data/two?content=again')).toBe('written');
  expect(await call('/read/data/two')).toBe('again');
});

test('a permission that is missing is named, and a condition is held to', async () => {
  expect(await call('/list')).toContain(
    `${account} does not have storage.objects.list access to the Google Cloud Storage bucket. Permission 'storage.objects.list' denied on resource (or it may not exist).`,
  );
  expect(await call('/write/other/one?content=1')).toContain(
    `${account} does not have storage.objects.create access to the Google Cloud Storage object.`,
  );
});

test('a function signs URLs through the credentials API and its own service account', async () => {
  expect(await call('/sign/data/greeting.txt')).toBe('hello from terraform');
  expect(await call('/sign/other/none')).toContain('<Code>AccessDenied</Code>');
});

test('its calls are spans of the trace of its request', async () => {
  await call('/read/data/greeting.txt');
  await call('/write/data/one?content=1');
  const names = cloud.traces
    .traces()
    .flatMap(({ spans }) => spans.filter(({ service }) => service === 'storage').map(({ name }) => name));
  expect(names).toContain('objects.get local-project-files');
  expect(names).toContain('objects.insert local-project-files');
});

test('the owner sees and changes the objects', async () => {
  const [source, files] = [cloud.access.buckets[1], cloud.access.buckets[0]];
  expect(source?.name).toBe('local-project-source');
  await files?.put('data/mine', Buffer.from('from the owner'));
  expect(await call('/read/data/mine')).toBe('from the owner');
  expect(Buffer.from((await files?.get('data/mine')) ?? []).toString()).toBe('from the owner');
  await files?.delete('data/mine');
  expect(await files?.list('data/m')).toEqual([]);
});

test('every permission has been used by now', () => {
  expect(cloud.unusedGrants()).toEqual([]);
});
