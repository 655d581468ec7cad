import { enableCompileCache } from 'node:module';
import path from 'node:path';

// Before anything else is loaded: from the second start on, nothing needs to be compiled again.
enableCompileCache(path.join(import.meta.dirname, '..', '..', '.cache', 'compiled'));

const { runCommandLine } = await import('./command-line.ts');
process.exitCode = await runCommandLine(process.argv.slice(2));
