import colours from 'picocolors';
import type { Timeline, TimelineEvent } from '../local/engine/timeline.ts';

/** What a person who watches wants to see; that a message was completed follows from nothing else happening to it. */
const shownKinds = new Set([
  'enqueued',
  'delivered',
  'redelivered',
  'retried',
  'failed',
  'expired',
  'dead-lettered',
  'withheld',
  'fault',
]);
const alarming = new Set(['failed', 'expired', 'dead-lettered', 'fault']);

/** One event in one line, without its time. */
export function timelineText({ kind, place, subject, detail }: TimelineEvent): string {
  const text = [kind.padEnd(14), place, subject, detail].filter((part) => part !== undefined).join('  ');
  return alarming.has(kind) ? colours.yellow(text) : text;
}

/** A terminal shows no more than this a second; the rest is counted. */
const linesPerSecond = 20;

/** Prints deliveries, retries and dead letters as they happen, as far as a person can read them. */
export function showTimeline(timeline: Timeline, print: (line: string) => void, now: () => number): void {
  let second = { startedMs: now(), shown: 0, hidden: 0 };
  timeline.onEvent((event) => {
    if (!shownKinds.has(event.kind)) return;
    if (now() - second.startedMs >= 1000) {
      if (second.hidden > 0) print(`… ${second.hidden} more`);
      second = { startedMs: now(), shown: 0, hidden: 0 };
    }
    if (second.shown++ < linesPerSecond) print(timelineText(event));
    else second.hidden++;
  });
}
