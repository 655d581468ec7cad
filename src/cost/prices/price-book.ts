import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { type Cloud, clouds } from '../../package/clouds.ts';
import type { Tier } from '../arithmetic.ts';
import { type FreeAllowance, type Listing, type Price, ServicePrices } from './schema.ts';

/** Where a price comes from; what a bill shows beside an amount. */
export interface PriceReference {
  /** `aws.lambda.requests` */
  id: string;
  region: string;
  sources: readonly string[];
  seenOn: string | undefined;
  confidence: Listing['confidence'];
}

/** An unknown price is a result of its own, so that nobody can add it up as zero. */
export type PriceAnswer =
  | {
      kind: 'known';
      unit: string;
      tiers: readonly Tier[];
      free: FreeAllowance | undefined;
      reference: PriceReference;
    }
  | { kind: 'unknown'; unit: string; id: string; region: string | undefined; reason: string };

/** Where the prices of the project are, as `<cloud>/<service>.json`. */
export const bookDirectory = import.meta.dirname;

/** The price book is damaged: a defect of the data, with file and field. */
export class PriceBookError extends Error {
  override name = 'PriceBookError';
}

/** The prices of all services, read from one JSON file per service when they are first asked for. */
export class PriceBook {
  readonly #directory: string;
  readonly #services = new Map<string, ServicePrices | undefined>();
  readonly #answers = new Map<string, PriceAnswer>();

  /** @param directory holds `<cloud>/<service>.json` */
  constructor(directory: string = bookDirectory) {
    this.#directory = directory;
  }

  /** All services that have prices, as cloud and name. */
  services(): { cloud: Cloud; service: string }[] {
    return clouds.flatMap((cloud) => {
      const folder = path.join(this.#directory, cloud);
      if (!existsSync(folder)) return [];
      return readdirSync(folder)
        .filter((file) => file.endsWith('.json'))
        .sort()
        .map((file) => ({ cloud, service: file.slice(0, -'.json'.length) }));
    });
  }

  /** The prices of a service, or undefined when the book has none. */
  prices(cloud: string, service: string): readonly Price[] | undefined {
    return this.#read(cloud, service)?.prices;
  }

  /** The regions that a service has prices for, the reference region first. */
  regions(cloud: string, service: string): string[] {
    const all = (this.prices(cloud, service) ?? []).flatMap(({ listings }) =>
      listings.map(({ region }) => region),
    );
    return [...new Set(all)];
  }

  /**
   * Looks a price up.
   * @param id `<cloud>.<service>.<dimension>`
   * @param region the region to pay in; without it the price's reference region
   */
  lookUp(id: string, region?: string): PriceAnswer {
    const key = `${id} ${region ?? ''}`;
    const known = this.#answers.get(key);
    if (known) return known;
    const answer = this.#lookUp(id, region);
    this.#answers.set(key, answer);
    return answer;
  }

  #lookUp(id: string, region: string | undefined): PriceAnswer {
    const [cloud = '', service = '', ...dimension] = id.split('.');
    const price = this.prices(cloud, service)?.find((each) => each.dimension === dimension.join('.'));
    if (!price) {
      return { kind: 'unknown', unit: 'unit', id, region, reason: 'the price book has no such price' };
    }
    const listing =
      region === undefined
        ? price.listings[0]
        : price.listings.find((each) => each.region === region || each.region === 'global');
    if (!listing) {
      const known = price.listings.map((each) => each.region).join(', ');
      return { kind: 'unknown', unit: price.unit, id, region, reason: `only known for ${known}` };
    }
    if (listing.rate.kind === 'unknown') {
      return { kind: 'unknown', unit: price.unit, id, region: listing.region, reason: listing.rate.reason };
    }
    const { sources, seenOn, confidence } = listing;
    return {
      kind: 'known',
      unit: price.unit,
      tiers: listing.rate.tiers,
      free: price.free,
      reference: { id, region: listing.region, sources, seenOn, confidence },
    };
  }

  #read(cloud: string, service: string): ServicePrices | undefined {
    const key = `${cloud}/${service}`;
    if (!this.#services.has(key)) this.#services.set(key, readPrices(this.#directory, cloud, service));
    return this.#services.get(key);
  }
}

/** @throws PriceBookError naming file and field */
function readPrices(directory: string, cloud: string, service: string): ServicePrices | undefined {
  const file = path.join(directory, cloud, `${service}.json`);
  if (!existsSync(file)) return undefined;
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new PriceBookError(`${file}: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
  const parsed = ServicePrices.safeParse(content);
  if (!parsed.success) {
    const problems = parsed.error.issues.map((issue) => `  ${issue.path.join('.')}: ${issue.message}`);
    throw new PriceBookError(`${file} is not a valid file of the price book:\n${problems.join('\n')}`);
  }
  if (parsed.data.cloud !== cloud || parsed.data.service !== service) {
    throw new PriceBookError(`${file} says it holds ${parsed.data.cloud}/${parsed.data.service}`);
  }
  return parsed.data;
}
