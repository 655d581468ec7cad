import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { SecretStore } from './secrets.ts';

/** Text secrets of AWS Secrets Manager, by name or ARN. Needs `secretsmanager:GetSecretValue` on each. */
export function secretsManagerStore(client: SecretsManagerClient): SecretStore {
  return {
    async fetch(name) {
      const { SecretString, VersionId } = await client.send(new GetSecretValueCommand({ SecretId: name }));
      if (SecretString === undefined) throw new Error(`The secret ${name} is binary, not text.`);
      return { value: SecretString, version: VersionId ?? '' };
    },
  };
}
