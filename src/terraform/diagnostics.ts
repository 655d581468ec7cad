import type { SourceRange } from './source.ts';

/** One thing that is wrong (or, as a warning, doubtful) and where. */
export interface Diagnostic {
  summary: string;
  detail: string;
  /** Absent when no file is to blame, as for a missing variable on the command line. */
  range?: SourceRange | undefined;
}

/** A configuration that Terraform would reject. The message is what Terraform prints. */
export class TerraformError extends Error {
  override name = 'TerraformError';
  readonly diagnostics: readonly Diagnostic[];

  constructor(diagnostics: readonly Diagnostic[]) {
    super(diagnostics.map((diagnostic) => renderDiagnostic(diagnostic)).join('\n\n'));
    this.diagnostics = diagnostics;
  }
}

/** The error with a single diagnostic; meant to be thrown. */
export function terraformError(summary: string, detail: string, range?: SourceRange): TerraformError {
  return new TerraformError([{ summary, detail, range }]);
}

/** The text that Terraform prints: summary, place with source line, detail. */
export function renderDiagnostic({ summary, detail, range }: Diagnostic, severity = 'Error'): string {
  const lines = [`${severity}: ${summary}`];
  if (range !== undefined) {
    const { file, line } = range.file.position(range.start);
    const region = range.file.regions.find(({ start, end }) => start <= range.start && range.start < end);
    lines.push('', `  on ${file} line ${line}${region === undefined ? '' : `, in ${region.header}`}:`);
    lines.push(`${String(line).padStart(4)}: ${range.file.line(line)}`);
  }
  if (detail !== '') lines.push('', detail);
  return lines.join('\n');
}

/** ` Did you mean "x"?` for the candidate that differs least from what was written, or the empty string. */
export function didYouMean(given: string, candidates: Iterable<string>): string {
  const suggestion = closest(given, candidates);
  return suggestion === undefined ? '' : ` Did you mean "${suggestion}"?`;
}

function closest(given: string, candidates: Iterable<string>): string | undefined {
  let best: string | undefined;
  // Terraform suggests names that are fewer than three edits away.
  let bestDistance = 3;
  for (const candidate of candidates) {
    const distance = editDistance(given, candidate);
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const substituted = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      current.push(Math.min((previous[j] ?? 0) + 1, (current[j - 1] ?? 0) + 1, substituted));
    }
    previous = current;
  }
  return previous[b.length] ?? 0;
}
