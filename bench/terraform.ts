import { fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import * as z from 'zod';
import { median, type Row, rowsOf, type Settings } from './benchmark.ts';

const Evaluated = z.object({
  loadMs: z.number(),
  coldMs: z.number(),
  warmMs: z.number(),
  resources: z.number(),
});

/** How long the Terraform of pattern 01 takes from text to resolved resources, first and again, one row per cloud. */
export async function terraform(settings: Settings): Promise<Row[]> {
  const rows: Row[] = [];
  for (const cloud of settings.clouds) {
    settings.progress(`  ${cloud}`);
    const subject = `${cloud}: pattern 01`;
    const measured = await rowsOf(subject, settings, async () => {
      // The first process fills the compile cache, as the first run of the command line does.
      await evaluateInProcess(cloud);
      const runs: z.output<typeof Evaluated>[] = [];
      while (runs.length < settings.starts) {
        settings.interruption.throwIfAborted();
        runs.push(await evaluateInProcess(cloud));
      }
      const figures = {
        starts: runs.length,
        resources: runs[0]?.resources ?? 0,
        loadMs: median(runs.map((run) => run.loadMs)),
        coldMs: median(runs.map((run) => run.coldMs)),
        warmMs: median(runs.map((run) => run.warmMs)),
      };
      return [{ kind: 'measured', subject, work: 'evaluate', figures }];
    });
    rows.push(...measured);
  }
  return rows;
}

/** Cold is a matter of the process: each repetition has its own. */
async function evaluateInProcess(cloud: string): Promise<z.output<typeof Evaluated>> {
  const child = fork(path.join(import.meta.dirname, 'servers', 'terraform.ts'), [cloud], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const ended = once(child, 'exit');
  const message = await Promise.race([once(child, 'message'), ended.then(() => undefined)]);
  const [exitCode] = await ended;
  if (!message) throw new Error(`the evaluation ended with exit code ${exitCode}`);
  return Evaluated.parse(message[0]);
}
