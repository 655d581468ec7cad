import { setTimeout as sleep } from 'node:timers/promises';
import colours from 'picocolors';
import type { LogEntry } from '../../local/engine/log-store.ts';
import type { Output } from '../output.ts';
import { askRunningApp, NotRunningError } from '../running-apps.ts';

const pollMs = 300;

/** `serverless-patterns logs` */
export async function logs(
  output: Output,
  options: { follow: boolean; group: string | undefined },
): Promise<number> {
  let after = 0;
  for (let first = true; first || options.follow; first = false) {
    let entries: LogEntry[];
    try {
      entries = await askRunningApp<LogEntry[]>(`/logs?after=${after}`);
    } catch (error) {
      // The pattern that was followed has ended.
      if (!first && (error instanceof NotRunningError || error instanceof TypeError)) return 0;
      throw error;
    }
    after = entries.at(-1)?.sequence ?? after;
    const chosen = entries.filter(
      (entry) => options.group === undefined || entry.group.includes(options.group),
    );
    if (output.json) {
      for (const entry of chosen) process.stdout.write(`${JSON.stringify(entry)}\n`);
    } else {
      for (const { atMs, group, message } of chosen) {
        const time = new Date(atMs).toISOString().slice(11, 23);
        output.text(`${colours.dim(time)} ${colours.cyan(group)} ${message.trimEnd()}`);
      }
      if (first && chosen.length === 0 && !options.follow) output.text('Nothing has been logged yet.');
    }
    if (options.follow) await sleep(pollMs);
  }
  return 0;
}
