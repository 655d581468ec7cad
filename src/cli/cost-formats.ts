import { cloudNames } from '../catalog/readme/clouds.ts';
import { markdownTable } from '../catalog/readme/markdown.ts';
import type { Component } from '../cost/bill.ts';
import { dominantDriver, type Projection, usdPerMillion } from '../cost/projection/project.ts';
import type { PatternCost } from './commands/cost.ts';
import type { CostOptions } from './cost-options.ts';
import { dollars, volume } from './cost-text.ts';

/** Everything as plain JSON; an unknown amount is null. */
export function jsonOf(result: PatternCost, { freeTier, monthDays }: CostOptions): unknown {
  return {
    pattern: result.name,
    transaction: result.transaction,
    currency: 'USD',
    freeTier,
    monthHours: monthDays === undefined ? 730 : monthDays * 24,
    clouds: [...result.projections].map(([cloud, projections]) => ({
      cloud,
      volumes: projections.map(projectionAsJson),
    })),
    breakEven: { clouds: result.betweenClouds, options: result.betweenVariants },
    sensitivity: result.sensitivities,
    assumptions: result.assumptions,
  };
}

export function projectionAsJson(projection: Projection): unknown {
  const { scale, total, components, functions, notes, monthlyTransactions } = projection;
  return {
    daily: scale.dailyTransactions,
    monthlyTransactions,
    usd: total.kind === 'known' ? total.usd.toNumber() : null,
    knownUsd: (total.kind === 'known' ? total.usd : total.knownUsd).toNumber(),
    unknown: total.kind === 'known' ? [] : total.unknown,
    usdPerMillion: usdPerMillion(projection),
    dominantDriver: dominantDriver(projection)?.name ?? null,
    components: components.map(componentAsJson),
    functions: functions.map(({ address, durationMs, invocationsPerSecond, ...load }) => ({
      address,
      durationMs,
      invocationsPerSecond,
      coldStartShare: invocationsPerSecond === 0 ? 0 : load.coldStartsPerSecond / invocationsPerSecond,
      neededInstances: load.neededInstances,
    })),
    notes,
  };
}

function componentAsJson({ name, unit, quantity, freeQuantity, billedQuantity, price, charge }: Component) {
  return {
    name,
    unit,
    quantity: quantity.toNumber(),
    freeQuantity: freeQuantity.toNumber(),
    billedQuantity: billedQuantity.toNumber(),
    price,
    usd: charge.kind === 'known' ? charge.usd.toNumber() : null,
    ...(charge.kind === 'unknown' && { unknown: charge.reason }),
  };
}

/** One line for each component, volume and cloud. */
export function csvOf(results: readonly PatternCost[]): string {
  const rows = results.flatMap(({ name, projections }) =>
    [...projections].flatMap(([cloud, of]) =>
      of.flatMap(({ scale, components }) =>
        components.map(({ name: component, unit, quantity, billedQuantity, price, charge }) => [
          name,
          cloud,
          String(scale.dailyTransactions),
          component,
          unit,
          quantity.toString(),
          billedQuantity.toString(),
          price.id,
          charge.kind === 'known' ? charge.usd.toString() : '',
        ]),
      ),
    ),
  );
  const header = ['pattern', 'cloud', 'daily', 'component', 'unit', 'quantity', 'billed', 'price', 'usd'];
  return [header, ...rows].map((row) => row.map(csvCell).join(',')).join('\n');
}

function csvCell(text: string): string {
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Totals with the component that costs most, as a Markdown table. */
export function markdownOf({ projections, daily }: Pick<PatternCost, 'projections' | 'daily'>): string {
  const all = [...projections];
  const cell = (projection: Projection | undefined) => {
    if (!projection) return '';
    const driver = dominantDriver(projection);
    return driver ? `${dollars(projection.total)} (${driver.name})` : dollars(projection.total);
  };
  return markdownTable(
    ['Transactions a day', ...all.map(([cloud]) => cloudNames[cloud])],
    [
      ...daily.map((each, index) => [volume(each), ...all.map(([, of]) => cell(of[index]))]),
      [
        `A million, at ${volume(daily.at(-1) ?? 0)} a day`,
        ...all.map(([, of]) => (of.at(-1) ? usdPerMillion(of.at(-1) as Projection).toFixed(2) : '')),
      ],
    ],
  );
}
