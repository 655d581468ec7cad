import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { shellWord } from './shell-words.ts';

test.each([
  ['http://127.0.0.1:3000/a-b_c', 'http://127.0.0.1:3000/a-b_c'],
  ['Endpoint=sb://127.0.0.1:1;Key=a==', "'Endpoint=sb://127.0.0.1:1;Key=a=='"],
  ['', "''"],
])('%j is %s', (text, word) => expect(shellWord(text)).toBe(word));

test.skipIf(process.platform === 'win32')('a shell reads back what was meant', () => {
  for (const text of ['it\'s $HOME `ls` \\ "x" 日本; & | *', 'plain', ''])
    expect(execFileSync('/bin/sh', ['-c', `printf %s ${shellWord(text)}`], { encoding: 'utf8' })).toBe(text);
});
