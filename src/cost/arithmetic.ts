import { Decimal, type Numeric } from './decimal.ts';

/** A billing month. Vendors' examples use 30 or 31 days, or 730 hours, which is a year's twelfth. */
export interface Month {
  hours: Decimal;
  days: Decimal;
  seconds: Decimal;
}

/** @param days length in days, for example 30 or 31 */
export function monthOfDays(days: Numeric): Month {
  return monthOfHours(Decimal.of(days).times(24));
}

/** @param hours length in hours, for example 720, 730 or 744 */
export function monthOfHours(hours: Numeric): Month {
  const exact = Decimal.of(hours);
  return { hours: exact, days: exact.dividedBy(24), seconds: exact.times(3600) };
}

/** 730 hours: what the calculators of AWS and Azure mean by a month. */
export const averageMonth: Month = monthOfHours(730);

/**
 * How many billing units one message, record or event of a size makes: every started unit counts, and an empty one
 * counts as one (SQS, SNS, EventBridge: 64 KB; API Gateway HTTP: 512 KB; DynamoDB writes: 1 KB).
 */
export function startedUnits(size: Numeric, unitSize: Numeric): Decimal {
  return Decimal.of(size).roundedUpTo(unitSize).dividedBy(unitSize).max(1);
}

/** GB-seconds (1 GB = 1024 MB) of so many executions, each of a duration and a memory size. */
export function gbSeconds(executions: Numeric, durationMs: Numeric, memoryMb: Numeric): Decimal {
  return Decimal.of(executions).times(durationMs).times(memoryMb).dividedBy(1_024_000);
}

/** Kilobytes as the vendors' gigabytes of 1024 x 1024 KB. */
export function gbOfKb(kb: Numeric): Decimal {
  return Decimal.of(kb).dividedBy(1024 * 1024);
}

/** A step of a graduated price. `upTo` is where it ends, counted from zero; without it the step has no end. */
export interface Tier {
  upTo?: Decimal | undefined;
  usd: Decimal;
}

/** The part of a quantity that falls into one tier. */
export interface TierCharge {
  quantity: Decimal;
  usdPerUnit: Decimal;
  usd: Decimal;
}

/**
 * Spreads a quantity over graduated tiers: each part is charged at its own tier's rate.
 * @param from where on the scale of the tiers the quantity begins (what is used before it in the month)
 * @returns the charges, and in `unpriced` what lies beyond the end of the last tier
 */
export function graduated(
  quantity: Decimal,
  tiers: readonly Tier[],
  from: Decimal = Decimal.zero,
): { charges: TierCharge[]; unpriced: Decimal } {
  const charges: TierCharge[] = [];
  let position = from;
  let rest = quantity;
  for (const { upTo, usd } of tiers) {
    if (rest.isZero()) break;
    if (upTo && !upTo.isMoreThan(position)) continue;
    const part = upTo ? rest.min(upTo.minus(position)) : rest;
    charges.push({ quantity: part, usdPerUnit: usd, usd: part.times(usd) });
    position = position.plus(part);
    rest = rest.minus(part);
  }
  return { charges, unpriced: rest };
}
