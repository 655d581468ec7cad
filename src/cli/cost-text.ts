import colours from 'picocolors';
import { cloudNames } from '../catalog/readme/clouds.ts';
import type { Total } from '../cost/bill.ts';
import type { Comparison } from '../cost/projection/break-even.ts';
import { dominantDriver, type Projection, usdPerMillion } from '../cost/projection/project.ts';
import type { Sensitivity } from '../cost/projection/sensitivity.ts';
import type { Cloud } from '../package/clouds.ts';
import { table } from './output.ts';

/** `1,000`, `12.5 million`. */
export function volume(daily: number): string {
  if (daily >= 1e6) return `${Number((daily / 1e6).toPrecision(3))} million`;
  return daily.toLocaleString('en-US', { maximumSignificantDigits: 3 });
}

/** Dollars and cents; what is missing is said, never left out. */
export function dollars(total: Total): string {
  const usd = total.kind === 'known' ? total.usd : total.knownUsd;
  return `${grouped(usd.toFixed(2))}${total.kind === 'known' ? '' : ' + ?'}`;
}

export function grouped(number: string): string {
  const [whole = '', fraction] = number.split('.');
  const apart = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  return fraction === undefined ? apart : `${apart}.${fraction}`;
}

/** A table whose columns but the first are flush right. */
export function figures(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows)
    for (const [column, cell] of row.entries()) widths[column] = Math.max(widths[column] ?? 0, cell.length);
  return table(
    rows.map((row) => row.map((cell, column) => (column === 0 ? cell : cell.padStart(widths[column] ?? 0)))),
  );
}

export type ByCloud = ReadonlyMap<Cloud, readonly Projection[]>;

/** Totals by volume and cloud. */
export function totals(projections: ByCloud, daily: readonly number[]): string {
  const all = [...projections];
  return figures([
    ['Transactions a day', ...all.map(([cloud]) => cloudNames[cloud])],
    ...daily.map((each, index) => [
      volume(each),
      ...all.map(([, of]) => (of[index] ? dollars(of[index].total) : '')),
    ]),
    ['a million of them, at most volume', ...all.map(([, of]) => perMillion(of.at(-1)))],
  ]);
}

function perMillion(projection: Projection | undefined): string {
  return projection ? grouped(usdPerMillion(projection).toFixed(2)) : '';
}

/** A line per component, a column per volume; the one that costs most is marked. */
export function components(projections: readonly Projection[], daily: readonly number[]): string {
  const names = [...new Set(projections.flatMap((each) => each.components.map(({ name }) => name)))];
  const drivers = projections.map((each) => dominantDriver(each)?.name);
  const cell = (projection: Projection, name: string, index: number) => {
    const of = projection.components.filter((each) => each.name === name);
    if (of.length === 0) return '';
    if (of.some(({ charge }) => charge.kind === 'unknown')) return '?';
    const usd = of.reduce(
      (sum, { charge }) => sum + (charge.kind === 'known' ? charge.usd.toNumber() : 0),
      0,
    );
    return `${grouped(usd.toFixed(2))}${drivers[index] === name ? '*' : ' '}`;
  };
  return figures([
    ['', ...daily.map((each) => `${volume(each)} `)],
    ...names.map((name) => [name, ...projections.map((each, index) => cell(each, name, index))]),
    ['Total', ...projections.map(({ total }) => `${dollars(total)} `)],
  ]);
}

export function comparison({ first, second, breakEvens, cheaperBelow, unknownPrices }: Comparison): string {
  const pair = `${first} / ${second}`;
  if (unknownPrices) return `${pair}: cheaper is ${cheaperBelow}`;
  if (breakEvens.length === 0)
    return cheaperBelow.startsWith('both')
      ? `${pair}: ${cheaperBelow} at every volume`
      : `${pair}: cheaper at every volume is ${cheaperBelow}`;
  const points = breakEvens.map(
    ({ dailyTransactions, cheaperAbove }) => `${cheaperAbove} from ${volume(dailyTransactions)} a day on`,
  );
  return `${pair}: cheaper is ${cheaperBelow}, ${points.join(', then ')}`;
}

export function sensitivities(rows: readonly Sensitivity[]): string {
  return figures([
    ['', 'ms', 'USD', 'of it'],
    ...rows.map(({ change, durationMs, usd, factor }) => [
      change,
      durationMs.toFixed(0),
      grouped(usd.toFixed(2)),
      `${(factor * 100).toFixed(0)} %`,
    ]),
  ]);
}

export const heading = (text: string): string => colours.bold(text);
