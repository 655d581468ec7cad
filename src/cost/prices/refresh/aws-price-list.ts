import { z } from 'zod';
import { CostError } from '../../cost-error.ts';
import { Decimal } from '../../decimal.ts';
import type { AwsLookUp } from '../schema.ts';
import { type Connection, inShape } from './connection.ts';
import { wantedEntries } from './entries.ts';
import { type Answer, agreed, fits, type Offer, type PriceApi, type Question } from './offer.ts';

const host = 'https://pricing.us-east-1.amazonaws.com';
/** The term of prices on demand; A429C66SYZ is the free tier. */
const onDemandTerm = 'JRTCKXETXF';
/** The largest file, of AmazonEC2, takes minutes. */
const priceFileTimeoutMs = 15 * 60_000;

const RegionIndex = z.object({ regions: z.record(z.string(), z.object({ currentVersionUrl: z.string() })) });

const Product = z.object({
  sku: z.string(),
  productFamily: z.string().optional(),
  attributes: z.record(z.string(), z.string()),
});

const Dimension = z.object({
  unit: z.string(),
  beginRange: z.string().default('0'),
  pricePerUnit: z.object({ USD: z.string() }),
});
type Dimension = z.output<typeof Dimension>;

const Terms = z.record(z.string(), z.object({ priceDimensions: z.record(z.string(), Dimension) }));

/**
 * The price list files of AWS, which need no account.
 * https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/using-the-aws-price-list-bulk-api.html
 */
export class AwsPriceList implements PriceApi {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  async answer(questions: readonly Question[]): Promise<Answer[]> {
    const asked = questions.map((question) => ({ question, lookUp: awsLookUp(question) }));
    const answers = new Map<Question, Answer>();
    for (const [serviceCode, ofService] of Map.groupBy(asked, ({ lookUp }) => lookUp.serviceCode)) {
      const url = `${host}/offers/v1.0/aws/${serviceCode}/current/region_index.json`;
      const { regions } = inShape(RegionIndex, await this.#connection.json(url), url);
      for (const [region, ofRegion] of Map.groupBy(ofService, ({ question }) => question.region)) {
        const file = regions[region]?.currentVersionUrl;
        if (file === undefined) {
          const reason = `${serviceCode} has no price list for ${region}`;
          for (const { question } of ofRegion) answers.set(question, { kind: 'none', reason });
          continue;
        }
        const source = `${host}${file}`;
        const offers = await this.#readOffers(source, ofRegion);
        for (const { question, lookUp } of ofRegion) {
          const nothing = `no product fits ${JSON.stringify(lookUp)} in ${source}`;
          answers.set(question, agreed(offers.get(question) ?? [], nothing));
        }
      }
    }
    return questions.map((question) => answers.get(question) ?? { kind: 'none', reason: 'not asked' });
  }

  /** Reads a price file once: its products come first, their prices after them. */
  #readOffers(
    source: string,
    asked: readonly { question: Question; lookUp: AwsLookUp }[],
  ): Promise<Map<Question, Offer[]>> {
    return this.#connection.read(
      source,
      async (response) => {
        const questionsOf = new Map<string, Question[]>();
        const offers = new Map<Question, Offer[]>();
        const isWanted = ([kind, second, third, ...deeper]: readonly string[]) =>
          kind === 'products'
            ? second !== undefined && third === undefined
            : kind === 'terms' &&
              second === 'OnDemand' &&
              deeper.length === 0 &&
              questionsOf.has(third ?? '');
        for await (const { path, value } of wantedEntries(textOf(response), isWanted)) {
          if (path[0] === 'products') {
            const product = inShape(Product, value, source);
            const fitting = asked.filter(({ lookUp }) => isProduct(product, lookUp));
            if (fitting.length > 0)
              questionsOf.set(
                product.sku,
                fitting.map(({ question }) => question),
              );
            continue;
          }
          const [, , sku = ''] = path;
          for (const [code, { priceDimensions }] of Object.entries(inShape(Terms, value, source))) {
            if (!code.endsWith(`.${onDemandTerm}`)) continue;
            const offer = offerOf(Object.values(priceDimensions), source);
            if (!offer) continue;
            for (const question of questionsOf.get(sku) ?? [])
              offers.set(question, [...(offers.get(question) ?? []), offer]);
          }
        }
        return offers;
      },
      { timeoutMs: priceFileTimeoutMs },
    );
  }
}

function awsLookUp({ id, region, lookUp }: Question): AwsLookUp {
  if (!('serviceCode' in lookUp)) throw new CostError(`${id} has no look-up for AWS.`);
  const { attributes } = lookUp;
  return {
    ...lookUp,
    attributes: Object.fromEntries(
      Object.entries(attributes).map(([name, value]) => [name, value.replaceAll('{region}', region)]),
    ),
  };
}

function isProduct({ productFamily, attributes }: z.output<typeof Product>, lookUp: AwsLookUp): boolean {
  // Rows of every place at once are allowances that span the regions, not prices.
  if (attributes.location === 'Any') return false;
  return Object.entries(lookUp.attributes).every(([name, pattern]) => {
    if (name === 'productFamily') return fits(pattern, productFamily);
    if (name === 'usagetype') return fits(pattern, withoutRegion(attributes.usagetype));
    return fits(pattern, attributes[name]);
  });
}

/** `EU-Request`, `USE1-Request` and, in us-east-1, `Request` are the same use. KMS writes `us-east-1-KMS-Requests`. */
function withoutRegion(usageType: string | undefined): string | undefined {
  return usageType?.replace(/^([A-Z]{2,4}\d?-|[a-z]{2}(-[a-z]+)+-\d-)/, '');
}

function offerOf(dimensions: readonly Dimension[], source: string): Offer | undefined {
  const [first] = dimensions;
  if (!first) return undefined;
  const sorted = dimensions
    .map(({ beginRange, pricePerUnit }) => ({
      from: Decimal.of(beginRange),
      usd: Decimal.of(pricePerUnit.USD),
    }))
    .sort((one, other) => one.from.compare(other.from));
  const tiers = sorted.map(({ usd }, index) => {
    const upTo = sorted[index + 1]?.from;
    return { ...(upTo && { upTo }), usd };
  });
  return { tiers, vendorUnit: first.unit, source };
}

async function* textOf(response: Response): AsyncGenerator<string> {
  if (!response.body) return;
  const decoder = new TextDecoder();
  for await (const bytes of response.body) yield decoder.decode(bytes, { stream: true });
  yield decoder.decode();
}
