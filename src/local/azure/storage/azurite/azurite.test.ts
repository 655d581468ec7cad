/**
 * The same calls to this Azure Storage and to Azurite: no difference but those that are listed, where the documentation
 * says otherwise than Azurite. Needs `azurite` (npm install --prefix .cache/bench-peers/azurite azurite@3.37.0).
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { blobCases } from './blob-cases.ts';
import { type Difference, exceptions, explain } from './exceptions.ts';
import { type Case, isSame, Target } from './exchange.ts';
import { leaseCases } from './lease-cases.ts';
import { queueCases, randomQueueCalls } from './queue-cases.ts';
import { randomBlobCalls } from './random-blob-calls.ts';
import { azurite, besideAzurite, type StorageServer, startAzurite, startOurs } from './servers.ts';

describe.skipIf(!azurite)(`Azure Storage ${besideAzurite}`, () => {
  let ours: StorageServer;
  let theirs: StorageServer;

  beforeAll(async () => {
    ours = await startOurs();
    theirs = await startAzurite();
  });

  afterAll(async () => {
    await Promise.all([ours.close(), theirs.close()]);
  });

  it('answers every call alike', async () => {
    const cases = [
      ...blobCases,
      ...leaseCases,
      ...queueCases,
      ...[1, 2, 3].map((seed) => randomBlobCalls(`random-${seed}`, seed, 300)),
      ...[1, 2, 3].map((seed) => randomQueueCalls(`random-${seed}`, seed, 200)),
    ];
    const differences = (await Promise.all(cases.map(compare))).flat();
    const explained = differences.map((difference) => ({ difference, by: explain(difference) }));
    const unknown = explained.flatMap(({ difference, by }) => (by.length === 0 ? [difference] : []));
    const used = new Set(explained.flatMap(({ by }) => by.map(({ about }) => about)));
    expect(unknown).toEqual([]);
    expect(exceptions.map(({ about }) => about).filter((about) => !used.has(about))).toEqual([]);
  });

  async function compare({ name, calls, resync, ...order }: Case): Promise<Difference[]> {
    const [our, their] = [new Target(ours, order), new Target(theirs, order)];
    const differences: Difference[] = [];
    for (const call of calls) {
      const [mine, official] = await Promise.all([our.send(call), their.send(call)]);
      if (isSame(mine, official)) continue;
      differences.push({ case: name, call, ours: mine, azurite: official });
      for (const step of resync?.(call) ?? []) await Promise.all([our.send(step), their.send(step)]);
    }
    return differences;
  }
});
