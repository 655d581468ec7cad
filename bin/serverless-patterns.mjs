#!/usr/bin/env node
// Starts the command line on the Node that the project pins, whichever Node this is.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';

const root = path.resolve(import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname), '..');
const name = process.platform === 'win32' ? 'node.exe' : 'node';
const pinned = path.join(root, 'node_modules', '.bin', name);
const main = path.join(root, 'src', 'cli', 'main.ts');

if (Number(process.versions.node.split('.', 1)[0]) >= 24) {
  await import(main);
} else if (existsSync(pinned)) {
  const child = spawn(pinned, [main, ...process.argv.slice(2)], { stdio: 'inherit' });
  // Ctrl-C in a terminal reaches the child by itself; this process only waits for it.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
    process.on(signal, () => signal !== 'SIGINT' && child.kill(signal));
  child.on('exit', (code, signal) => process.exit(signal ? 1 : (code ?? 1)));
} else {
  console.error(
    `Node 24 is needed and this is ${process.version}. Run "npm ci" in ${root}: it brings its own.`,
  );
  process.exit(1);
}
