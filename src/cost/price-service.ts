import { averageMonth, type Month, monthOfDays } from './arithmetic.ts';
import { type Bill, billFor, type FreeTier, type Usage } from './bill.ts';
import { CostError, UnknownNameError } from './cost-error.ts';
import type { PriceBook } from './prices/price-book.ts';
import type { Service } from './service.ts';

export interface PriceOptions {
  book: PriceBook;
  freeTier: FreeTier;
  /** Without it every price is taken from its reference region. */
  region?: string | undefined;
  /** Length of the month; a `monthDays` in the quantities comes second, 730 hours last. */
  monthDays?: number | undefined;
}

/** A service's bill for a month. */
export interface PricedService extends Bill {
  month: Month;
}

/**
 * Prices quantities of a service.
 * @param quantities one object of the service's inputs, or several of the same account in an array (functions of
 *   different memory, for example): they share free allowances and tiers. Each may also say `monthDays`.
 * @throws CostError for wrong quantities, UnknownNameError for a region that the service has no price for
 */
export function priceService(service: Service, quantities: unknown, options: PriceOptions): PricedService {
  const { cloud, service: name } = service;
  const regions = options.book.regions(cloud, name);
  if (options.region !== undefined && !regions.includes(options.region) && !regions.includes('global')) {
    throw new UnknownNameError(
      `No price of ${cloud} ${name} is known for "${options.region}". There is: ${regions.join(', ')}.`,
    );
  }
  const sets = Array.isArray(quantities) ? quantities : [quantities];
  if (sets.length === 0) throw new CostError('The array of quantities is empty.');
  const month = monthOf(sets, options.monthDays);
  const usages = sets.flatMap((set, index) => {
    const where = Array.isArray(quantities) ? `quantities ${index + 1} of ${sets.length}` : 'quantities';
    return usagesOf(service, set, month, where);
  });
  const bill = billFor(usages, {
    book: options.book,
    month,
    freeTier: options.freeTier,
    region: options.region,
  });
  return { ...bill, month };
}

function usagesOf(service: Service, set: unknown, month: Month, where: string): Usage[] {
  const own = isObject(set)
    ? Object.fromEntries(Object.entries(set).filter(([key]) => key !== 'monthDays'))
    : set;
  try {
    return service.usages(own, month);
  } catch (error) {
    if (!(error instanceof CostError)) throw error;
    const problems = error.message.split('\n').map((line) => `  ${line}`);
    throw new CostError(`${service.cloud} ${service.service}, ${where}:\n${problems.join('\n')}`, {
      cause: error,
    });
  }
}

/** @throws CostError for an impossible length, or two that differ */
function monthOf(sets: readonly unknown[], monthDays: number | undefined): Month {
  const given = sets.flatMap((set) => (isObject(set) && 'monthDays' in set ? [set.monthDays] : []));
  const lengths = new Set<unknown>(monthDays === undefined ? given : [monthDays]);
  if (lengths.size > 1) throw new CostError(`"monthDays" differs: ${[...lengths].join(', ')}.`);
  const [days] = lengths;
  if (days === undefined) return averageMonth;
  if (typeof days !== 'number' || !(days > 0 && days <= 31)) {
    throw new CostError(`"monthDays" must be a number of days up to 31, not ${JSON.stringify(days)}.`);
  }
  return monthOfDays(days);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
