import { graduated, type Month, type TierCharge } from './arithmetic.ts';
import { Decimal, sum } from './decimal.ts';
import type { PriceBook, PriceReference } from './prices/price-book.ts';
import type { FreeAllowance } from './prices/schema.ts';

/** A quantity of something that is charged, in the unit of its price, after the vendor's rounding. */
export interface Usage {
  /** What a reader calls it: `Requests`. */
  name: string;
  /** Id of the price: `aws.lambda.requests`. */
  price: string;
  quantity: Decimal;
  /**
   * Whether the price's free allowance covers it. `never` where the vendor excludes it (provisioned concurrency),
   * `claimed` where this is the account that was chosen for a `per-account` allowance; else the allowance's kind decides.
   */
  freeAllowance?: 'never' | 'claimed' | undefined;
}

/** Which free allowances count: none, the lasting ones, or also those of an account's first 12 months. */
export type FreeTier = 'off' | 'on' | '12-months';

export interface BillOptions {
  book: PriceBook;
  month: Month;
  freeTier: FreeTier;
  /** Pay in this region; without it each price is taken where it is known best, and the component says where. */
  region?: string | undefined;
}

/** What a component costs; an unknown price stays visibly unknown. */
export type Charge =
  | { kind: 'known'; usd: Decimal; tiers: TierCharge[] }
  | { kind: 'unknown'; reason: string };

/** A line of the bill. */
export interface Component {
  name: string;
  unit: string;
  /** What was used. */
  quantity: Decimal;
  /** What of it the free allowance covers. */
  freeQuantity: Decimal;
  /** What is charged. */
  billedQuantity: Decimal;
  price: PriceReference | { id: string };
  charge: Charge;
}

/** The total, or what is known of it. */
export type Total =
  | { kind: 'known'; usd: Decimal }
  | { kind: 'incomplete'; knownUsd: Decimal; unknown: string[] };

export interface Bill {
  components: Component[];
  total: Total;
}

/**
 * Prices usage as one account is charged for one month: usages of the same price share its tiers, and prices of the
 * same pool share its free allowance, in the order given. Unused services make no line.
 */
export function billFor(usages: readonly Usage[], options: BillOptions): Bill {
  const account = new Account(options);
  const components = merged(usages).map((usage) => account.charge(usage));
  const unknown = components.filter(({ charge }) => charge.kind === 'unknown').map(({ name }) => name);
  const usd = sum(components.map(({ charge }) => (charge.kind === 'known' ? charge.usd : Decimal.zero)));
  return {
    components,
    total: unknown.length === 0 ? { kind: 'known', usd } : { kind: 'incomplete', knownUsd: usd, unknown },
  };
}

/** One usage per name, price and right to an allowance; none of nothing. */
function merged(usages: readonly Usage[]): Usage[] {
  const byKey = new Map<string, Usage>();
  for (const usage of usages) {
    if (usage.quantity.isZero()) continue;
    const key = `${usage.price} ${usage.name} ${usage.freeAllowance}`;
    const quantity = usage.quantity.plus(byKey.get(key)?.quantity ?? 0);
    byKey.set(key, { ...usage, quantity });
  }
  return [...byKey.values()];
}

/** What an account has used up of allowances and tiers while its bill is written. */
class Account {
  readonly #options: BillOptions;
  readonly #freeLeft = new Map<string, Decimal>();
  readonly #tierPosition = new Map<string, Decimal>();

  constructor(options: BillOptions) {
    this.#options = options;
  }

  charge(usage: Usage): Component {
    const { name, price: id, quantity } = usage;
    const price = this.#options.book.lookUp(id, this.#options.region);
    if (price.kind === 'unknown') {
      return {
        name,
        unit: price.unit,
        quantity,
        freeQuantity: Decimal.zero,
        billedQuantity: quantity,
        price: { id },
        charge: { kind: 'unknown', reason: price.reason },
      };
    }
    const freeQuantity = price.free ? this.#takeFree(usage, price.free) : Decimal.zero;
    const billedQuantity = quantity.minus(freeQuantity);
    const used = this.#tierPosition.get(id) ?? Decimal.zero;
    const from = price.free?.countsTowardTiers ? used.plus(freeQuantity) : used;
    this.#tierPosition.set(id, from.plus(billedQuantity));
    const { charges, unpriced } = graduated(billedQuantity, price.tiers, from);
    return {
      name,
      unit: price.unit,
      quantity,
      freeQuantity,
      billedQuantity,
      price: price.reference,
      charge: unpriced.isZero()
        ? { kind: 'known', usd: sum(charges.map(({ usd }) => usd)), tiers: charges }
        : { kind: 'unknown', reason: `no public price for the last ${unpriced} ${price.unit}` },
    };
  }

  #takeFree(usage: Usage, free: FreeAllowance): Decimal {
    if (!this.#isGranted(usage, free)) return Decimal.zero;
    const pool = free.pool ?? usage.price;
    const left = this.#freeLeft.get(pool) ?? perMonth(free, this.#options.month);
    const taken = left.min(usage.quantity);
    this.#freeLeft.set(pool, left.minus(taken));
    return taken;
  }

  #isGranted(usage: Usage, free: FreeAllowance): boolean {
    if (this.#options.freeTier === 'off' || usage.freeAllowance === 'never') return false;
    switch (free.kind) {
      case 'always':
        return true;
      case '12-months':
        return this.#options.freeTier === '12-months';
      case 'per-account':
        return usage.freeAllowance === 'claimed';
    }
  }
}

/** What is free in the whole month. A daily allowance can't be saved up: this holds for use spread evenly over the days. */
function perMonth(free: FreeAllowance, month: Month): Decimal {
  switch (free.period) {
    case 'month':
      return free.quantity;
    case 'day':
      return free.quantity.times(month.days);
    case 'hour':
      return free.quantity.times(month.hours);
  }
}
