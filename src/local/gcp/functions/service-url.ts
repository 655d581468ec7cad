import { stableId } from '../../engine/stable-id.ts';
import type { GcpScope } from '../service.ts';

/** The two letters by which Cloud Run's host names tell the region. */
const regionCodes: Record<string, string> = {
  'asia-east1': 'de',
  'asia-east2': 'df',
  'asia-northeast1': 'an',
  'asia-northeast2': 'dt',
  'asia-northeast3': 'du',
  'asia-south1': 'el',
  'asia-south2': 'em',
  'asia-southeast1': 'as',
  'asia-southeast2': 'et',
  'australia-southeast1': 'ts',
  'europe-central2': 'lm',
  'europe-north1': 'lz',
  'europe-west1': 'ew',
  'europe-west2': 'nw',
  'europe-west3': 'ey',
  'europe-west4': 'ez',
  'europe-west6': 'oa',
  'northamerica-northeast1': 'nn',
  'southamerica-east1': 'rj',
  'us-central1': 'uc',
  'us-east1': 'ue',
  'us-east4': 'uk',
  'us-west1': 'uw',
  'us-west2': 'wl',
  'us-west3': 'wm',
  'us-west4': 'wn',
};

/** `https://name-hash-uc.a.run.app`; the hash is the same for all services of a project and region. */
export function serviceUrl(name: string, region: string, { projectNumber }: GcpScope): string {
  const code = regionCodes[region] ?? stableId(region, 2, 'abcdefghijklmnopqrstuvwxyz');
  return `https://${name}-${stableId(`${projectNumber} ${region}`, 10)}-${code}.a.run.app`;
}

/** The URL that functions have besides that of their service. */
export const functionUrl = (name: string, region: string, projectId: string): string =>
  `https://${region}-${projectId}.cloudfunctions.net/${name}`;
