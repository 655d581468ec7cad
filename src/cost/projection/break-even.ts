import type { Cloud } from '../../package/clouds.ts';
import type { BillOptions } from '../bill.ts';
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
          { name: names[one.cloud], usd: (daily) => usdOf(projected(one, daily, comparing)) },
          { name: names[other.cloud], usd: (daily) => usdOf(projected(other, daily, comparing)) },
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
        const usd = (daily: number) => {
          const changed = variant.of(stack, base(daily));
          return changed ? usdOf(projected(changed, daily, comparing)) : usdOf(base(daily));
        };
        const comparison = compare(
          { name: 'as it is', usd: (daily) => usdOf(base(daily)) },
          { name: variant.name, usd },
        );
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
  usd(daily: number): number;
}

/** Looks for changes of the cheaper one on a grid, and then between its points. */
function compare(first: Side, second: Side): Comparison {
  const cheaper = (daily: number) => Math.sign(Math.round((first.usd(daily) - second.usd(daily)) * 1e4));
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

function between(from: number, to: number, isBefore: (daily: number) => boolean): number {
  let [low, high] = [Math.log(from), Math.log(to)];
  for (let round = 0; round < bisections; round++) {
    const middle = (low + high) / 2;
    if (isBefore(Math.exp(middle))) low = middle;
    else high = middle;
  }
  return Math.exp((low + high) / 2);
}
