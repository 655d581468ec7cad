import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { zipSync } from 'fflate';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { unpackOnce, zip } from './zip.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'zip-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const archive = (content: Uint8Array): string => {
  const file = path.join(folder, 'a.zip');
  writeFileSync(file, content);
  return file;
};

test('equal files give equal bytes, in whatever order they come', () => {
  const one = Buffer.from('one');
  const two = Buffer.from('two');
  const a = zip(
    new Map([
      ['a/1', one],
      ['b', two],
    ]),
  );
  const b = zip(
    new Map([
      ['b', two],
      ['a/1', one],
    ]),
  );
  expect(Buffer.from(a).equals(b)).toBe(true);
});

test('what is packed comes out again, with folders', async () => {
  const file = archive(
    zip(
      new Map([
        ['a/1', Buffer.from('one')],
        ['ü', Buffer.from('two')],
      ]),
    ),
  );
  await unpackOnce(file, path.join(folder, 'out'));
  expect(readFileSync(path.join(folder, 'out', 'a', '1'), 'utf8')).toBe('one');
  expect(readFileSync(path.join(folder, 'out', 'ü'), 'utf8')).toBe('two');
});

test('unpacking at the same time is done once, and leaves nothing beside it', async () => {
  const file = archive(zip(new Map([['x', Buffer.from('x')]])));
  const out = path.join(folder, 'out');
  await Promise.all([1, 2, 3].map(() => unpackOnce(file, out)));
  expect(readdirSync(folder).sort()).toEqual(['a.zip', 'out']);
});

test('what is no archive, or would leave its folder, is refused and leaves nothing', async () => {
  const out = path.join(folder, 'out');
  await expect(unpackOnce(archive(Buffer.from('not a zip')), out)).rejects.toThrow('is not a ZIP archive');
  await expect(unpackOnce(archive(zipSync({ '../evil': Buffer.from('x') })), out)).rejects.toThrow(
    'unsafe path ../evil',
  );
  expect(readdirSync(folder)).toEqual(['a.zip']);
});
