import type { Cloud } from '../package/clouds.ts';
import type { CloudVendor } from './running-cloud.ts';

/** Each vendor's part of the local cloud, loaded when it is needed. */
export const vendors: Record<Cloud, () => Promise<CloudVendor>> = {
  aws: async () => (await import('./aws/cloud.ts')).aws,
  azure: async () => (await import('./azure/cloud.ts')).azure,
  gcp: async () => (await import('./gcp/cloud.ts')).gcp,
};
