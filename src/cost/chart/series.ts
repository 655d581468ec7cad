import type { Cloud } from '../../package/clouds.ts';
import type { Comparing } from '../projection/break-even.ts';
import type { CostedStack } from '../projection/pattern-cost.ts';
import { project } from '../projection/project.ts';
import { serviceTitle } from '../projection/service-titles.ts';

/** A stack's monthly cost over the daily volume, service by service. */
export interface CostSeries {
  cloud: Cloud;
  daily: readonly number[];
  /** USD a month at each volume; the one that costs most at the largest volume first. */
  layers: { service: string; usd: readonly number[] }[];
  total: readonly number[];
  /** What the totals do not hold for want of a price. */
  unknown: readonly string[];
}

/** Volumes from the lowest to the highest, evenly on a logarithmic scale. */
export function logarithmicVolumes(lowest: number, highest: number, perDecade: number): number[] {
  const steps = Math.max(1, Math.round(Math.log10(highest / lowest) * perDecade));
  return Array.from({ length: steps + 1 }, (_, step) => lowest * (highest / lowest) ** (step / steps));
}

export function costSeries(
  stacks: readonly CostedStack[],
  daily: readonly number[],
  { scale, options }: Comparing,
): CostSeries[] {
  return stacks.map(({ cloud, profile, provision }) => {
    const usdOf = new Map<string, number[]>();
    const unknown = new Set<string>();
    for (const [index, dailyTransactions] of daily.entries()) {
      const { components } = project(profile, provision, { ...scale, dailyTransactions }, options(cloud));
      for (const { name, price, charge } of components) {
        if (charge.kind === 'unknown') {
          unknown.add(name);
          continue;
        }
        const service = serviceTitle(price.id);
        const usd = usdOf.get(service) ?? daily.map(() => 0);
        usd[index] = (usd[index] ?? 0) + charge.usd.toNumber();
        usdOf.set(service, usd);
      }
    }
    const layers = [...usdOf]
      .map(([service, usd]) => ({ service, usd }))
      .filter(({ usd }) => usd.some((each) => each > 0))
      .sort((a, b) => (b.usd.at(-1) ?? 0) - (a.usd.at(-1) ?? 0));
    const total = daily.map((_, index) => layers.reduce((sum, { usd }) => sum + (usd[index] ?? 0), 0));
    return { cloud, daily, layers, total, unknown: [...unknown] };
  });
}

/** `1K`, `10K`, `2.5M` */
export function shortVolume(daily: number): string {
  for (const [size, suffix] of [
    [1e9, 'G'],
    [1e6, 'M'],
    [1e3, 'K'],
  ] as const) {
    if (daily >= size * 0.9995) return `${Number((daily / size).toPrecision(2))}${suffix}`;
  }
  return String(Number(daily.toPrecision(2)));
}

/** Round steps up to a little above the highest value: 0, 20, 40, 60. */
export function roundSteps(highest: number, about: number): number[] {
  if (!(highest > 0)) return [0, 1];
  const rough = highest / about;
  const magnitude = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5, 10].find((each) => each * magnitude >= rough) ?? 10) * magnitude;
  return Array.from({ length: Math.ceil(highest / step) + 1 }, (_, index) => index * step);
}
