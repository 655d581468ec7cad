import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';

/** Waits, in real time, for work that something has set off; fails when it has not been done after four seconds. */
export async function eventually(holds: () => boolean): Promise<void> {
  for (let attempt = 0; attempt < 200 && !holds(); attempt++) await sleep(20);
  expect(holds()).toBe(true);
}
