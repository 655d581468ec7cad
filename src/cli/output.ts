import colours from 'picocolors';

/** Where a command writes: results to standard output, everything about the way there to standard error. */
export interface Output {
  /** True when the user asked for machine-readable output: `result` is then the only thing written to stdout. */
  json: boolean;
  /** Text for people; nothing with `--json`. */
  text(text: string): void;
  /** The result of the command as one JSON value; nothing without `--json`. */
  result(value: unknown): void;
  /** One step of longer work, on standard error. */
  progress(text: string): void;
  warn(text: string): void;
}

export function createOutput(options: { json: boolean; quiet?: boolean }): Output {
  return {
    json: options.json,
    text(text) {
      if (!options.json) process.stdout.write(`${text}\n`);
    },
    result(value) {
      if (options.json) process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
    },
    progress(text) {
      if (!options.quiet) process.stderr.write(`${colours.dim(text)}\n`);
    },
    warn(text) {
      process.stderr.write(`${colours.yellow('!')} ${text}\n`);
    },
  };
}

/** Columns padded to the width of their longest cell. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [column, cell] of row.entries()) widths[column] = Math.max(widths[column] ?? 0, cell.length);
  }
  return rows
    .map((row) =>
      row
        .map((cell, column) => (column === row.length - 1 ? cell : cell.padEnd(widths[column] ?? 0)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
