import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Cloud } from '../../../package/clouds.ts';
import type { Tier } from '../../arithmetic.ts';
import { PriceBookError } from '../price-book.ts';
import { ServicePrices } from '../schema.ts';

type Json = string | number | boolean | null | Json[] | { [name: string]: Json };
type JsonObject = { [name: string]: Json };

/** What the vendor says, to be written into the book. */
export interface Update {
  dimension: string;
  region: string;
  tiers: readonly Tier[];
  vendorUnit: string;
  source: string;
  /** `2026-11-28` */
  seenOn: string;
}

/**
 * Writes updates into the files of a price book: all of them, or none.
 * @param updates by file, as cloud and service
 * @returns the files that were written, relative to the book
 * @throws PriceBookError when a file would no longer be valid; then nothing is written
 */
export async function writeUpdates(
  directory: string,
  updates: ReadonlyMap<{ cloud: Cloud; service: string }, readonly Update[]>,
): Promise<string[]> {
  const changes: { file: string; before: string; after: string }[] = [];
  for (const [{ cloud, service }, ofFile] of updates) {
    const file = path.join(cloud, `${service}.json`);
    const before = await readFile(path.join(directory, file), 'utf8');
    const after = formatJson(updated(JSON.parse(before), ofFile));
    const parsed = ServicePrices.safeParse(JSON.parse(after));
    if (!parsed.success)
      throw new PriceBookError(`${file} would not be valid: ${parsed.error.issues[0]?.message}`);
    if (after !== before) changes.push({ file: path.join(directory, file), before, after });
  }
  await replaceAll(changes);
  return changes.map(({ file }) => path.relative(directory, file));
}

async function replaceAll(
  changes: readonly { file: string; before: string; after: string }[],
): Promise<void> {
  const replaced: (typeof changes)[number][] = [];
  try {
    for (const { file, after } of changes) await writeFile(`${file}.new`, after);
    for (const change of changes) {
      await rename(`${change.file}.new`, change.file);
      replaced.push(change);
    }
  } catch (error) {
    for (const { file } of changes) await rm(`${file}.new`, { force: true });
    for (const { file, before } of replaced) await writeFile(file, before);
    throw error;
  }
}

function updated(content: JsonObject, updates: readonly Update[]): JsonObject {
  const prices = content.prices;
  if (!Array.isArray(prices)) return content;
  return {
    ...content,
    prices: prices.map((price) => (isObject(price) ? updatedPrice(price, updates) : price)),
  };
}

function updatedPrice(price: JsonObject, updates: readonly Update[]): JsonObject {
  const { lookUp, listings } = price;
  const mine = updates.filter(({ dimension }) => dimension === price.dimension);
  const [first] = mine;
  if (!first || !isObject(lookUp) || !Array.isArray(listings)) return price;
  const known = listings.map((listing) => {
    const update = isObject(listing) && mine.find(({ region }) => region === listing.region);
    return update ? listingOf(update) : listing;
  });
  const regions = new Set(listings.map((listing) => (isObject(listing) ? listing.region : undefined)));
  const added = mine.filter(({ region }) => !regions.has(region)).map(listingOf);
  return { ...price, lookUp: { ...lookUp, unit: first.vendorUnit }, listings: [...known, ...added] };
}

function listingOf({ region, tiers, source, seenOn }: Update): JsonObject {
  const [only] = tiers;
  const price: JsonObject =
    only && tiers.length === 1 && !only.upTo
      ? { usd: only.usd.toString() }
      : {
          tiers: tiers.map(({ upTo, usd }) => ({
            ...(upTo && { upTo: upTo.toString() }),
            usd: usd.toString(),
          })),
        };
  return { region, ...price, sources: [source], seenOn, confidence: 'vendor' };
}

const lineWidth = 110;

/** JSON as the files of the book are formatted: objects over several lines, lists of texts on one if it fits. */
export function formatJson(value: Json): string {
  return `${formatted(value, '', 0)}\n`;
}

/** @param before how many characters stand on the line before the value */
function formatted(value: Json, indent: string, before: number): string {
  const inner = `${indent}  `;
  if (Array.isArray(value)) {
    if (value.length === 0) return '[]';
    const isPlain = value.every((item) => typeof item !== 'object');
    const line = `[${value.map((item) => JSON.stringify(item)).join(', ')}]`;
    if (isPlain && before + line.length <= lineWidth) return line;
    return `[\n${value.map((item) => `${inner}${formatted(item, inner, inner.length)}`).join(',\n')}\n${indent}]`;
  }
  if (!isObject(value)) return JSON.stringify(value);
  const fields = Object.entries(value).map(([name, field]) => {
    const start = `${inner}${JSON.stringify(name)}: `;
    // A comma may follow.
    return `${start}${formatted(field, inner, start.length + 1)}`;
  });
  return fields.length === 0 ? '{}' : `{\n${fields.join(',\n')}\n${indent}}`;
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
