import { averageMonth } from '../../cost/arithmetic.ts';
import type { FreeTier } from '../../cost/bill.ts';
import { PriceBook } from '../../cost/prices/price-book.ts';
import { compareClouds, compareVariants } from '../../cost/projection/break-even.ts';
import type { CostedStack } from '../../cost/projection/pattern-cost.ts';
import { dominantDriver, knownUsd, type Projection, project } from '../../cost/projection/project.ts';
import type { Cloud } from '../../package/clouds.ts';
import { cloudNames } from './clouds.ts';
import { blocks, bullets, code, markdownTable } from './markdown.ts';

const volumes = [1e3, 1e4, 1e5, 1e6];

/** What a pattern costs a month, by volume and cloud; nothing where no usage profile is there. */
export function costSection(number: string, stacks: readonly CostedStack[]): string {
  if (stacks.length === 0) return '';
  const book = new PriceBook();
  const options = (freeTier: FreeTier) => ({ book, month: averageMonth, freeTier });
  const priced = (freeTier: FreeTier) =>
    new Map(
      stacks.map(({ cloud, profile, provision }): [Cloud, Projection[]] => [
        cloud,
        volumes.map((dailyTransactions) =>
          project(profile, provision, { dailyTransactions }, options(freeTier)),
        ),
      ]),
    );
  const [withFree, without] = [priced('on'), priced('off')];
  const cell = (of: Map<Cloud, Projection[]>, cloud: Cloud, index: number) => {
    const projection = of.get(cloud)?.[index];
    return projection ? amount(projection) : '';
  };
  const comparing = { scale: {}, options: () => options('on') };
  const changes = [
    ...compareClouds(stacks, comparing, cloudNames).map((each) => ({ ...each, where: 'Clouds' })),
    ...compareVariants(stacks, comparing).map((each) => ({
      ...each,
      where: each.cloud === undefined ? '' : cloudNames[each.cloud],
    })),
  ];
  return blocks(
    'List prices in USD for a month of 730 hours, from what a metered run used and what the Terraform provisions. In brackets what it is without the lasting free allowances, as for the second such stack of an account.',
    markdownTable(
      ['Transactions a day', ...stacks.map(({ cloud }) => cloudNames[cloud])],
      volumes.map((daily, index) => [
        daily.toLocaleString('en-US'),
        ...stacks.map(({ cloud }) => `${cell(withFree, cloud, index)} (${cell(without, cloud, index)})`),
      ]),
    ),
    'What costs most at a million a day:',
    bullets(
      stacks.flatMap(({ cloud }) => {
        const largest = withFree.get(cloud)?.at(-1);
        const driver = largest && dominantDriver(largest);
        if (!driver || driver.charge.kind === 'unknown') return [];
        const share = (driver.charge.usd.toNumber() / knownUsd(largest).toNumber()) * 100;
        return [`${cloudNames[cloud]}: ${driver.name}, ${share.toFixed(0)} %`];
      }),
    ),
    changes.length === 0 ? undefined : 'Where the cheaper choice changes:',
    markdownTable(
      ['', 'Choice', 'Cheaper below', 'Cheaper from ... a day on'],
      changes.map(({ where, first, second, cheaperBelow, breakEvens }) => [
        where,
        where === 'Clouds' ? `${first} or ${second}` : second,
        cheaperBelow,
        breakEvens
          .map(({ dailyTransactions, cheaperAbove }) => `${rounded(dailyTransactions)}: ${cheaperAbove}`)
          .join('; ') || 'nowhere another',
      ]),
    ),
    ...gaps(withFree),
    `Every line, other volumes, memory sizes, durations and payloads, and all assumptions: ${code(`npx serverless-patterns cost ${number}`)}.`,
  );
}

function amount({ total }: Projection): string {
  return total.kind === 'known' ? total.usd.toFixed(2) : `${total.knownUsd.toFixed(2)} and more`;
}

function rounded(daily: number): string {
  return Number(daily.toPrecision(2)).toLocaleString('en-US');
}

/** What the totals do not hold. */
function gaps(priced: Map<Cloud, Projection[]>): string[] {
  const lines = [...priced].flatMap(([cloud, projections]) =>
    [
      ...new Set(
        projections.flatMap(({ total, notes }) => [
          ...(total.kind === 'incomplete'
            ? total.unknown.map((name) => `no price is known for ${name}.`)
            : []),
          ...notes,
        ]),
      ),
    ].map((line) => `${cloudNames[cloud]}: ${line}`),
  );
  return lines.length === 0 ? [] : [bullets(lines)];
}
