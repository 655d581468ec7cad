import type { Tier } from '../../arithmetic.ts';
import type { FreeAllowance, LookUp } from '../schema.ts';

/** A price in a region, to be looked up at its vendor. */
export interface Question {
  id: string;
  region: string;
  lookUp: LookUp;
}

/** What a vendor's price API says. */
export interface Offer {
  /** In units of the price book, as the vendor lists them: a free quantity may be a first tier of price zero. */
  tiers: Tier[];
  /** The vendor's name of the unit. */
  vendorUnit: string;
  /** Where it was read. */
  source: string;
}

export type Answer = { kind: 'offer'; offer: Offer } | { kind: 'none'; reason: string };

/** The public price API of one vendor. */
export interface PriceApi {
  /**
   * @returns an answer for each question, in their order
   * @throws CostError when the API can't be read or does not answer in its documented shape
   */
  answer(questions: readonly Question[]): Promise<Answer[]>;
}

/** Does a value fit what a look-up asks for: a text, or a regular expression between slashes? */
export function fits(pattern: string, value: string | undefined): boolean {
  if (value === undefined) return false;
  const expression = /^\/(.*)\/$/.exec(pattern)?.[1];
  return expression === undefined ? value === pattern : new RegExp(expression).test(value);
}

/** The one offer that several entries of a vendor's list agree on. */
export function agreed(offers: readonly Offer[], nothing: string): Answer {
  const [first, ...rest] = offers;
  if (!first) return { kind: 'none', reason: nothing };
  const other = rest.find((each) => textOf(each.tiers) !== textOf(first.tiers));
  if (!other) return { kind: 'offer', offer: first };
  return {
    kind: 'none',
    reason: `the vendor lists different prices that fit: ${textOf(first.tiers)}, and ${textOf(other.tiers)}`,
  };
}

/** `0.4 up to 1000, then 0.3` */
export function textOf(tiers: readonly Tier[]): string {
  return tiers
    .map(({ upTo, usd }) => (upTo ? `${usd} up to ${upTo}` : `${usd}`))
    .join(tiers.length > 1 ? ', then ' : '');
}

/**
 * The tiers without the first one of price zero, where the book keeps that quantity as an allowance.
 * @returns undefined when the vendor's free quantity is another than the book's
 */
export function withoutAllowance(
  tiers: readonly Tier[],
  free: FreeAllowance | undefined,
): Tier[] | undefined {
  const [first, ...rest] = tiers;
  if (!free || !first?.usd.isZero() || !first.upTo || rest.length === 0) return [...tiers];
  const given = first.upTo;
  if (!given.equals(free.quantity)) return undefined;
  if (free.countsTowardTiers) return rest;
  return rest.map(({ upTo, usd }) => ({ ...(upTo && { upTo: upTo.minus(given) }), usd }));
}
