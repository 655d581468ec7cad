import { z } from 'zod';
import { CostError } from '../../cost-error.ts';
import { Decimal } from '../../decimal.ts';
import type { AzureLookUp } from '../schema.ts';
import { type Connection, inShape } from './connection.ts';
import { type Answer, agreed, fits, type Offer, type PriceApi, type Question } from './offer.ts';

const endpoint = 'https://prices.azure.com/api/retail/prices';

const Item = z.object({
  currencyCode: z.literal('USD'),
  tierMinimumUnits: z.number(),
  retailPrice: z.number(),
  armRegionName: z.string().optional(),
  effectiveStartDate: z.string(),
  meterId: z.string(),
  meterName: z.string(),
  productName: z.string(),
  skuName: z.string(),
  unitOfMeasure: z.string(),
  type: z.string(),
});
type Item = z.output<typeof Item>;

const Page = z.object({ Items: z.array(Item), NextPageLink: z.string().nullish() });

/**
 * Microsoft's Retail Prices API, which needs no account.
 * https://learn.microsoft.com/rest/api/cost-management/retail-prices/azure-retail-prices
 */
export class AzureRetailPrices implements PriceApi {
  readonly #connection: Connection;
  readonly #today: string;

  /** @param today prices that begin later are left out, as `2026-11-28` */
  constructor(connection: Connection, today: string) {
    this.#connection = connection;
    this.#today = today;
  }

  async answer(questions: readonly Question[]): Promise<Answer[]> {
    const pages = new Map<string, Promise<Item[]>>();
    const answers: Answer[] = [];
    for (const { id, region, lookUp } of questions) {
      if (!('serviceName' in lookUp)) throw new CostError(`${id} has no look-up for Azure.`);
      const url = urlOf(lookUp.serviceName, region);
      const reading = pages.get(url) ?? this.#items(url);
      pages.set(url, reading);
      const fitting = (await reading).filter((item) => this.#isMeter(item, lookUp));
      const offers = [...Map.groupBy(fitting, ({ meterId }) => meterId).values()].map((ofMeter) =>
        offerOf(ofMeter, url),
      );
      answers.push(agreed(offers, `no meter fits ${JSON.stringify(lookUp)} in ${url}`));
    }
    return answers;
  }

  async #items(first: string): Promise<Item[]> {
    const items: Item[] = [];
    let next: string | undefined = first;
    while (next !== undefined) {
      const page: z.output<typeof Page> = inShape(Page, await this.#connection.json(next), next);
      items.push(...page.Items);
      next = page.NextPageLink ?? undefined;
      if (next !== undefined && new URL(next).hostname !== new URL(endpoint).hostname)
        throw new CostError(`${endpoint} points to another host for its next page: ${next}.`);
    }
    return items;
  }

  #isMeter(item: Item, lookUp: AzureLookUp): boolean {
    return (
      item.type === 'Consumption' &&
      item.effectiveStartDate.slice(0, 10) <= this.#today &&
      fits(lookUp.meterName, item.meterName) &&
      (lookUp.productName === undefined || fits(lookUp.productName, item.productName)) &&
      (lookUp.skuName === undefined || fits(lookUp.skuName, item.skuName)) &&
      (lookUp.unit === undefined || lookUp.unit === item.unitOfMeasure)
    );
  }
}

/** Values of the filter are case-sensitive. */
function urlOf(serviceName: string, region: string): string {
  const conditions = [`serviceName eq '${serviceName}'`, "priceType eq 'Consumption'"];
  if (region !== 'global') conditions.push(`armRegionName eq '${region}'`);
  return `${endpoint}?api-version=2023-01-01-preview&$filter=${encodeURIComponent(conditions.join(' and '))}`;
}

/** One meter: an item for each tier, of which the latest counts. */
function offerOf(items: readonly Item[], source: string): Offer {
  const byTier = Map.groupBy(items, ({ tierMinimumUnits }) => tierMinimumUnits);
  const sorted = [...byTier.entries()]
    .sort(([one], [other]) => one - other)
    .flatMap(([from, ofTier]) => {
      const latest = ofTier.toSorted((a, b) => b.effectiveStartDate.localeCompare(a.effectiveStartDate))[0];
      return latest ? [{ from, item: latest }] : [];
    });
  const vendorUnit = sorted[0]?.item.unitOfMeasure ?? '';
  const count = countIn(vendorUnit);
  const tiers = sorted.map(({ item }, index) => {
    const next = sorted[index + 1];
    return {
      ...(next && { upTo: Decimal.of(next.from).times(count) }),
      usd: Decimal.of(item.retailPrice).dividedBy(count),
    };
  });
  return { tiers, vendorUnit, source };
}

/** How many units a unit of measure stands for: `10K` is 10,000, `1 GB/Month` is 1, `1/Hour` is 1. */
function countIn(unitOfMeasure: string): Decimal {
  const [, number = '1', multiple = ''] = /^(\d+)([KM]?)(?![a-zA-Z])/.exec(unitOfMeasure) ?? [];
  return Decimal.of(number).times({ K: 1e3, M: 1e6 }[multiple] ?? 1);
}
