import { stableId } from '../../engine/stable-id.ts';

/** The keys that the host makes for an app. https://learn.microsoft.com/azure/azure-functions/function-keys-how-to */
export interface HostKeys {
  /** Opens every function and the host's own interface. */
  master: string;
  /** The key `default`, which opens every function. */
  host: string;
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** The same in every run. The `AzFu` in them lets scanners recognise a leaked key. */
export function hostKeys(appId: string): HostKeys {
  return { master: keyFor(appId, 'master'), host: keyFor(appId, 'default') };
}

/** The key that an extension makes for those who call its webhook: `blobs_extension`. The same in every run. */
export const systemKey = (appId: string, name: string): string => keyFor(appId, `system ${name}`);

function keyFor(appId: string, use: string): string {
  const characters = stableId(`${appId} ${use}`, 50, alphabet);
  return `${characters.slice(0, 44)}AzFu${characters.slice(44)}==`;
}
