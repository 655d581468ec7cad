import { expect, test } from 'vitest';
import { Timeline } from '../local/engine/timeline.ts';
import { showTimeline } from './timeline-lines.ts';

const event = (kind: string) => ({ atMs: 0, kind, place: 'orders', subject: 'm1', detail: 'delivery 2' });

test('deliveries are shown one by one, and counted when there are too many to read', () => {
  const timeline = new Timeline();
  const lines: string[] = [];
  let nowMs = 0;
  showTimeline(
    timeline,
    (line) => lines.push(line),
    () => nowMs,
  );
  timeline.record(event('redelivered'));
  timeline.record(event('completed'));
  expect(lines).toEqual(['redelivered     orders  m1  delivery 2']);
  for (let index = 0; index < 30; index++) timeline.record(event('delivered'));
  expect(lines).toHaveLength(20);
  nowMs = 1000;
  timeline.record(event('delivered'));
  expect(lines.slice(20)).toEqual(['… 11 more', 'delivered       orders  m1  delivery 2']);
});
