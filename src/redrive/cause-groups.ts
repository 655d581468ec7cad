import type { DeadLetter } from './dead-letter.ts';

export interface CauseGroup {
  /** Reason and description, with ids and numbers that differ from message to message replaced. */
  cause: string;
  count: number;
  oldestAgeSeconds: number;
  /** Absent where the platform counts no deliveries. */
  receiveCounts?: { least: number; most: number };
  /** How many were redriven before. */
  redrivenBefore: number;
  /** Keys of the first few. */
  examples: string[];
}

const maximumExamples = 3;

/** Dead letters by what they died of, the most frequent first. */
export function causeGroups(letters: readonly DeadLetter[], nowMs: number): CauseGroup[] {
  const byCause = new Map<string, DeadLetter[]>();
  for (const letter of letters) {
    const cause = generalCause(letter);
    const group = byCause.get(cause);
    if (group) group.push(letter);
    else byCause.set(cause, [letter]);
  }
  return [...byCause]
    .map(([cause, group]) => describe(cause, group, nowMs))
    .sort((a, b) => b.count - a.count || b.oldestAgeSeconds - a.oldestAgeSeconds);
}

function describe(cause: string, group: readonly DeadLetter[], nowMs: number): CauseGroup {
  const oldestMs = group.reduce((oldest, { enqueuedAtMs }) => Math.min(oldest, enqueuedAtMs), nowMs);
  const counts = group.flatMap(({ receiveCount }) => receiveCount ?? []);
  const receiveCounts = counts.reduce(
    ({ least, most }, count) => ({ least: Math.min(least, count), most: Math.max(most, count) }),
    { least: Number.POSITIVE_INFINITY, most: 0 },
  );
  return {
    cause,
    count: group.length,
    oldestAgeSeconds: Math.round((nowMs - oldestMs) / 1000),
    ...(counts.length > 0 && { receiveCounts }),
    redrivenBefore: group.filter(({ redriveCount }) => redriveCount > 0).length,
    examples: group.slice(0, maximumExamples).map(({ key }) => key),
  };
}

export const causeText = ({ cause: { reason, description } }: Pick<DeadLetter, 'cause'>): string =>
  description === '' ? reason : `${reason}: ${description}`;

/** `order 4711 is unknown` and `order 4712 is unknown` are one cause. */
function generalCause(letter: DeadLetter): string {
  return causeText(letter)
    .split('\n', 1)
    .join('')
    .replace(/\b[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}\b/gi, '<id>')
    .replace(/\b(?=[a-f]*\d)[\da-f]{16,}\b/gi, '<id>')
    .replace(/\b\d{4}-\d{2}-\d{2}T[\d:.]+Z?/g, '<time>')
    .replace(/(?<![\w.])\d{4,}(?:\.\d+)?\b/g, '<number>');
}
