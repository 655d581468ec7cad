import { enableCompileCache } from 'node:module';
import path from 'node:path';

// Before anything else is loaded: from the second start on, nothing needs to be compiled again.
enableCompileCache(path.join(import.meta.dirname, '..', '..', '.cache', 'compiled'));

// Whoever reads the output may stop before its end, as `head` does.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

const { runCommandLine } = await import('./command-line.ts');
process.exitCode = await runCommandLine(process.argv.slice(2));
