import type { Cloud } from '../../package/clouds.ts';
import type { BillOptions } from '../bill.ts';
import { Decimal } from '../decimal.ts';
import type { CostedStack } from './pattern-cost.ts';
import { knownUsd, type Projection, project, type Scale } from './project.ts';
import { variants } from './variants.ts';

/** From this daily volume on, one costs less than the other. */
export interface BreakEven {
  dailyTransactions: number;
  /** What is cheaper above it. */
  cheaperAbove: string;
}

/** Two ways to run the same, compared over the volume. */
export interface Comparison {
  cloud?: Cloud | undefined;
  first: string;
  second: string;
  /** Where the cheaper one changes, by volume. */
  breakEvens: BreakEven[];
  /** What is cheaper below the first of them, or everywhere. */
  cheaperBelow: string;
  /** Prices that nobody knows and that would decide: with them there is nothing to say about which is cheaper. */
  unknownPrices?: string[];
}

/** Volumes that are looked at: 10 to 100 million transactions a day. */
const lowest = 10;
const highest = 1e8;
const stepsPerDecade = 6;
const bisections = 24;

export interface Comparing {
  scale: Omit<Scale, 'dailyTransactions'>;
  options(cloud: Cloud): BillOptions;
}

/** Every pair of clouds, compared. */
export function compareClouds(
  stacks: readonly CostedStack[],
  comparing: Comparing,
  names: Readonly<Record<Cloud, string>>,
): Comparison[] {
  return stacks.flatMap((one, index) =>
    stacks
      .slice(index + 1)
      .map((other) =>
        compare(
          { name: names[one.cloud], at: (daily) => projected(one, daily, comparing) },
          { name: names[other.cloud], at: (daily) => projected(other, daily, comparing) },
        ),
      ),
  );
}

/** Each stack, compared with the other ways to run it. */
export function compareVariants(stacks: readonly CostedStack[], comparing: Comparing): Comparison[] {
  return stacks.flatMap((stack) =>
    variants
      .filter(({ cloud }) => cloud === stack.cloud)
      .flatMap((variant) => {
        const base = (daily: number) => projected(stack, daily, comparing);
        if (!variant.of(stack, base(lowest))) return [];
        const at = (daily: number) => {
          const changed = variant.of(stack, base(daily));
          return changed ? projected(changed, daily, comparing) : base(daily);
        };
        const comparison = compare({ name: 'as it is', at: base }, { name: variant.name, at });
        return [{ ...comparison, cloud: stack.cloud }];
      }),
  );
}

function projected(
  { cloud, profile, provision }: CostedStack,
  dailyTransactions: number,
  { scale, options }: Comparing,
): Projection {
  return project(profile, provision, { ...scale, dailyTransactions }, options(cloud));
}

const usdOf = (projection: Projection) => knownUsd(projection).toNumber();

interface Side {
  name: string;
  at(daily: number): Projection;
}

/** Looks for changes of the cheaper one on a grid, and then between its points. */
function compare(first: Side, second: Side): Comparison {
  const unknownPrices = [
    ...new Set([lowest, highest].flatMap((daily) => decidingGaps(first, second, daily))),
  ];
  if (unknownPrices.length > 0) {
    const cheaperBelow = `unknown without a price for ${unknownPrices.join(', ')}`;
    return { first: first.name, second: second.name, breakEvens: [], cheaperBelow, unknownPrices };
  }
  const cheaper = (daily: number) =>
    Math.sign(Math.round((usdOf(first.at(daily)) - usdOf(second.at(daily))) * 1e4));
  const decades = Math.log10(highest / lowest);
  const steps = decades * stepsPerDecade;
  const breakEvens: BreakEven[] = [];
  let from = lowest;
  let before = cheaper(from);
  let start = before;
  for (let step = 1; step <= steps; step++) {
    const to = lowest * 10 ** ((step / steps) * decades);
    const now = cheaper(to);
    // Where both cost nothing there is nothing to choose.
    if (now !== 0 && before !== 0 && now !== before) {
      const dailyTransactions = between(from, to, (daily) => cheaper(daily) === before);
      breakEvens.push({ dailyTransactions, cheaperAbove: now < 0 ? first.name : second.name });
    }
    if (start === 0) start = now;
    if (now !== 0) before = now;
    from = to;
  }
  const cheaperBelow = start === 0 ? 'both cost the same' : start < 0 ? first.name : second.name;
  return { first: first.name, second: second.name, breakEvens, cheaperBelow };
}

/** The unknown prices of which one side uses more than the other; what both use alike makes no difference. */
function decidingGaps(first: Side, second: Side, daily: number): string[] {
  const [one, other] = [unpriced(first.at(daily)), unpriced(second.at(daily))];
  return [...new Set([...one.keys(), ...other.keys()])].filter(
    (id) => !(one.get(id) ?? Decimal.zero).equals(other.get(id) ?? 0),
  );
}

function unpriced({ components }: Projection): Map<string, Decimal> {
  const quantities = new Map<string, Decimal>();
  for (const { charge, price, billedQuantity } of components)
    if (charge.kind === 'unknown')
      quantities.set(price.id, billedQuantity.plus(quantities.get(price.id) ?? 0));
  return quantities;
}

function between(from: number, to: number, isBefore: (daily: number) => boolean): number {
  let [low, high] = [Math.log(from), Math.log(to)];
  for (let round = 0; round < bisections; round++) {
    const middle = (low + high) / 2;
    if (isBefore(Math.exp(middle))) low = middle;
    else high = middle;
  }
  return Math.exp((low + high) / 2);
}
