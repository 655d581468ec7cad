import { cloudNames } from '../../catalog/readme/clouds.ts';
import { type CostSeries, roundSteps, shortVolume } from './series.ts';

/** Tableau's ten, which people with colour-blindness tell apart as well as any. */
const palette = [
  '#4e79a7',
  '#f28e2b',
  '#59a14f',
  '#e15759',
  '#76b7b2',
  '#edc948',
  '#b07aa1',
  '#ff9da7',
  '#9c755f',
  '#bab0ac',
];
const cloudColours = { aws: '#f28e2b', azure: '#4e79a7', gcp: '#59a14f' } as const;

const width = 860;
const panelHeight = 300;
const plot = { left: 70, right: 190, top: 46, bottom: 44 };
const plotWidth = width - plot.left - plot.right;
const plotHeight = panelHeight - plot.top - plot.bottom;

/**
 * Cost a month over the daily volume on a logarithmic scale: all clouds as lines first, with the cost on a logarithmic
 * scale too, then each cloud with its services stacked.
 */
export function costSvg(title: string, all: readonly CostSeries[]): string {
  const panels = [comparisonPanel(all), ...all.map(stackedPanel)];
  const height = 40 + panels.length * panelHeight;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif" font-size="12" fill="#222">
<rect width="100%" height="100%" fill="#fff"/>
<text x="${plot.left}" y="26" font-size="17" font-weight="600">${escaped(title)}</text>
${panels.map((panel, index) => `<g transform="translate(0 ${40 + index * panelHeight})">\n${panel}\n</g>`).join('\n')}
</svg>
`;
}

/** The picture and its figures, as a page of its own. */
export function costHtml(title: string, all: readonly CostSeries[]): string {
  const rows = all.flatMap(({ cloud, daily, layers, total }) => [
    `<tr><th colspan="${daily.length + 1}">${cloudNames[cloud]}</th></tr>`,
    ...[...layers, { service: 'Total', usd: total }].map(
      ({ service, usd }) =>
        `<tr><td>${escaped(service)}</td>${usd.map((each) => `<td>${each.toFixed(2)}</td>`).join('')}</tr>`,
    ),
  ]);
  const [first] = all;
  const head = (first?.daily ?? []).map((each) => `<th>${shortVolume(each)}</th>`).join('');
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>${escaped(title)}</title>
<style>
body { font: 14px system-ui, sans-serif; margin: 2rem; color: #222; }
svg { max-width: 100%; height: auto; }
table { border-collapse: collapse; font-size: 12px; }
td, th { padding: 2px 8px; text-align: right; border-bottom: 1px solid #ddd; }
td:first-child, th[colspan] { text-align: left; }
div { overflow-x: auto; }
</style>
${costSvg(title, all)}
<h2>USD a month, by transactions a day</h2>
<div><table><tr><th></th>${head}</tr>
${rows.join('\n')}
</table></div>
</html>
`;
}

function comparisonPanel(all: readonly CostSeries[]): string {
  const [first] = all;
  if (!first) return '';
  const costs = all.flatMap(({ total }) => total).filter((usd) => usd > 0);
  const lowest = Math.max(0.01, 10 ** Math.floor(Math.log10(Math.min(...costs, 1))));
  const highest = 10 ** Math.ceil(Math.log10(Math.max(...costs, 10)));
  const decades = Math.log10(highest / lowest);
  const y = (usd: number) => plotHeight * (1 - Math.log10(Math.max(usd, lowest) / lowest) / decades);
  const ticks = Array.from({ length: Math.round(decades) + 1 }, (_, index) => lowest * 10 ** index);
  const lines = all.map(({ cloud, daily, total }) => {
    const points = daily.map((each, index) => `${at(xOf(daily, each))},${at(y(total[index] ?? 0))}`);
    return `<polyline points="${points.join(' ')}" fill="none" stroke="${cloudColours[cloud]}" stroke-width="2.5"><title>${cloudNames[cloud]}</title></polyline>`;
  });
  return panel(
    'All clouds, USD a month (both axes logarithmic)',
    first.daily,
    ticks.map((usd) => ({ usd, y: y(usd) })),
    lines.join('\n'),
    all.map(({ cloud, total }) => ({
      name: `${cloudNames[cloud]}, ${(total.at(-1) ?? 0).toFixed(0)}`,
      colour: cloudColours[cloud],
    })),
  );
}

