import { z } from 'zod';
import { CostError } from '../../cost-error.ts';
import { Decimal } from '../../decimal.ts';
import type { GoogleLookUp } from '../schema.ts';
import { type Connection, inShape } from './connection.ts';
import { type Answer, agreed, fits, type Offer, type PriceApi, type Question } from './offer.ts';

const endpoint = 'https://cloudbilling.googleapis.com/v1';

const Rate = z.object({
  startUsageAmount: z.number().default(0),
  unitPrice: z.object({
    currencyCode: z.literal('USD'),
    units: z.string().default('0'),
    nanos: z.number().default(0),
  }),
});

const Sku = z.object({
  skuId: z.string(),
  description: z.string(),
  category: z.object({ resourceGroup: z.string().optional(), usageType: z.string() }),
  serviceRegions: z.array(z.string()).default([]),
  pricingInfo: z
    .array(z.object({ pricingExpression: z.object({ usageUnit: z.string(), tieredRates: z.array(Rate) }) }))
    .default([]),
});
type Sku = z.output<typeof Sku>;

const Page = z.object({ skus: z.array(Sku).default([]), nextPageToken: z.string().optional() });

/**
 * The Cloud Billing Catalog API, which needs an API key.
 * https://cloud.google.com/billing/v1/how-tos/catalog-api
 */
export class GoogleBillingCatalog implements PriceApi {
  readonly #connection: Connection;
  readonly #key: string;

  constructor(connection: Connection, key: string) {
    this.#connection = connection;
    this.#key = key;
  }

  async answer(questions: readonly Question[]): Promise<Answer[]> {
    const skus = new Map<string, Promise<Sku[]>>();
    const answers: Answer[] = [];
    for (const { id, region, lookUp } of questions) {
      if (!('service' in lookUp)) throw new CostError(`${id} has no look-up for Google Cloud.`);
      const url = `${endpoint}/services/${lookUp.service}/skus?currencyCode=USD&pageSize=5000`;
      const reading = skus.get(url) ?? this.#skus(url);
      skus.set(url, reading);
      const sold = (await reading).filter(
        ({ category, serviceRegions }) =>
          category.usageType === 'OnDemand' && isSoldIn(serviceRegions, region),
      );
      const offers = fitting(sold, lookUp).flatMap((sku) => offerOf(sku, url));
      answers.push(agreed(offers, `no SKU for ${region} fits ${JSON.stringify(lookUp)} in ${url}`));
    }
    return answers;
  }

  async #skus(url: string): Promise<Sku[]> {
    const skus: Sku[] = [];
    let token = '';
    do {
      const pageUrl = token === '' ? url : `${url}&pageToken=${encodeURIComponent(token)}`;
      const answer = await this.#connection.json(pageUrl, { headers: { 'x-goog-api-key': this.#key } });
      const page = inShape(Page, answer, pageUrl);
      skus.push(...page.skus);
      token = page.nextPageToken ?? '';
    } while (token !== '');
    return skus;
  }
}

function isSoldIn(serviceRegions: readonly string[], region: string): boolean {
  return serviceRegions.includes(region) || serviceRegions.includes('global');
}

/** The SKU by its id, or, in a region that has a SKU of its own, by description. */
function fitting(skus: readonly Sku[], { skuId, description, resourceGroup }: GoogleLookUp): Sku[] {
  const byId = skus.filter((sku) => sku.skuId === skuId);
  if (byId.length > 0 || description === undefined) return byId;
  return skus.filter(
    (sku) =>
      fits(description, sku.description) &&
      (resourceGroup === undefined || fits(resourceGroup, sku.category.resourceGroup)),
  );
}

function offerOf({ pricingInfo }: Sku, source: string): Offer[] {
  // Without a time range the API gives the price of now, alone.
  const expression = pricingInfo.at(-1)?.pricingExpression;
  if (!expression) return [];
  const rates = expression.tieredRates.toSorted(
    (one, other) => one.startUsageAmount - other.startUsageAmount,
  );
  const tiers = rates.map(({ unitPrice }, index) => {
    const next = rates[index + 1];
    const usd = Decimal.of(unitPrice.units).plus(Decimal.of(unitPrice.nanos).dividedBy(1_000_000_000));
    return { ...(next && { upTo: Decimal.of(next.startUsageAmount) }), usd };
  });
  return tiers.length === 0 ? [] : [{ tiers, vendorUnit: expression.usageUnit, source }];
}
