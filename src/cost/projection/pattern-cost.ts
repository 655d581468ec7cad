import type { PatternFolder } from '../../catalog/catalog.ts';
import type { Cloud } from '../../package/clouds.ts';
import { profileFile, readProfile, type UsageProfile } from '../profile/usage-profile.ts';
import type { PatternProvisions } from './pattern-provision.ts';
import type { Provision } from './provision.ts';

/** What a stack's cost is computed from. */
export interface CostedStack {
  cloud: Cloud;
  profile: UsageProfile;
  provision: Provision;
}

/**
 * The stacks of a pattern that have a usage profile.
 * @throws CostError for a damaged profile, TerraformError
 */
export async function costedStacks(
  folder: PatternFolder,
  clouds: readonly Cloud[],
  provisions: PatternProvisions,
  variables: Record<string, string> = {},
): Promise<CostedStack[]> {
  const stacks: CostedStack[] = [];
  for (const cloud of folder.clouds.filter((each) => clouds.includes(each))) {
    const profile = readProfile(profileFile(folder.directory, cloud));
    if (profile) stacks.push({ cloud, profile, provision: await provisions.of(folder, cloud, variables) });
  }
  return stacks;
}
