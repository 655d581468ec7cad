import os from 'node:os';
import { table } from '../src/cli/output.ts';
import { figureFormats, type Row } from './benchmark.ts';

/** What the results depend on and no benchmark controls. */
export interface Machine {
  cpu: string;
  cores: number;
  memoryGb: number;
  system: string;
  node: string;
  at: string;
  /** Processes that ran or waited to run over the last minute; 0 on Windows, which does not count them. */
  loadAverageBefore: number;
}

export function describeMachine(now: Date): Machine {
  return {
    cpu: os.cpus()[0]?.model ?? 'unknown',
    cores: os.availableParallelism(),
    memoryGb: Math.round(os.totalmem() / 1024 ** 3),
    system: `${os.type()} ${os.release()} ${os.arch()}`,
    node: process.version,
    at: now.toISOString(),
    loadAverageBefore: os.loadavg()[0] ?? 0,
  };
}

/** The machine in a few words, with a warning when others already keep its cores busy. */
export function machineText(machine: Machine): string {
  const { cores, memoryGb, loadAverageBefore } = machine;
  const load = loadAverageBefore.toFixed(2);
  const text = `${machine.cpu}, ${cores} cores, ${memoryGb} GB, ${machine.system}, Node ${machine.node}, ${machine.at}, load average before: ${load}`;
  if (loadAverageBefore <= cores / 2) return text;
  return `${text}\nThe machine is busy: times and rates are too low or too high; CPU time per request still tells something.`;
}

/** Rows as columns, figures aligned to the right; what was skipped or failed stands below with its reason. */
export function resultText(rows: readonly Row[]): string {
  const measured = rows.filter((row) => row.kind === 'measured');
  const lines: string[] = [];
  if (measured.length > 0) lines.push(figuresTable(measured));
  for (const row of rows) {
    if (row.kind !== 'measured') lines.push(`${row.subject}: ${row.kind}: ${row.reason}`);
  }
  return lines.join('\n');
}

function figuresTable(rows: readonly Extract<Row, { kind: 'measured' }>[]): string {
  const names = (Object.keys(figureFormats) as (keyof typeof figureFormats)[]).filter((name) =>
    rows.some(({ figures }) => figures[name] !== undefined),
  );
  const columns = names.map((name) => {
    const { heading, digits } = figureFormats[name];
    const cells = [heading, ...rows.map(({ figures }) => numberText(figures[name], digits))];
    const width = Math.max(...cells.map((cell) => cell.length));
    return cells.map((cell) => cell.padStart(width));
  });
  const labels: [string, string][] = [
    ['', ''],
    ...rows.map(({ subject, work }): [string, string] => [subject, work]),
  ];
  return table(labels.map((label, index) => [...label, ...columns.map((column) => column[index] ?? '')]));
}

function numberText(value: number | undefined, digits: number): string {
  if (value === undefined) return '-';
  return value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}
