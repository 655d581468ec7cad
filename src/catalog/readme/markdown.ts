/** Longest line of a table that is still padded to aligned columns. */
const longestAlignedLine = 140;
/** Widest column that is padded in a table that is too wide as a whole. */
const widestPaddedColumn = 32;

export const heading = (level: number, text: string): string => `${'#'.repeat(level)} ${text}`;

export const bullets = (texts: readonly string[]): string =>
  texts.map((text) => `- ${oneLine(text)}`).join('\n');

export const fenced = (language: string, code: string): string => `\`\`\`${language}\n${code}\n\`\`\``;

/** Text as code; empty stays empty. */
export const code = (text: string): string => (text === '' ? '' : `\`${text}\``);

export const codes = (texts: readonly string[]): string => texts.map(code).join(', ');

export const link = (text: string, target: string): string => `[${text}](${target})`;

/** What most readers skip, behind a line that says what it is. */
export const folded = (summary: string, body: string): string =>
  `<details>\n<summary>${summary}</summary>\n\n${body}\n\n</details>`;

/** Parts with an empty line between them; empty parts are left out. */
export const blocks = (...parts: readonly (string | undefined)[]): string =>
  parts.filter((part) => part !== undefined && part !== '').join('\n\n');

/** A section with its heading; nothing when it has no content. */
export function section(level: number, title: string, ...parts: readonly (string | undefined)[]): string {
  const content = blocks(...parts);
  return content === '' ? '' : `${heading(level, title)}\n\n${content}`;
}

/** A table with a header row; nothing without rows. Cells are Markdown; line ends and bars in them are escaped. */
export function markdownTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return '';
  const cells = [header, ...rows].map((row) => header.map((_, column) => cell(row[column] ?? '')));
  const widths = header.map((_, column) => Math.max(3, ...cells.map((row) => width(row[column] ?? ''))));
  const total = widths.reduce((sum, columnWidth) => sum + columnWidth + 3, 1);
  const padTo = widths.map((columnWidth) =>
    total <= longestAlignedLine || columnWidth <= widestPaddedColumn ? columnWidth : 3,
  );
  const line = (row: readonly string[]) =>
    `| ${row.map((text, column) => text + ' '.repeat(Math.max(0, (padTo[column] ?? 0) - width(text)))).join(' | ')} |`;
  const [head = [], ...body] = cells;
  return [line(head), line(padTo.map((columnWidth) => '-'.repeat(columnWidth))), ...body.map(line)].join(
    '\n',
  );
}

const cell = (text: string): string => oneLine(text).replaceAll('|', '\\|');
const width = (text: string): number => [...text].length;

/** Text without line ends, as it comes from YAML or a Terraform description. */
export const oneLine = (text: string): string => text.trim().replace(/\s*\n\s*/g, ' ');
