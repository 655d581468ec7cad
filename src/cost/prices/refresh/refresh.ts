import type { Cloud } from '../../../package/clouds.ts';
import type { Tier } from '../../arithmetic.ts';
import { UnknownNameError } from '../../cost-error.ts';
import { PriceBook } from '../price-book.ts';
import type { Listing, Price } from '../schema.ts';
import { AwsPriceList } from './aws-price-list.ts';
import { AzureRetailPrices } from './azure-retail-prices.ts';
import { type Update, writeUpdates } from './book-files.ts';
import { compare, type Finding } from './changes.ts';
import { Connection, type Surroundings } from './connection.ts';
import { GoogleBillingCatalog } from './google-billing-catalog.ts';
import type { PriceApi, Question } from './offer.ts';

export interface RefreshOptions {
  clouds: readonly Cloud[];
  /** Names as in the book; none means all. */
  services: readonly string[];
  /** None means the regions that the book has; a further region is added to the book. */
  regions: readonly string[];
  /** Ids of prices (`aws.lambda.requests`) whose findings a person has looked at. */
  accepted: ReadonlySet<string>;
  dryRun: boolean;
  /** Without it Google Cloud is left out. */
  googleApiKey: string | undefined;
  /** The folder of the price book. */
  book: string;
  /** `2026-11-28` */
  today: string;
}

/** A price in a region, as it was and as the vendor has it now. */
export interface Change {
  id: string;
  region: string;
  kind: 'changed' | 'new';
  before: readonly Tier[] | undefined;
  after: readonly Tier[];
  suspicions: readonly string[];
  source: string;
}

export interface RefreshResult {
  changes: Change[];
  /** Prices in the book that the vendor's list does not answer for. */
  notFound: { id: string; region: string; reason: string }[];
  /** How many prices are as the vendor has them. */
  confirmed: number;
  skipped: { what: string; reason: string }[];
  /** Ids that must be accepted first; while there are any, nothing is written. */
  refused: string[];
  /** Files that were written, relative to the book. */
  written: string[];
}

interface Target extends Question {
  cloud: Cloud;
  service: string;
  price: Price;
  listing: Listing | undefined;
}

/**
 * Brings the price book up to date from the vendors' price APIs: everything that was asked for, or nothing.
 * @throws CostError when an API can't be read, or nothing of that name is in the book; nothing is written then
 */
export async function refreshPrices(
  options: RefreshOptions,
  surroundings: Surroundings,
): Promise<RefreshResult> {
  const book = new PriceBook(options.book);
  const result: RefreshResult = {
    changes: [],
    notFound: [],
    confirmed: 0,
    skipped: [],
    refused: [],
    written: [],
  };
  requireNames(book, options);
  const updates = new Map<{ cloud: Cloud; service: string }, Update[]>();
  for (const cloud of options.clouds) {
    const api = apiOf(cloud, options, new Connection(surroundings));
    if (!api) {
      result.skipped.push({
        what: 'gcp',
        reason: 'Google wants an API key: set GOOGLE_API_KEY or give --google-api-key-file',
      });
      continue;
    }
    const targets = targetsOf(book, cloud, options, result);
    const answers = await api.answer(targets);
    for (const [index, target] of targets.entries()) {
      const answer = answers[index] ?? { kind: 'none', reason: 'no answer' };
      const finding = compare(target.price, target.listing, answer);
      take(target, finding, options, result);
      if (finding.kind === 'not-found') continue;
      const { id, region, service, price, listing } = target;
      const rate = listing?.rate;
      const tiers = finding.kind === 'same' ? rate?.kind === 'known' && rate.tiers : finding.tiers;
      if (!tiers) continue;
      const key = [...updates.keys()].find((each) => each.cloud === cloud && each.service === service);
      const ofFile = key && updates.get(key);
      const { vendorUnit, source } = finding;
      const update = { dimension: price.dimension, region, tiers, vendorUnit, source, seenOn: options.today };
      if (ofFile) ofFile.push(update);
      else updates.set({ cloud, service }, [update]);
      if (finding.kind !== 'same') {
        const before = rate?.kind === 'known' ? rate.tiers : undefined;
        const { kind, suspicions } = finding;
        result.changes.push({ id, region, kind, before, after: finding.tiers, suspicions, source });
      }
    }
  }
  if (result.refused.length === 0 && !options.dryRun)
    result.written = await writeUpdates(options.book, updates);
  return result;
}

