import type { SourcePosition } from './stack.ts';

/** A named region of a file, for `in resource "x" "y":` in diagnostics. */
interface BlockRegion {
  start: number;
  end: number;
  header: string;
}

/** The text of one configuration file, and where its lines and top-level blocks are. */
export class SourceFile {
  /** As shown to the user: relative to the root directory, with forward slashes. */
  readonly name: string;
  readonly text: string;
  readonly regions: BlockRegion[] = [];
  #lineStarts: number[] | undefined;

  constructor(name: string, text: string) {
    this.name = name;
    this.text = text.startsWith('\uFEFF') ? text.slice(1) : text;
  }

  /** The position of an offset; columns count characters, not UTF-16 units. */
  position(offset: number): SourcePosition {
    const starts = this.#starts();
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    const column = [...this.text.slice(starts[low] ?? 0, offset)].length + 1;
    return { file: this.name, line: low + 1, column };
  }

  line(number: number): string {
    const starts = this.#starts();
    return this.text.slice(starts[number - 1] ?? 0, starts[number] ?? this.text.length).replace(/\r?\n$/, '');
  }

  #starts(): number[] {
    if (this.#lineStarts === undefined) {
      this.#lineStarts = [0];
      for (let at = this.text.indexOf('\n'); at !== -1; at = this.text.indexOf('\n', at + 1)) {
        this.#lineStarts.push(at + 1);
      }
    }
    return this.#lineStarts;
  }
}

/** Part of a file, from `start` up to but not including `end` (UTF-16 offsets). */
export interface SourceRange {
  file: SourceFile;
  start: number;
  end: number;
}

export function rangeBetween(first: SourceRange, last: SourceRange): SourceRange {
  return { file: first.file, start: first.start, end: last.end };
}

/** `main.tf:3,5-12`, the form in which Terraform mentions another place. */
export function describeRange(range: SourceRange): string {
  const from = range.file.position(range.start);
  const to = range.file.position(range.end);
  const end = from.line === to.line ? `${to.column}` : `${to.line},${to.column}`;
  return `${from.file}:${from.line},${from.column}-${end}`;
}
