import type { Tier } from '../../arithmetic.ts';
import { Decimal } from '../../decimal.ts';
import type { Listing, Price } from '../schema.ts';
import { type Answer, textOf, withoutAllowance } from './offer.ts';

/** What the vendor's price is in comparison with the book's. */
export type Finding =
  | { kind: 'same'; vendorUnit: string; source: string }
  | {
      kind: 'changed' | 'new';
      tiers: readonly Tier[];
      vendorUnit: string;
      source: string;
      /** Why a person must look at it first. */
      suspicions: string[];
    }
  /** The vendor's list has no such price, or several. */
  | { kind: 'not-found'; reason: string };

const largestRise = 2;
const largestFall = 0.5;

/** @param listing undefined for a region that the book has no price for yet */
export function compare(price: Price, listing: Listing | undefined, answer: Answer): Finding {
  if (answer.kind === 'none') return { kind: 'not-found', reason: answer.reason };
  const { offer } = answer;
  const { lookUp, free } = price;
  const { vendorUnit, source } = offer;
  const listed = inUnitOf(offer.tiers, lookUp?.times);
  const suspicions: string[] = [];
  if (lookUp?.unit !== undefined && lookUp.unit !== vendorUnit)
    suspicions.push(`the vendor's unit was "${lookUp.unit}" and is "${vendorUnit}"`);
  const paid = withoutAllowance(listed, free);
  if (!paid) {
    suspicions.push(
      `the vendor gives ${listed[0]?.upTo} free, the book says ${free?.quantity}: change "free" by hand`,
    );
  }
  const tiers = paid ?? listed;
  for (const { usd } of tiers)
    if (usd.compare(0) < 0) suspicions.push(`the vendor's price is below zero: ${usd}`);
  const before = listing?.rate.kind === 'known' ? listing.rate.tiers : undefined;
  if (!before) {
    if (tiers.every(({ usd }) => usd.isZero())) suspicions.push('the vendor says it costs nothing');
    return { kind: 'new', tiers, vendorUnit, source, suspicions };
  }
  if (textOf(before) === textOf(tiers) && suspicions.length === 0)
    return { kind: 'same', vendorUnit, source };
  return {
    kind: 'changed',
    tiers,
    vendorUnit,
    source,
    suspicions: [...suspicions, ...jumps(before, tiers)],
  };
}

function inUnitOf(tiers: readonly Tier[], times: Decimal | undefined): Tier[] {
  if (!times) return [...tiers];
  return tiers.map(({ upTo, usd }) => ({
    ...(upTo && { upTo: upTo.dividedBy(times) }),
    usd: usd.times(times),
  }));
}

function jumps(before: readonly Tier[], after: readonly Tier[]): string[] {
  // Where the book knows only the first tiers, further ones are no change.
  const isWhole = before.at(-1)?.upTo === undefined;
  if (isWhole ? before.length !== after.length : before.length > after.length)
    return [`it had ${before.length} tiers and has ${after.length}`];
  return before.flatMap(({ usd: old }, index) => {
    const now = after[index]?.usd ?? Decimal.zero;
    if (now.equals(old)) return [];
    if (old.isZero()) return [`it was free and costs ${now}`];
    if (now.isZero()) return ['the vendor says it costs nothing'];
    if (now.isMoreThan(old.times(largestRise))) return [`it is more than ${largestRise} times the old price`];
    return old.times(largestFall).isMoreThan(now) ? ['it is less than half the old price'] : [];
  });
}

/** By how much the first tier that differs has changed, as `+12.5 %`. */
export function changeText(before: readonly Tier[], after: readonly Tier[]): string {
  const index = before.findIndex(({ usd }, at) => !after[at]?.usd.equals(usd));
  const old = before[index]?.usd;
  const now = after[index]?.usd;
  if (!old || !now || old.isZero()) return '';
  const percent = now.minus(old).dividedBy(old).times(100);
  return `${percent.compare(0) > 0 ? '+' : ''}${percent.toFixed(1)} %`;
}
