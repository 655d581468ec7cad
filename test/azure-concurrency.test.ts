import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { findPattern } from '../src/catalog/catalog.ts';
import { fastForwardClock } from '../src/local/engine/clock.ts';
import { type LocalCloud, startLocalCloud } from '../src/local/local-cloud.ts';
import { find } from '../src/local/stack-access.ts';
import { buildPackage } from '../src/package/function-packages.ts';
import { eventually } from './support/eventually.ts';

let cloud: LocalCloud | undefined;
afterEach(() => cloud?.close());

/** A job of pattern 02 with so many movements that it takes a while. */
const job = (id: string) => ({
  id,
  account: id,
  month: '2026-11',
  openingBalanceCents: 0,
  lines: Array.from({ length: 500 }, (_, index) => ({
    date: '2026-11-09',
    text: `${index}`,
    amountCents: 1,
  })),
});

/** How many of these intervals at most have a moment in common. */
function mostAtOnce(spans: readonly { startMs: number; durationMs: number }[]): number {
  const changes = spans
    .flatMap(({ startMs, durationMs }) => [
      { atMs: startMs, change: 1 },
      { atMs: startMs + durationMs, change: -1 },
    ])
    .sort((a, b) => a.atMs - b.atMs || a.change - b.change);
  let running = 0;
  let most = 0;
  for (const { change } of changes) {
    running += change;
    most = Math.max(most, running);
  }
  return most;
}

test('jobs of pattern 02 at once: max_concurrency caps them, by instances and what host.json lets each take', async () => {
  const pattern = findPattern('02');
  const directory = path.join(pattern.directory, 'azure');
  await buildPackage(pattern.name, 'azure');
  cloud = await startLocalCloud({
    cloud: 'azure',
    directory,
    variables: { max_concurrency: 8 },
    virtualClock: fastForwardClock(),
  });
  const app = cloud.stack.resources.find(({ type }) => type === 'azurerm_function_app_flex_consumption');
  const { extensions } = JSON.parse(readFileSync(path.join(directory, 'host.json'), 'utf8'));
  expect(Number(app?.values.maximum_instance_count) * extensions.serviceBus.maxConcurrentCalls).toBe(8);

  const queue = find('queue', cloud.access.channels, String(cloud.stack.outputs.queue_name?.value));
  const burst = (name: string) =>
    Promise.all(
      Array.from({ length: 60 }, (_, index) => queue.send({ body: JSON.stringify(job(`${name}-${index}`)) })),
    );
  // After ten seconds the platform looks at the queue again, and brings a second instance.
  await burst('first');
  cloud.advance(10_000);
  await burst('second');
  const done = () =>
    (cloud?.traces.traces() ?? []).flatMap(({ spans }) => spans).filter(({ name }) => name === 'doJob');
  await eventually(() => done().length === 120);
  const most = mostAtOnce(done());
  expect(most).toBeGreaterThan(4);
  expect(most).toBeLessThanOrEqual(8);
});
