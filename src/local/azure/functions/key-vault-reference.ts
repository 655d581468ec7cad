// Settings whose value is kept in a key vault.
// https://learn.microsoft.com/azure/app-service/app-service-key-vault-references
import type { ManagedIdentity } from '../authorization/identity.ts';
import type { KeyVaults, SecretPlace } from '../key-vault/key-vaults.ts';

export interface ReferencingApp {
  name: string;
  /** App settings of the configuration and those that the provider adds. */
  settings: Record<string, string>;
  /** Who asks for the secrets: the system-assigned identity, where the app names no other. */
  keyVaultIdentity?: ManagedIdentity;
}

export interface ReferenceSurroundings {
  secrets: Pick<KeyVaults, 'readFor'>;
  warn(text: string): void;
}

type Parsed = { kind: 'plain' } | { kind: 'secret'; place: SecretPlace } | { kind: 'invalid' };

/**
 * The settings with secrets in the place of references to them. A reference that cannot be resolved stays as it is: that
 * is what the app gets to see in the cloud as well, where only the portal shows why. Here `warn` tells it.
 */
export function resolveReferences(
  { name: app, settings, keyVaultIdentity }: ReferencingApp,
  { secrets, warn }: ReferenceSurroundings,
): Record<string, string> {
  const resolve = (setting: string, value: string): string => {
    const unresolved = (what: string, reason: string, details: string): string => {
      warn(
        `${app} gets the text of the Key Vault reference in its setting ${setting} instead of ${what}: ${reason} (${details})`,
      );
      return value;
    };
    const parsed = parseReference(value);
    if (parsed.kind === 'plain') return value;
    if (parsed.kind === 'invalid')
      return unresolved(
        'a secret',
        'InvalidSyntax',
        'the forms are SecretUri=https://{vault}.vault.azure.net/secrets/{name}[/{version}] and VaultName={};SecretName={}[;SecretVersion={}]',
      );
    const { place } = parsed;
    const what = `the secret ${place.name}${place.version === undefined ? '' : `/${place.version}`} of ${place.vault}`;
    if (!keyVaultIdentity)
      return unresolved(
        what,
        'MSINotEnabled',
        'the app has no system-assigned identity, and key_vault_reference_identity_id names no other',
      );
    const reading = secrets.readFor(keyVaultIdentity, place);
    return reading.kind === 'read' ? reading.value : unresolved(what, reading.reason, reading.details);
  };
  return Object.fromEntries(
    Object.entries(settings).map(([setting, value]) => [setting, resolve(setting, value)]),
  );
}

/** Reads `@Microsoft.KeyVault({referenceString})`. */
export function parseReference(value: string): Parsed {
  const [, reference] = /^@Microsoft\.KeyVault\((.*)\)$/is.exec(value.trim()) ?? [];
  if (reference === undefined)
    return { kind: /^\s*@Microsoft\.KeyVault\(/i.test(value) ? 'invalid' : 'plain' };
  const place = /^\s*SecretUri=/i.test(reference) ? placeOfUri(reference) : placeOfNames(reference);
  return place ? { kind: 'secret', place } : { kind: 'invalid' };
}

/** `SecretUri=https://myvault.vault.azure.net/secrets/mysecret[/version]` */
function placeOfUri(reference: string): SecretPlace | undefined {
  const [, vault, name, version] =
    /^\s*SecretUri=https:\/\/([a-z0-9-]+)\.vault\.azure\.net(?::443)?\/secrets\/([a-z0-9-]+)(?:\/([a-z0-9]+))?\/?\s*$/i.exec(
      reference,
    ) ?? [];
  return vault && name ? placeOf(vault, name, version) : undefined;
}

/** `VaultName=myvault;SecretName=mysecret[;SecretVersion=version]` */
function placeOfNames(reference: string): SecretPlace | undefined {
  const parts = new Map<string, string>();
  for (const part of reference.split(';').filter((text) => text.trim() !== '')) {
    const [, key, text] = /^\s*(VaultName|SecretName|SecretVersion)\s*=\s*(.*?)\s*$/i.exec(part) ?? [];
    if (key === undefined || text === undefined) return undefined;
    parts.set(key.toLowerCase(), text);
  }
  const [vault, name] = [parts.get('vaultname'), parts.get('secretname')];
  return vault && name ? placeOf(vault, name, parts.get('secretversion')) : undefined;
}

const placeOf = (vault: string, name: string, version: string | undefined): SecretPlace => ({
  vault,
  name,
  ...(version && { version }),
});