/** @throws UnknownNameError */
function requireNames(book: PriceBook, { clouds, services, regions, accepted }: RefreshOptions): void {
  const ofClouds = book.services().filter(({ cloud }) => clouds.includes(cloud));
  const names = ofClouds.map(({ service }) => service);
  for (const service of services)
    if (!names.includes(service))
      throw new UnknownNameError(
        `The price book has no service "${service}" for ${clouds.join(', ')}. It has: ${[...new Set(names)].join(', ')}.`,
      );
  const known = ofClouds.flatMap(({ cloud, service }) => book.regions(cloud, service));
  for (const region of regions)
    if (clouds.length > 1 && !known.includes(region))
      throw new UnknownNameError(
        `The price book has no region "${region}". To add one, say which cloud it belongs to with --cloud.`,
      );
  const ids = new Set(
    book
      .services()
      .flatMap(({ cloud, service }) =>
        (book.prices(cloud, service) ?? []).map(({ dimension }) => `${cloud}.${service}.${dimension}`),
      ),
  );
  for (const id of accepted)
    if (!ids.has(id)) throw new UnknownNameError(`There is no price "${id}" to accept in the price book.`);
}

function apiOf(
  cloud: Cloud,
  { googleApiKey, today }: RefreshOptions,
  connection: Connection,
): PriceApi | undefined {
  if (cloud === 'aws') return new AwsPriceList(connection);
  if (cloud === 'azure') return new AzureRetailPrices(connection, today);
  return googleApiKey === undefined ? undefined : new GoogleBillingCatalog(connection, googleApiKey);
}

function targetsOf(
  book: PriceBook,
  cloud: Cloud,
  { clouds, services, regions }: RefreshOptions,
  { skipped }: RefreshResult,
): Target[] {
  const ofCloud = book
    .services()
    .filter((each) => each.cloud === cloud && (services.length === 0 || services.includes(each.service)));
  const known = new Set(
    book.services().flatMap((each) => (each.cloud === cloud ? book.regions(cloud, each.service) : [])),
  );
  const asked = regions.filter((region) => clouds.length === 1 || known.has(region));
  if (regions.length > 0 && asked.length === 0) return [];
  return ofCloud.flatMap(({ service }) => {
    const prices = book.prices(cloud, service) ?? [];
    const byHand = prices.filter(({ lookUp }) => !lookUp);
    if (byHand.length > 0) {
      const names = byHand.map(({ dimension }) => dimension).join(', ');
      skipped.push({ what: `${cloud}.${service}`, reason: `kept by hand, without a look-up: ${names}` });
    }
    return prices.flatMap((price) => {
      const { lookUp, dimension, listings } = price;
      if (!lookUp) return [];
      const id = `${cloud}.${service}.${dimension}`;
      const isGlobal = listings.some(({ region }) => region === 'global');
      const wanted = asked.length === 0 || isGlobal ? listings.map(({ region }) => region) : asked;
      return wanted.map((region) => ({
        id,
        region,
        lookUp,
        cloud,
        service,
        price,
        listing: listings.find((each) => each.region === region),
      }));
    });
  });
}

/** Notes what a finding means: confirmed, or refused until it is accepted. */
function take(
  { id, region, listing }: Target,
  finding: Finding,
  { accepted }: RefreshOptions,
  result: RefreshResult,
): void {
  if (finding.kind === 'same') result.confirmed += 1;
  else if (finding.kind === 'not-found') {
    // What a further region does not have was no price before either.
    if (!listing) result.skipped.push({ what: `${id} in ${region}`, reason: finding.reason });
    else {
      result.notFound.push({ id, region, reason: finding.reason });
      if (!accepted.has(id)) result.refused.push(id);
    }
  } else if (finding.suspicions.length > 0 && !accepted.has(id)) result.refused.push(id);
}
