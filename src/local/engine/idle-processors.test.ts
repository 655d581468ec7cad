import { expect, it } from 'vitest';
import { IdleProcessors } from './idle-processors.ts';

it('tells how many processors were idle since it was last asked', () => {
  const now = { atMs: 5_000, idleMs: 70_000 };
  const processors = new IdleProcessors(() => ({ ...now }));
  now.atMs += 400;
  now.idleMs += 600;
  expect(processors.count()).toBe(1.5);
  now.atMs += 200;
  now.idleMs += 50;
  expect(processors.count()).toBe(0.25);
});

it('keeps to its answer until enough time for another has passed', () => {
  const now = { atMs: 0, idleMs: 0 };
  const processors = new IdleProcessors(() => ({ ...now }));
  now.atMs = 100;
  now.idleMs = 100;
  expect(processors.count()).toBe(1);
  now.atMs = 150;
  expect(processors.count()).toBe(1);
  now.atMs = 200;
  expect(processors.count()).toBe(0);
});

it('reads the machine', async () => {
  const processors = new IdleProcessors();
  await new Promise((resolve) => setTimeout(resolve, 150));
  expect(processors.count()).toBeGreaterThanOrEqual(0);
});
