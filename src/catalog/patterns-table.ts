import path from 'node:path';
import type { PatternFolder } from './catalog.ts';
import type { Pattern } from './pattern.ts';
import { cloudNames } from './readme/clouds.ts';
import { link, markdownTable } from './readme/markdown.ts';

const markers = ['<!-- patterns -->', '<!-- /patterns -->'] as const;

/** All patterns in one table, with links into their folders under `patternsPath`. */
export function patternsTable(
  patterns: readonly { folder: PatternFolder; pattern: Pattern }[],
  patternsPath: string,
): string {
  return markdownTable(
    ['#', 'Pattern', 'What it is for', 'Trigger', 'Code'],
    patterns.map(({ folder, pattern }) => {
      const target = path.posix.join(patternsPath.replaceAll('\\', '/'), folder.name);
      return [
        folder.name.slice(0, 2),
        link(pattern.title, `${target}/README.md`),
        pattern.intent,
        pattern.triggers.join(', '),
        folder.clouds.map((cloud) => link(cloudNames[cloud], `${target}/${cloud}`)).join(' · '),
      ];
    }),
  );
}

/** The document with the table between its markers; the document itself when it has none. */
export function withPatternsTable(document: string, table: string): string {
  const [start, end] = [document.indexOf(markers[0]), document.indexOf(markers[1])];
  if (start === -1 || end < start) return document;
  return `${document.slice(0, start)}${markers[0]}\n\n${table}\n\n${document.slice(end)}`;
}
