import colours from 'picocolors';
import { cloudNames } from '../../catalog/readme/clouds.ts';
import { type CostSeries, shortVolume } from './series.ts';

/** Told apart by their fill where there are no colours. */
const fills: readonly [string, (text: string) => string][] = [
  ['█', colours.blue],
  ['▓', colours.yellow],
  ['▒', colours.green],
  ['░', colours.red],
  ['▚', colours.cyan],
  ['▞', colours.magenta],
  ['▤', colours.gray],
  ['▥', colours.white],
];
const longestBar = 56;

/**
 * A bar for each volume and cloud. The length of a bar is logarithmic, from a cent to the highest total; within it
 * every service has its share of the cost.
 */
export function costChart(all: readonly CostSeries[]): string {
  const highest = Math.max(...all.flatMap(({ total }) => total), 1);
  const lines: string[] = [];
  for (const { cloud, daily, layers, total, unknown } of all) {
    lines.push(`${colours.bold(cloudNames[cloud])}  ${legend(layers.map(({ service }) => service))}`);
    for (const [index, each] of daily.entries()) {
      const usd = total[index] ?? 0;
      const length = Math.round(
        (longestBar * Math.log10(Math.max(usd, 0.01) / 0.01)) / Math.log10(highest / 0.01),
      );
      const shares = layers.map((layer) => (usd === 0 ? 0 : (layer.usd[index] ?? 0) / usd));
      lines.push(
        `${shortVolume(each).padStart(6)} │${bar(shares, length)} ${usd.toFixed(2)}${unknown.length > 0 ? ' + ?' : ''}`,
      );
    }
    lines.push('');
  }
  lines.push(
    colours.dim(
      'USD a month by transactions a day; the length of a bar is logarithmic, its parts are shares.',
    ),
  );
  return lines.join('\n');
}

function legend(services: readonly string[]): string {
  return services.map((service, index) => `${filled(index, 1)} ${service}`).join('  ');
}

/** Parts of a bar, whose rounded lengths add up to the whole. */
function bar(shares: readonly number[], length: number): string {
  let drawn = 0;
  let upTo = 0;
  const parts: string[] = [];
  for (const [index, share] of shares.entries()) {
    upTo += share;
    const end = Math.round(upTo * length);
    parts.push(filled(index, end - drawn));
    drawn = end;
  }
  return parts.join('');
}

function filled(index: number, length: number): string {
  const [character, colour] = fills[index % fills.length] ?? ['#', colours.white];
  return length > 0 ? colour(character.repeat(length)) : '';
}
