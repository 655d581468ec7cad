import type { SecretManagerServiceClient } from '@google-cloud/secret-manager';
import type { SecretStore } from './secrets.ts';

/**
 * Text secrets of Google Cloud Secret Manager, by the id of the secret. Needs `secretmanager.versions.access` on each.
 * The answer names the version that `latest` stands for.
 */
export function secretManagerStore(client: SecretManagerServiceClient, projectId: string): SecretStore {
  return {
    async fetch(name) {
      const [answer] = await client.accessSecretVersion({
        name: `projects/${projectId}/secrets/${name}/versions/latest`,
      });
      const data = answer.payload?.data;
      if (data === undefined || data === null) throw new Error(`The secret ${name} has no payload.`);
      const value = typeof data === 'string' ? data : new TextDecoder('utf-8', { fatal: true }).decode(data);
      return { value, version: answer.name ?? '' };
    },
  };
}
