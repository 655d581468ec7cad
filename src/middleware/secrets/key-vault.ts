import type { SecretClient } from '@azure/keyvault-secrets';
import type { SecretStore } from './secrets.ts';

/** Secrets of an Azure key vault, by name. Needs the role `Key Vault Secrets User` on the vault or the secret. */
export function keyVaultStore(client: Pick<SecretClient, 'getSecret'>): SecretStore {
  return {
    async fetch(name) {
      const { value, properties } = await client.getSecret(name);
      if (value === undefined) throw new Error(`The secret ${name} has no value.`);
      return { value, version: properties.version ?? '' };
    },
  };
}
