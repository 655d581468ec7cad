// What requests and answers look like. https://learn.microsoft.com/rest/api/keyvault/secrets/operation-groups
import { z } from 'zod';
import type { WireRequest } from '../../engine/wire.ts';
import { badParameter } from './errors.ts';
import type {
  DeletedSecret,
  FoundSecret,
  SecretProperties,
  SecretVersion,
  VaultDefinition,
} from './vault.ts';

export const hostSuffix = '.vault.azure.net';

const Attributes = z.object({
  enabled: z.boolean().nullish(),
  nbf: z.number().int().nullish(),
  exp: z.number().int().nullish(),
});

const Properties = z.object({
  contentType: z.string().nullish(),
  tags: z.record(z.string(), z.string()).nullish(),
  attributes: Attributes.nullish(),
});

const NewSecret = Properties.extend({ value: z.string() });

/** @throws KeyVaultError for a body in another shape, without a word of what is in it */
export function readNewSecret(request: WireRequest): { value: string; properties: SecretProperties } {
  const body = parse(NewSecret, request);
  return { value: body.value, properties: propertiesOf(body) };
}

/** @throws KeyVaultError for a body in another shape */
export const readProperties = (request: WireRequest): SecretProperties =>
  propertiesOf(parse(Properties, request));

function parse<Schema extends z.ZodType>(schema: Schema, { body }: WireRequest): z.output<Schema> {
  const { success, data, error } = schema.safeParse(jsonOf(body));
  if (success) return data;
  const [issue] = error.issues;
  throw badParameter(`Property ${issue?.path.join('.') || 'of the body'} has invalid value`);
}

function jsonOf(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    throw badParameter('The request body is not valid JSON.');
  }
}

function propertiesOf({ contentType, tags, attributes }: z.output<typeof Properties>): SecretProperties {
  const { enabled, nbf, exp } = attributes ?? {};
  return {
    ...(typeof contentType === 'string' && { contentType }),
    ...(tags && { tags }),
    ...(typeof enabled === 'boolean' && { enabled }),
    ...(typeof nbf === 'number' && { notBeforeSeconds: nbf }),
    ...(typeof exp === 'number' && { expiresSeconds: exp }),
  };
}

export const vaultUrl = (vault: string) => `https://${vault}${hostSuffix}`;

/** `https://{vault}.vault.azure.net/secrets/{name}[/{version}]` */
export const secretUrl = (vault: string, name: string, version?: string) =>
  `${vaultUrl(vault)}/secrets/${name}${version === undefined ? '' : `/${version}`}`;

/** Everything of a version; its value only `withValue`. */
export function bundle(vault: VaultDefinition, { name, version }: FoundSecret, withValue = false) {
  return {
    ...(withValue && { value: version.value }),
    ...properties(vault, version),
    id: secretUrl(vault.name, name, version.version),
  };
}

/** A secret in a list of secrets: its latest version, without saying which. */
export const listed = (vault: VaultDefinition, { name, version }: FoundSecret) => ({
  ...properties(vault, version),
  id: secretUrl(vault.name, name),
});

export const deletedBundle = (vault: VaultDefinition, secret: DeletedSecret) => ({
  ...deletionOf(vault, secret),
  ...bundle(vault, secret),
});

export const listedDeleted = (vault: VaultDefinition, secret: DeletedSecret) => ({
  ...deletionOf(vault, secret),
  ...listed(vault, secret),
});

const deletionOf = (vault: VaultDefinition, { name, deletion }: DeletedSecret) => ({
  recoveryId: `${vaultUrl(vault.name)}/deletedsecrets/${name}`,
  deletedDate: deletion.deletedSeconds,
  scheduledPurgeDate: deletion.purgeSeconds,
});

function properties(vault: VaultDefinition, version: SecretVersion) {
  const { contentType, tags, enabled, notBeforeSeconds, expiresSeconds } = version;
  return {
    ...(contentType !== undefined && { contentType }),
    attributes: {
      enabled,
      ...(notBeforeSeconds !== undefined && { nbf: notBeforeSeconds }),
      ...(expiresSeconds !== undefined && { exp: expiresSeconds }),
      created: version.createdSeconds,
      updated: version.updatedSeconds,
      recoveryLevel: recoveryLevel(vault),
      recoverableDays: vault.retentionDays,
    },
    ...(tags && { tags }),
  };
}

/** https://learn.microsoft.com/rest/api/keyvault/secrets/get-secret/get-secret#deletionrecoverylevel */
function recoveryLevel({ retentionDays, purgeProtected }: VaultDefinition): string {
  const recoverable = retentionDays === 90 ? 'Recoverable' : 'CustomizedRecoverable';
  return purgeProtected ? recoverable : `${recoverable}+Purgeable`;
}
