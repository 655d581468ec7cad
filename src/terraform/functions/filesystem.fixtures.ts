import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { FunctionContext } from './function.ts';

const FILES: Record<string, string | Uint8Array> = {
  'greeting.txt': 'hello é\n',
  'binary.dat': Uint8Array.of(0xff, 0xfe),
  'nested/a.txt': 'x',
  'nested/b.TXT': 'x',
  'nested/.x.txt': 'x',
  'nested/[y].txt': 'x',
  'nested/éa.md': 'x',
  'nested/deep/c.txt': 'x',
  'nested/deep/.hid': 'x',
};

/** The files that the cases of the filesystem functions speak of; `nested/link` leads to `nested/deep`. */
export function writeFixtures(directory: string): void {
  mkdirSync(path.join(directory, 'nested/deep'), { recursive: true });
  for (const [name, content] of Object.entries(FILES)) writeFileSync(path.join(directory, name), content);
  symlinkSync('deep', path.join(directory, 'nested/link'));
}

/** Reads real files; a template "renders" to its text and its variables. */
export function testContext(baseDirectory: string): FunctionContext {
  return {
    baseDirectory,
    now: () => new Date('2024-03-05T14:07:09.500Z'),
    readFile: (file) => readFileSync(file),
    renderTemplate: (text, variables, fileName) => ({ text, variables, fileName }),
  };
}
