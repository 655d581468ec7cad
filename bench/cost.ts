import { setImmediate as pause } from 'node:timers/promises';
import { patternFolders } from '../src/catalog/catalog.ts';
import { averageMonth } from '../src/cost/arithmetic.ts';
import { PriceBook } from '../src/cost/prices/price-book.ts';
import { type CostedStack, costedStacks } from '../src/cost/projection/pattern-cost.ts';
import { PatternProvisions } from '../src/cost/projection/pattern-provision.ts';
import { project } from '../src/cost/projection/project.ts';
import { median, type Row, type Settings } from './benchmark.ts';

const volumes = [1e3, 1e4, 1e5, 1e6];
/** As many as the catalogue will have. */
const wholeCatalogue = 40;

/** How long the cost of the whole catalogue takes, from reading its files to the last total. */
export async function cost({ clouds, starts, interruption }: Settings): Promise<Row[]> {
  const timed = async (patterns: number | undefined): Promise<{ ms: number; stacks: number }> => {
    const begin = performance.now();
    const provisions = new PatternProvisions();
    const book = new PriceBook();
    const stacks: CostedStack[] = [];
    for (const folder of patternFolders())
      stacks.push(...(await costedStacks(folder, clouds, provisions).catch(() => [])));
    const count = patterns === undefined ? stacks.length : patterns * clouds.length;
    for (let index = 0; index < count; index++) {
      const stack = stacks[index % stacks.length];
      if (!stack) continue;
      for (const dailyTransactions of volumes)
        project(
          stack.profile,
          stack.provision,
          { dailyTransactions },
          { book, month: averageMonth, freeTier: 'on' },
        );
    }
    provisions.save();
    return { ms: performance.now() - begin, stacks: count };
  };
  // The first time evaluates the Terraform and keeps what it has read.
  const first = await timed(undefined);
  const rows: Row[] = [
    {
      kind: 'measured',
      subject: 'serverless-patterns',
      work: `${first.stacks} stacks at ${volumes.length} volumes, Terraform not evaluated yet`,
      figures: { medianMs: first.ms, starts: 1 },
    },
  ];
  for (const patterns of [undefined, wholeCatalogue]) {
    const results: { ms: number; stacks: number }[] = [];
    for (let run = 0; run < starts; run++) {
      results.push(await timed(patterns));
      await pause();
      interruption.throwIfAborted();
    }
    const times = results.map(({ ms }) => ms);
    const what = patterns === undefined ? '' : `, as many as ${patterns} patterns have`;
    rows.push({
      kind: 'measured',
      subject: 'serverless-patterns',
      work: `${results[0]?.stacks} stacks at ${volumes.length} volumes${what}`,
      figures: {
        medianMs: median(times),
        minimumMs: Math.min(...times),
        maximumMs: Math.max(...times),
        starts: times.length,
      },
    });
  }
  return rows;
}
