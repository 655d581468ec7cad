import type { Architecture } from '../../diagram/index.ts';
import type { Cloud } from '../../package/clouds.ts';
import type { Stack } from '../../terraform/stack.ts';
import type { Configuration } from './configuration.ts';
import type { Origins } from './origins.ts';

export const cloudNames: Record<Cloud, string> = { aws: 'AWS', azure: 'Azure', gcp: 'Google Cloud' };

/** The environment that the quick starts deploy to. */
export const quickStartEnvironment = 'staging';

/** One cloud's stack of a pattern, with everything that its part of a README is made from. */
export interface CloudPart {
  cloud: Cloud;
  stack: Stack;
  architecture: Architecture;
  /** The same in the environment that the quick start deploys to, where that can differ. */
  elsewhere?: { stack: Stack; architecture: Architecture };
  configuration: Configuration;
  origins: Origins;
}
