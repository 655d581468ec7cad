import { median, type Row, type Settings } from './benchmark.ts';
import { eachItemsApp, type ItemsApp, startItemsApp } from './items-app.ts';

/** How long it takes from the start of the command to the first item that was created. */
export const start = (settings: Settings): Promise<Row[]> =>
  eachItemsApp(settings, async (app) => {
    // The first start fills caches and does not count.
    await timeToFirstItem(app, settings);
    const timesMs: number[] = [];
    while (timesMs.length < settings.starts) timesMs.push(await timeToFirstItem(app, settings));
    const figures = {
      medianMs: median(timesMs),
      minimumMs: Math.min(...timesMs),
      maximumMs: Math.max(...timesMs),
      starts: timesMs.length,
    };
    return [{ kind: 'measured', subject: app.name, work: 'first item', figures }];
  });

async function timeToFirstItem(app: ItemsApp, settings: Settings): Promise<number> {
  await using running = new AsyncDisposableStack();
  const { firstItemMs } = await startItemsApp(app, settings, running);
  return firstItemMs;
}
