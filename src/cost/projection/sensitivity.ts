import type { Cloud } from '../../package/clouds.ts';
import type { BillOptions } from '../bill.ts';
import type { CostedStack } from './pattern-cost.ts';
import { knownUsd, project, type Scale } from './project.ts';

/** What the month costs when one thing is otherwise. */
export interface Sensitivity {
  cloud: Cloud;
  /** `memory 512 MB`, `twice the duration` */
  change: string;
  durationMs: number;
  usd: number;
  /** Of the month as it is. */
  factor: number;
}

/** Memory sizes that are compared; platforms take the nearest that they have. */
const memories: Readonly<Record<Cloud, readonly number[]>> = {
  aws: [128, 256, 512, 1024, 1769],
  azure: [512, 2048, 4096],
  gcp: [256, 512, 1024, 2048],
};
const durationFactors = [0.5, 2, 4];

/** How a month's cost follows memory and duration. */
export function sensitivity(
  { cloud, profile, provision }: CostedStack,
  scale: Scale,
  options: BillOptions,
): Sensitivity[] {
  const base = project(profile, provision, scale, options);
  const [load] = base.functions;
  if (!load) return [];
  const baseUsd = knownUsd(base).toNumber();
  const row = (change: string, changed: Partial<Scale>): Sensitivity => {
    const projection = project(profile, provision, { ...scale, ...changed }, options);
    const usd = knownUsd(projection).toNumber();
    const [changedLoad] = projection.functions;
    return {
      cloud,
      change,
      durationMs: changedLoad?.durationMs ?? 0,
      usd,
      factor: baseUsd === 0 ? 1 : usd / baseUsd,
    };
  };
  return [
    ...memories[cloud].map((memoryMb) => row(`memory ${memoryMb} MB`, { memoryMb })),
    ...durationFactors.map((factor) =>
      row(factor < 1 ? 'half the duration' : `${factor} times the duration`, {
        durationMs: load.durationMs * factor,
      }),
    ),
  ];
}