function stackedPanel({ cloud, daily, layers, total, unknown }: CostSeries): string {
  const ticks = roundSteps(Math.max(...total), 5);
  const highest = ticks.at(-1) ?? 1;
  const y = (usd: number) => plotHeight * (1 - usd / highest);
  const below = daily.map(() => 0);
  const areas = layers.map(({ service, usd }, layer) => {
    const bottom = daily.map((each, index) => `${at(xOf(daily, each))},${at(y(below[index] ?? 0))}`);
    for (const [index, each] of usd.entries()) below[index] = (below[index] ?? 0) + each;
    const top = daily.map((each, index) => `${at(xOf(daily, each))},${at(y(below[index] ?? 0))}`);
    return `<polygon points="${[...top, ...bottom.reverse()].join(' ')}" fill="${palette[layer % palette.length]}" fill-opacity="0.85"><title>${escaped(service)}: ${(usd.at(-1) ?? 0).toFixed(2)} at most volume</title></polygon>`;
  });
  const gap = unknown.length > 0 ? `, without ${unknown.join(', ')}` : '';
  return panel(
    `${cloudNames[cloud]}, USD a month by service${gap}`,
    daily,
    ticks.map((usd) => ({ usd, y: y(usd) })),
    areas.join('\n'),
    layers
      .map(({ service, usd }, layer) => ({
        name: `${service}, ${(usd.at(-1) ?? 0).toFixed(2)}`,
        colour: palette[layer % palette.length] ?? '#888',
      }))
      .reverse(),
  );
}

/** Axes, grid and legend around what is drawn. */
function panel(
  title: string,
  daily: readonly number[],
  ticks: readonly { usd: number; y: number }[],
  content: string,
  legend: readonly { name: string; colour: string }[],
): string {
  const grid = ticks.map(
    ({ usd, y }) =>
      `<line x1="0" x2="${plotWidth}" y1="${at(y)}" y2="${at(y)}" stroke="#ddd"/><text x="-8" y="${at(y + 4)}" text-anchor="end">${usd.toLocaleString('en-US')}</text>`,
  );
  const columns = decadesOf(daily).map(
    (each) =>
      `<line x1="${at(xOf(daily, each))}" x2="${at(xOf(daily, each))}" y1="0" y2="${plotHeight}" stroke="#eee"/><text x="${at(xOf(daily, each))}" y="${plotHeight + 18}" text-anchor="middle">${shortVolume(each)}</text>`,
  );
  const keys = legend.map(
    ({ name, colour }, index) =>
      `<rect x="${plotWidth + 16}" y="${index * 18}" width="11" height="11" fill="${colour}"/><text x="${plotWidth + 33}" y="${index * 18 + 10}">${escaped(name)}</text>`,
  );
  return `<text x="${plot.left}" y="30" font-weight="600">${escaped(title)}</text>
<g transform="translate(${plot.left} ${plot.top})">
${columns.join('\n')}
${grid.join('\n')}
${content}
<text x="${plotWidth / 2}" y="${plotHeight + 36}" text-anchor="middle" fill="#666">transactions a day</text>
${keys.join('\n')}
</g>`;
}

function xOf(daily: readonly number[], value: number): number {
  const [lowest = 1] = daily;
  const highest = daily.at(-1) ?? lowest;
  if (highest === lowest) return plotWidth / 2;
  return (plotWidth * Math.log(value / lowest)) / Math.log(highest / lowest);
}

/** The powers of ten within the volumes. */
function decadesOf(daily: readonly number[]): number[] {
  const [lowest = 1] = daily;
  const highest = daily.at(-1) ?? lowest;
  const from = Math.ceil(Math.log10(lowest) - 1e-9);
  const to = Math.floor(Math.log10(highest) + 1e-9);
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => 10 ** (from + index));
}

const at = (value: number): string => value.toFixed(1);

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
