import { describe, expect, test } from 'vitest';
import { type CostSeries, logarithmicVolumes, roundSteps, shortVolume } from './series.ts';
import { costHtml, costSvg } from './svg.ts';
import { costChart } from './terminal.ts';

const series: CostSeries[] = [
  {
    cloud: 'aws',
    daily: [1000, 10_000, 100_000],
    layers: [
      { service: 'Lambda', usd: [1, 3, 30] },
      { service: 'S3 & more', usd: [1, 1, 10] },
    ],
    total: [2, 4, 40],
    unknown: [],
  },
  {
    cloud: 'gcp',
    daily: [1000, 10_000, 100_000],
    layers: [{ service: 'Cloud Run', usd: [0, 0.5, 20] }],
    total: [0, 0.5, 20],
    unknown: ['Quantum: leaps'],
  },
];

test('volumes are even on a logarithmic scale, ends included', () => {
  const volumes = logarithmicVolumes(10, 1000, 1);
  expect(volumes[0]).toBe(10);
  expect(volumes[1]).toBeCloseTo(100, 6);
  expect(volumes[2]).toBe(1000);
});

test.each([
  [1000, '1K'],
  [999.9, '1K'],
  [2_500_000, '2.5M'],
  [3e9, '3G'],
  [12, '12'],
])('%d is written %s', (value, text) => {
  expect(shortVolume(value)).toBe(text);
});

test('axes have round steps up to the highest value', () => {
  expect(roundSteps(87, 5)).toEqual([0, 20, 40, 60, 80, 100]);
  expect(roundSteps(0.3, 3)).toEqual([0, 0.1, 0.2, 0.30000000000000004]);
  expect(roundSteps(0, 5)).toEqual([0, 1]);
});

describe('the picture', () => {
  const svg = costSvg('A <test>', series);

  test('has a line for each cloud and an area for each service', () => {
    expect(svg.match(/<polyline/g)).toHaveLength(2);
    expect(svg.match(/<polygon/g)).toHaveLength(3);
  });

  test('stacks: an area ends where the next one begins', () => {
    const [first = '', second = ''] = [...svg.matchAll(/<polygon points="([^"]+)"/g)].map(
      ([, points = '']) => points,
    );
    const top = first.split(' ').slice(0, 3);
    const bottom = second.split(' ').slice(3).reverse();
    expect(bottom).toEqual(top);
  });

  test('puts decades at equal distances', () => {
    const x = [...svg.matchAll(/<text x="([\d.]+)"[^>]*text-anchor="middle">(1K|10K|100K)</g)].map(([, at]) =>
      Number(at),
    );
    const [a = 0, b = 0, c = 0] = x;
    expect(b - a).toBeCloseTo(c - b, 0);
  });

  test('is well-formed and says what is missing', () => {
    expect(svg).toContain('A &lt;test&gt;');
    expect(svg).toContain('S3 &amp; more');
    expect(svg).toContain('without Quantum: leaps');
    expect(svg).not.toMatch(/NaN|Infinity|undefined/);
  });

  test('stands in a page with its figures', () => {
    const page = costHtml('Test', series);
    expect(page).toContain('<svg');
    expect(page).toContain('<td>Total</td><td>2.00</td><td>4.00</td><td>40.00</td>');
  });
});

test('the chart for terminals has a bar for each volume, with a length that grows by decades', () => {
  const lines = costChart(series).split('\n');
  // Colours come between the characters of a bar.
  const length = (line = '') => [...line].filter((character) => '█▓▒░'.includes(character)).length;
  const of = (usd: string) => length(lines.find((line) => line.endsWith(` ${usd}`)));
  expect(of('40.00')).toBe(56);
  expect(of('4.00')).toBe(Math.round((56 * Math.log10(400)) / Math.log10(4000)));
  expect(lines.some((line) => line.endsWith('20.00 + ?'))).toBe(true);
});
