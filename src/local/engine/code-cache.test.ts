import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';

const root = mkdtempSync(path.join(os.tmpdir(), 'code-cache-'));
const code = path.join(root, 'code');
const cache = path.join(root, 'cache');
const large = path.join(code, 'index.js');
const filler = `// ${'x'.repeat(120 * 1024)}\n`;

beforeAll(() => mkdirSync(code));
beforeEach(() => rmSync(cache, { recursive: true, force: true }));
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** Loads the file in a process of its own, calls what it exports and keeps the code. */
function run(): string {
  const script = `
    import { createRequire } from 'node:module';
    import { cacheCode } from ${JSON.stringify(pathToFileURL(path.join(import.meta.dirname, 'code-cache.ts')).href)};
    const cache = cacheCode(${JSON.stringify(code)}, ${JSON.stringify(cache)});
    const result = createRequire(${JSON.stringify(large)})(${JSON.stringify(large)})();
    cache.keep();
    console.log(JSON.stringify(await result));`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module-typescript', '-e', script], {
    encoding: 'utf8',
  });
  return stdout.trim() || stderr;
}

const kept = () => readdirSync(path.join(cache, 'code')).map((name) => path.join(cache, 'code', name));

it('keeps the code of a large file, and runs it the same with and without', () => {
  writeFileSync(path.join(code, 'part.js'), 'exports.answer = 42;');
  writeFileSync(
    large,
    `${filler}const { answer } = require('./part.js');
     module.exports = async () => ({ answer, file: __filename, here: __dirname, self: this === undefined,
       own: module.exports === require('./index.js'), dynamic: (await import('node:path')).sep,
       at: new Error('x').stack.split('\\n')[1].match(/index\\.js:(\\d+):/)[1] });`,
  );
  const expected = {
    answer: 42,
    file: large,
    here: code,
    self: false,
    own: true,
    dynamic: path.sep,
    at: '5',
  };
  expect(JSON.parse(run())).toEqual(expected);
  const [file = ''] = kept();
  const { mtimeMs, size } = statSync(file);
  expect(JSON.parse(run())).toEqual(expected);
  expect(kept()).toEqual([file]);
  expect(statSync(file)).toMatchObject({ mtimeMs, size });
});

it('does not use the code of another content', () => {
  writeFileSync(large, `${filler}module.exports = () => 'first';`);
  expect(run()).toBe('"first"');
  writeFileSync(large, `${filler}module.exports = () => 'second, longer';`);
  expect(run()).toBe('"second, longer"');
  expect(kept()).toHaveLength(2);
});

it('compiles anew when the kept code is damaged', () => {
  writeFileSync(large, `${filler}module.exports = () => 'whole';`);
  expect(run()).toBe('"whole"');
  writeFileSync(kept()[0] ?? '', 'damaged');
  expect(run()).toBe('"whole"');
  expect(statSync(kept()[0] ?? '').size).toBeGreaterThan(100);
});

it('leaves small files alone', () => {
  writeFileSync(large, `module.exports = () => 'small';`);
  expect(run()).toBe('"small"');
  expect(() => kept()).toThrow();
});
