import { averageMonth, monthOfDays } from '../cost/arithmetic.ts';
import type { BillOptions, FreeTier } from '../cost/bill.ts';
import { UnknownNameError } from '../cost/cost-error.ts';
import { PriceBook } from '../cost/prices/price-book.ts';
import type { Scale } from '../cost/projection/project.ts';
import { type Cloud, clouds } from '../package/clouds.ts';

/** What every command about cost takes. */
export interface CostOptions {
  clouds: readonly Cloud[];
  /** Transactions a day. */
  daily: readonly number[];
  scale: Omit<Scale, 'dailyTransactions'>;
  /** At most one for each cloud. */
  regions: readonly string[];
  freeTier: FreeTier;
  monthDays: number | undefined;
}

export const usualVolumes: readonly number[] = [1e3, 1e4, 1e5, 1e6];

/**
 * How each cloud's bills are written.
 * @throws UnknownNameError for a region that no price is known for
 */
export function billOptions({ regions, freeTier, monthDays }: CostOptions): (cloud: Cloud) => BillOptions {
  const book = new PriceBook();
  const month = monthDays === undefined ? averageMonth : monthOfDays(monthDays);
  const byCloud = new Map<Cloud, string>();
  for (const region of regions) {
    const owner = clouds.find((cloud) => regionsOf(book, cloud).has(region));
    if (!owner) {
      const known = clouds.map((cloud) => `${cloud}: ${[...regionsOf(book, cloud)].sort().join(', ')}`);
      throw new UnknownNameError(`No price is known for "${region}". There is:\n  ${known.join('\n  ')}`);
    }
    byCloud.set(owner, region);
  }
  return (cloud) => ({ book, month, freeTier, region: byCloud.get(cloud) });
}

function regionsOf(book: PriceBook, cloud: Cloud): Set<string> {
  const services = book.services().filter((each) => each.cloud === cloud);
  const regions = services.flatMap(({ service }) => book.regions(cloud, service));
  return new Set(regions.filter((region) => region !== 'global'));
}
