import { readdirSync, readFileSync } from 'node:fs';

/** Linux counts CPU time for programs in hundredths of a second on every architecture (USER_HZ). */
const tickMs = 10;

/**
 * CPU time, user and system, of a process and of everything that it has started, in milliseconds: what still runs and
 * what has ended and was waited for. `undefined` where there is no /proc.
 *
 * Fields are numbered as in https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
 */
export function cpuMsOfTree(rootPid: number): number | undefined {
  if (process.platform !== 'linux') return undefined;
  const ticks = new Map<number, number>();
  const children = new Map<number, number[]>();
  for (const name of readdirSync('/proc')) {
    const pid = Number(name);
    if (!Number.isInteger(pid)) continue;
    const stat = statOf(pid);
    if (!stat) continue;
    ticks.set(pid, stat.ticks);
    const siblings = children.get(stat.parentPid);
    if (siblings) siblings.push(pid);
    else children.set(stat.parentPid, [pid]);
  }
  const sum = (pid: number): number =>
    (children.get(pid) ?? []).reduce((total, child) => total + sum(child), ticks.get(pid) ?? 0);
  return sum(rootPid) * tickMs;
}

function statOf(pid: number): { parentPid: number; ticks: number } | undefined {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return undefined; // It has ended since the listing.
  }
  // The second field is the program's name in parentheses and may hold spaces; the third is the first after it.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const field = (number: number) => Number(fields[number - 3]);
  const [utime, stime, cutime, cstime] = [14, 15, 16, 17].map(field);
  return { parentPid: field(4), ticks: (utime ?? 0) + (stime ?? 0) + (cutime ?? 0) + (cstime ?? 0) };
}
